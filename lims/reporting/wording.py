"""What figures are called in documents, and how they are written there: in Chinese, in English, or in both side by side."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lims.kernel.errors import N_
from lims.web.language import translations

NOTHING = "—"
SHARES = ("utilisation", "fill_rate")
TIMES = ("oldest_backlog_minutes", "turnaround_minutes_p50", "turnaround_minutes_p90", "turnaround_minutes_p99")


class Tongue(StrEnum):
    """In which language a document speaks; in both, Chinese comes first."""

    BOTH = "both"
    CHINESE = "zh"
    ENGLISH = "en"

    def lines(self, sentence: str, **facts: object) -> tuple[str, ...]:
        """A sentence in each language, with its facts filled in."""
        languages = ("zh", "en") if self is Tongue.BOTH else (self.value,)
        return tuple(translations(language).gettext(sentence).format(**facts) for language in languages)

    def say(self, sentence: str, **facts: object) -> str:
        """A sentence in one line."""
        return " ".join(self.lines(sentence, **facts))


HEADS: dict[str, str] = {
    "lab": N_("Lab"),
    "area": N_("Area"),
    "collected_tubes": N_("Collected, tubes"),
    "collected_people": N_("Collected, people"),
    "dispatched_tubes": N_("Sent, tubes"),
    "received_tubes": N_("Received, tubes"),
    "received_people": N_("Received, people"),
    "tested_tubes": N_("Tested, tubes"),
    "tested_people": N_("Tested, people"),
    "released_tubes": N_("Released, tubes"),
    "released_people": N_("Released, people"),
    "negative_tubes": N_("Negative, tubes"),
    "nonnegative_tubes": N_("Not negative, tubes"),
    "invalid_tubes": N_("of these invalid"),
    "retest_tubes": N_("Retests, tubes"),
    "rejected_tubes": N_("Rejected, tubes"),
    "people_positive": N_("Positive, people"),
    "people_verifying": N_("Verifying, people"),
    "capacity_tubes": N_("Capacity, tubes a day"),
    "utilisation": N_("Used"),
    "backlog_tubes": N_("Backlog, tubes"),
    "oldest_backlog_minutes": N_("Oldest waits, h:min"),
    "in_transit_tubes": N_("On their way, tubes"),
    "fill_rate": N_("Filled"),
    "turnaround_minutes_p50": N_("Half released within, h:min"),
    "turnaround_minutes_p90": N_("90 % within, h:min"),
    "turnaround_minutes_p99": N_("99 % within, h:min"),
    "open_cases": N_("Open cases"),
    "tube": N_("Pool tube"),
    "site": N_("Site"),
    "call": N_("Call"),
    "state": N_("State now"),
    "opened_at": N_("Found"),
    "deadline": N_("Sample again by"),
    "members": N_("People"),
    "settled": N_("Settled"),
    "figure": N_("Figure"),
    "now": N_("This day"),
    "yesterday": N_("The day before"),
    "last_week": N_("A week before"),
    "at": N_("At"),
    "collected": N_("Collected"),
    "dispatched": N_("Sent"),
    "received": N_("Received"),
    "tested": N_("Tested"),
    "out": N_("Released or turned away"),
    "backlog": N_("Backlog"),
    "hours": N_("Hours"),
    "tubes": N_("Tubes"),
    "late": N_("over the limit"),
    "path": N_("Path"),
    "leg": N_("Leg"),
    "reason": N_("Reason"),
    "people": N_("People"),
    "round": N_("Round"),
    "place": N_("Area or site"),
    "source": N_("Source"),
    "sampled_on_the_day": N_("Sampled on the day, people"),
    "sampled_so_far": N_("Sampled so far, people"),
    "expected": N_("Expected, people"),
    "reached": N_("Reached"),
    "meaning": N_("What it is"),
}

VALUES: dict[str, str] = {
    "positive": N_("positive"),
    "inconclusive": N_("inconclusive"),
    "invalid": N_("invalid"),
    "negative": N_("negative"),
    "open": N_("open"),
    "recollecting": N_("being sampled again"),
    "settled": N_("settled"),
    "closed": N_("closed"),
    "confirmed": N_("confirmed"),
    "cleared": N_("cleared"),
    "unresolved": N_("unresolved"),
    "withdrawn": N_("withdrawn"),
    "preliminary": N_("preliminary"),
    "direct": N_("direct"),
    "case": N_("through a case"),
    "collecting": N_("opening → sealing"),
    "at_site": N_("sealing → sending"),
    "on_the_way": N_("sending → receipt"),
    "waiting": N_("receipt → plate"),
    "on_plate": N_("plate → run"),
    "in_review": N_("run → release"),
    "whole": N_("sealing → release"),
}

REASONS: dict[str, str] = {
    "EX": N_("expired"),
    "QS": N_("quantity not sufficient"),
    "RA": N_("missing patient ID number"),
    "RB": N_("broken container"),
    "RC": N_("clotting"),
    "RD": N_("missing collection date"),
    "RE": N_("missing patient name"),
    "RH": N_("hemolysis"),
    "RI": N_("identification problem"),
    "RM": N_("labelling"),
    "RN": N_("contamination"),
    "RP": N_("missing collector"),
    "RR": N_("improper storage"),
    "RS": N_("name misspelt"),
    "swab_count": N_("swab count differs from the members registered"),
    "unregistered": N_("unregistered tube"),
    "duplicate": N_("duplicate tube"),
    "leaking": N_("leaking or no cap"),
    "age_limit": N_("over the age limit"),
    "no_swab": N_("no swab"),
    "wrong_medium": N_("wrong medium"),
    "lost": N_("tube not found"),
    "resample": N_("people sampled again"),
    "invalid": N_("invalid"),
}


def worded(value: str, tongue: Tongue) -> str:
    """A call, state, leg or reason; the word itself where it has no sentence."""
    sentence = VALUES.get(value) or REASONS.get(value)
    return tongue.say(sentence) if sentence else value


def counted(name: str, value: float | None) -> str:
    """A figure as it is printed: thousands apart, ratios in per cent, times in hours and minutes."""
    if value is None:
        return NOTHING
    if name in SHARES:
        return f"{value:.1%}"
    return hours_and_minutes(value) if name in TIMES else f"{round(value):,}".replace(",", "\u202f")


def hours_and_minutes(minutes: float) -> str:
    """A length of time: 5:22 is five hours and 22 minutes."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def clock_time(at: datetime | None, zone: str) -> str:
    """A moment where it happened, to the minute."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else NOTHING

"""The tables and charts of the daily report: the official figures, and what explains them. Pure."""

from collections.abc import Sequence

from lims.catalog.rules import Catalog
from lims.kernel.errors import N_
from lims.reporting.cases import CaseLine
from lims.reporting.charts import Band, Bands, Bar, Bars, Chart, Columns
from lims.reporting.day.asking import Day
from lims.reporting.day.rules import LEGS
from lims.reporting.documents import Cell, Mark, Table
from lims.reporting.figures import LabLine
from lims.reporting.wording import HEADS, NOTHING, Tongue, clock_time, counted, hours_and_minutes, worded

LINES_OF: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("Throughput"),
        (
            "collected_tubes", "collected_people", "fill_rate", "dispatched_tubes", "received_tubes", "received_people",
            "tested_tubes", "tested_people", "released_tubes", "released_people",
        ),
    ),
    (
        N_("Results"),
        (
            "negative_tubes", "nonnegative_tubes", "invalid_tubes", "retest_tubes", "rejected_tubes",
            "people_positive", "people_verifying", "open_cases",
        ),
    ),
    (
        N_("Capacity and backlog"),
        (
            "capacity_tubes", "utilisation", "in_transit_tubes", "backlog_tubes", "oldest_backlog_minutes",
            "turnaround_minutes_p50", "turnaround_minutes_p90", "turnaround_minutes_p99",
        ),
    ),
)  # fmt: skip
TONES = {
    "positive": "positive", "inconclusive": "doubtful", "invalid": "doubtful", "negative": "negative", "open": "verifying",
    "recollecting": "verifying", "settled": "waiting", "closed": "negative", "confirmed": "positive", "cleared": "negative",
    "unresolved": "problem", "withdrawn": "negative",
}  # fmt: skip
CURVES = {
    "out": N_("released or turned away"), "tested": N_("tested, not released"), "received": N_("in the lab, not tested"),
    "dispatched": N_("on their way"), "collected": N_("at the sites"),
}  # fmt: skip
HEADROOM = 1.08


def heads(names: Sequence[str], tongue: Tongue) -> tuple[tuple[str, ...], ...]:
    """The heads of columns."""
    return tuple(tongue.lines(HEADS[name]) for name in names)


def lab_tables(day: Day, tongue: Tongue) -> tuple[Table, ...]:
    """The figures of each lab and their total, a table for each kind."""
    found = []
    for title, names in LINES_OF:
        rows = [(lab_name(lab, tongue), *(counted(name, getattr(lab, name)) for name in names)) for lab in day.labs]
        rows.append((tongue.say(N_("Together")), *(counted(name, getattr(day.total, name)) for name in names)))
        found.append(Table(tongue.say(title), heads(("lab", *names), tongue), tuple(rows), words=1, summed=True))
    return tuple(found)


def lab_name(lab: LabLine, tongue: Tongue) -> str:
    """A lab by code and name."""
    return f"{lab.lab} {lab.name}" if lab.lab else tongue.say(N_("not received yet"))


def compared(day: Day, tongue: Tongue) -> Table:
    """The day beside the day before and the same weekday a week before."""

    def beside(before: int, change: float | None) -> str:
        return counted("", before) if change is None else f"{counted('', before)} ({change:+.0%})"

    rows = tuple(
        (
            tongue.say(HEADS[row.name]), counted("", row.now), beside(row.yesterday, row.change(row.yesterday)),
            beside(row.last_week, row.change(row.last_week)),
        )
        for row in day.compared
    )  # fmt: skip
    title = tongue.say(N_("Beside yesterday and last week"))
    return Table(title, heads(("figure", "now", "yesterday", "last_week"), tongue), rows, words=1)


def charts(day: Day, tongue: Tongue) -> tuple[Chart, ...]:
    """The pictures: the flow, testing by the hour, labs against their capacity, how long the backlog has waited."""
    return flow_chart(day, tongue), hours_chart(day, tongue), labs_chart(day, tongue), ages_chart(day, tongue)


def flow_chart(day: Day, tongue: Tongue) -> Bands:
    """The curves of the day, with the hour of the largest backlog as the finding."""
    flow, most = day.flow, max(day.flow.backlog)
    hour = f"{flow.backlog.index(most):02d}:00"
    title = (
        tongue.lines(N_("{tubes} tubes stood in the labs at the most, at {hour}"), tubes=counted("", most), hour=hour)
        if most
        else tongue.lines(N_("Nothing stood in the labs at any full hour"))
    )
    bands = []
    for number, curve in enumerate(flow.curves):
        below = flow.curves[number - 1].counts if number else (0,) * len(curve.counts)
        last = counted("", curve.counts[-1] - below[-1])
        bands.append(Band(f"{tongue.say(CURVES[curve.name])} {last}", curve.counts, below))
    note = tongue.lines(N_("tubes that had passed each stage by the hour, up to {most}"), most=counted("", flow.most))
    return Bands(title, note, tuple(bands), flow.most)


def hours_chart(day: Day, tongue: Tongue) -> Columns:
    """Tested tubes by the hour against the capacity of an hour."""
    tested = tuple(hour.get("tested_tubes", 0) for hour in day.hours)
    limit = round(day.total.capacity_tubes / 24) if day.total.capacity_tubes else None
    most = max(*tested, limit or 0, 1) * HEADROOM
    best = tested.index(max(tested))
    title = (
        tongue.lines(
            N_("Most were tested from {hour} on: {tubes} tubes in an hour"), hour=f"{best:02d}:00", tubes=counted("", tested[best])
        )
        if any(tested)
        else tongue.lines(N_("Nothing was tested"))
    )
    note = tongue.lines(N_("tested tubes in an hour, up to {most}; the line is the capacity of an hour"), most=counted("", most))
    return Columns(title, note, tested, limit, most)


def labs_chart(day: Day, tongue: Tongue) -> Bars:
    """What each lab tested of what it declared."""
    total = day.total
    if total.capacity_tubes and total.utilisation is not None:
        sentence = N_("{tested} tubes tested: {share} of the capacity")
        title = tongue.lines(sentence, tested=counted("", total.tested_tubes), share=f"{total.utilisation:.0%}")
    else:
        title = tongue.lines(N_("{tested} tubes tested; no capacity is declared"), tested=counted("", total.tested_tubes))
    bars = tuple(
        Bar(
            lab_name(lab, tongue),
            f"{counted('', lab.tested_tubes)} / {counted('', lab.capacity_tubes)}" if lab.capacity_tubes else counted("", lab.tested_tubes),
            lab.tested_tubes,
            lab.capacity_tubes,
        )
        for lab in day.labs
        if lab.lab
    )
    most = max((max(bar.value, bar.limit or 0) for bar in bars), default=0) * HEADROOM or 1
    return Bars(title, tongue.lines(N_("tested tubes of the day; the line is the declared capacity")), bars, most)


def ages_chart(day: Day, tongue: Tongue) -> Bars:
    """How long what is not released has been in the labs."""
    tubes, late = day.total.backlog_tubes, day.panels.late
    if tubes:
        title = tongue.lines(
            N_("{tubes} tubes in the labs are not released; {late} over their time limit"), tubes=counted("", tubes), late=late
        )
    else:
        title = tongue.lines(N_("No backlog: every tube received is released"))
    bars = tuple(Bar(band_words(band["from"], band["to"]), counted("", band["tubes"]), band["tubes"]) for band in day.panels.bands)
    most = max((bar.value for bar in bars), default=0) * HEADROOM or 1
    return Bars(title, tongue.lines(N_("tubes by the hours they have been in their lab")), bars, most)


def band_words(begin: float, end: float | None) -> str:
    """A band of ages in hours."""
    return f"≥ {begin:g} h" if end is None else f"{begin:g}\u2013{end:g} h"


def reasons(day: Day, catalog: Catalog, tongue: Tongue, zone: str) -> tuple[Table, ...]:
    """What explains the figures: legs, what came to no result, cases, ages and hours."""
    return (
        leg_table(day, tongue), refused_table(day, catalog, tongue), case_table(day, catalog, tongue, zone),
        age_table(day, tongue), hour_table(day, tongue),
    )  # fmt: skip


def leg_table(day: Day, tongue: Tongue) -> Table:
    """How long each leg took."""
    rows = tuple(
        (worded(path, tongue), worded(leg, tongue), counted("", row["tubes"]), *(hours_and_minutes(minutes) for minutes in row["minutes"]))
        for path in day.panels.paths
        for leg in LEGS
        if (row := day.panels.leg(path, leg)) is not None
    )
    names = ("path", "leg", "tubes", "turnaround_minutes_p50", "turnaround_minutes_p90", "turnaround_minutes_p99")
    title = tongue.say(N_("Leg by leg, of the tubes released on the day"))
    return Table(title, heads(names, tongue), rows, words=2, empty=tongue.say(N_("None")))


def refused_table(day: Day, catalog: Catalog, tongue: Tongue) -> Table:
    """What came to no result, by site and reason."""
    rows = tuple(
        (site_name(row["site"], catalog), worded(row["reason"], tongue), counted("", row["tubes"]), counted("", int(row["people"])))
        for row in day.panels.refused
    )
    title = tongue.say(N_("Tubes without a result, by site and reason"))
    return Table(title, heads(("site", "reason", "tubes", "people"), tongue), rows, words=2, empty=tongue.say(N_("None")))


def site_name(code: str | None, catalog: Catalog) -> str:
    """A site by code and name."""
    return f"{code} {catalog.sites[code].name}" if code and code in catalog.sites else code or NOTHING


def case_table(day: Day, catalog: Catalog, tongue: Tongue, zone: str) -> Table:
    """The cases that are open at the end of the day, the oldest ones."""
    names = ("tube", "lab", "site", "call", "state", "opened_at", "deadline", "members", "settled")
    rows = tuple(case_row(case, catalog, tongue, zone) for case in day.cases)
    title = tongue.say(N_("Open cases: {count}"), count=counted("", day.total.open_cases))
    if len(rows) < day.total.open_cases:
        oldest = tongue.say(N_("the oldest {count}"), count=len(rows))
        title = f"{title} ({oldest})"
    return Table(title, heads(names, tongue), rows, words=7, empty=tongue.say(N_("None")))


def case_row(case: CaseLine, catalog: Catalog, tongue: Tongue, zone: str) -> tuple[Cell, ...]:
    """One case: preliminary until the pool's call is released; times where its lab is."""
    known = catalog.labs.get(case.lab)
    at = known.timezone if known else zone
    state = case.outcome or case.state
    words = worded(state, tongue) + (f" · {worded('preliminary', tongue)}" if case.preliminary else "")
    return (
        case.tube, case.lab, case.site or NOTHING, Mark(TONES.get(case.call, "waiting"), worded(case.call, tongue)),
        Mark(TONES.get(state, "waiting"), words), clock_time(case.opened_at, at), clock_time(case.deadline, at),
        str(case.members), str(case.settled),
    )  # fmt: skip


def age_table(day: Day, tongue: Tongue) -> Table:
    """The bars of the backlog as numbers."""
    rows = tuple((band_words(band["from"], band["to"]), counted("", band["tubes"]), counted("", band["late"])) for band in day.panels.bands)
    return Table(tongue.say(N_("How long they have been in the labs")), heads(("hours", "tubes", "late"), tongue), rows, words=1)


def hour_table(day: Day, tongue: Tongue) -> Table:
    """The curves and columns as numbers."""
    names = ("collected", "dispatched", "received", "tested", "out")
    counts = {curve.name: curve.counts for curve in day.flow.curves}
    rows = tuple(
        (
            f"{hour:02d}:00", *(counted("", counts[name][hour]) for name in names), counted("", day.flow.backlog[hour]),
            counted("", day.hours[hour].get("tested_tubes", 0)) if hour < day.flow.hours else NOTHING,
        )
        for hour in range(day.flow.hours + 1)
    )  # fmt: skip
    title = tongue.say(N_("Tubes that had passed each stage by then"))
    return Table(title, (*heads(("at", *names, "backlog"), tongue), tongue.lines(N_("Tested in the hour after"))), rows, words=1)

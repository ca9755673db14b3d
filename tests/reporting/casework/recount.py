"""The figures of cases counted once more from the raw rows of a lab, slowly and in other words than the product's."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import text

from lims.kernel.db import Access
from tests.deconvolution import model
from tests.factories import Town

Row = dict[str, Any]


class Recount:
    """Everything that a lab's rows say."""

    def __init__(self, town: Town) -> None:
        with town.program.database.transaction(Access.OWNER) as connection:

            def every(statement: str) -> list[Row]:
                return [dict(row) for row in connection.execute(text(statement)).mappings()]

            tubes = every("SELECT * FROM tube")
            self.calls = every("SELECT call.*, run.at, run.rejudges FROM call JOIN run ON run.id = call.run")
            self.contacts = every("SELECT * FROM case_contact ORDER BY at")
            self.members = every("SELECT * FROM tube_member ORDER BY barcode, position")
            self.closings = {row["barcode"]: row for row in every("SELECT * FROM case_closure ORDER BY number")}
        self.tubes = {tube["barcode"]: tube for tube in tubes}
        self.pools = [tube for tube in tubes if tube["lab"] == town.lab and tube["kind"] == "swab_pool"]

    def opened_at(self, pool: Row) -> datetime | None:
        """When the first run in control saw the pool as not negative."""
        seen = [
            call["at"]
            for call in self.calls
            if call["barcode"] == pool["barcode"] and call["call"] != "negative" and call["controls_passed"]
        ]
        return min(seen, default=None)

    def singles(self, code: str, person: object) -> list[Row]:
        """The singles of a person that answer a tube, and those that answer these."""
        own = {member["barcode"] for member in self.members if member["person_id"] == person}
        direct = [tube for tube in self.tubes.values() if tube["retest_of"] == code and tube["barcode"] in own and tube["kind"] == "single"]
        return direct + [deeper for one in direct for deeper in self.singles(one["barcode"], person)]

    def people(self, pool: Row) -> list[Row]:
        """Each member of a pool: state, and when he was called, sampled again and settled, by the model."""
        found = []
        for member in self.members:
            if member["barcode"] != pool["barcode"]:
                continue
            singles = sorted(self.singles(pool["barcode"], member["person_id"]), key=lambda one: one["opened_at"])
            notes = [c for c in self.contacts if c["barcode"] == pool["barcode"] and c["position"] == member["position"]]
            lived = model.Member(
                [
                    model.Single(
                        number, one["opened_at"].timestamp(), None, stamp(one["received_at"]), one["released_call"],
                        stamp(one["released_at"]), stamp(one["rejected_at"]),
                    )
                    for number, one in enumerate(singles)
                ],
                [model.Note(note["event"], note["at"].timestamp()) for note in notes],
            )  # fmt: skip
            state = model.member_state(lived)
            deciding = [one for one in singles if one["released_call"] == "positive"][:1]
            if state == "negative":
                deciding = [one for one in singles if one["released_call"] is not None][-1:]
            found.append(
                {
                    "state": state,
                    "called": notes[0]["at"] if notes else None,
                    "sampled": singles[0]["opened_at"] if singles else None,
                    "settled": deciding[0]["released_at"] if deciding else None,
                }
            )
        return found

    def closed_as(self, pool: Row) -> str | None:
        """What a reviewer closed the case of a pool as, in a last word that answers for everybody in it."""
        last = self.closings.get(pool["barcode"])
        people = {member["person_id"] for member in self.members if member["barcode"] == pool["barcode"]}
        return last["outcome"] if last and last["outcome"] != "reopened" and people <= {*last["answered_for"]} else None

    def tests(self, code: str) -> int:
        """The wells in which a tube was read by itself."""
        return sum(call["barcode"] == code and call["pooled_in"] is None and call["rejudges"] is None for call in self.calls)

    def singles_tests(self, pool: Row) -> int:
        """The wells of the singles by which a pool's members were tested."""
        people = [member["person_id"] for member in self.members if member["barcode"] == pool["barcode"]]
        return sum(self.tests(single["barcode"]) for person in people for single in self.singles(pool["barcode"], person))

    def figures(self) -> dict[tuple[str, str], float | None]:
        """Figures by name and part, as the product's lines have them."""
        cases = [(pool, opened, self.people(pool)) for pool in self.pools if (opened := self.opened_at(pool))]
        ends: Counter[str] = Counter()
        times: dict[str, list[float | None]] = defaultdict(list)
        sites: dict[str, list[Row]] = defaultdict(list)
        judged = discordant = 0
        for pool, opened, people in cases:
            rejected = pool["rejected_at"] is not None
            state, outcome = model.case_state(pool["released_call"], [one["state"] for one in people], rejected=rejected)
            assert (state == "closed") == (outcome is not None)
            ends[(outcome if outcome == "withdrawn" else self.closed_as(pool) or outcome) or "open"] += 1
            if outcome == "withdrawn":
                continue
            firm = pool["released_call"] is not None or rejected
            for one in people:
                times["settled"].append(since(opened, one["settled"]))
                if firm:
                    times["called"].append(since(opened, one["called"]))
                    times["sampled_again"].append(since(opened, one["sampled"]))
                    sites[pool["site"]].append(one)
            whole = people and all(one["settled"] for one in people)
            times["settled_cases"].append(since(opened, max(one["settled"] for one in people)) if whole else None)
            if whole and pool["released_call"] in ("positive", "inconclusive"):
                judged += 1
                discordant += all(one["state"] == "negative" for one in people)
        found: dict[tuple[str, str], float | None] = {("cases", ""): len(cases)}
        found |= {("closed_cases", outcome): count for outcome, count in ends.items() if outcome != "open"}
        found["open_cases", "48- h"] = ends["open"]  # the tests live in 2022
        for name, minutes in times.items():
            known = sorted(one for one in minutes if one is not None)
            found |= {(name, "count"): len(known), (name, "of"): len(minutes)}
            found |= {(name, "p50"): at_share(known, 0.5), (name, "p90"): at_share(known, 0.9)}
        found |= {("discordant_cases", "count"): discordant, ("discordant_cases", "of"): judged}
        for site, of in sites.items():
            sampled = sum(one["sampled"] is not None for one in of)
            found |= {("to_sample_again", site): len(of), ("sampled_again_of_site", site): sampled}
        released = [pool for pool in self.pools if pool["released_at"] is not None]
        people_in = sum(pool["member_count"] for pool in released)
        of_pools, of_singles = sum(self.tests(pool["barcode"]) for pool in released), sum(self.singles_tests(pool) for pool in released)
        found |= {("released_pools", ""): len(released), ("people_in_pools", ""): people_in}
        found |= {("tests", "pools"): of_pools, ("tests", "singles"): of_singles, ("tests_saved", ""): people_in - of_pools - of_singles}
        return found


def stamp(at: datetime | None) -> float | None:
    """A moment as a number, for the model."""
    return at.timestamp() if at else None


def since(opened: datetime, at: datetime | None) -> float | None:
    """Minutes, to a tenth, and never less than none."""
    return None if at is None else max(0.0, round((at - opened).total_seconds() / 60, 1))


def at_share(ordered: list[float], share: float) -> float | None:
    """The value at this share of a sorted list, between two of them as far as it lies between."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = int(place)
    above = ordered[below + 1] if below + 1 < len(ordered) else ordered[below]
    return ordered[below] * (1 - (place - below)) + above * (place - below)

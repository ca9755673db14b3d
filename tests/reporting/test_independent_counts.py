"""Every figure equals a slow and obvious count from the raw rows, on random days that hold everything that goes wrong.

The count below knows nothing of the statements: it reads all tubes and asks of each, one after the other, what happened to it when, by
the clock of its lab or site. Days are drawn by lot: tubes come late, are repeated, rejected, never registered, received without a
dispatch, cross midnight, and half of them on the day on which clocks are set (New York, 13 March 2022) beside a zone that sets none.
"""

import random
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from lims.catalog import queries as catalog
from lims.catalog.tables import LabRow, SiteRow
from lims.custody.tables import Tube
from lims.reporting import answers
from lims.reporting.keeping import actions
from lims.reporting.rules import By, Question
from lims.testing.review.tables import Returned
from tests.reporting.city import CHINA, City, put
from tests.reporting.test_keeping import sealed, told

NEW_YORK = "America/New_York"
SPRING, AUTUMN = date(2022, 3, 13), date(2022, 11, 6)
CALLS = ["negative"] * 6 + ["positive", "inconclusive", "invalid"]
Row = Any


@pytest.fixture
def wide(city: City) -> City:
    """The city with a site and a lab in New York."""
    put(city.connection, SiteRow, code="NY-001", name="Site", area="JP13", timezone=NEW_YORK)
    put(city.connection, LabRow, code="NYL", name="Lab", kind="fixed", timezone=NEW_YORK)
    city.connection.execute(text("UPDATE catalog_revision SET revision = revision + 1"))
    return City(city.connection, catalog.read(city.connection, 2))


def live_through(city: City, day: date, luck: random.Random, tubes: int) -> None:
    """Put tubes into the database that went through anything at all around a day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for number in range(tubes):
        code, site, lab = f"t{number}", luck.choice(["FY-001", "FY-002", "NY-001", "TK-001"]), luck.choice(["YH", "MV", "NYL"])
        sealed_at = noon + timedelta(minutes=luck.randrange(-36 * 60, 30 * 60), seconds=luck.randrange(60))
        sent = sealed_at + timedelta(minutes=luck.randrange(5, 300)) if luck.random() < 0.9 else None
        received = (sent or sealed_at) + timedelta(minutes=luck.randrange(1, 600)) if luck.random() < 0.85 else None
        people = tuple(f"{code}.{n}" for n in range(luck.randrange(1, 5)))
        values: dict[str, Any] = {"site": site, "sealed_at": sealed_at}
        if sent:
            values |= {"dispatched_at": sent, "dispatched_to": lab}
        if received:
            values |= {"received_at": received, "lab": lab}
        fate = luck.random()
        if received and fate < 0.1:
            values |= {"bench_state": "rejected", "rejected_at": received + timedelta(minutes=luck.randrange(900)), "rejected_for": "RB"}
        if fate > 0.97:
            values["field_state"] = "void"
        if number and luck.random() < 0.1:
            city.single(code, luck.choice(["Ana", "Ben", "Bea"]), retest_of=f"t{luck.randrange(number)}", **values)
        elif received and luck.random() < 0.08:
            city.stray(code, lab=lab, received_at=received)
        else:
            city.tube(code, people, **values)
        if received and fate >= 0.1:
            test(city, code, received, luck)


def test(city: City, code: str, received: datetime, luck: random.Random) -> None:
    """Run a tube, perhaps out of control first, perhaps twice, and perhaps release it."""
    ran = received + timedelta(minutes=luck.randrange(30, 700))
    if luck.random() < 0.1:
        city.run(code, when=ran - timedelta(minutes=20), passed=False)
    if luck.random() < 0.15:
        return
    call = luck.choice(CALLS)
    run = city.run(code, call=call, when=ran)
    if luck.random() < 0.15:
        city.send_back(run, code, when=ran + timedelta(minutes=5))
        if luck.random() < 0.5:
            return
        run = city.run(code, call=call, when=ran + timedelta(minutes=240))
        city.change(code, tested_at=ran)  # the first run in control is the one that counts
        ran += timedelta(minutes=240)
    if luck.random() < 0.85:
        city.release(run, code, call=call, when=ran + timedelta(minutes=luck.randrange(1, 900)))


test.__test__ = False  # type: ignore[attr-defined]  # it is what happens to a tube, not a test


def minutes_between(first: datetime, last: datetime) -> float:
    return (last - first) / timedelta(minutes=1)


class Slow:
    """Counts tube by tube, in Python, with nothing but the times on the tubes."""

    def __init__(self, city: City) -> None:
        self.zones = {
            code: ZoneInfo(place.timezone) for places in (city.catalog.sites, city.catalog.labs) for code, place in places.items()
        }
        self.tubes = [row for row in city.connection.execute(select(Tube.__table__)) if self.counts(row)]
        self.returned = [(row.barcode, row.at) for row in city.connection.execute(select(Returned.__table__))]
        self.areas = {code: site.area for code, site in city.catalog.sites.items()}

    @staticmethod
    def counts(row: Row) -> bool:
        return bool((row.registered_at or row.received_at) and (row.field_state != "void" or row.received_at))

    def lab_zone(self, row: Row) -> ZoneInfo:
        return self.zones.get(row.lab or row.dispatched_to or "") or self.zones.get(row.site or "") or ZoneInfo(CHINA)

    def site_zone(self, row: Row) -> ZoneInfo:
        return self.zones.get(row.site or "") or self.lab_zone(row)

    def key(self, row: Row, by: By) -> str | None:
        if by is By.LAB:
            return row.lab or row.dispatched_to
        return None if row.site is None else row.site if by is By.SITE else self.areas[row.site]

    def line(self, day: date, hour: int | None, mine: Iterable[Row]) -> dict[str, Any]:
        """The figures of a day or hour, of some tubes."""
        mine = list(mine)

        def slot(moment: datetime, zone: ZoneInfo) -> tuple[date, int]:
            local = moment.astimezone(zone)
            return local.date(), local.hour if hour is not None else 0

        here = (day, hour or 0)

        def passed(name: str, zone: Any) -> list[Row]:
            return [row for row in mine if getattr(row, name) is not None and slot(getattr(row, name), zone(row)) == here]

        collected = [row for row in passed("sealed_at", self.site_zone) if row.field_state == "sealed"]
        received, tested = passed("received_at", self.lab_zone), passed("tested_at", self.lab_zone)
        released = passed("released_at", self.lab_zone)
        calls = [row.released_call for row in released]
        own = {row.barcode: row for row in mine}
        again = [code for code, moment in self.returned if code in own and slot(moment, self.lab_zone(own[code])) == here]
        here_still = [row for row in mine if row.received_at and slot(row.received_at, self.lab_zone(row)) <= here]
        gone = {
            row.barcode for row in here_still if (left := row.released_at or row.rejected_at) and slot(left, self.lab_zone(row)) <= here
        }
        under_way = [row for row in mine if row.dispatched_at and slot(row.dispatched_at, self.site_zone(row)) <= here]
        there = {row.barcode for row in under_way if row.received_at and slot(row.received_at, self.site_zone(row)) <= here}

        def people(rows: list[Row]) -> int:
            return sum(row.member_count for row in rows)

        return {
            "collected_tubes": len(collected), "collected_people": people(collected),
            "dispatched_tubes": len(passed("dispatched_at", self.site_zone)),
            "received_tubes": len(received), "received_people": people(received),
            "tested_tubes": len(tested), "tested_people": people(tested),
            "released_tubes": len(released), "released_people": people(released),
            "negative_tubes": calls.count("negative"), "nonnegative_tubes": len(calls) - calls.count("negative"),
            "invalid_tubes": calls.count("invalid"), "rejected_tubes": len(passed("rejected_at", self.lab_zone)),
            "retest_tubes": len(again) + sum(row.kind == "single" and row.retest_of is not None for row in received),
            "backlog_tubes": len(here_still) - len(gone), "in_transit_tubes": len(under_way) - len(there),
            "turnaround_minutes_p50": self.median([minutes_between(row.sealed_at, row.released_at) for row in released if row.sealed_at]),
        }  # fmt: skip

    @staticmethod
    def median(minutes: list[float]) -> float | None:
        if not minutes:
            return None
        return round(quantiles(minutes, n=2, method="inclusive")[0] if len(minutes) > 1 else minutes[0], 1)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_every_figure_is_what_a_slow_count_says(wide: City, day: date, seed: int) -> None:
    live_through(wide, day, random.Random(f"{day} {seed}"), 70)
    told(wide, "t0", "tube.registered", datetime(2022, 1, 1, tzinfo=UTC))
    sealed(wide)
    actions.read_on(wide.connection, {CHINA})
    first, last, now = day - timedelta(days=2), day + timedelta(days=3), datetime(2023, 1, 1, tzinfo=UTC)
    # Some days are kept and some are counted: it makes no difference.
    for kept in (day, day + timedelta(days=1)):
        actions.keep(wide.connection, wide.catalog, actions.counted(wide.connection, wide.catalog, kept, CHINA, now), now)
    slow = Slow(wide)
    for by in By:
        question = Question(first, last, by, CHINA)
        lines = wide.as_bench(partial(answers.throughput, catalog=wide.catalog, question=question, now=now)).lines
        assert lines
        for line in lines:
            key = getattr(line, by.value) if by in (By.LAB, By.SITE, By.AREA) else None
            mine = slow.tubes if by in (By.DAY, By.HOUR) else [row for row in slow.tubes if slow.key(row, by) == key]
            expected = slow.line(line.day, getattr(line, "hour", None), mine)
            got = {name: value for name, value in asdict(line).items() if name in expected}
            assert got == pytest.approx(expected, abs=0.11), (by, line.day, getattr(line, "hour", None), key)

"""Tubes that go through anything at all around a day, drawn by lot: late, repeated, rejected, sampled again, pooled in the lab."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.reporting.city import City, Gathered

CALLS = ["negative"] * 5 + ["positive"] * 3 + ["inconclusive", "invalid"]
SITES, LABS = ("FY-001", "FY-002", "NY-001", "TK-001"), ("YH", "MV", "NYL")


@dataclass
class Crowd:
    """Puts tubes into the database; their codes begin with `name`."""

    city: City
    luck: random.Random
    name: str = "t"
    sites: tuple[str, ...] = SITES
    labs: tuple[str, ...] = LABS
    made: int = 0

    def live_through(self, day: date, tubes: int) -> None:
        """So many tubes collected around a day, the recollections that follow from them, and a few pools mixed in the lab."""
        # Of many hundred rows each by itself, the days would take longer to live than to count.
        lived_in, self.city = self.city, Gathered(self.city.connection, self.city.catalog)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for _ in range(tubes):
            self.tube(noon + timedelta(minutes=self.luck.randrange(-36 * 60, 30 * 60), seconds=self.luck.randrange(60)))
        for number in range(tubes // 20):
            self.mixed(f"{self.name}x{number}", noon + timedelta(minutes=self.luck.randrange(-600, 1200)))
        self.city.write()
        self.city = lived_in

    def some(self, least: int, beyond: int) -> timedelta:
        """A random while."""
        return timedelta(minutes=self.luck.randrange(least, beyond))

    def next_code(self) -> str:
        self.made += 1
        return f"{self.name}{self.made - 1}"

    def way(self, sealed_at: datetime) -> dict[str, Any]:
        """Where a tube goes and when it comes there, if it does."""
        site, lab = self.luck.choice(self.sites), self.luck.choice(self.labs)
        values: dict[str, Any] = {"site": site, "sealed_at": sealed_at, "round": self.luck.choice(["one", "two", None])}
        sent = sealed_at + self.some(5, 300) if self.luck.random() < 0.9 else None
        if sent:
            values |= {"dispatched_at": sent, "dispatched_to": lab}
        if self.luck.random() < 0.85:
            values |= {"received_at": (sent or sealed_at) + self.some(1, 600), "lab": lab}
        return values

    def tube(self, sealed_at: datetime) -> None:
        """One tube with its fate, and what follows from it."""
        code, values, fate = self.next_code(), self.way(sealed_at), self.luck.random()
        received = values.get("received_at")
        if received and fate < 0.1:
            values |= {"bench_state": "rejected", "rejected_at": received + self.some(0, 900), "rejected_for": "RB"}
        if fate > 0.97:
            values["field_state"] = "void"
        people = tuple(f"{code}.{n}" for n in range(self.luck.randrange(1, 5)))
        if self.made > 1 and self.luck.random() < 0.1:
            people = (self.luck.choice(["Ana", "Ben", "Bea"]),)
            self.city.single(code, people[0], retest_of=f"{self.name}{self.luck.randrange(self.made - 1)}", **values)
        elif received and self.luck.random() < 0.08:
            people = ()
            self.city.stray(code, lab=values["lab"], received_at=received)
        else:
            self.city.tube(code, people, **values)
        if received and fate >= 0.1 and (asked_at := self.tested(code, received)):
            self.recollected(code, people, asked_at)

    def tested(self, code: str, received: datetime, most: int = 900) -> datetime | None:
        """Run a tube, perhaps out of control first, perhaps twice, and perhaps release it; when it was released not negative."""
        ran = received + self.some(30, 700)
        if self.luck.random() < 0.1:
            self.city.run(code, when=ran - timedelta(minutes=20), passed=False)
        if self.luck.random() < 0.1:
            return None
        call = self.luck.choice(CALLS)
        run = self.city.run(code, call=call, when=ran)
        if self.luck.random() < 0.15:
            self.city.send_back(run, code, when=ran + timedelta(minutes=5))
            if self.luck.random() < 0.4:
                return None
            call = self.luck.choice(CALLS)  # a repeat may say otherwise
            run = self.city.run(code, call=call, when=ran + timedelta(minutes=240))
            self.city.change(code, tested_at=ran)  # the first run in control is the one that counts
            ran += timedelta(minutes=240)
        if self.luck.random() < 0.1:
            return None
        released = ran + self.some(1, most)
        self.city.release(run, code, call=call, when=released)
        return None if call == "negative" else released

    def recollected(self, root: str, people: tuple[str, ...], asked_at: datetime, depth: int = 0) -> None:
        """The people of a tube come back, most of them; whose single tube says nothing comes once more."""
        for person in people:
            if self.luck.random() < 0.15:
                continue
            code, values = self.next_code(), self.way(asked_at + self.some(5, 200))
            if self.luck.random() < 0.05:
                values["field_state"] = "void"
            self.city.single(code, person, retest_of=root, **values)
            again = self.tested(code, values["received_at"], 200) if "received_at" in values else None
            if again and depth < 1:
                self.recollected(code, (person,), again, depth + 1)

    def mixed(self, code: str, mixed_at: datetime) -> None:
        """Singles of three people mixed in a lab: negative together, or tested one by one."""
        lab, own = self.luck.choice(self.labs), [f"{code}-{n}" for n in range(3)]
        for single in own:
            values = {"site": self.luck.choice(self.sites), "sealed_at": mixed_at - self.some(200, 500)}
            values |= {"received_at": mixed_at - self.some(5, 100), "lab": lab, "pool": code, "bench_state": "pooled"}
            self.city.single(single, f"{single} person", **values)
        self.city.tube(
            code, (), kind="aliquot_pool", site=None, sealed_at=mixed_at, received_at=mixed_at, lab=lab, field_state=None,
            collected_on=None, member_count=3,
        )  # fmt: skip
        call, ran = self.luck.choice(CALLS), mixed_at + self.some(60, 200)
        run = self.city.run(code, call=call, when=ran)
        if self.luck.random() < 0.2:
            self.city.send_back(run, code, when=ran + timedelta(minutes=9))
            return
        released = ran + self.some(10, 300)
        self.city.release(run, code, call=call, when=released)
        for single in own:
            if call == "negative":
                self.city.evidence(single, run, "A1", call, ran, pooled_in=code)
                self.city.change(single, tested_at=ran, call=call, run=run)
                self.city.release(run, single, call=call, when=released)
            elif self.luck.random() < 0.8:
                self.tested(single, released, 300)


def moments(rows: list[Any]) -> Iterator[datetime]:
    """Everything that is known to have happened to these tubes."""
    names = ("sealed_at", "dispatched_at", "received_at", "tested_at", "released_at", "rejected_at")
    return (moment for row in rows for name in names if (moment := getattr(row, name)) is not None)

"""A city in two time zones, and how to put its tubes into a given situation."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, insert, select

from lims.catalog.rules import Catalog
from lims.catalog.tables import AreaRow, AssayRow, CatalogRevision, LabCapacity, LabRow, SiteRow
from lims.custody.tables import Tube, TubeMember
from lims.kernel.db import Access, Base
from lims.reporting import measures
from lims.reporting.rules import By, Question
from lims.testing.instruments.tables import ReadingRow, Run, RunFile
from lims.testing.interpretation.tables import CallRow
from lims.testing.plates.tables import Plate
from lims.testing.review.tables import Release, Returned

DAY = date(2022, 2, 2)
NEXT = DAY + timedelta(days=1)
CHINA, TOKYO = "Asia/Shanghai", "Asia/Tokyo"
NAMES = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
TARGETS = ("ORF1ab", "N", "RNaseP")
T = TypeVar("T")
LATER = datetime(2022, 3, 1, tzinfo=UTC)


def load_city(connection: Connection) -> None:
    """Two districts in China, one site and one lab in Tokyo. YH's capacity rises on the second day."""
    put(connection, AreaRow, code="330100", name="杭州市")
    put(connection, AreaRow, code="330111", name="富阳区", parent="330100")
    put(connection, AreaRow, code="JP13", name="=HYPERLINK(1)")
    for code, area, zone in (("FY-001", "330111", CHINA), ("FY-002", "330111", CHINA), ("TK-001", "JP13", TOKYO)):
        put(connection, SiteRow, code=code, name=f"采样点 {code}", area=area, timezone=zone)
    for code, zone in (("YH", CHINA), ("MV", CHINA), ("JL", TOKYO)):
        put(connection, LabRow, code=code, name=f"实验室 {code}", kind="fixed", timezone=zone)
    for lab, first, tubes in (("YH", date(2022, 1, 1), 240), ("YH", NEXT, 480), ("MV", date(2022, 1, 1), 60)):
        put(connection, LabCapacity, lab=lab, valid_from=first, tubes_per_day=tubes)
    put(connection, AssayRow, code="ncov2", version=1, content=ASSAY, digest=b"1")
    put(connection, CatalogRevision, singleton=True, revision=1)


ASSAY = {
    "code": "ncov2", "version": 1, "name": "ORF1ab + N", "pool_max": 20, "plate": 96, "controls": [],
    "targets": [{"name": name, "channel": "FAM", "cutoff": 38.0, "grey_to": 40.0} for name in TARGETS[:2]],
    "internal_control": {"name": "RNaseP", "channel": "CY5", "cutoff": 38.0},
}  # fmt: skip


def put(connection: Connection, mapped: type[Base], **values: Any) -> None:
    """One row."""
    table: Table = mapped.__table__  # type: ignore[assignment]  # declared as FromClause
    connection.execute(insert(table).values(**values))


def at(hour: float, day: date = DAY, zone: str = CHINA) -> datetime:
    """A local hour."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(hours=hour)


def uuid(name: str) -> UUID:
    return uuid5(NAMES, name)


@dataclass
class City:
    """Puts tubes into a given situation, and asks for figures."""

    connection: Connection
    catalog: Catalog
    plates: dict[UUID, str] = field(default_factory=dict)

    def put(self, mapped: type[Base], **values: Any) -> None:
        put(self.connection, mapped, **values)

    def lab_of(self, code: str) -> str | None:
        """Where a tube is."""
        return self.connection.execute(select(Tube.lab).where(Tube.barcode == code)).scalar_one()

    def tube(self, barcode: str, people: tuple[str, ...] = ("Ana", "Ben"), **values: Any) -> str:
        """A sealed swab pool of ten with these people in it, but for what is said otherwise."""
        zone = self.catalog.sites[values.get("site") or "FY-001"].timezone
        sealed_at = values.pop("sealed_at", at(8, zone=zone))
        row = {
            "barcode": barcode, "record_id": uuid(barcode), "registered_at": sealed_at, "site": "FY-001", "kind": "swab_pool",
            "pool_size": 10, "field_state": "sealed", "sealed_at": sealed_at, "member_count": len(people),
            "collected_on": sealed_at.astimezone(ZoneInfo(zone)).date(),
        } | values  # fmt: skip
        if row["kind"] == "single":
            row["pool_size"] = 1
        if row.get("received_at"):
            row = {"lab": "YH", "bench_state": "waiting"} | row
        self.put(Tube, **row)
        for position, person in enumerate(people, 1):
            self.member(barcode, position, person, row["collected_on"], sealed_at)
        return barcode

    def stray(self, barcode: str, **values: Any) -> str:
        """A tube that a lab has received and nobody has registered."""
        self.put(Tube, **{"barcode": barcode, "lab": "YH", "bench_state": "waiting", "received_at": at(12)} | values)
        return barcode

    def member(self, barcode: str, position: int, person: str, day: date, collected_at: datetime) -> None:
        place = {"barcode": barcode, "position": position, "person_id": uuid(person), "day": day}
        self.put(TubeMember, **place, member_group="community", collected_at=collected_at)

    def single(self, barcode: str, person: str, **values: Any) -> str:
        return self.tube(barcode, (person,), **{"kind": "single"} | values)

    def run(self, *codes: str, call: str = "negative", when: datetime | None = None, passed: bool = True) -> UUID:
        """One plate with these tubes, and its run: every tube is called alike."""
        when = when or at(16)
        run = uuid(f"run {codes} {when}")
        plate, lab = f"P{run.hex[:8]}", self.lab_of(codes[0])
        wells = {f"A{number}": {"tube": code} for number, code in enumerate(codes, 1)}
        self.put(Plate, barcode=plate, lab=lab, assay="ncov2", assay_version=1, wells=wells, laid_at=when, laid_by="Ben")
        self.put(RunFile, sha256=run.bytes, content=b"", name="run.csv", kept_at=when, kept_by="Ben")
        self.put(
            Run, id=run, plate=plate, sha256=run.bytes, format="generic", controls_passed=passed, reasons=[],
            readings=len(codes) * len(TARGETS), at=when, imported_at=when, imported_by="Ben",
        )  # fmt: skip
        for well, what in wells.items():
            self.evidence(what["tube"], run, well, call, when, passed=passed)
            if passed:
                self.change(what["tube"], plate=plate, well=well, run=run, call=call, bench_state="called", tested_at=when)
        self.plates[run] = plate
        return run

    def evidence(
        self, code: str, run: UUID, well: str, call: str, when: datetime, *, passed: bool = True, pooled_in: str | None = None
    ) -> None:
        """The readings and the call of one tube."""
        day = when.astimezone(UTC).date()
        for target in TARGETS:
            self.put(ReadingRow, day=day, barcode=code, run=run, well=well, target=target, ct=30.0)
        self.put(
            CallRow, barcode=code, run=run, day=day, well=well, evidence=TARGETS[0], call=call, reasons=[], assay="ncov2",
            assay_version=1, controls_passed=passed, imported_by="Ben", pooled_in=pooled_in,
        )  # fmt: skip

    def release(self, run: UUID, *codes: str, call: str = "negative", when: datetime | None = None) -> None:
        """Bea signs these tubes off."""
        when = when or at(18)
        for code in codes:
            self.put(
                Release, barcode=code, run=run, review=uuid(f"review {code}"), call=call, controls_passed=True,
                imported_by="Ben", released_by="Bea", at=when, released_at=when,
            )  # fmt: skip
            self.change(code, bench_state="released", released_call=call, released_at=when)

    def tested(self, *codes: str, call: str = "negative", run_at: datetime | None = None, released_at: datetime | None = None) -> UUID:
        """Tubes run and released alike."""
        run = self.run(*codes, call=call, when=run_at)
        self.release(run, *codes, call=call, when=released_at)
        return run

    def send_back(self, run: UUID, *codes: str, when: datetime) -> None:
        for code in codes:
            self.put(Returned, barcode=code, review=uuid(f"back {code}"), run=run, lab="YH", comment="again", by="Bea", at=when)
            self.change(code, bench_state="waiting", plate=None, well=None, run=None, call=None)

    def change(self, code: str, **values: Any) -> None:
        """Something else is true of a tube now."""
        table: Table = Tube.__table__  # type: ignore[assignment]  # declared as FromClause
        self.connection.execute(table.update().where(table.c.barcode == code).values(**values))

    def ask(
        self,
        by: By = By.DAY,
        first: date = DAY,
        last: date | None = None,
        *,
        now: datetime = LATER,
        lab: str | None = None,
        site: str | None = None,
        areas: tuple[str, ...] | None = None,
    ) -> list[Any]:
        """A table of throughput, read as the bench: whatever it needs, that role may see."""
        question = Question(first, last or first, by, CHINA, lab, site, areas)
        return self.as_bench(lambda connection: measures.throughput(connection, self.catalog, question, now))

    def of(self, code: str | None, by: By = By.LAB, *, first: date = DAY, now: datetime = LATER) -> Any:
        """The line of a lab, site or area on a day."""
        (line,) = (line for line in self.ask(by, first, now=now) if getattr(line, by.value) == code)
        return line

    def as_bench(self, work: Callable[[Connection], T]) -> T:
        """Something done with the bench's database role."""
        return self.as_role(Access.BENCH, work)

    def as_reports(self, work: Callable[[Connection], T]) -> T:
        """Something done with the database role that reads reports, labels among them."""
        return self.as_role(Access.REPORTS, work)

    def as_role(self, role: Access, work: Callable[[Connection], T]) -> T:
        self.connection.exec_driver_sql(f"SET LOCAL ROLE {role}")
        try:
            return work(self.connection)
        finally:
            self.connection.exec_driver_sql("RESET ROLE")


@dataclass
class Gathered(City):
    """A city in which much happens at once: its rows are gathered, and `write` sends those that are alike in one statement."""

    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)
    tubes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, mapped: type[Base], **values: Any) -> None:
        self.rows.setdefault(mapped, []).append(values)
        if mapped is Tube:
            self.tubes[values["barcode"]] = values

    def lab_of(self, code: str) -> str | None:
        return self.tubes[code].get("lab")

    def change(self, code: str, **values: Any) -> None:
        self.tubes[code].update(values)

    def write(self) -> None:
        """Everything into the database: what was put first comes first, and nothing is said of a column that nobody named."""
        for mapped, rows in self.rows.items():
            alike: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
            for row in rows:
                alike[frozenset(row)].append(row)
            for those in alike.values():
                self.connection.execute(insert(mapped.__table__), those)  # type: ignore[arg-type]  # declared as FromClause

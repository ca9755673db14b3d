"""Loading a catalogue file: all of it or nothing, and again without effect."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from lims.catalog import queries
from lims.catalog.forms import CatalogForm, LabForm
from lims.catalog.rules import days_in
from lims.catalog.tables import (
    AreaRow,
    AssayRow,
    BarcodeFormatRow,
    CasePolicyRow,
    CatalogRevision,
    ExpectedPeople,
    LabCapacity,
    LabMove,
    LabOpening,
    LabResources,
    LabRow,
    PoolingPolicyRow,
    RetentionPolicyRow,
    SamplingPlan,
    SiteRow,
    TimeLimitRow,
    TransportPolicyRow,
    VerificationRow,
)
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import Base
from lims.kernel.errors import Refused

Stored = Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]  # by table and key


@dataclass(frozen=True)
class Loaded:
    """What a file would change, or has changed: lines like `site FY-001 new`."""

    changes: tuple[str, ...]
    unchanged: int


class WrongPlacesError(Refused):
    """A catalogue file that is refused, with each wrong place and what is wrong there."""

    def __init__(self, file: str, places: list[tuple[str, str]]) -> None:
        self.places = places
        super().__init__("catalog_malformed", "{file}: {places}", file=file, places="; ".join(f"{place}: {said}" for place, said in places))


def parse(path: Path) -> CatalogForm:
    """A catalogue file, checked as far as a file alone can be; Refused naming every wrong place."""
    try:
        text = path.read_text("utf-8-sig")
        content = yaml.safe_load(text) if path.suffix.lower() in {".yaml", ".yml"} else tomllib.loads(text)
        return CatalogForm.model_validate(content or {})
    except ValidationError as wrong:
        raise WrongPlacesError(
            path.name, [(".".join(str(step) for step in error["loc"]), error["msg"]) for error in wrong.errors()]
        ) from wrong
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as wrong:
        raise Refused("catalog_malformed", "{file}: {places}", file=path.name, places=wrong) from wrong


@audited("catalog.loaded")
def load(connection: Connection, form: CatalogForm, now: datetime, by: str, *, check: bool = False) -> Loaded:
    """Bring the catalogue to what the file says; with `check`, only say what that would change."""
    stored, changes, unchanged = queries.stored_rows(connection), [], 0
    rows = list(rows_of(form))
    # What a policy says of a day it says everywhere: no place may have lived through that day by another one.
    today = days_in((place["timezone"] for place in places_of(stored, rows)), now)[-1]
    refuse_unknown_references(form, stored)
    refuse_circles(form, stored)
    described: set[str] = set()
    for mapped, row in rows:
        table = Base.metadata.tables[mapped.__tablename__]
        keys = [column.name for column in table.primary_key]
        key = tuple(row[name] for name in keys)
        known = stored[table.name].get(key)
        label = f"{table.name} {' '.join(str(part) for part in key)}"
        if label in described:
            raise malformed(table.name, f"{label} is described twice")
        described.add(label)
        if known is not None and all(known[name] == value for name, value in row.items()):
            unchanged += 1
            continue
        if known is not None and table.name == "assay":
            raise Refused(
                "assay_version_changed",
                "Assay {code} version {version} is stored with other content; give the changed rules a new version.",
                code=row["code"],
                version=row["version"],
            )
        if known is not None and table.name == "expected_people":
            raise Refused(
                "expected_people_changed",
                "Version {version} of the people expected in {place} for round {round} is stored with other content;"
                " give the changed number a new version.",
                version=row["version"],
                place=row["place"],
                round=row["round"],
            )
        if table.name == "case_policy":
            refuse_rewriting(stored, row, today, known=known is not None)
        changes.append(f"{label} {'changed' if known else 'new'}")
        if not check:
            rest = {name: value for name, value in row.items() if name not in keys}
            statement = insert(table).values(**row)
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))
    if changes and not check:
        bump(connection)
        record(connection, by, now, [Happening("catalog", "catalog.loaded", now, {"changes": changes})])
    return Loaded(tuple(changes), unchanged)


def places_of(stored: Stored, rows: Iterable[tuple[type[Base], Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """The sites and labs that are stored, and those that the file describes."""
    described = [row for mapped, row in rows if mapped in (SiteRow, LabRow)]
    return [*stored["site"].values(), *stored["lab"].values(), *described]


def refuse_rewriting(stored: Stored, row: Mapping[str, Any], today: date, *, known: bool) -> None:
    """Refused where old cases would no longer be handled as they were: a stored policy changed, or one put in before today."""
    said = {"zone": row["zone"], "group": row["group"], "day": row["valid_from"].isoformat()}
    if known:
        raise Refused(
            "case_policy_changed",
            "The case policy of zone {zone}, group {group}, from {day} is stored with other content; give the changed one a new `from`.",
            **said,
        )
    others = [key for key in stored["case_policy"] if key[1:] == (row["zone"], row["group"])]
    if others and row["valid_from"] < today:
        raise Refused(
            "case_policy_backdated",
            "A case policy of zone {zone}, group {group}, cannot begin on {day}: cases since then were handled by another."
            " Begin on {today}.",
            **said,
            today=today.isoformat(),
        )


def bump(connection: Connection) -> None:
    """Tell every process that the catalogue has changed."""
    first = insert(CatalogRevision).values(singleton=True, revision=1)
    connection.execute(first.on_conflict_do_update(index_elements=["singleton"], set_={"revision": CatalogRevision.revision + 1}))


def rows_of(form: CatalogForm) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    """The file as rows, parents before children."""
    for area in parents_first(form):
        yield AreaRow, area
    for site in form.site:
        yield SiteRow, site.model_dump()
    for plan in form.sampling_plan:
        yield SamplingPlan, {"site": plan.site, "day": plan.day, "tubes_by_hour": plan.tubes_by_hour}
    for expected in form.expected_people:
        place = {"kind": "area", "place": expected.area} if expected.area is not None else {"kind": "site", "place": expected.site}
        yield ExpectedPeople, place | expected.model_dump(exclude={"area", "site"})
    for lab in form.lab:
        yield LabRow, lab.model_dump(exclude={"capacity", "resources", "opening", "move"}) | {"kind": lab.kind.value}
        yield from abilities_of(lab)
    for assay in form.assay:
        # Without limits of its own the content, and its digest, are what they were before there were any.
        unsaid = {name for name in ("contamination", "accuracy") if getattr(assay, name) is None}
        content = assay.model_dump(mode="json", exclude=unsaid)
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
        yield AssayRow, {"code": assay.code, "version": assay.version, "content": content, "digest": digest}
    yield from policies_of(form)
    for barcode_format in form.barcode_format:
        yield BarcodeFormatRow, barcode_format.model_dump() | {"kind": barcode_format.kind.value}


def abilities_of(lab: LabForm) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    """What a lab declares, works with, when it is open and where it drives, as rows."""
    of_lab = {"lab": lab.code}
    for capacity in lab.capacity:
        yield LabCapacity, of_lab | {"version": 1} | capacity.model_dump()
    for resources in lab.resources:
        yield LabResources, of_lab | resources.model_dump() | {"shifts": [shift.model_dump(mode="json") for shift in resources.shifts]}
    for opening in lab.opening:
        hours = [each.model_dump(mode="json") for each in opening.hours]
        yield LabOpening, of_lab | {"valid_from": opening.valid_from, "hours": hours}
    for move in lab.move:
        yield LabMove, of_lab | move.model_dump()


def policies_of(form: CatalogForm) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    """The rules with numbers in them, as rows."""
    for policy in form.pooling_policy:
        yield PoolingPolicyRow, policy.model_dump() | {"zone": policy.zone.value}
    for transport in form.transport_policy:
        yield TransportPolicyRow, transport.model_dump()
    for limit in form.time_limit:
        yield TimeLimitRow, limit.model_dump() | {"zone": limit.zone.value if limit.zone else None}
    for verification in form.verification:
        yield VerificationRow, verification.model_dump() | {"calls": list(verification.calls)}
    for retention in form.retention_policy:
        yield RetentionPolicyRow, retention.model_dump()
    for case_policy in form.case_policy:
        yield CasePolicyRow, case_policy.model_dump() | {"zone": case_policy.zone.value, "tell": list(case_policy.tell)}


def parents_first(form: CatalogForm) -> list[dict[str, Any]]:
    """The areas, each after the one it lies in."""
    waiting = {area.code: area.model_dump() | {"zone": area.zone.value if area.zone else None} for area in form.area}
    if len(waiting) < len(form.area):
        raise malformed("area", "an area is described twice")
    ordered: list[dict[str, Any]] = []
    while waiting:
        ready = [code for code, row in waiting.items() if row["parent"] not in waiting]
        if not ready:
            raise malformed("area", f"{', '.join(waiting)} lie in each other")
        ordered += [waiting.pop(code) for code in ready]
    return ordered


def refuse_unknown_references(form: CatalogForm, stored: Stored) -> None:
    """Refused where an area is lain in, or a place planned for, that neither the file nor the database knows."""
    areas = {area.code for area in form.area} | {key[0] for key in stored["area"]}
    named = {site.area for site in form.site} | {area.parent for area in form.area if area.parent}
    if missing := sorted(named - areas):
        raise malformed("area", f"{', '.join(missing)} is named but not described")
    sites = {site.code for site in form.site} | {key[0] for key in stored["site"]}
    if missing := sorted({plan.site for plan in form.sampling_plan} - sites):
        raise malformed("sampling_plan", f"{', '.join(missing)} is named but not described")
    expected = form.expected_people
    if missing := sorted({one.area for one in expected if one.area} - areas | {one.site for one in expected if one.site} - sites):
        raise malformed("expected_people", f"{', '.join(missing)} is named but not described")


def refuse_circles(form: CatalogForm, stored: Stored) -> None:
    """Refused where an area would lie in itself by way of areas that are stored."""
    parents = {key[0]: row["parent"] for key, row in stored["area"].items()} | {area.code: area.parent for area in form.area}
    for area in form.area:
        seen, code = {area.code}, area.parent
        while code is not None and code not in seen:
            seen.add(code)
            code = parents.get(code)
        if code is not None:
            raise malformed("area", f"{', '.join(sorted(seen))} lie in each other")


def malformed(place: str, problem: str) -> Refused:
    """What is wrong with a catalogue, and in which of its tables."""
    return Refused("catalog_malformed", "{file}: {places}", file=place, places=problem)

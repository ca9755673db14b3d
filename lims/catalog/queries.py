"""Reading the catalogue: once a revision, then from memory."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from lims.catalog.capacity import Hours, LabPlan, Move, Opening, Point, Resources, Shift
from lims.catalog.policies import CasePolicy, PoolingPolicy, RetentionPolicy, TimeLimit, TransportPolicy, VerificationPolicy
from lims.catalog.rules import (
    Accuracy,
    Assay,
    Catalog,
    Contamination,
    ControlRole,
    InternalControl,
    Lab,
    PlannedControl,
    Site,
    Target,
    point_of,
    zones_of,
)
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
from lims.kernel.barcodes import BarcodeFormat
from lims.kernel.db import Base

REVISION = select(CatalogRevision.revision)
_current: WeakKeyDictionary[Engine, Catalog] = WeakKeyDictionary()


def current(connection: Connection) -> Catalog:
    """The catalogue in force: one small statement, and a full read only after a load."""
    revision = connection.execute(REVISION).scalar_one_or_none() or 0
    known = _current.get(connection.engine)
    if known is None or known.revision != revision:
        known = _current[connection.engine] = read(connection, revision)
    return known


def read(connection: Connection, revision: int) -> Catalog:
    """Everything, from the tables."""
    areas = {row.code: row for row in connection.execute(select(AreaRow.__table__))}
    policies = select(
        PoolingPolicyRow.valid_from,
        PoolingPolicyRow.zone,
        PoolingPolicyRow.group,
        PoolingPolicyRow.pool_max,
        PoolingPolicyRow.household,
        PoolingPolicyRow.source,
        PoolingPolicyRow.recollect_within_hours,
        PoolingPolicyRow.sensitivity_floor,
    )
    transport = select(
        TransportPolicyRow.valid_from,
        TransportPolicyRow.hours_at_most,
        TransportPolicyRow.source,
        TransportPolicyRow.coldest_c,
        TransportPolicyRow.warmest_c,
        TransportPolicyRow.tube_hours_at_most,
    )
    limits = select(
        TimeLimitRow.valid_from,
        TimeLimitRow.name,
        TimeLimitRow.hours,
        TimeLimitRow.source,
        TimeLimitRow.recollection,
        TimeLimitRow.kind,
        TimeLimitRow.zone,
        TimeLimitRow.site,
    )
    formats = select(BarcodeFormatRow.name, BarcodeFormatRow.kind, BarcodeFormatRow.regex, BarcodeFormatRow.check)
    verifications = select(VerificationRow.valid_from, VerificationRow.calls, VerificationRow.required, VerificationRow.source)
    kept = RetentionPolicyRow
    retentions = select(kept.valid_from, kept.negative_days, kept.other_days, kept.rejected_days, kept.source, kept.people_days)
    sites = select(SiteRow.code, SiteRow.name, SiteRow.area, SiteRow.timezone, SiteRow.priority, SiteRow.latitude, SiteRow.longitude)
    labs = connection.execute(select(LabRow.__table__)).all()
    return Catalog(
        revision=revision,
        zones=zones_of({code: (row.parent, row.zone) for code, row in areas.items()}),
        areas={code: row.name for code, row in areas.items()},
        parents={code: row.parent for code, row in areas.items() if row.parent is not None},
        sites={row.code: Site(*row) for row in connection.execute(sites)},
        labs={row.code: Lab(row.code, row.name, row.kind, row.timezone) for row in labs},
        lab_plans=lab_plans(connection, {row.code: point_of(row.latitude, row.longitude) for row in labs}),
        assays={(row.code, row.version): assay_from(row.content) for row in connection.execute(select(AssayRow.__table__))},
        policies=tuple(PoolingPolicy(*row) for row in connection.execute(policies)),
        transport=tuple(TransportPolicy(*row) for row in connection.execute(transport)),
        limits=tuple(TimeLimit(*row) for row in connection.execute(limits)),
        formats=tuple(BarcodeFormat(*row) for row in connection.execute(formats.order_by(BarcodeFormatRow.name))),
        verifications=tuple(
            VerificationPolicy(row.valid_from, tuple(row.calls), row.required, row.source) for row in connection.execute(verifications)
        ),
        retentions=tuple(RetentionPolicy(*row) for row in connection.execute(retentions)),
        case_policies=tuple(
            CasePolicy(**{**row, "tell": tuple(row["tell"])}) for row in connection.execute(select(CasePolicyRow.__table__)).mappings()
        ),
    )


def lab_plans(connection: Connection, points: Mapping[str, Point | None]) -> dict[str, LabPlan]:
    """What each lab works with, when it is open, and where it moves."""
    resources: dict[str, list[Resources]] = {code: [] for code in points}
    openings: dict[str, list[Opening]] = {code: [] for code in points}
    moves: dict[str, list[Move]] = {code: [] for code in points}
    for row in connection.execute(select(LabResources.__table__)):
        values = row._asdict()
        shifts = tuple(Shift(time.fromisoformat(each["starts"]), time.fromisoformat(each["ends"]), each["staff"]) for each in row.shifts)
        resources[values.pop("lab")].append(Resources(**values | {"shifts": shifts}))
    for row in connection.execute(select(LabOpening.__table__)):
        hours = (Hours(tuple(h["weekdays"]), time.fromisoformat(h["opens"]), time.fromisoformat(h["closes"])) for h in row.hours)
        openings[row.lab].append(Opening(row.valid_from, tuple(hours)))
    for row in connection.execute(select(LabMove.__table__)):
        moves[row.lab].append(Move(row.leaves_at, row.works_from, row.place, Point(row.latitude, row.longitude)))
    return {code: LabPlan(point, tuple(resources[code]), tuple(openings[code]), tuple(moves[code])) for code, point in points.items()}


def assay_from(content: dict[str, Any]) -> Assay:
    """A stored assay as the rules use it."""
    return Assay(
        code=content["code"],
        version=content["version"],
        name=content["name"],
        pool_max=content["pool_max"],
        plate=content["plate"],
        targets=tuple(Target(**target) for target in content["targets"]),
        internal_control=InternalControl(**content["internal_control"]),
        controls=tuple(PlannedControl(ControlRole(control["role"]), control["count"]) for control in content["controls"]),
        contamination=Contamination(**content.get("contamination", {})),
        accuracy=Accuracy(**content.get("accuracy", {})),
    )


def stored_rows(connection: Connection) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """What is stored now, by table and key: what a dry run compares a file with."""
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for mapped in (
        AreaRow,
        SiteRow,
        LabRow,
        LabCapacity,
        LabResources,
        LabOpening,
        LabMove,
        SamplingPlan,
        ExpectedPeople,
        AssayRow,
        PoolingPolicyRow,
        TransportPolicyRow,
        TimeLimitRow,
        VerificationRow,
        RetentionPolicyRow,
        CasePolicyRow,
        BarcodeFormatRow,
    ):
        table = Base.metadata.tables[mapped.__tablename__]
        keys = [column.name for column in table.primary_key]
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        found[table.name] = {tuple(row[key] for key in keys): row for row in rows}
    return found


def capacities_on(connection: Connection, day: date) -> dict[str, int]:
    """What every lab declared for a day, in tubes."""
    query = select(LabCapacity.lab, LabCapacity.tubes_per_day).where(LabCapacity.valid_from <= day)
    query = query.order_by(LabCapacity.valid_from, LabCapacity.version)
    return {row.lab: row.tubes_per_day for row in connection.execute(query)}


def capacity_on(connection: Connection, lab: str, day: date) -> int | None:
    """What a lab declared for a day, in tubes."""
    query = (
        select(LabCapacity.tubes_per_day)
        .where(LabCapacity.lab == lab, LabCapacity.valid_from <= day)
        .order_by(LabCapacity.valid_from.desc(), LabCapacity.version.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()

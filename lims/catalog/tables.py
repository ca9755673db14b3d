"""Reference data as tables; small, the same on every node."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, DateTime, Double, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class CatalogRevision(Base):
    """One row that counts the loads, so that every process notices a new catalogue at its next request."""

    __tablename__ = "catalog_revision"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    revision: Mapped[int] = mapped_column(BigInteger)


class AreaRow(Base):
    """Province, city, district or street."""

    __tablename__ = "area"
    __table_args__ = (CheckConstraint("zone IN ('quarantine','sealed','controlled','precaution','normal')", name="zone"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(Text, ForeignKey("area.code"))
    zone: Mapped[str | None] = mapped_column(Text)


class SiteRow(Base):
    """A sampling point."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text, ForeignKey("area.code"))
    timezone: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("5"))
    latitude: Mapped[float | None] = mapped_column(Double, comment="degrees, WGS 84, as of every place")
    longitude: Mapped[float | None] = mapped_column(Double)


class LabRow(Base):
    """A testing laboratory."""

    __tablename__ = "lab"
    __table_args__ = (CheckConstraint("kind IN ('fixed','inflatable','cabin','mobile','rapid','third_party')", name="kind"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)


class LabCapacity(Base):
    """What a lab declares it can test a day, from a day on; of several versions for one day the last holds.

    Version 1 is a catalogue file's, and a file may change it; what is declared on a page is only added, as version 2 and on.
    """

    __tablename__ = "lab_capacity"
    __table_args__ = (CheckConstraint("tubes_per_day >= 0", name="tubes_per_day"),)

    lab: Mapped[str] = mapped_column(Text, ForeignKey("lab.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("1"))
    tubes_per_day: Mapped[int] = mapped_column(Integer)
    declared_by: Mapped[str | None] = mapped_column(Text)
    declared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    why: Mapped[str | None] = mapped_column(Text)


class LabResources(Base):
    """What a lab works with, from a day on, and who said so."""

    __tablename__ = "lab_resources"
    __table_args__ = (
        CheckConstraint("extraction_lines >= 0 AND cyclers >= 0 AND control_wells >= 0 AND tubes_per_person >= 0", name="counts"),
        CheckConstraint("extraction_minutes > 0 AND run_minutes > 0", name="minutes"),
        CheckConstraint("extraction_wells > control_wells AND cycler_wells > control_wells", name="wells"),
    )

    lab: Mapped[str] = mapped_column(Text, ForeignKey("lab.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    extraction_lines: Mapped[int | None] = mapped_column(SmallInteger, comment="null where nothing is extracted")
    extraction_wells: Mapped[int] = mapped_column(SmallInteger)
    extraction_minutes: Mapped[int] = mapped_column(SmallInteger, comment="of one batch, with loading")
    cyclers: Mapped[int] = mapped_column(SmallInteger)
    cycler_wells: Mapped[int] = mapped_column(SmallInteger)
    run_minutes: Mapped[int] = mapped_column(SmallInteger, comment="of one plate, with loading")
    control_wells: Mapped[int] = mapped_column(SmallInteger)
    tubes_per_person: Mapped[int] = mapped_column(SmallInteger, comment="in a shift")
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="starts, ends, staff; empty where staff does not matter")
    source: Mapped[str] = mapped_column(Text)


class LabOpening(Base):
    """When a lab is open, from a day on."""

    __tablename__ = "lab_opening"

    lab: Mapped[str] = mapped_column(Text, ForeignKey("lab.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    hours: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="weekdays (Monday is 1), opens, closes")


class LabMove(Base):
    """Where a unit that moves stands from when on."""

    __tablename__ = "lab_move"
    __table_args__ = (CheckConstraint("works_from >= leaves_at", name="arrives_later"),)

    lab: Mapped[str] = mapped_column(Text, ForeignKey("lab.code"), primary_key=True)
    leaves_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    works_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    place: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float] = mapped_column(Double)
    longitude: Mapped[float] = mapped_column(Double)


class SamplingPlan(Base):
    """How many tubes a site is to collect in each hour of a local day."""

    __tablename__ = "sampling_plan"
    __table_args__ = (CheckConstraint("cardinality(tubes_by_hour) = 24", name="hours"),)

    site: Mapped[str] = mapped_column(Text, ForeignKey("site.code"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tubes_by_hour: Mapped[list[int]] = mapped_column(ARRAY(Integer), comment="24 numbers, of midnight first")


class ExpectedPeople(Base):
    """How many people a round is for, in an area (with the areas in it) or at a site; the last version holds, none is changed."""

    __tablename__ = "expected_people"
    __table_args__ = (
        CheckConstraint("kind IN ('area','site')", name="kind"),
        CheckConstraint("people > 0", name="people"),
        Index("expected_people_first_day_idx", "first_day"),
    )

    round: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True, comment="of what the place is the code")
    place: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    first_day: Mapped[date] = mapped_column(Date, comment="of the round")
    people: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    declared_by: Mapped[str | None] = mapped_column(Text, comment="null where a catalogue file said so")
    declared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AssayRow(Base):
    """One version of an assay; inserted, never changed."""

    __tablename__ = "assay"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[bytes] = mapped_column(BYTEA, comment="SHA-256 of the content in canonical form")


class PoolingPolicyRow(Base):
    """How many may share a tube, by zone and group, from a day on, and who said so."""

    __tablename__ = "pooling_policy"
    __table_args__ = (CheckConstraint("pool_max >= 1", name="pool_max"),)

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    zone: Mapped[str] = mapped_column(Text, primary_key=True)
    group: Mapped[str] = mapped_column(Text, primary_key=True)
    pool_max: Mapped[int] = mapped_column(SmallInteger)
    household: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(Text)
    recollect_within_hours: Mapped[int] = mapped_column(SmallInteger, server_default=text("24"))
    sensitivity_floor: Mapped[float | None] = mapped_column(
        Double, comment="share of pools with one positive that an advised size must find"
    )


class TransportPolicyRow(Base):
    """How long a box may be on its way, from a day on, and who said so."""

    __tablename__ = "transport_policy"
    __table_args__ = (CheckConstraint("hours_at_most > 0", name="hours_at_most"),)

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    hours_at_most: Mapped[float] = mapped_column(Double)
    source: Mapped[str] = mapped_column(Text)
    coldest_c: Mapped[float | None] = mapped_column(Double)
    warmest_c: Mapped[float | None] = mapped_column(Double)
    tube_hours_at_most: Mapped[float | None] = mapped_column(Double, comment="from sealing to receipt")


class TimeLimitRow(Base):
    """Within how many hours from receipt the tubes of a class are to be released, from a day on, and who said so."""

    __tablename__ = "time_limit"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("kind IN ('swab_pool','single','aliquot_pool')", name="kind"),
        CheckConstraint("zone IN ('quarantine','sealed','controlled','precaution','normal')", name="zone"),
    )

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    hours: Mapped[float] = mapped_column(Double)
    source: Mapped[str] = mapped_column(Text)
    recollection: Mapped[bool | None] = mapped_column(Boolean, comment="a condition, as the next three: null where it does not matter")
    kind: Mapped[str | None] = mapped_column(Text)
    zone: Mapped[str | None] = mapped_column(Text)
    site: Mapped[str | None] = mapped_column(Text)


class VerificationRow(Base):
    """Which calls are verified with an assay that shares no target, from a day on, and who said so."""

    __tablename__ = "verification"

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    calls: Mapped[list[str]] = mapped_column(ARRAY(Text))
    required: Mapped[bool] = mapped_column(Boolean, comment="not released before")
    source: Mapped[str] = mapped_column(Text)


class RetentionPolicyRow(Base):
    """How many days tubes are kept after their result or rejection, from a day on, and who said so."""

    __tablename__ = "retention_policy"
    __table_args__ = (CheckConstraint("negative_days >= 0 AND other_days >= 0 AND rejected_days >= 0", name="days"),)

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    negative_days: Mapped[int] = mapped_column(SmallInteger)
    other_days: Mapped[int] = mapped_column(SmallInteger, comment="after any other result")
    rejected_days: Mapped[int] = mapped_column(SmallInteger)
    people_days: Mapped[int | None] = mapped_column(SmallInteger, comment="who was in a tube with a negative result; null is for ever")
    source: Mapped[str] = mapped_column(Text)


class CasePolicyRow(Base):
    """How cases are handled, by zone and group, from a day on, and who said so; inserted, never changed: old cases keep theirs."""

    __tablename__ = "case_policy"
    __table_args__ = (
        CheckConstraint("zone IN ('quarantine','sealed','controlled','precaution','normal')", name="zone"),
        CheckConstraint("scheme IN ('individual','choose','halving','sub_pools','square','recollect')", name="scheme"),
        CheckConstraint("(scheme = 'sub_pools') = (sub_pool_size IS NOT NULL)", name="sub_pools_have_a_size"),
    )

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    zone: Mapped[str] = mapped_column(Text, primary_key=True)
    group: Mapped[str] = mapped_column(Text, primary_key=True)
    scheme: Mapped[str] = mapped_column(Text, comment="how members of an aliquot pool are found: by whom it is chosen, or which")
    sub_pool_size: Mapped[int | None] = mapped_column(SmallInteger)
    most_stages: Mapped[int | None] = mapped_column(SmallInteger, comment="plates that may follow each other")
    verify_original: Mapped[bool] = mapped_column(Boolean, comment="the reactive tube itself is tested with another kit, too")
    recollect_too: Mapped[bool] = mapped_column(
        Boolean, server_default=text("false"), comment="people of an aliquot pool are called back while their kept tubes are tested"
    )
    recollect_within_hours: Mapped[int] = mapped_column(SmallInteger)
    retest_within_hours: Mapped[int] = mapped_column(SmallInteger)
    tell: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="who is told of a case")
    prevalence: Mapped[float] = mapped_column(Double, comment="what costs are reckoned with, as the next two")
    sensitivity: Mapped[float] = mapped_column(Double)
    specificity: Mapped[float] = mapped_column(Double)
    source: Mapped[str] = mapped_column(Text)


class BarcodeFormatRow(Base):
    """How a supplier's codes look."""

    __tablename__ = "barcode_format"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    regex: Mapped[str] = mapped_column(Text)
    check: Mapped[str] = mapped_column(Text)

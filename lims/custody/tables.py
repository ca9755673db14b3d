"""Tubes, members, boxes, and the ids of messages already taken.

Every key of a tube's facts carries its barcode, so that these tables can be spread over several machines by it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base

TIME = DateTime(timezone=True)
# A sealed tube that waits for a box.
UNBOXED = "field_state = 'sealed' AND box IS NULL AND received_at IS NULL"
# What waits in a lab because of a case, and what waits in its turn.
FOR_A_CASE = "bench_state = 'waiting' AND (retest_of IS NOT NULL OR pool IS NOT NULL OR mixed_for IS NOT NULL)"
IN_TURN = "bench_state = 'waiting' AND retest_of IS NULL AND pool IS NULL AND mixed_for IS NULL"
SITE_OR_NONE, KIND_OR_NONE = text("coalesce(site, '')"), text("coalesce(kind, '')")
STAGES = ("sealed_at", "dispatched_at", "received_at", "tested_at", "released_at")


class Tube(Base):
    """One tube, with everything known of it now. The row is made by whoever speaks of the tube first.

    `registered_at` is null until a device has told who is in it; `received_at` until a lab has it.
    """

    __tablename__ = "tube"
    __table_args__ = (
        CheckConstraint("kind IN ('swab_pool', 'single', 'aliquot_pool')", name="kind"),
        CheckConstraint("field_state IN ('open', 'sealed', 'void')", name="field_state"),
        CheckConstraint("bench_state IN ('waiting', 'pooled', 'plated', 'called', 'released', 'rejected')", name="bench_state"),
        CheckConstraint("call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="call"),
        CheckConstraint("released_call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="released_call"),
        CheckConstraint("member_count <= pool_size", name="not_overfull"),
        CheckConstraint("kind <> 'single' OR pool_size = 1", name="single_is_one"),
        CheckConstraint("(registered_at IS NULL) = (record_id IS NULL)", name="registered_by_a_record"),
        CheckConstraint("field_state <> 'sealed' OR sealed_at IS NOT NULL", name="sealed_has_time"),
        CheckConstraint("(bench_state IS NULL) = (received_at IS NULL)", name="bench_state_when_received"),
        CheckConstraint("(received_at IS NULL) = (lab IS NULL)", name="received_in_a_lab"),
        CheckConstraint("(released_at IS NULL) = (released_call IS NULL)", name="released_with_a_call"),
        CheckConstraint("(bench_state IS NOT DISTINCT FROM 'released') = (released_at IS NOT NULL)", name="released_state"),
        CheckConstraint("(bench_state IS NOT DISTINCT FROM 'rejected') = (rejected_at IS NOT NULL)", name="rejected_state"),
        CheckConstraint("released_at IS NULL OR rejected_at IS NULL", name="released_or_rejected"),
        CheckConstraint("barcode <> retest_of", name="not_its_own_retest"),
        # What was thrown away never waits again.
        CheckConstraint("discarded_at IS NULL OR bench_state IN ('released', 'rejected')", name="discarded_at_its_end"),
        CheckConstraint("repeat_reason IN ('repeat', 're_extraction', 'verification')", name="repeat_reason"),
        CheckConstraint("result_stands", name="result_stands"),
        CheckConstraint(
            "(mixed_for IS NULL) = (mixed_of IS NULL) AND (mixed_for IS NULL OR kind = 'aliquot_pool')", name="mixed_for_a_case"
        ),
        CheckConstraint("amended_at IS NULL OR released_at IS NOT NULL", name="amended_when_released"),
        # No result without the release that stands, and so without evidence and two people. Deferred, since releasing writes both.
        ForeignKeyConstraint(
            ["barcode", "released_call", "result_stands"],
            ["release.barcode", "release.call", "release.standing"],
            name="tube_released_call_fkey",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("tube_record_id_idx", "record_id"),
        Index("tube_box_idx", "box"),
        Index("tube_received_box_idx", "received_box"),
        Index("tube_retest_of_idx", "retest_of", postgresql_where=text("retest_of IS NOT NULL")),
        Index("tube_pool_idx", "pool", postgresql_where=text("pool IS NOT NULL")),
        Index("tube_mixed_for_idx", "mixed_for", postgresql_where=text("mixed_for IS NOT NULL")),
        Index("tube_collected_on_idx", "collected_on"),
        Index("tube_site_sealed_at_idx", "site", "sealed_at"),
        Index("tube_unboxed_idx", "site", "sealed_at", postgresql_where=text(UNBOXED)),
        Index("tube_batch_idx", "batch", postgresql_where=text("batch IS NOT NULL")),
        Index("tube_waiting_idx", "lab", "received_at", postgresql_where=text("bench_state = 'waiting'")),
        # What is tested next: of every site and kind the oldest, however many wait.
        Index("tube_in_turn_idx", "lab", SITE_OR_NONE, KIND_OR_NONE, "received_at", "barcode", postgresql_where=text(IN_TURN)),
        Index("tube_for_a_case_idx", "lab", postgresql_where=text(FOR_A_CASE)),
        Index("tube_again_idx", "lab", "received_at", postgresql_where=text("bench_state = 'waiting' AND repeat_reason IS NOT NULL")),
        # What a lab has begun and not finished: small, however many tubes there ever were.
        Index("tube_on_plate_idx", "plate", "lab", postgresql_where=text("bench_state IN ('plated', 'called')")),
        Index("tube_reactive_idx", "released_at", postgresql_where=text("released_call <> 'negative'")),
        # The newest of a lab: few, among all tubes that ever were there.
        Index("tube_mixed_idx", "lab", "received_at", "barcode", postgresql_where=text("kind = 'aliquot_pool'")),
        Index("tube_discarded_idx", "lab", "discarded_at", postgresql_where=text("discarded_at IS NOT NULL")),
        Index("tube_rejected_idx", "rejected_at", postgresql_where=text("rejected_at IS NOT NULL")),
        # For reports: the tubes that some days touched, and the few that have not come to an end. Block ranges of all days would be read
        # from the first to the last for every question about one.
        *(Index(f"tube_{stage}_idx", stage, postgresql_where=text(f"{stage} IS NOT NULL")) for stage in STAGES),
        # The first day of each lab, however many came before it.
        Index("tube_first_pools_idx", "lab", "collected_on", postgresql_where=text("kind = 'swab_pool' AND released_at IS NOT NULL")),
        Index("tube_unfinished_idx", "received_at", postgresql_where=text("bench_state IN ('waiting', 'pooled', 'plated', 'called')")),
        Index("tube_on_its_way_idx", "dispatched_at", postgresql_where=text("dispatched_at IS NOT NULL AND received_at IS NULL")),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    # what the field says
    record_id: Mapped[UUID | None] = mapped_column(Uuid, comment="UUIDv7 made by the device")
    revision: Mapped[int | None] = mapped_column(Integer)
    content_digest: Mapped[bytes | None] = mapped_column(BYTEA, comment="SHA-256 of the record without id and revision")
    device: Mapped[str | None] = mapped_column(Text)
    site: Mapped[str | None] = mapped_column(Text)
    round: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    pool_size: Mapped[int | None] = mapped_column(SmallInteger)
    member_count: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    field_state: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(TIME)
    sealed_at: Mapped[datetime | None] = mapped_column(TIME)
    registered_at: Mapped[datetime | None] = mapped_column(TIME, comment="server time of the first record")
    collected_on: Mapped[date | None] = mapped_column(Date, comment="the site's day of sealing, of opening while open")
    retest_of: Mapped[str | None] = mapped_column(Text)
    # on its way
    box: Mapped[str | None] = mapped_column(Text, comment="the box it was packed in")
    dispatched_at: Mapped[datetime | None] = mapped_column(TIME)
    dispatched_to: Mapped[str | None] = mapped_column(Text)
    # what the bench says
    lab: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime | None] = mapped_column(TIME)
    received_box: Mapped[str | None] = mapped_column(Text, comment="the box it was scanned out of")
    bench_state: Mapped[str | None] = mapped_column(Text)
    pool: Mapped[str | None] = mapped_column(Text, comment="the aliquot pool that some of its liquid went into")
    mixed_for: Mapped[str | None] = mapped_column(
        Text, comment="the reactive pool whose case this was mixed for: a sub-pool of its members, or its own liquid once more"
    )
    mixed_of: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="the tubes whose liquid it holds")
    batch: Mapped[str | None] = mapped_column(Text, comment="the extraction batch in which its eluate lies")
    plate: Mapped[str | None] = mapped_column(Text)
    well: Mapped[str | None] = mapped_column(Text)
    repeat_reason: Mapped[str | None] = mapped_column(Text, comment="why it was sent back last")
    repeat_assay: Mapped[str | None] = mapped_column(Text, comment="the assay that called it when it was sent back")
    run: Mapped[UUID | None] = mapped_column(Uuid, comment="the run that its present call comes from")
    call: Mapped[str | None] = mapped_column(Text)
    tested_at: Mapped[datetime | None] = mapped_column(TIME, comment="first run with controls in control")
    released_call: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(TIME)
    amended_at: Mapped[datetime | None] = mapped_column(TIME)
    result_stands: Mapped[bool] = mapped_column(
        Boolean, server_default=text("true"), comment="always true: what `release.standing` must be"
    )
    rejected_at: Mapped[datetime | None] = mapped_column(TIME)
    rejected_for: Mapped[str | None] = mapped_column(Text)
    discarded_at: Mapped[datetime | None] = mapped_column(TIME)


class TubeMember(Base):
    """One person in one tube. `person_id` is a keyed hash: it says who is the same, not who it is."""

    __tablename__ = "tube_member"
    __table_args__ = (
        PrimaryKeyConstraint("barcode", "position", "day"),
        UniqueConstraint("barcode", "person_id", "day"),
        CheckConstraint("position >= 1", name="position"),
        Index("tube_member_person_id_idx", "person_id"),
        {"postgresql_partition_by": "RANGE (day)"},
    )

    day: Mapped[date] = mapped_column(Date, comment="the tube's collected_on")
    barcode: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    member_group: Mapped[str] = mapped_column(Text)
    collected_at: Mapped[datetime] = mapped_column(TIME)


class Box(Base):
    """A sealed transport container; its row, too, gathers facts in any order."""

    __tablename__ = "box"
    __table_args__ = (
        # What is called countersigned was signed by two different people: see `Handover.signed_id`.
        ForeignKeyConstraint(["handover"], ["handover.signed_id"], name="box_handover_fkey"),
        CheckConstraint("handover IS NULL OR dispatched_at IS NOT NULL", name="handed_over_when_dispatched"),
        Index("box_site_sealed_at_idx", "site", "sealed_at"),
        Index("box_lab_received_at_idx", "lab", "received_at"),
        Index("box_coming_idx", "dispatched_to", "dispatched_at", postgresql_where=text("received_at IS NULL")),
        Index("box_carried_idx", "carried_by", postgresql_where=text("received_at IS NULL")),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    site: Mapped[str | None] = mapped_column(Text)
    packed_tubes: Mapped[int | None] = mapped_column(Integer)
    sealed_at: Mapped[datetime | None] = mapped_column(TIME)
    sealed_by: Mapped[str | None] = mapped_column(Text)
    dispatched_at: Mapped[datetime | None] = mapped_column(TIME)
    dispatched_to: Mapped[str | None] = mapped_column(Text)
    courier: Mapped[str | None] = mapped_column(Text)
    vehicle: Mapped[str | None] = mapped_column(Text)
    carried_by: Mapped[str | None] = mapped_column(Text, comment="the courier's account, where a courier has said so himself")
    handover: Mapped[UUID | None] = mapped_column(
        Uuid, comment="the hand-over that two people have signed; null where it was not countersigned"
    )
    lab: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime | None] = mapped_column(TIME, comment="first scan")
    received_by: Mapped[str | None] = mapped_column(Text)
    temperature_c: Mapped[float | None] = mapped_column(Double)
    directed_to: Mapped[str | None] = mapped_column(Text, comment="the lab that an accepted diversion sends it to")
    directed_at: Mapped[datetime | None] = mapped_column(TIME)


class Handover(Base):
    """Boxes that pass from a site to a courier: one of the two writes and signs it; with the other's signature they are on their way."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("given_by IS NOT NULL OR taken_by IS NOT NULL", name="somebody_signed"),
        CheckConstraint("given_by <> taken_by", name="two_people"),
        CheckConstraint("(signed_at IS NULL) = (given_by IS NULL OR taken_by IS NULL)", name="signed_by_both"),
        CheckConstraint("(signed_id IS NULL) = (signed_at IS NULL) AND signed_id = id", name="signed_id_when_signed"),
        CheckConstraint("boxes >= 1", name="boxes"),
        UniqueConstraint("signed_id"),
        Index("handover_open_idx", "offered_at", postgresql_where=text("signed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    lab: Mapped[str] = mapped_column(Text)
    vehicle: Mapped[str] = mapped_column(Text)
    temperature_c: Mapped[float | None] = mapped_column(Double)
    boxes: Mapped[int] = mapped_column(SmallInteger)
    given_by: Mapped[str | None] = mapped_column(Text)
    taken_by: Mapped[str | None] = mapped_column(Text)
    offered_at: Mapped[datetime] = mapped_column(TIME)
    signed_at: Mapped[datetime | None] = mapped_column(TIME)
    signed_id: Mapped[UUID | None] = mapped_column(Uuid, comment="the id again once both have signed: what a box may point at")


class HandoverBox(Base):
    """A box that was offered in a hand-over; `temperature_c` where it was measured in this box."""

    __tablename__ = "handover_box"
    __table_args__ = (
        PrimaryKeyConstraint("barcode", "handover"),
        ForeignKeyConstraint(["handover"], ["handover.id"], name="handover_box_handover_fkey"),
        Index("handover_box_handover_idx", "handover"),
    )

    barcode: Mapped[str] = mapped_column(Text)
    handover: Mapped[UUID] = mapped_column(Uuid)
    temperature_c: Mapped[float | None] = mapped_column(Double)


class Message(Base):
    """The id of every write already taken, with a digest of what it said: a repeat is known, a reuse is refused."""

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    verb: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(BYTEA)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIME, comment="server time")

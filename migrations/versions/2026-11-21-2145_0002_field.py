"""Tubes, people, boxes, labels

Why: the sampling end.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("CREATE SEQUENCE label_serial MINVALUE 1")
    create_tube()
    create_tube_member()
    create_box()
    create_person()
    create_inbox()
    create_label_block()
    create_label_range()


def create_tube() -> None:
    """Table `tube`."""
    op.create_table(
        "tube",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True, comment="UUIDv7 made by the device"),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("content_digest", postgresql.BYTEA(), nullable=True, comment="SHA-256 of the record without id and revision"),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("round", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("pool_size", sa.SmallInteger(), nullable=True),
        sa.Column("member_count", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("field_state", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True, comment="server time of the first record"),
        sa.Column("collected_on", sa.Date(), nullable=True, comment="the site's day of sealing, of opening while open"),
        sa.Column("retest_of", sa.Text(), nullable=True),
        sa.Column("box", sa.Text(), nullable=True, comment="the box it was packed in"),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_to", sa.Text(), nullable=True),
        sa.Column("lab", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_box", sa.Text(), nullable=True, comment="the box it was scanned out of"),
        sa.Column("bench_state", sa.Text(), nullable=True),
        sa.Column("pool", sa.Text(), nullable=True, comment="the aliquot pool that some of its liquid went into"),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("well", sa.Text(), nullable=True),
        sa.Column("run", sa.Uuid(), nullable=True, comment="the run that its present call comes from"),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True, comment="first run with controls in control"),
        sa.Column("released_call", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_for", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(bench_state IS NOT DISTINCT FROM 'rejected') = (rejected_at IS NOT NULL)", name=op.f("tube_rejected_state_check")
        ),
        sa.CheckConstraint(
            "(bench_state IS NOT DISTINCT FROM 'released') = (released_at IS NOT NULL)", name=op.f("tube_released_state_check")
        ),
        sa.CheckConstraint(
            "bench_state IN ('waiting', 'pooled', 'plated', 'called', 'released', 'rejected')", name=op.f("tube_bench_state_check")
        ),
        sa.CheckConstraint("call IN ('negative', 'positive', 'inconclusive', 'invalid')", name=op.f("tube_call_check")),
        sa.CheckConstraint("field_state <> 'sealed' OR sealed_at IS NOT NULL", name=op.f("tube_sealed_has_time_check")),
        sa.CheckConstraint("field_state IN ('open', 'sealed', 'void')", name=op.f("tube_field_state_check")),
        sa.CheckConstraint("kind <> 'single' OR pool_size = 1", name=op.f("tube_single_is_one_check")),
        sa.CheckConstraint("kind IN ('swab_pool', 'single', 'aliquot_pool')", name=op.f("tube_kind_check")),
        sa.CheckConstraint("released_call IN ('negative', 'positive', 'inconclusive', 'invalid')", name=op.f("tube_released_call_check")),
        sa.CheckConstraint("(bench_state IS NULL) = (received_at IS NULL)", name=op.f("tube_bench_state_when_received_check")),
        sa.CheckConstraint("(received_at IS NULL) = (lab IS NULL)", name=op.f("tube_received_in_a_lab_check")),
        sa.CheckConstraint("(registered_at IS NULL) = (record_id IS NULL)", name=op.f("tube_registered_by_a_record_check")),
        sa.CheckConstraint("(released_at IS NULL) = (released_call IS NULL)", name=op.f("tube_released_with_a_call_check")),
        sa.CheckConstraint("barcode <> retest_of", name=op.f("tube_not_its_own_retest_check")),
        sa.CheckConstraint("member_count <= pool_size", name=op.f("tube_not_overfull_check")),
        sa.CheckConstraint("released_at IS NULL OR rejected_at IS NULL", name=op.f("tube_released_or_rejected_check")),
        sa.PrimaryKeyConstraint("barcode", name=op.f("tube_pkey")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("tube_box_idx", "tube", ["box"], unique=False)
    op.create_index("tube_collected_on_idx", "tube", ["collected_on"], unique=False)
    op.create_index("tube_pool_idx", "tube", ["pool"], unique=False, postgresql_where=sa.text("pool IS NOT NULL"))
    op.create_index("tube_reactive_idx", "tube", ["released_at"], unique=False, postgresql_where=sa.text("released_call <> 'negative'"))
    op.create_index("tube_received_box_idx", "tube", ["received_box"], unique=False)
    op.create_index("tube_record_id_idx", "tube", ["record_id"], unique=False)
    op.create_index("tube_rejected_idx", "tube", ["rejected_at"], unique=False, postgresql_where=sa.text("rejected_at IS NOT NULL"))
    op.create_index("tube_retest_of_idx", "tube", ["retest_of"], unique=False, postgresql_where=sa.text("retest_of IS NOT NULL"))
    op.create_index("tube_waiting_idx", "tube", ["lab", "received_at"], unique=False, postgresql_where=sa.text("bench_state = 'waiting'"))


def create_tube_member() -> None:
    """Table `tube_member`."""
    op.create_table(
        "tube_member",
        sa.Column("day", sa.Date(), nullable=False, comment="the tube's collected_on"),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("member_group", sa.Text(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("tube_member_position_check")),
        sa.PrimaryKeyConstraint("barcode", "position", "day", name=op.f("tube_member_pkey")),
        sa.UniqueConstraint("barcode", "person_id", "day", name=op.f("tube_member_barcode_person_id_day_key")),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_index("tube_member_person_id_idx", "tube_member", ["person_id"], unique=False)
    op.execute("CREATE TABLE tube_member_pdefault PARTITION OF tube_member DEFAULT")


def create_box() -> None:
    """Table `box`."""
    op.create_table(
        "box",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("packed_tubes", sa.Integer(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_by", sa.Text(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_to", sa.Text(), nullable=True),
        sa.Column("courier", sa.Text(), nullable=True),
        sa.Column("vehicle", sa.Text(), nullable=True),
        sa.Column("lab", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True, comment="first scan"),
        sa.Column("received_by", sa.Text(), nullable=True),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("barcode", name=op.f("box_pkey")),
    )


def create_person() -> None:
    """Table `person`."""
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "hidden", postgresql.BYTEA(), nullable=False, comment="AES-256-GCM of type, number, name and phone; the key's id in front"
        ),
        sa.Column("digest", postgresql.BYTEA(), nullable=False, comment="keyed hash of the same, to see a change without reading"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, comment="the collection at which this was said"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("person_pkey")),
    )


def create_inbox() -> None:
    """Table `inbox`."""
    op.create_table(
        "inbox",
        sa.Column("barcode", sa.Text(), nullable=False, comment="as sent, cut to 100 characters"),
        sa.Column(
            "digest", postgresql.BYTEA(), nullable=False, comment="keyed hash of device and raw content: the same words are kept once"
        ),
        sa.Column("id", sa.Uuid(), nullable=False, comment="names this entry to a supervisor"),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True, comment="the tube whose registration frees it"),
        sa.Column("raw", postgresql.BYTEA(), nullable=False, comment="the tube's JSON, encrypted"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True, comment="applied, keep_stored or take_this"),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(outcome = 'held') = (waits_for IS NOT NULL)", name=op.f("inbox_held_for_something_check")),
        sa.CheckConstraint("outcome IN ('held', 'conflict', 'refused')", name=op.f("inbox_outcome_check")),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name=op.f("inbox_resolved_somehow_check")),
        sa.PrimaryKeyConstraint("barcode", "digest", name=op.f("inbox_pkey")),
    )
    op.create_index(
        "inbox_conflict_idx",
        "inbox",
        ["site", "received_at"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL AND outcome = 'conflict'"),
    )
    op.create_index(
        "inbox_waits_for_idx",
        "inbox",
        ["waits_for"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL AND waits_for IS NOT NULL"),
    )


def create_label_block() -> None:
    """Table `label_block`."""
    op.create_table(
        "label_block",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("next_serial", sa.BigInteger(), nullable=False),
        sa.Column("last_serial", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("next_serial <= last_serial + 1", name=op.f("label_block_within_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("label_block_pkey")),
    )
    op.create_index("label_block_site_idx", "label_block", ["site"], unique=False, postgresql_where=sa.text("next_serial <= last_serial"))


def create_label_range() -> None:
    """Table `label_range`."""
    op.create_table(
        "label_range",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("first_serial", sa.BigInteger(), nullable=False),
        sa.Column("last_serial", sa.BigInteger(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_by", sa.Text(), nullable=False),
        sa.Column("prints", sa.Integer(), server_default=sa.text("0"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(first_serial, last_serial, '[]')"), "&&"), using="gist", name="label_range_never_twice"
        ),
        sa.CheckConstraint("first_serial <= last_serial", name=op.f("label_range_not_empty_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("label_range_pkey")),
    )

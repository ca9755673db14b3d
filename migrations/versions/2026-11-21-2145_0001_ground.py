"""Users, trail, catalogue, messages

Why: everything else refers to these.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from lims.kernel.audit.tables import Xid8

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("CREATE SEQUENCE event_id_seq")
    create_app_user()
    create_token()
    create_attempt()
    create_event()
    create_seal()
    create_catalog_revision()
    create_area()
    create_site()
    create_lab()
    create_lab_capacity()
    create_assay()
    create_pooling_policy()
    create_barcode_format()
    create_message()


def create_app_user() -> None:
    """Table `app_user`."""
    op.create_table(
        "app_user",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="argon2id; null for programs that only have tokens"),
        sa.Column("roles", postgresql.ARRAY(Text()), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("lab", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "roles <@ ARRAY['sampler','courier','technician','reviewer','official','admin','integration'] AND cardinality(roles) > 0",
            name=op.f("app_user_roles_check"),
        ),
        sa.CheckConstraint("scopes <@ ARRAY['identity']", name=op.f("app_user_scopes_check")),
        sa.PrimaryKeyConstraint("name", name=op.f("app_user_pkey")),
    )


def create_token() -> None:
    """Table `token`."""
    op.create_table(
        "token",
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_name"], ["app_user.name"], name=op.f("token_user_name_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("token_pkey")),
    )
    op.create_index("token_user_name_idx", "token", ["user_name"], unique=False)


def create_attempt() -> None:
    """Table `attempt`."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", postgresql.BYTEA(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pkey")),
    )
    op.create_index("attempt_key_at_idx", "attempt", ["key", "at"], unique=False)


def create_event() -> None:
    """Table `event`."""
    op.create_table(
        "event",
        sa.Column("day", sa.Date(), nullable=False, comment="UTC day of recorded_at"),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('event_id_seq')"), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it happened, as told"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.Column("what", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("txid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.PrimaryKeyConstraint("subject", "id", "day", name=op.f("event_pkey")),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_index("event_epoch_txid_idx", "event", ["epoch", "txid"], unique=False)
    op.execute("CREATE TABLE event_pdefault PARTITION OF event DEFAULT")


def create_seal() -> None:
    """Table `seal`."""
    op.create_table(
        "seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("from_txid", sa.BigInteger(), nullable=False),
        sa.Column("to_txid", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("root", postgresql.BYTEA(), nullable=False, comment="Merkle root of the events' SHA-256"),
        sa.Column(
            "signature",
            postgresql.BYTEA(),
            nullable=False,
            comment="HMAC-SHA256 over number, range, count, root, time and the previous signature",
        ),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("seal_pkey")),
    )


def create_catalog_revision() -> None:
    """Table `catalog_revision`."""
    op.create_table(
        "catalog_revision",
        sa.Column("singleton", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("catalog_revision_one_row_check")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("catalog_revision_pkey")),
    )


def create_area() -> None:
    """Table `area`."""
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.CheckConstraint("zone IN ('quarantine','sealed','controlled','precaution','normal')", name=op.f("area_zone_check")),
        sa.ForeignKeyConstraint(["parent"], ["area.code"], name=op.f("area_parent_fkey")),
        sa.PrimaryKeyConstraint("code", name=op.f("area_pkey")),
    )


def create_site() -> None:
    """Table `site`."""
    op.create_table(
        "site",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("5"), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("site_area_fkey")),
        sa.PrimaryKeyConstraint("code", name=op.f("site_pkey")),
    )


def create_lab() -> None:
    """Table `lab`."""
    op.create_table(
        "lab",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('fixed','inflatable','cabin','mobile','rapid','third_party')", name=op.f("lab_kind_check")),
        sa.PrimaryKeyConstraint("code", name=op.f("lab_pkey")),
    )


def create_lab_capacity() -> None:
    """Table `lab_capacity`."""
    op.create_table(
        "lab_capacity",
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("tubes_per_day", sa.Integer(), nullable=False),
        sa.CheckConstraint("tubes_per_day >= 0", name=op.f("lab_capacity_tubes_per_day_check")),
        sa.ForeignKeyConstraint(["lab"], ["lab.code"], name=op.f("lab_capacity_lab_fkey")),
        sa.PrimaryKeyConstraint("lab", "valid_from", name=op.f("lab_capacity_pkey")),
    )


def create_assay() -> None:
    """Table `assay`."""
    op.create_table(
        "assay",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False, comment="SHA-256 of the content in canonical form"),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("assay_pkey")),
    )


def create_pooling_policy() -> None:
    """Table `pooling_policy`."""
    op.create_table(
        "pooling_policy",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("pool_max", sa.SmallInteger(), nullable=False),
        sa.Column("household", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recollect_within_hours", sa.SmallInteger(), server_default=sa.text("24"), nullable=False),
        sa.CheckConstraint("pool_max >= 1", name=op.f("pooling_policy_pool_max_check")),
        sa.PrimaryKeyConstraint("valid_from", "zone", "group", name=op.f("pooling_policy_pkey")),
    )


def create_barcode_format() -> None:
    """Table `barcode_format`."""
    op.create_table(
        "barcode_format",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("regex", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("barcode_format_pkey")),
    )


def create_message() -> None:
    """Table `message`."""
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.PrimaryKeyConstraint("id", name=op.f("message_pkey")),
    )

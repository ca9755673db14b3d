"""Notices to the health authority

Why: whoever has to act must be told, and told once: at the first sign, when it is signed off, at each positive member, at closing.
Notices are drawn out of the audit trail, from the newest seal on; of what was sealed before, only cases that something happens to again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "notice",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="the order in which they were told"),
        sa.Column("id", sa.Uuid(), nullable=False, comment="the same however often it is sent"),
        sa.Column("barcode", sa.Text(), nullable=False, comment="the case's tube"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="0 where it is of no single member"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="of a closing; empty otherwise"),
        sa.Column("occasion", sa.SmallInteger(), nullable=False, comment="how often results of the case had been amended"),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False, comment="as programs are told"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it happened"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.CheckConstraint("position >= 0", name=op.f("notice_position_check")),
        sa.PrimaryKeyConstraint("number", name=op.f("notice_pkey")),
        sa.UniqueConstraint("id", name=op.f("notice_id_key")),
        sa.UniqueConstraint("barcode", "kind", "position", "outcome", "occasion", name="notice_told_once_key"),
    )
    op.create_index("notice_lab_idx", "notice", ["lab", "number"])
    op.create_index("notice_site_idx", "notice", ["site", "number"])
    op.create_table(
        "notice_seen",
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name=op.f("notice_seen_notice_fkey")),
        sa.PrimaryKeyConstraint("notice", "by", name=op.f("notice_seen_pkey")),
    )
    op.create_table(
        "notice_reader",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("notice_reader_one_row_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("notice_reader_pkey")),
    )
    op.execute("INSERT INTO notice_reader SELECT true, COALESCE(max(number), 0) FROM seal")
    op.execute("GRANT SELECT ON notice, notice_seen TO lims_field, lims_bench")
    op.execute("GRANT INSERT ON notice_seen TO lims_bench")

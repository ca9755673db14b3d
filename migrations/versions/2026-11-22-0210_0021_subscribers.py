"""Subscribers of notices

Why: other programs are told by signed webhooks, each notice at least once and those of a case in order, however long the receiver is
away. What is due, and every attempt, are rows: so they outlive the worker, can be read, and can be replayed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "subscriber",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False, comment="what of the address may be shown"),
        sa.Column("secret", postgresql.BYTEA(), nullable=False, comment="encrypted"),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False, comment="of notices; none: all"),
        sa.Column("area", sa.Text(), nullable=True, comment="it and all within it; null: everywhere"),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_for", sa.Text(), nullable=True),
        sa.CheckConstraint("(stopped_at IS NULL) = (stopped_for IS NULL)", name=op.f("subscriber_stopped_for_a_reason_check")),
        sa.PrimaryKeyConstraint("number", name=op.f("subscriber_pkey")),
    )
    op.create_table(
        "delivery",
        sa.Column("subscriber", sa.Integer(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False, comment="the notice's case: its notices arrive in their order"),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="since it was set going"),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="not tried before; while it is tried, when it is tried again should we die",
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name=op.f("delivery_notice_fkey")),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name=op.f("delivery_subscriber_fkey")),
        sa.PrimaryKeyConstraint("subscriber", "notice", name=op.f("delivery_pkey")),
    )
    waiting = sa.text("delivered_at IS NULL")
    op.create_index("delivery_due_idx", "delivery", ["due_at"], postgresql_where=waiting)
    op.create_index("delivery_order_idx", "delivery", ["subscriber", "barcode", "notice"], postgresql_where=waiting)
    op.create_table(
        "delivery_attempt",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subscriber", sa.Integer(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True, comment="of the answer; null where there was none"),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False, comment="why it failed"),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name=op.f("delivery_attempt_notice_fkey")),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], name=op.f("delivery_attempt_subscriber_fkey")),
        sa.PrimaryKeyConstraint("number", name=op.f("delivery_attempt_pkey")),
    )
    op.create_index("delivery_attempt_subscriber_idx", "delivery_attempt", ["subscriber", "number"])
    op.execute("GRANT SELECT (number, host, stopped_at, stopped_for) ON subscriber TO lims_bench")

"""Devices of a site

Why: a phone is set up with a code that works once, serves one site, and can be taken out of use when it is lost. What it sent names
it, so it is never deleted; the bench has nothing to do with it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="what stands in the `device` of its messages"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("link_number", sa.Integer(), nullable=False, comment="how many links there were: only the last one opens"),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True, comment="null once the link was used"),
        sa.Column("token_digest", BYTEA(), nullable=True, comment="SHA-256 of what the device carries"),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("device_revoked_by_somebody_check")),
        sa.CheckConstraint("(set_up_at IS NULL) = (token_digest IS NULL)", name=op.f("device_set_up_with_token_check")),
        sa.ForeignKeyConstraint(["site"], ["site.code"], name=op.f("device_site_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("device_pkey")),
        sa.UniqueConstraint("code", name=op.f("device_code_key")),
        sa.UniqueConstraint("token_digest", name=op.f("device_token_digest_key")),
    )
    op.create_index("device_site_idx", "device", ["site", "created_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON device TO lims_field")

"""A tube's result is a release's

Why: a release needs evidence and two people, but the result that people see is read from the tube, and that could be written
without one. Checked when a transaction ends, since releasing writes both.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_unique_constraint("release_barcode_call_key", "release", ["barcode", "call"])
    op.create_foreign_key(
        "tube_released_call_fkey",
        "tube",
        "release",
        ["barcode", "released_call"],
        ["barcode", "call"],
        deferrable=True,
        initially="DEFERRED",
    )

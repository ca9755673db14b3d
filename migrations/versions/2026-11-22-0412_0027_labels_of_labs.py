"""Labs reserve label codes too

Why: a tube that comes without a code is labelled at the bench, and so are plates and racks. The codes come from the one store that
all labels come from, so the bench needs the two tables through which it is emptied; no person stands in them.
"""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("GRANT SELECT, INSERT, UPDATE (next_serial) ON label_block TO lims_bench")
    op.execute("GRANT SELECT, INSERT, UPDATE (prints) ON label_range TO lims_bench")

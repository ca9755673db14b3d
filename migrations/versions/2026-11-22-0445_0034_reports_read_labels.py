"""Reports read what became of labels

Why: labels are accounted for like people, tubes and readings: what was printed, and what was declared void.
"""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("GRANT SELECT ON print_job, label_void TO lims_reports")

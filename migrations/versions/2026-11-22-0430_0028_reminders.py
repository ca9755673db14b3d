"""Reminders of cases whose time is over

Why: the authority is told once when the people of a case were not sampled again in time. The worker looks for such cases every minute:
among those that were first told within a month, which this index finds, however many notices there are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

WAS = "how often results of the case had been amended"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    first = sa.text("kind = 'case.preliminary'")
    op.create_index("notice_first_told_idx", "notice", ["told_at"], postgresql_where=first)
    op.alter_column("notice", "occasion", existing_type=sa.SmallInteger(), existing_comment=WAS, comment=f"{WAS}, or the case reopened")

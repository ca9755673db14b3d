"""Audiences

Why: a case policy names who is told of a case, and its notices go to those. Somebody who is told belongs to an audience, or to none and is
told of everything, as everybody was until now; and a notice keeps whom its policy named. Notices of before name nobody: that is everybody.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    named = sa.Column("audience", sa.Text(), nullable=True, comment="as whom case policies name it; null: told whomever they name")
    op.add_column("subscriber", named)
    nobody = sa.text("'{}'")
    tell: sa.Column[list[str]] = sa.Column(
        "tell", postgresql.ARRAY(sa.Text()), server_default=nobody, nullable=False, comment="whom the case's policy names; none: everybody"
    )
    op.add_column("notice", tell)
    op.execute("GRANT SELECT (audience), INSERT (audience) ON subscriber TO lims_bench")

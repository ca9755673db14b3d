"""Who was sampled before and after

Why: whoever traces a reactive pool asks which tubes were sampled just before and after it at its site; without an index that reads the
whole day.
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_index("tube_site_sealed_at_idx", "tube", ["site", "sealed_at"])

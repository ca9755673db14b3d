"""What is tested next

Why: the plate that is laid out next took its tubes from the whole queue, sorted anew for each plate. With 100,000 tubes waiting that
was a quarter of a second of the processor a plate, and a lab lays out a thousand. The oldest of each site and kind stand first in
this index, and what cases wait for in a small one of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

IN_TURN = "bench_state = 'waiting' AND retest_of IS NULL AND pool IS NULL AND mixed_for IS NULL"
FOR_A_CASE = "bench_state = 'waiting' AND (retest_of IS NOT NULL OR pool IS NOT NULL OR mixed_for IS NOT NULL)"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    classes = [sa.text("coalesce(site, '')"), sa.text("coalesce(kind, '')")]
    op.create_index(
        "tube_in_turn_idx", "tube", ["lab", *classes, "received_at", "barcode"], unique=False, postgresql_where=sa.text(IN_TURN)
    )
    op.create_index("tube_for_a_case_idx", "tube", ["lab"], unique=False, postgresql_where=sa.text(FOR_A_CASE))

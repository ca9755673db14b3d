"""Time limits, and what a box and its tubes may be like on arrival

Why: within how many hours a tube is to be released, how cold or warm a box may be and how old its tubes are rules with numbers: data
with a source. The morning screen asks all the time what a lab has begun and not finished; that must not read every tube.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("transport_policy", sa.Column("coldest_c", sa.Double()))
    op.add_column("transport_policy", sa.Column("warmest_c", sa.Double()))
    op.add_column("transport_policy", sa.Column("tube_hours_at_most", sa.Double(), comment="from sealing to receipt"))
    said = "a condition, as the next three: null where it does not matter"
    op.create_table(
        "time_limit",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recollection", sa.Boolean(), nullable=True, comment=said),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.CheckConstraint("hours > 0", name=op.f("time_limit_hours_check")),
        sa.CheckConstraint("kind IN ('swab_pool','single','aliquot_pool')", name=op.f("time_limit_kind_check")),
        sa.CheckConstraint("zone IN ('quarantine','sealed','controlled','precaution','normal')", name=op.f("time_limit_zone_check")),
        sa.PrimaryKeyConstraint("valid_from", "name", name=op.f("time_limit_pkey")),
    )
    unfinished = sa.text("bench_state IN ('plated', 'called')")
    op.create_index("tube_on_plate_idx", "tube", ["plate", "lab"], postgresql_where=unfinished)
    op.create_index("box_lab_received_at_idx", "box", ["lab", "received_at"])
    op.create_index("box_coming_idx", "box", ["dispatched_to", "dispatched_at"], postgresql_where=sa.text("received_at IS NULL"))
    op.execute("GRANT SELECT ON time_limit TO lims_field, lims_bench")

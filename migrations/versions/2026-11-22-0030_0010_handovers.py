"""Hand-overs that two people sign, and tubes that wait for a box

Why: who gave a box away and who took it must be two people, and the database is the last to see to it; a site must see at once
which sealed tubes lie in no box; and how long a box may be on its way is data with its source.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TIME = sa.DateTime(timezone=True)
GRANTS = """
GRANT SELECT, INSERT, UPDATE ON handover TO lims_field;
GRANT SELECT, INSERT ON handover_box TO lims_field;
GRANT SELECT ON handover TO lims_bench;
GRANT SELECT ON transport_policy TO lims_field, lims_bench
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "transport_policy",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("hours_at_most", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("hours_at_most > 0", name=op.f("transport_policy_hours_at_most_check")),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("transport_policy_pkey")),
    )
    create_handover()
    op.add_column("box", sa.Column("carried_by", sa.Text(), comment="the courier's account, where a courier has said so himself"))
    said = "the hand-over that two people have signed; null where it was not countersigned"
    op.add_column("box", sa.Column("handover", sa.Uuid(), comment=said))
    op.create_foreign_key("box_handover_fkey", "box", "handover", ["handover"], ["signed_id"])
    op.create_check_constraint(op.f("box_handed_over_when_dispatched_check"), "box", "handover IS NULL OR dispatched_at IS NOT NULL")
    op.create_index("box_site_sealed_at_idx", "box", ["site", "sealed_at"])
    op.create_index("box_carried_idx", "box", ["carried_by"], postgresql_where=sa.text("received_at IS NULL"))
    unboxed = sa.text("field_state = 'sealed' AND box IS NULL AND received_at IS NULL")
    op.create_index("tube_unboxed_idx", "tube", ["site", "sealed_at"], postgresql_where=unboxed)
    for statement in GRANTS.split(";"):
        op.execute(statement)


def create_handover() -> None:
    """Tables `handover` and `handover_box`."""
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.Text(), nullable=False),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.Column("boxes", sa.SmallInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("offered_at", TIME, nullable=False),
        sa.Column("signed_at", TIME, nullable=True),
        sa.Column("signed_id", sa.Uuid(), nullable=True, comment="the id again once both have signed: what a box may point at"),
        sa.CheckConstraint("given_by IS NOT NULL OR taken_by IS NOT NULL", name=op.f("handover_somebody_signed_check")),
        sa.CheckConstraint("given_by <> taken_by", name=op.f("handover_two_people_check")),
        sa.CheckConstraint("(signed_at IS NULL) = (given_by IS NULL OR taken_by IS NULL)", name=op.f("handover_signed_by_both_check")),
        sa.CheckConstraint(
            "(signed_id IS NULL) = (signed_at IS NULL) AND signed_id = id", name=op.f("handover_signed_id_when_signed_check")
        ),
        sa.CheckConstraint("boxes >= 1", name=op.f("handover_boxes_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("handover_pkey")),
        sa.UniqueConstraint("signed_id", name=op.f("handover_signed_id_key")),
    )
    op.create_index("handover_open_idx", "handover", ["offered_at"], postgresql_where=sa.text("signed_at IS NULL"))
    op.create_table(
        "handover_box",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("handover", sa.Uuid(), nullable=False),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["handover"], ["handover.id"], name=op.f("handover_box_handover_fkey")),
        sa.PrimaryKeyConstraint("barcode", "handover", name=op.f("handover_box_pkey")),
    )
    op.create_index("handover_box_handover_idx", "handover_box", ["handover"])

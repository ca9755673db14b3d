"""Reopened cases, checks made, and hand-overs of members

Why: a case that a reviewer has closed may turn out not to be over, so a case has as many decisions as were made, and the last one noted
counts; what was looked into before a discordant pool was cleared is kept with its reason; and a member who moves away is handed over to
a site of ours, which then calls him, or to a named place.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

OUTCOMES = "outcome IN ('cleared', 'unresolved', 'confirmed', 'reopened')"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    checks = sa.Column(
        "checks",
        postgresql.JSONB(),
        server_default=sa.text("'{}'"),
        nullable=False,
        comment="what was looked into, and what was found",
    )
    number: sa.Column[int] = sa.Column("number", sa.SmallInteger(), server_default=sa.text("1"), nullable=False)
    op.add_column("case_closure", checks)
    op.add_column("case_closure", number)
    op.drop_constraint("case_closure_pkey", "case_closure", type_="primary")
    op.create_primary_key("case_closure_pkey", "case_closure", ["barcode", "number"])
    in_turn = "(outcome = 'reopened') = (number % 2 = 0)"
    op.create_check_constraint(op.f("case_closure_closed_and_reopened_in_turn_check"), "case_closure", in_turn)
    op.drop_constraint(op.f("case_closure_outcome_check"), "case_closure", type_="check")
    op.create_check_constraint(op.f("case_closure_outcome_check"), "case_closure", OUTCOMES)
    to_site = sa.Column("to_site", sa.Text(), nullable=True, comment="the site of ours that takes a transferred member over")
    to_place = sa.Column("to_place", sa.Text(), nullable=True, comment="the city or authority that takes a transferred member over")
    op.add_column("case_contact", to_site)
    op.add_column("case_contact", to_place)
    op.create_check_constraint(
        op.f("case_contact_handed_over_when_transferred_check"),
        "case_contact",
        "event = 'transferred' OR (to_site IS NULL AND to_place IS NULL)",
    )
    op.create_index("case_contact_to_site_idx", "case_contact", ["to_site"], postgresql_where=sa.text("to_site IS NOT NULL"))

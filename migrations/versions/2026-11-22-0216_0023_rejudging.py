"""Stored readings judged again

Why: a new assay version may say otherwise of readings that are there. The list of differences is kept as it was found, with who asked
for it; whoever decides on a change is somebody else, which the database holds. A change that is applied is a run of its own, over the
same plate, so that what guards a release guards this too; it is told apart from what an instrument read out.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("run", sa.Column("rejudges", sa.Uuid(), nullable=True, comment="the run whose readings were judged again"))
    create_rejudgement()
    create_rejudged()
    op.execute("GRANT SELECT, INSERT ON rejudgement TO lims_bench")
    op.execute("GRANT SELECT, INSERT, UPDATE (decision, decided_by, decided_at, why) ON rejudged TO lims_bench")


def create_rejudgement() -> None:
    """Table `rejudgement`."""
    op.create_table(
        "rejudgement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=False),
        sa.Column("assay", sa.Text(), nullable=False),
        sa.Column("from_version", sa.Integer(), nullable=False),
        sa.Column("to_version", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("tubes", sa.Integer(), nullable=False, comment="results that were compared"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("rejudgement_has_reason_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("rejudgement_pkey")),
        sa.UniqueConstraint("id", "started_by", name="rejudgement_started_key"),
    )
    op.create_index("rejudgement_lab_idx", "rejudgement", ["lab", "started_at"], unique=False)


def create_rejudged() -> None:
    """Table `rejudged`."""
    op.create_table(
        "rejudged",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("rejudgement", sa.Uuid(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("well", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("controls_passed", sa.Boolean(), nullable=False, comment="by the new version"),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("was <> call", name=op.f("rejudged_differs_check")),
        sa.CheckConstraint("decision IN ('applied', 'rejected')", name=op.f("rejudged_decision_check")),
        sa.CheckConstraint("decision IS DISTINCT FROM 'applied' OR controls_passed", name=op.f("rejudged_in_control_check")),
        sa.CheckConstraint("decided_by <> started_by", name=op.f("rejudged_two_people_check")),
        sa.CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name=op.f("rejudged_decided_by_somebody_check")),
        sa.ForeignKeyConstraint(["rejudgement", "started_by"], ["rejudgement.id", "rejudgement.started_by"], name="rejudged_started_fkey"),
        sa.PrimaryKeyConstraint("barcode", "rejudgement", name=op.f("rejudged_pkey")),
    )
    op.create_index("rejudged_rejudgement_idx", "rejudged", ["rejudgement"], unique=False)

"""Schemes at work, and how cases are handled as policy

Why: by which scheme a reactive aliquot pool is resolved is a decision with a reason, on record with what it was to cost. Its sub-pools are
tubes like others, which say for which case they were mixed and of what. Routes, deadlines and who is told differ by zone and group and
change: data with a validity date, never changed once stored.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    mixed_for = "the reactive pool whose case this was mixed for: a sub-pool of its members, or its own liquid once more"
    op.add_column("tube", sa.Column("mixed_for", sa.Text(), nullable=True, comment=mixed_for))
    op.add_column("tube", sa.Column("mixed_of", postgresql.ARRAY(sa.Text()), nullable=True, comment="the tubes whose liquid it holds"))
    together = "(mixed_for IS NULL) = (mixed_of IS NULL) AND (mixed_for IS NULL OR kind = 'aliquot_pool')"
    op.create_check_constraint(op.f("tube_mixed_for_a_case_check"), "tube", together)
    op.create_index("tube_mixed_for_idx", "tube", ["mixed_for"], postgresql_where=sa.text("mixed_for IS NOT NULL"))
    create_case_plan()
    create_case_policy()
    op.execute("GRANT SELECT, INSERT ON case_plan TO lims_bench")
    op.execute("GRANT SELECT ON case_plan TO lims_field")
    op.execute("GRANT SELECT ON case_policy TO lims_field, lims_bench")


def create_case_plan() -> None:
    """Table `case_plan`."""
    op.create_table(
        "case_plan",
        sa.Column("barcode", sa.Text(), nullable=False, comment="the pool of the case; of a group the first one"),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False, comment="from 1; the last one counts"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pools", postgresql.ARRAY(sa.Text()), nullable=False, comment="the pools of all cases that it is to resolve"),
        sa.Column(
            "members", postgresql.ARRAY(sa.Text()), nullable=False, comment="their tubes, in the order in which the scheme takes them"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=True, comment="how many go into a sub-pool, where the scheme is of sub-pools"),
        sa.Column("design", postgresql.JSONB(), nullable=True, comment="of an imported design each pool's members, as places from 0"),
        sa.Column("prevalence", sa.Double(), nullable=False, comment="what the cost was reckoned with, as the next two"),
        sa.Column("sensitivity", sa.Double(), nullable=False),
        sa.Column("specificity", sa.Double(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False, comment="tests still to be made, on average"),
        sa.Column("worst", sa.Integer(), nullable=False, comment="and at worst"),
        sa.Column("stages", sa.SmallInteger(), nullable=False, comment="plates that follow each other, at most"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_policy", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('individual', 'halving', 'halving_by_deduction', 'sub_pools', 'square', 'design')", name=op.f("case_plan_kind_check")
        ),
        sa.CheckConstraint("(kind = 'sub_pools') = (size IS NOT NULL)", name=op.f("case_plan_sub_pools_have_a_size_check")),
        sa.CheckConstraint("(kind = 'design') = (design IS NOT NULL)", name=op.f("case_plan_imported_design_check")),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("case_plan_has_reason_check")),
        sa.PrimaryKeyConstraint("barcode", "number", name=op.f("case_plan_pkey")),
    )
    op.create_index("case_plan_pools_idx", "case_plan", ["pools"], postgresql_using="gin")


def create_case_policy() -> None:
    """Table `case_policy`."""
    op.create_table(
        "case_policy",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False, comment="how members of an aliquot pool are found: by whom it is chosen, or which"),
        sa.Column("sub_pool_size", sa.SmallInteger(), nullable=True),
        sa.Column("most_stages", sa.SmallInteger(), nullable=True, comment="plates that may follow each other"),
        sa.Column("verify_original", sa.Boolean(), nullable=False, comment="the reactive tube itself is tested with another kit, too"),
        sa.Column("recollect_within_hours", sa.SmallInteger(), nullable=False),
        sa.Column("retest_within_hours", sa.SmallInteger(), nullable=False),
        sa.Column("tell", postgresql.ARRAY(sa.Text()), nullable=False, comment="who is told of a case"),
        sa.Column("prevalence", sa.Double(), nullable=False, comment="what costs are reckoned with, as the next two"),
        sa.Column("sensitivity", sa.Double(), nullable=False),
        sa.Column("specificity", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("zone IN ('quarantine','sealed','controlled','precaution','normal')", name=op.f("case_policy_zone_check")),
        sa.CheckConstraint("scheme IN ('individual','choose','halving','sub_pools','square')", name=op.f("case_policy_scheme_check")),
        sa.CheckConstraint("(scheme = 'sub_pools') = (sub_pool_size IS NOT NULL)", name=op.f("case_policy_sub_pools_have_a_size_check")),
        sa.PrimaryKeyConstraint("valid_from", "zone", "group", name=op.f("case_policy_pkey")),
    )

"""Aliquot pools that are recollected

Why: a case policy may say that the people of an aliquot pool are sampled again, and their kept tubes not tested: it is one more scheme.
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.drop_constraint(op.f("case_policy_scheme_check"), "case_policy", type_="check")
    schemes = "scheme IN ('individual','choose','halving','sub_pools','square','recollect')"
    op.create_check_constraint(op.f("case_policy_scheme_check"), "case_policy", schemes)

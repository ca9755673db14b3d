"""Notices say which decision they tell

Why: a case that was closed, open again because somebody came later, and closed anew between two looks of the worker was told as closed
once. What reviewers decided is now held against what was told of it, by the number of the decision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

# What was told before: a closing by its moment, a reviewer's reopening by its turn, a reopening by itself by the closing told before it.
OF_CLOSINGS = """
    UPDATE notice SET decision = word.number
    FROM (
        SELECT barcode, outcome, at, max(number) AS number FROM case_closure WHERE outcome <> 'reopened' GROUP BY barcode, outcome, at
    ) AS word
    WHERE notice.kind = 'case.closed' AND word.barcode = notice.barcode AND word.outcome = notice.outcome AND word.at = notice.at
"""
OF_REOPENINGS = """
    UPDATE notice SET decision = word.number
    FROM (
        SELECT barcode, number, row_number() OVER (PARTITION BY barcode ORDER BY number) AS turn
        FROM case_closure WHERE outcome = 'reopened'
    ) AS word
    WHERE notice.kind = 'case.reopened' AND notice.outcome = '' AND word.barcode = notice.barcode AND word.turn = notice.occasion
"""
BY_THEMSELVES = """
    UPDATE notice SET decision = (
        SELECT ended.decision FROM notice AS ended
        WHERE ended.barcode = notice.barcode AND ended.kind = 'case.closed' AND ended.number < notice.number
        ORDER BY ended.number DESC LIMIT 1
    )
    WHERE kind = 'case.reopened' AND outcome <> '' AND EXISTS (
        SELECT FROM notice AS ended WHERE ended.barcode = notice.barcode AND ended.kind = 'case.closed' AND ended.number < notice.number
    )
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column(
        "notice",
        sa.Column(
            "decision",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="the reviewer's decision that it tells, or that came to nothing by itself; 0: none",
        ),
    )
    for statement in (OF_CLOSINGS, OF_REOPENINGS, BY_THEMSELVES):
        op.execute(statement)

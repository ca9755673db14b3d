"""Closings answer for people

Why: a case that a reviewer had closed stayed closed when people of its tube were registered afterwards, and nobody was told. A closing now
answers for those who were registered when it was made. Old ones answer for those registered before them, as far as the trail tells; who
came later makes the case open again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"

# Members are only ever added, so the first so many are those whom the last message before the closing told of. What is compared is the
# server's own time: the moments that people tell may be of another day.
ANSWERED_FOR = """
    WITH closing AS (
        SELECT word.barcode, word.number, COALESCE(min(event.recorded_at), word.at) AS made_at
        FROM case_closure AS word
        LEFT JOIN event ON event.subject = word.barcode AND event.verb = 'case.closed' AND event.at = word.at
        WHERE word.outcome <> 'reopened'
        GROUP BY word.barcode, word.number
    ), known AS (
        SELECT closing.barcode, closing.number, array_agg(member.person_id ORDER BY member.position) AS people
        FROM closing
        JOIN tube ON tube.barcode = closing.barcode AND tube.registered_at <= closing.made_at
        LEFT JOIN LATERAL (
            SELECT CAST(event.what ->> 'people' AS integer) AS people FROM event
            WHERE event.subject = closing.barcode AND event.verb IN ('tube.registered', 'tube.changed')
                AND event.recorded_at <= closing.made_at
            ORDER BY event.recorded_at DESC, event.id DESC LIMIT 1
        ) AS told ON true
        JOIN tube_member AS member ON member.barcode = tube.barcode AND member.day = tube.collected_on
            AND member.position <= COALESCE(told.people, member.position)
        GROUP BY closing.barcode, closing.number
    )
    UPDATE case_closure SET answered_for = known.people
    FROM known WHERE known.barcode = case_closure.barcode AND known.number = case_closure.number
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column(
        "case_closure",
        sa.Column(
            "answered_for",
            postgresql.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="the people who were registered in the tube when it was closed",
        ),
    )
    op.execute(ANSWERED_FOR)
    op.alter_column(
        "notice",
        "outcome",
        existing_type=sa.Text(),
        existing_nullable=False,
        existing_comment="of a closing; empty otherwise",
        comment="of a closing, or of what is open again by itself; empty otherwise",
    )

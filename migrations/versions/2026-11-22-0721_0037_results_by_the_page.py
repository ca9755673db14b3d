"""Results by the page

Why: the view `person_result` looked for the single tubes that answer a tube, and for what answers these, beside every person of a day;
the second step read the whole index of recollections for each. Of 3,000,000 people the reconciliation would have taken a minute, and
questions are stopped after 20 s. It is looked for only where somebody has to come back, and always through the index.
"""

from alembic import op

revision = "0037"
down_revision = "0036"

# As in 0016, but for the condition that stands outside too (its part is then not begun at all) and `OFFSET 0`, which keeps the
# planner from joining the few tubes of a chain with all recollections there are.
PERSON_RESULT = """
CREATE OR REPLACE VIEW person_result AS
SELECT member.day, member.barcode, member.position, member.person_id, member.member_group, member.collected_at,
    tube.site, tube.lab, tube.kind, tube.retest_of, tube.received_at, tube.bench_state, tube.field_state,
    own.state AS own_state,
    COALESCE(answer.state, own.state) AS state,
    COALESCE(answer.released_at, tube.released_at) AS released_at,
    COALESCE(answer.barcode, tube.barcode) AS decided_by,
    tube.kind <> 'single' OR (tube.pool IS NOT NULL AND EXISTS (
        SELECT FROM release JOIN call ON call.barcode = release.barcode AND call.run = release.run
        WHERE release.barcode = tube.barcode AND release.standing AND call.pooled_in IS NOT NULL
    )) AS pooled,
    CASE WHEN answer.barcode IS NULL THEN tube.amended_at ELSE answer.amended_at END AS amended_at
FROM tube_member AS member
JOIN tube ON tube.barcode = member.barcode AND tube.collected_on = member.day
JOIN tube_state AS own ON own.barcode = member.barcode
LEFT JOIN LATERAL (
    WITH RECURSIVE chain AS (
        SELECT next.barcode FROM tube AS next
        WHERE own.state IN ('verifying', 'recollect', 'inconclusive') AND next.retest_of = member.barcode AND next.kind = 'single'
        UNION
        SELECT next.barcode FROM chain CROSS JOIN LATERAL (
            SELECT tube.barcode FROM tube WHERE tube.retest_of = chain.barcode AND tube.kind = 'single' OFFSET 0
        ) AS next
    )
    SELECT single.barcode, single.released_at, single.state, single.amended_at
    FROM chain
    JOIN tube_state AS single ON single.barcode = chain.barcode
    JOIN tube_member AS same
        ON same.barcode = single.barcode AND same.day = single.collected_on AND same.person_id = member.person_id
    WHERE own.state IN ('verifying', 'recollect', 'inconclusive') AND single.released_at IS NOT NULL
    ORDER BY single.state = 'positive' DESC, same.collected_at DESC, single.barcode DESC
    LIMIT 1
) AS answer ON TRUE
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(PERSON_RESULT)

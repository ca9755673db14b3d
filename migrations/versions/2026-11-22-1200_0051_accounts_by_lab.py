"""Accounts by lab

Why: an official who is bound to a lab or a site is shown the account of that alone. Of a large day those of the labs are counted with the
account of everything, and kept with it; a tube that is on its way counts for the lab it was sent to, so people's results say which that is.
The labels reserved on a day are found by their moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0051"
down_revision = "0050"

# As in 0037, with the lab that a tube was sent to as the last column.
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
    CASE WHEN answer.barcode IS NULL THEN tube.amended_at ELSE answer.amended_at END AS amended_at,
    tube.dispatched_to
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
    op.create_index("label_range_reserved_at_idx", "label_range", ["reserved_at"])
    # Kept accounts without labels and labs are of no use, and can be counted again.
    op.execute("DELETE FROM kept_account")
    op.add_column(
        "kept_account", sa.Column("labs", JSONB(), nullable=False, comment="the same of each lab, by its code; empty: of no lab yet")
    )

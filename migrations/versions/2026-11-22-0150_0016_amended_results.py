"""Amended results

Why: a result that left the lab and is found wrong is replaced by another, and neither may weaken what guards a first release. So an
amendment is one more row of `release`, with the same evidence and the same two people, and with the reason; the older row stays.
Of a tube at most one release stands, and the tube's result is that one's. A program may only take its standing from a release,
never give it back: that is what the function is for, since requests have no right to change `release`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

SUPERSEDE = """
CREATE FUNCTION supersede_release(tube text, number integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE release SET standing = NULL WHERE barcode = tube AND revision = number AND standing;
    RETURN FOUND;
END $$
"""

# As in 0004, with the time of the last amendment.
TUBE_STATE = """
CREATE OR REPLACE VIEW tube_state AS
SELECT barcode, collected_on, retest_of, released_at, sealed_at,
    CASE
        WHEN rejected_at IS NOT NULL THEN 'recollect'
        -- Its liquid was in an aliquot pool that is not negative, and it was not tested by itself yet.
        WHEN released_call IS NULL AND pool IS NOT NULL AND EXISTS (
            SELECT FROM tube AS mixed WHERE mixed.barcode = tube.pool AND mixed.released_call <> 'negative'
        ) THEN 'verifying'
        WHEN released_call IS NULL THEN 'pending'
        WHEN released_call = 'negative' THEN 'negative'
        WHEN kind <> 'single' THEN 'verifying'
        WHEN released_call = 'invalid' THEN 'recollect'
        ELSE released_call
    END AS state,
    amended_at
FROM tube
WHERE registered_at IS NOT NULL AND kind <> 'aliquot_pool' AND field_state <> 'void'
"""

# As in 0004; only the release that stands says whether the specimen was tested in a pool.
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
        SELECT next.barcode FROM tube AS next JOIN chain ON next.retest_of = chain.barcode WHERE next.kind = 'single'
    )
    SELECT single.barcode, single.released_at, single.state, single.amended_at
    FROM chain
    JOIN tube_state AS single ON single.barcode = chain.barcode
    JOIN tube_member AS same
        ON same.barcode = single.barcode AND same.day = single.collected_on AND same.person_id = member.person_id
    WHERE single.released_at IS NOT NULL
    ORDER BY single.state = 'positive' DESC, same.collected_at DESC, single.barcode DESC
    LIMIT 1
) AS answer ON TRUE
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    widen_release()
    widen_tube()
    op.execute(SUPERSEDE)
    op.execute("REVOKE ALL ON FUNCTION supersede_release(text, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION supersede_release(text, integer) TO lims_bench")
    op.execute(TUBE_STATE)
    op.execute(PERSON_RESULT)


def widen_release() -> None:
    """Table `release`: numbered, at most one standing."""
    op.drop_constraint("tube_released_call_fkey", "tube", type_="foreignkey")
    op.drop_constraint("release_barcode_call_key", "release", type_="unique")
    op.drop_constraint("release_pkey", "release", type_="primary")
    op.add_column("release", sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("release", sa.Column("supersedes", sa.Integer(), nullable=True, comment="the revision that it amends"))
    op.add_column("release", sa.Column("reason", sa.Text(), nullable=True, comment="why the older one was amended"))
    standing: sa.Column[bool] = sa.Column(
        "standing", sa.Boolean(), server_default=sa.text("true"), nullable=True, comment="true, or null once superseded"
    )
    op.add_column("release", standing)
    op.create_primary_key("release_pkey", "release", ["barcode", "revision"])
    op.create_unique_constraint("release_one_stands_key", "release", ["barcode", "standing"])
    op.create_unique_constraint("release_result_key", "release", ["barcode", "call", "standing"])
    op.create_check_constraint(op.f("release_standing_check"), "release", "standing")
    op.create_check_constraint(
        op.f("release_amends_the_last_check"),
        "release",
        "CASE WHEN revision = 1 THEN supersedes IS NULL ELSE supersedes IS NOT DISTINCT FROM revision - 1 END",
    )
    op.create_check_constraint(
        op.f("release_amended_with_reason_check"), "release", "(revision = 1) = (reason IS NULL) AND btrim(reason) <> ''"
    )
    op.create_foreign_key("release_supersedes_fkey", "release", "release", ["barcode", "supersedes"], ["barcode", "revision"])
    amended = sa.text("revision > 1")
    op.create_index("release_amended_idx", "release", ["released_at"], unique=False, postgresql_where=amended)


def widen_tube() -> None:
    """Table `tube`: its result is that of the release that stands."""
    op.add_column("tube", sa.Column("amended_at", sa.DateTime(timezone=True), nullable=True))
    stands: sa.Column[bool] = sa.Column(
        "result_stands",
        sa.Boolean(),
        server_default=sa.text("true"),
        nullable=False,
        comment="always true: what `release.standing` must be",
    )
    op.add_column("tube", stands)
    op.create_check_constraint(op.f("tube_result_stands_check"), "tube", "result_stands")
    op.create_check_constraint(op.f("tube_amended_when_released_check"), "tube", "amended_at IS NULL OR released_at IS NOT NULL")
    op.create_foreign_key(
        "tube_released_call_fkey",
        "tube",
        "release",
        ["barcode", "released_call", "result_stands"],
        ["barcode", "call", "standing"],
        deferrable=True,
        initially="DEFERRED",
    )

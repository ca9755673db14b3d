"""Who was in a tube with a negative result is forgotten by the day

Why: what is bulky is cut by day, so that a day can go as a whole, in milliseconds and without leaving holes. People of tubes that have a
case, or no negative result, stay: their rows move to the default piece. A day's piece is made ahead by the worker now; and neither making
nor dropping one keeps those who write waiting behind a long report: after a moment it gives up and is tried again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

# As in 0006, but it never waits long for a lock: rows of a day without a piece lie in the default one, which is slower and never wrong.
ENSURE_DAY = """
ALTER FUNCTION ensure_day_partition(text, date) SET lock_timeout = '500ms'
"""

DAYS = """
CREATE FUNCTION day_partitions(relation text) RETURNS SETOF date LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT to_date(right(part.relname, 8), 'YYYYMMDD')
    FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
    WHERE inhparent = to_regclass(relation) AND part.relname ~ '_p[0-9]{8}$'
$$
"""

# Null where the lock is not to be had at once. Who stays is read before the lock is taken, and goes back in under it.
FORGET = """
CREATE FUNCTION forget_people(of_day date) RETURNS integer LANGUAGE plpgsql
SET search_path FROM CURRENT SET lock_timeout = '200ms' AS $$
DECLARE
    part text := 'tube_member_p' || to_char(of_day, 'YYYYMMDD');
    stayed integer;
BEGIN
    CREATE TEMPORARY TABLE staying ON COMMIT DROP AS
        SELECT member.* FROM tube_member AS member
        LEFT JOIN tube ON tube.barcode = member.barcode
        WHERE member.day = of_day AND (
            tube.released_call IS DISTINCT FROM 'negative' OR tube.amended_at IS NOT NULL OR tube.retest_of IS NOT NULL
            OR EXISTS (SELECT FROM call WHERE call.barcode = tube.barcode AND call.call <> 'negative' AND call.controls_passed)
            OR EXISTS (SELECT FROM tube AS mixed WHERE mixed.barcode = tube.pool AND mixed.released_call <> 'negative')
            OR EXISTS (SELECT FROM tube AS answer WHERE answer.retest_of = tube.barcode)
        );
    GET DIAGNOSTICS stayed = ROW_COUNT;
    IF to_regclass(part) IS NULL THEN
        DELETE FROM tube_member_pdefault WHERE day = of_day;
    ELSE
        EXECUTE format('ALTER TABLE tube_member DETACH PARTITION %I', part);
        EXECUTE format('DROP TABLE %I', part);
        -- Late rows of a day that was forgotten before may lie beside its new piece.
        DELETE FROM tube_member_pdefault WHERE day = of_day;
    END IF;
    INSERT INTO tube_member SELECT * FROM staying;
    DROP TABLE staying;
    RETURN stayed;
EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    people_days = sa.Column(
        "people_days", sa.SmallInteger(), nullable=True, comment="who was in a tube with a negative result; null is for ever"
    )
    op.add_column("retention_policy", people_days)
    op.create_table(
        "forgotten_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stayed",
            sa.Integer(),
            nullable=False,
            comment="people of that day who stay: of tubes with a case, or without a negative result",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="who said so, as in the policy"),
        sa.PrimaryKeyConstraint("day", name=op.f("forgotten_day_pkey")),
    )
    op.execute("GRANT SELECT ON forgotten_day TO lims_field, lims_bench, lims_reports")
    op.execute(ENSURE_DAY)
    op.execute(DAYS)
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_people(date) FROM PUBLIC")

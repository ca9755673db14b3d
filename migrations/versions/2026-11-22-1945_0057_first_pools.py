"""The first pools of labs are looked up one lab after the other

Why: on which day a lab began pooling is the first entry of an index. To look there for each row of the table of labs is refused by a
database that is spread over several servers, and one question about all labs reads every pool there ever was.
"""

from alembic import op

revision = "0057"
down_revision = "0056"

# Of a lab without such a pool there is no row.
FIRST_POOLS = """
CREATE FUNCTION first_pools(labs text[]) RETURNS TABLE (lab text, day date)
LANGUAGE plpgsql STABLE ROWS 20 SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    FOREACH lab IN ARRAY labs LOOP
        SELECT min(collected_on) INTO day FROM tube
        WHERE tube.lab = first_pools.lab AND kind = 'swab_pool' AND released_at IS NOT NULL;
        IF day IS NOT NULL THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(FIRST_POOLS)

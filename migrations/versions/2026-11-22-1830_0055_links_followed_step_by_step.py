"""Links between tubes are followed step by step

Why: a tube names the one that it answers, the pool it went into, the case it was mixed for; whoever asks for all that hang together asked
with a recursive query, which a database spread over several servers refuses. These functions ask for one step at a time, each of all
tubes found by the last: a plain look-up by barcode, or by what is answered, of no more tubes than hang together.
"""

from alembic import op

revision = "0055"
down_revision = "0054"

# Of each of these tubes itself, and what it leads to by these ways, and so on; what was seen is not followed again. Not `apart`: of all of
# them as if they were one, without its name. One plan for any number of tubes: to plan for each number took longer than the look-ups.
ABOVE = """
CREATE FUNCTION tubes_above(codes text[], ways text[], singles boolean, apart boolean) RETURNS TABLE (code text, above text)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    step_above text[] := coalesce(codes, '{}');
    step_code text[] := CASE WHEN apart THEN step_above ELSE array_fill(''::text, ARRAY[cardinality(step_above)]) END;
    seen_code text[] := step_code;
    seen_above text[] := step_above;
BEGIN
    WHILE cardinality(step_code) > 0 LOOP
        SELECT coalesce(array_agg(further.code), '{}'), coalesce(array_agg(further.above), '{}') INTO step_code, step_above FROM (
            SELECT step.code, unnest(array_remove(ARRAY[
                CASE WHEN 'retest_of' = ANY (ways) THEN tube.retest_of END,
                CASE WHEN 'pool' = ANY (ways) THEN tube.pool END,
                CASE WHEN 'mixed_for' = ANY (ways) THEN tube.mixed_for END
            ], NULL)) AS above
            FROM unnest(step_code, step_above) AS step (code, above) JOIN tube ON tube.barcode = step.above
            WHERE tube.kind = 'single' OR NOT singles
            EXCEPT SELECT * FROM unnest(seen_code, seen_above)
        ) AS further;
        seen_code := seen_code || step_code;
        seen_above := seen_above || step_above;
    END LOOP;
    RETURN QUERY SELECT * FROM unnest(seen_code, seen_above);
END $$
"""

# Of each of these tubes the single tubes that answer it, and those that answer these.
ANSWERING = """
CREATE FUNCTION tubes_answering(codes text[]) RETURNS TABLE (code text, answer text)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    step_code text[] := codes;
    step_answer text[] := codes;
    seen_code text[] := '{}';
    seen_answer text[] := '{}';
BEGIN
    WHILE cardinality(step_code) > 0 LOOP
        SELECT coalesce(array_agg(further.code), '{}'), coalesce(array_agg(further.answer), '{}') INTO step_code, step_answer FROM (
            SELECT step.code, tube.barcode AS answer
            FROM unnest(step_code, step_answer) AS step (code, answer) JOIN tube ON tube.retest_of = step.answer
            WHERE tube.kind = 'single'
            EXCEPT SELECT * FROM unnest(seen_code, seen_answer)
        ) AS further;
        seen_code := seen_code || step_code;
        seen_answer := seen_answer || step_answer;
    END LOOP;
    RETURN QUERY SELECT * FROM unnest(seen_code, seen_answer);
END $$
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(ABOVE)
    op.execute(ANSWERING)

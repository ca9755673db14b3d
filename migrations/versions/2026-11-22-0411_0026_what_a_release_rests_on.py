"""What a release rests on is looked at by the database, too

Why: constraints hold that a release points at a reading, at a run in control and at two people. That the run is still its plate's
newest, that the tube's extraction batch is valid, and that nobody signs for readings they imported because somebody else had them
judged again, was held by the program alone. These are facts of other tables at the moment of releasing, so no constraint can say them:
a release stays when its batch is found invalid later. The map of a plate tells which batch a well is of, so it stays as it was read;
and a batch is not valid again because a word of it was overwritten, but because its plate was run again.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

GUARD_RELEASE = """
CREATE FUNCTION guard_release() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM released JOIN run ON run.id = released.run JOIN run AS read ON read.id = run.rejudges
        WHERE read.imported_by = released.released_by
    ) THEN
        RAISE 'signed by who imported the readings' USING ERRCODE = 'check_violation', CONSTRAINT = 'release_two_people_check';
    END IF;
    IF EXISTS (
        SELECT FROM released
        JOIN run ON run.id = released.run
        JOIN run AS read ON read.id = COALESCE(run.rejudges, run.id)
        JOIN run AS later ON later.plate = read.plate AND later.controls_passed AND later.rejudges IS NULL
        WHERE (later.imported_at, later.id) > (read.imported_at, read.id)
    ) THEN
        RAISE 'the plate was run again' USING ERRCODE = 'check_violation', CONSTRAINT = 'release_newest_run_guard';
    END IF;
    -- Whoever judges a batch holds its lock; what was judged meanwhile is seen by the statement that follows.
    PERFORM pg_advisory_xact_lock(7301016, hashtext(batch)) FROM (
        SELECT DISTINCT plate.wells -> call.well ->> 'batch' COLLATE "C" AS batch
        FROM released JOIN call USING (barcode, run) JOIN run ON run.id = released.run JOIN plate ON plate.barcode = run.plate
        WHERE plate.batches <> '{}' ORDER BY batch
    ) AS used WHERE batch IS NOT NULL;
    IF EXISTS (
        SELECT FROM released
        JOIN call USING (barcode, run) JOIN run ON run.id = released.run JOIN plate ON plate.barcode = run.plate
        JOIN extraction_failure AS failure ON failure.batch = plate.wells -> call.well ->> 'batch' AND failure.superseded_by IS NULL
        WHERE plate.batches <> '{}'
    ) THEN
        RAISE 'the extraction batch is invalid' USING ERRCODE = 'check_violation', CONSTRAINT = 'release_valid_batch_guard';
    END IF;
    RETURN NULL;
END $$
"""

# An import holds the same lock while it reads the map.
GUARD_PLATE = """
CREATE FUNCTION guard_plate() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7301006, hashtext(NEW.barcode));
    IF EXISTS (SELECT FROM run WHERE plate = NEW.barcode) THEN
        RAISE 'the plate was run' USING ERRCODE = 'check_violation', CONSTRAINT = 'plate_as_read_guard';
    END IF;
    RETURN NEW;
END $$
"""

TRIGGERS = """
CREATE TRIGGER release_guard AFTER INSERT ON release REFERENCING NEW TABLE AS released FOR EACH STATEMENT EXECUTE FUNCTION guard_release();
CREATE TRIGGER plate_guard BEFORE UPDATE ON plate FOR EACH ROW
    WHEN (OLD.wells IS DISTINCT FROM NEW.wells OR OLD.batches IS DISTINCT FROM NEW.batches) EXECUTE FUNCTION guard_plate()
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_unique_constraint("run_plate_key", "run", ["id", "plate"])
    op.create_foreign_key("extraction_failure_superseded_fkey", "extraction_failure", "run", ["superseded_by", "plate"], ["id", "plate"])
    op.create_check_constraint(
        op.f("extraction_failure_superseded_by_a_run_check"),
        "extraction_failure",
        "superseded_by IS NULL OR (plate IS NOT NULL AND superseded_by <> cause)",
    )
    op.execute(GUARD_RELEASE)
    op.execute(GUARD_PLATE)
    for statement in TRIGGERS.split(";"):
        op.execute(statement)

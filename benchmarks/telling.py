"""What telling the authority costs, after a day of 300,000 tubes: the day at once, a second of it, and the reminders.

python -m benchmarks.telling                              # 300,000 tubes
python -m benchmarks.telling --tubes 30000
"""

import argparse
from datetime import timedelta

from sqlalchemy import text

from benchmarks.own import own_city
from benchmarks.story import prepared, spread, timed
from lims.apps import worker
from lims.catalog import queries as catalog
from lims.interop.notices.actions import PORTION, late
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program

LOOKS = 20
A_SECOND = """INSERT INTO event (day, subject, verb, actor, at, recorded_at, what)
    SELECT day, subject, verb, actor, at, recorded_at, what FROM event
    WHERE subject = ANY (SELECT '1099' || lpad((n + :first)::text, 10, '0') FROM generate_series(0, 149) AS n) AND verb <> 'tube.boxed'"""


def tellings(program: Program) -> None:
    """Everything is sealed and told at once, as after a day without a worker; then a second of a busy hour at a time."""
    took, _ = timed(worker.seal_once, program)
    print(f"the whole day sealed in {took / 1000:.1f} s")
    portions, more = [], True
    while more:
        took, more = timed(worker.tell_some, program)
        portions.append(took)
    with program.database.transaction(Access.OWNER) as connection:
        count = connection.execute(text("SELECT count(*) FROM notice")).scalar_one()
    print(f"{count:,} notices of the whole day told in {sum(portions) / 1000:.1f} s, {len(portions)} transactions")
    print(f"of these the first, which reads the day's trail, took {portions[0] / 1000:.1f} s")
    spread("each further portion", portions[1:])
    looks = []
    for look in range(LOOKS):
        with program.database.transaction(Access.OWNER) as connection:
            connection.execute(text(A_SECOND), {"first": look * 150})
        worker.seal_once(program)
        looks.append(timed(worker.tell_once, program)[0])
    spread("a second of 150 tubes with a case told", looks)
    spread("a look where nothing is new", [timed(worker.tell_once, program)[0] for _ in range(LOOKS)])
    later = clock.now() + timedelta(hours=72)
    with program.database.transaction(Access.OWNER) as connection:
        overdue = len(late(connection, catalog.current(connection), later))
    took, _ = timed(worker.remind_once, program, lambda: later)
    print(f"{overdue:,} cases reminded of in {took / 1000:.1f} s, {-(-overdue // PORTION)} transactions")
    spread("reminders where all were reminded of", [timed(worker.remind_once, program, lambda: later)[0] for _ in range(3)])


def main() -> None:
    """Fill a database, and tell of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tubes", type=int, default=300_000)
    options = parser.parse_args()
    with own_city() as city:
        prepared(city.program, options.tubes)
        tellings(city.program)


if __name__ == "__main__":
    main()

"""What `lims doctor` says of the database's servers: whether connections suffice for all hosts, and whether standbys follow."""

from sqlalchemy import text

from lims.apps.commands.finding import Finding
from lims.apps.delivering import AT_ONCE
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting.metrics import queries

# A process of requests holds twice its threads open at work, and keeps half of that for each of two other roles; one looks at the schema.
OF_A_THREAD = 4
OF_A_PROCESS = 1
# The worker beside it, a command, and whoever looks at the database by hand.
OF_OTHERS = AT_ONCE + 2 + 2 + 3
FOLLOWING = "SELECT application_name AS name, sync_state FROM pg_stat_replication WHERE state = 'streaming' ORDER BY 1"
LEFT_BEHIND = """SELECT slot_name AS name, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS kept
  FROM pg_replication_slots WHERE NOT active AND NOT pg_is_in_recovery() ORDER BY 1"""


def connections(program: Program, processes: int) -> Finding:
    """The most connections that so many processes of `lims serve` open, against what the server has room for."""
    with program.database.transaction(Access.OWNER) as connection:
        room = int(queries.connections(connection).room)
    if program.settings.pooler_url:
        return Finding("connections", f"through a pooler; the database has room for {room}, so many may all its pools together open")
    needed = processes * (OF_A_THREAD * program.settings.request_threads + OF_A_PROCESS) + OF_OTHERS
    remedy = (
        "Raise max_connections, lower LIMS_REQUEST_THREADS, or put a pooler between (LIMS_POOLER_URL): a process that finds no "
        "connection answers 503."
    )
    seen = f"{processes} server processes of {program.settings.request_threads} threads open up to {needed} of {room}"
    return Finding("connections", seen, remedy if needed > room else None)


def standbys(program: Program) -> Finding:
    """Who follows, whether commits wait for somebody who is not there, and whether log is kept for somebody who is gone."""
    with program.database.transaction(Access.OWNER) as connection:
        waited_for = connection.execute(text("SHOW synchronous_standby_names")).scalar_one()
        following = connection.execute(text(FOLLOWING)).all()
        gone = connection.execute(text(LEFT_BEHIND)).all()
    seen = ", ".join(f"{row.name} ({row.sync_state})" for row in following) or "none follows"
    if waited_for and not any(row.sync_state in {"sync", "quorum"} for row in following):
        remedy = "Start the standby; or `lims db synchronous --off`, and what is acknowledged lies on one machine only."
        return Finding("standbys", f"{seen}; commits wait for {waited_for}", remedy)
    if gone:
        first = gone[0]
        remedy = f"Start it again; or, if it is gone for good, `SELECT pg_drop_replication_slot('{first.name}')`."
        return Finding("standbys", f"{seen}; {first.kept} of log are kept for {first.name} ({first.wal_status})", remedy)
    return Finding("standbys", seen)

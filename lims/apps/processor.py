"""Who used the processor and the memory: on a machine that others use as well, seconds of the processor say more than those on the clock.

Linux only.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Used:
    """Seconds of the processor: of the server's processes, of PostgreSQL's, and of ourselves."""

    server: float
    database: float
    client: float

    def since(self, before: "Used") -> "Used":
        """What was used after `before`."""
        return Used(self.server - before.server, self.database - before.database, self.client - before.client)

    @property
    def share_of_client(self) -> float:
        """Which part of all of it we used ourselves."""
        return self.client / max(self.server + self.database + self.client, 0.001)


def used(server: int, postmaster: int) -> Used:
    """What a server and the database (with all their processes) and this process have used until now."""
    mine = os.times()
    return Used(seconds_of(server), seconds_of(postmaster), mine.user + mine.system)


def postmaster_of(connection: Connection) -> int:
    """The process whose children serve this database, which runs on this machine."""
    backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return int((PROCESSES / str(backend) / "stat").read_text().rpartition(")")[2].split()[1])


def seconds_of(root: int) -> float:
    """Seconds that a process and everything it has started have used; of those that ended, as their parents have buried them."""
    return sum(family(root).values())


def memory_of(root: int) -> float:
    """Megabytes of a process and everything it has started; what several of them share counts once (PSS)."""
    total = 0
    for number in family(root):
        try:
            told = (PROCESSES / str(number) / "smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return total / 1024


@contextmanager
def peak_of(roots: dict[str, int], every_seconds: float = 5.0) -> Iterator[dict[str, float]]:
    """The most megabytes that each of these processes had while the block ran, and `together` at one moment; looked at now and then."""
    most, over = dict.fromkeys([*roots, "together"], 0.0), threading.Event()

    def look() -> None:
        now = {name: memory_of(root) for name, root in roots.items()}
        for name, megabytes in (now | {"together": sum(now.values())}).items():
            most[name] = max(most[name], round(megabytes))

    def keep_looking() -> None:
        while not over.wait(every_seconds):
            look()

    watching = threading.Thread(target=keep_looking, daemon=True)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()
        look()


def family(root: int) -> dict[int, float]:
    """A process and everything it has started, and what has started these: seconds of the processor by number."""
    ticks = os.sysconf("SC_CLK_TCK")
    times: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for place in PROCESSES.glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(place.parent.name)
        times[number] = sum(int(part) for part in fields[11:15]) / ticks
        children.setdefault(int(fields[1]), []).append(number)
    wanted, found = [root], {}
    while wanted:
        number = wanted.pop()
        found[number] = times.get(number, 0.0)
        wanted += children.get(number, [])
    return found

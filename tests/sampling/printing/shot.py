"""What the processes do that are shot in the proofs: each starts afresh, with connections of its own."""

import os
from concurrent.futures import ThreadPoolExecutor

from lims.kernel import clock
from lims.kernel.db import Access, Database
from lims.sampling.labels import actions
from lims.sampling.printing import work
from lims.sampling.printing.agent import RemoteDesk, Server


def agent(url: str, token: str, printer: str, most: int) -> None:
    """Print job after job, a few labels at a time."""
    with Server(url, token, printer) as server:
        while (job := server.next_job()) is not None:
            work.run(RemoteDesk(server, job), printer, most)


def reservations(url: str, sites: list[str], threads: int, said: str) -> None:
    """Reserve for these sites from many threads without end; what was reserved is told when it is surely kept."""
    database = Database(url, threads)
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def reserve(number: int) -> None:
        while True:
            with database.transaction(Access.FIELD) as connection:
                row = actions.reserve(connection, sites[number % len(sites)], 1 + number * 7, "shot", clock.now())
            os.write(out, f"{row.first_serial} {row.last_serial}\n".encode())

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(reserve, range(threads)))

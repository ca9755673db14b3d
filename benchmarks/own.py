"""A database of a benchmark's own, empty or with the demo city in it; it goes away with the benchmark."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from lims.apps import migrate, processor
from lims.apps.commands.simulate import CITY
from lims.apps.demo.people import credentials
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings, settings
from lims.simulate.plan import Credentials

VARIABLE = "LIMS_DATA_DIR"


class City(NamedTuple):
    """The program, somebody of every role at every place, and the process whose children serve the database."""

    program: Program
    tokens: Credentials
    postmaster: int


def ended(_number: int, _frame: FrameType | None) -> NoReturn:
    """Whoever is told to stop leaves by the door, too: nothing stays in the temporary folder."""
    sys.exit(128 + signal.SIGTERM)


@contextmanager
def own_program(folder: Path | None = None, connections: int = 2) -> Iterator[Program]:
    """The program on a database in this folder, which stays, or in one that goes away; servers started meanwhile are its servers."""
    place, before = folder or Path(tempfile.mkdtemp(prefix="lims-bench-")), os.environ.get(VARIABLE)
    if folder is None:
        # Where root runs this, the database's account has to get there: otherwise the database would lie, and stay, elsewhere.
        place.chmod(0o711)
    os.environ[VARIABLE] = str(place / "data")
    settings.cache_clear()
    usually = signal.signal(signal.SIGTERM, ended)
    try:
        with running(Settings(database_url=None), connections) as program:
            migrate.upgrade(program.database)
            yield program
    finally:
        signal.signal(signal.SIGTERM, usually)
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
        settings.cache_clear()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def own_city(folder: Path | None = None) -> Iterator[City]:
    """The same with the demo city in it."""
    with own_program(folder) as program:
        with program.database.transaction(Access.OWNER) as connection:
            catalog_actions.load(connection, catalog_actions.parse(CITY), clock.now(), "benchmark")
            tokens = credentials(connection, catalog.current(connection), clock.now())
            postmaster = processor.postmaster_of(connection)
        yield City(program, tokens, postmaster)

"""A database of our own, so that sums over the whole city can be told: what each test puts into it is taken out again."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lims.apps import migrate
from lims.catalog import queries as catalog
from lims.kernel.db import Access
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings
from tests.disks import quickest_disk
from tests.reporting.city import City, load_city


@contextmanager
def own_database(connections: int | None = None) -> Iterator[Program]:
    """A database with the newest schema and nothing in it, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lims-test-", dir=quickest_disk()))
    folder.chmod(0o755)
    with running(Settings(data_dir=folder / "data", database_url=None), connections) as started:
        migrate.upgrade(started.database)
        yield started
    shutil.rmtree(folder)


@contextmanager
def database_of_city() -> Iterator[Program]:
    """A database with the city in it, gone at the end."""
    with own_database(connections=4) as started:
        with started.database.transaction(Access.OWNER) as connection:
            load_city(connection)
        yield started


@pytest.fixture(scope="session")
def program_of_city() -> Iterator[Program]:
    with database_of_city() as started:
        yield started


@pytest.fixture
def city(program_of_city: Program) -> Iterator[City]:
    with program_of_city.database.engine(Access.OWNER).connect() as connection:
        transaction = connection.begin()
        yield City(connection, catalog.current(connection))
        transaction.rollback()

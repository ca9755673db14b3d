"""A database of our own: a proposal looks at every box and every lab there is, and the whole suite leaves hundreds of both."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from lims.apps import ends, migrate
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings
from tests.disks import quickest_disk


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    folder = Path(tempfile.mkdtemp(prefix="lims-test-", dir=quickest_disk()))
    folder.chmod(0o755)
    with running(Settings(data_dir=folder / "data", database_url=None, secret_key="a secret of the tests")) as started:
        migrate.upgrade(started.database)
        yield started
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def web(program: Program) -> Iterator[TestClient]:
    with TestClient(ends.create(program), raise_server_exceptions=False) as client:
        yield client

"""A database of our own: a proposal looks at every box and every lab there is, and the whole suite leaves hundreds of both."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from lims.apps import ends
from lims.kernel.program import Program
from tests.reporting.conftest import own_database


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with own_database() as started:
        yield started


@pytest.fixture(scope="module")
def web(program: Program) -> Iterator[TestClient]:
    with TestClient(ends.create(program), raise_server_exceptions=False) as client:
        yield client

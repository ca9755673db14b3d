"""A data folder with the authority of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from lims.apps import ends
from lims.apps.tls import context
from lims.apps.tls.authority import Place
from lims.kernel.program import Program
from lims.kernel.settings import Settings


@pytest.fixture
def secured(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """All ends behind HTTPS, on a data folder of this test's own."""
    monkeypatch.setenv(context.MODE_VARIABLE, context.OWN)
    chosen = Settings(data_dir=tmp_path, database_url=None, secret_key="a secret of the tests")
    context.keep(Place.of(tmp_path))
    app = ends.create(Program(program.database, program.keys, chosen))
    with TestClient(app, base_url="https://192.0.2.7:8443", raise_server_exceptions=False) as client:
        yield client

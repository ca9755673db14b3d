"""What a server process writes into its log."""

import logging
import socket
import threading

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from lims.apps.serving import foreseen
from lims.web import errors


@pytest.fixture
def broken() -> FastAPI:
    """An application that fails with what it was told in its hands."""
    app = FastAPI()
    errors.install(app)

    @app.get("/{name}")
    def fail(name: str) -> None:
        raise ValueError(name)

    @app.get("/database/{name}")
    def fail_there(name: str) -> None:
        raise OperationalError("SELECT", {"name": name}, Exception())

    return app


def test_a_failure_is_in_the_log_with_its_place_and_without_the_values_it_happened_with(
    broken: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("uvicorn.error")
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(broken, log_config=None, lifespan="off"))
        log.addFilter(foreseen)
        worker = threading.Thread(target=server.run, kwargs={"sockets": [place]})
        worker.start()
        try:
            answer = httpx.get(f"http://127.0.0.1:{place.getsockname()[1]}/13800000000", trust_env=False)
        finally:
            server.should_exit = True
            worker.join()
            log.removeFilter(foreseen)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert f"GET /{{name}}: ValueError at {__file__}" in caplog.text
    assert "13800000000" not in caplog.text  # a number that was scanned where a code was expected
    assert "Traceback" not in caplog.text


def test_a_failure_of_the_database_is_in_the_log_without_what_stood_in_the_address(
    broken: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    assert TestClient(broken).get("/database/13800000000").status_code == 503
    assert "GET /database/{name}: database failure OperationalError" in caplog.text
    assert "13800000000" not in caplog.text

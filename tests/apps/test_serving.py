"""What a server process writes into its log."""

import logging
import socket
import threading

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

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
    assert f"ValueError at {__file__}" in caplog.text
    assert "Traceback" not in caplog.text

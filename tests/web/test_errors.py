"""What programs are told when they ask otherwise than was agreed."""

import pytest
from fastapi.testclient import TestClient

from lims.apps import ends, migrate
from lims.kernel.db import Database
from lims.kernel.program import Program
from lims.kernel.settings import Settings
from tests.factories import Town


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("GET", "/sampling/api/sync", "POST"),
        ("PUT", "/sampling/api/print-jobs", "GET, POST"),
        ("OPTIONS", "/sampling/api/tubes/10000000000176", "GET"),
        ("POST", "/static/base.css", "GET, HEAD"),
        ("DELETE", "/healthz", "GET, HEAD"),
    ],
)
def test_whoever_calls_an_address_otherwise_hears_how_it_is_called(web: TestClient, method: str, path: str, methods: str) -> None:
    answer = web.request(method, path)
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, methods, "method_not_allowed")
    assert answer.json()["detail"] == f"This address takes {methods}, not {method}."


def test_the_same_is_said_in_chinese(town: Town) -> None:
    answer = town.web.get("/sampling/api/sync", headers={"Accept-Language": "zh"})
    assert "不接受 GET" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_balancer_may_ask_for_the_head_alone(web: TestClient, path: str) -> None:
    answer = web.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_balancer_is_told_as_everybody_that_the_database_is_away() -> None:
    away = Program(Database("postgresql+psycopg://nobody@127.0.0.1:1/none"), keys=None, settings=Settings(secret_key="none"))  # type: ignore[arg-type]  # nobody signs in
    answer = TestClient(ends.create(away)).get("/readyz")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.headers["Retry-After"]) == ("database_unreachable", "2")


def test_a_balancer_is_told_as_everybody_that_the_schema_is_old(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "serves", lambda _have: False)
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "schema_not_current")
    assert "lims db upgrade" in answer.json()["detail"]

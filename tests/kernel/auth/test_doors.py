"""Nobody sees what is not theirs: every route, every role (promise 23)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response

from lims.kernel.auth import actions
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.architecture.test_routes import doors, routes_of
from tests.factories import COUNTER

# What the public contract says; everything else under /api/ is our own addition.
CONTRACT = {
    "POST /sampling/api/sync": {"sampler"},
    "GET /sampling/api/tubes/{}": {"sampler", "technician"},
    "POST /sampling/api/label-ranges": {"sampler", "admin"},
    "GET /sampling/api/label-ranges/{}/labels": {"sampler", "admin"},
    "POST /sampling/api/boxes": {"sampler"},
    "POST /sampling/api/boxes/{}/dispatch": {"sampler", "courier"},
    "GET /sampling/api/recollections": {"sampler"},
    "GET /sampling/api/conflicts": {"admin"},
    "POST /sampling/api/conflicts/{}/resolve": {"admin"},
    "POST /sampling/api/result-lookup": set(),
    "POST /testing/api/boxes/{}/receive": {"technician"},
    "POST /testing/api/tubes/{}/reject": {"technician"},
    "POST /testing/api/pools": {"technician"},
    "POST /testing/api/plates": {"technician"},
    "GET /testing/api/plates/{}": {"technician"},
    "GET /testing/api/plates/{}/sample-sheet": {"technician"},
    "POST /testing/api/plates/{}/runs": {"technician"},
    "POST /testing/api/runs/{}/review": {"reviewer"},
    "GET /testing/api/cases": {"technician", "reviewer", "official"},
    "GET /testing/api/cases/{}": {"technician", "reviewer", "official"},
    "POST /testing/api/cases/{}/members/{}": {"sampler", "technician"},
    "POST /testing/api/cases/{}/close": {"reviewer"},
    "GET /reporting/api/person-results": {"integration"},
}
LEAVES = {"/auth/revoke", "/auth/sign-out"}  # whoever is let in here is out afterwards


@pytest.fixture(scope="module")
def routes(web: TestClient) -> dict[str, APIRoute]:
    """Every route by method and path."""
    return routes_of(web.app)  # type: ignore[arg-type]  # the test client's application is ours


@pytest.fixture(scope="module")
def tokens(program: Program) -> dict[Role, str]:
    """A token for somebody of each role, who has no other."""
    number, now, made = next(COUNTER), datetime.now(UTC), {}
    with program.database.transaction(Access.OWNER) as connection:
        for role in Role:
            actions.add_user(connection, now, f"only-{role}-{number}", [role])
            made[role] = actions.issue_token(connection, now, f"only-{role}-{number}", None, "tests")
    return made


def allowed(route: APIRoute) -> set[str]:
    """The roles that a route's door lets in; none where it is open to everybody."""
    return {role for door in doors(route.dependant) for role in door.__roles__}  # type: ignore[attr-defined]  # that is what a door carries


def calls(routes: dict[str, APIRoute]) -> Iterator[tuple[str, str, str, set[str]]]:
    """Name, method, a path with something in its places, and who may call it."""
    for name, route in routes.items():
        method, path = name.split(" ", 1)
        kinds = {field.name: field.field_info.annotation for field in route.dependant.path_params}
        for place in re.findall(r"\{(\w+)(?::\w+)?\}", path):
            filling = str(uuid4()) if kinds.get(place) is UUID else "2022-02-02" if "date" in str(kinds.get(place)) else "1"
            path = re.sub(rf"\{{{place}(:\w+)?\}}", filling, path)
        yield name, method, path, allowed(route)


def ask(web: TestClient, method: str, path: str, token: str | None = None) -> Response:
    """Call a route with nothing in the message."""
    return web.request(method, path, headers={"Authorization": f"Bearer {token}"} if token else {}, follow_redirects=False)


def test_without_a_token_no_guarded_route_answers_anything_but_401(web: TestClient, routes: dict[str, APIRoute]) -> None:
    asked = {name: ask(web, method, path).status_code for name, method, path, roles in calls(routes) if roles}
    assert len(asked) > 20
    assert {name: status for name, status in asked.items() if status != 401} == {}


@pytest.mark.parametrize("role", Role)
def test_nobody_without_the_role_passes_any_door(web: TestClient, routes: dict[str, APIRoute], tokens: dict[Role, str], role: Role) -> None:
    asked = {name: ask(web, method, path, tokens[role]) for name, method, path, roles in calls(routes) if roles and role not in roles}
    assert {name: answer.status_code for name, answer in asked.items() if answer.status_code != 403} == {}
    assert {answer.json()["code"] for answer in asked.values()} <= {"role_missing"}


@pytest.mark.parametrize("role", Role)
def test_whoever_has_the_role_passes_and_nothing_fails(
    web: TestClient, routes: dict[str, APIRoute], tokens: dict[Role, str], role: Role
) -> None:
    asked = {
        name: ask(web, method, path, tokens[role]).status_code
        for name, method, path, roles in calls(routes)
        if role in roles and path not in LEAVES
    }
    assert {name: status for name, status in asked.items() if status in {401, 403} or status >= 500} == {}


def test_the_doors_let_in_whom_the_contract_names(routes: dict[str, APIRoute]) -> None:
    found = {re.sub(r"\{[^}]*\}", "{}", name): allowed(route) for name, route in routes.items()}
    assert {name: found.get(name) for name in CONTRACT} == CONTRACT

"""Every route has a door: a rule on who may come in, or the reason why everybody may."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from lims.apps import ends
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access

# What is mounted asks nobody: files that belong to the pages themselves.
OPEN_MOUNTS = {"/static"}
# What is looked at right after it was written, by its key: a standby may not know it yet.
JUST_WRITTEN = ("/reporting/walls", "/reporting/api/walls", "/reporting/diversions", "/reporting/api/diversions")


def walk(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, those of included routers too, however deep."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from walk(inner.routes)
        else:
            yield route


def doors(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """What a route depends on that carries a rule."""
    if dependant.call is not None and hasattr(dependant.call, "__roles__"):
        yield dependant.call
    for deeper in dependant.dependencies:
        yield from doors(deeper)


def routes_of(app: FastAPI) -> dict[str, APIRoute]:
    """The routes that answer requests, by method and path."""
    found = {}
    for route in walk(app.routes):
        if isinstance(route, APIRoute):
            found.update({f"{method} {route.path}": route for method in route.methods or ()})
    return found


def test_the_walk_meets_every_end(app: FastAPI) -> None:
    paths = " ".join(routes_of(app))
    for path in ("/sampling/api/sync", "/testing/api/runs/{run}/review", "/reporting/api/person-results", "/auth/token", "/healthz"):
        assert path in paths


def test_every_route_has_exactly_one_door(app: FastAPI) -> None:
    assert {
        name: len(list(doors(route.dependant))) for name, route in routes_of(app).items() if len(list(doors(route.dependant))) != 1
    } == {}


def test_a_door_for_everybody_says_why(app: FastAPI) -> None:
    silent = [
        name
        for name, route in routes_of(app).items()
        for door in doors(route.dependant)
        if not door.__roles__ and not getattr(door, "__open_because__", "")  # type: ignore[attr-defined]  # that is what a door carries
    ]
    assert silent == []


def test_doors_name_roles_that_exist(app: FastAPI) -> None:
    named = {role for route in routes_of(app).values() for door in doors(route.dependant) for role in door.__roles__}  # type: ignore[attr-defined]
    assert named <= set(Role)
    assert set(Role) == named, "a role that opens no door is a promise to nobody"


def test_nothing_but_routes_and_static_files_answers(app: FastAPI) -> None:
    others = {getattr(route, "path", "?") for route in walk(app.routes) if not isinstance(route, APIRoute)}
    assert others <= OPEN_MOUNTS
    assert all(isinstance(route, Mount | APIRoute) for route in walk(app.routes))


def test_paths_tell_the_end_they_belong_to(app: FastAPI) -> None:
    common = ("/auth/", "/device/", "/healthz", "/readyz", "/metrics")
    homeless = {route.path for route in routes_of(app).values() if not route.path.startswith((*common, *(f"/{end}/" for end in ends.ENDS)))}
    assert homeless <= {"/", *(f"/{end}" for end in ends.ENDS)}


def test_whoever_looks_at_figures_does_it_with_the_role_of_readers(app: FastAPI) -> None:
    figures = {
        name: door.__using__  # type: ignore[attr-defined]  # that is what a door carries
        for name, route in routes_of(app).items()
        if name.startswith("GET ") and route.endpoint.__module__.startswith("lims.reporting.") and not route.path.startswith(JUST_WRITTEN)
        for door in doors(route.dependant)
    }
    assert len(figures) > 25
    assert {name: role for name, role in figures.items() if role is not Access.REPORTS} == {}

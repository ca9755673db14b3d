"""The site or lab that a page is about: the only one of whoever is bound to it, otherwise the one that was chosen last."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

LONGEST = 40


@dataclass(frozen=True)
class Place:
    """A site or lab, and which others could be chosen; `kind` is `site` or `lab`, `code` empty where there is none at all."""

    kind: str
    code: str
    name: str
    choices: tuple[tuple[str, str], ...] = ()


def place_of(request: Request, kind: str, bound: str | None, names: Mapping[str, str]) -> Place:
    """The place of this request among `names` (code → name)."""
    if bound is not None:
        return Place(kind, bound, names.get(bound, bound))
    asked = (request.query_params.get(kind), request.cookies.get(cookie_of(kind)))
    code = next((one for one in asked if one is not None and one in names), min(names, default=""))
    return Place(kind, code, names.get(code, ""), tuple(sorted(names.items())))


def cookie_of(kind: str) -> str:
    """The cookie that remembers a choice."""
    return f"lims_{kind}"

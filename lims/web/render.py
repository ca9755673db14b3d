"""How a page is made: one Jinja environment a language, the same facts at the top of every page."""

import string
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lims.kernel import barcodes
from lims.kernel.auth.rules import Caller
from lims.web import language as languages
from lims.web.places import Place, cookie_of
from lims.web.speech import told

TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")
A_YEAR = 365 * 24 * 3600
THIN_SPACE = "\u202f"
ROWS = {96: 8, 384: 16}


def page(
    request: Request,
    template: str,
    facts: Mapping[str, object],
    *,
    caller: Caller | None = None,
    place: Place | None = None,
    status: int = 200,
) -> HTMLResponse:
    """A page from a template, in the language of the request; `place` is the site or lab it is about."""
    language = languages.language_of(request)
    shell = {
        "language": language,
        "html_language": languages.LANGUAGES[language],
        "others": [(code, name, link_in(request, code)) for code, name in languages.OWN_NAMES.items() if code != language],
        "caller": caller,
        "place": place,
        "ends": request.app.state.ends,
        "path": request.url.path,
    }
    response = HTMLResponse(environment(language).get_template(template).render(shell | dict(facts)), status_code=status)
    remember(request, response, place)
    return response


def remember(request: Request, response: HTMLResponse, place: Place | None) -> None:
    """Keep what was chosen in this address (language, site, lab) for the next pages."""
    chosen = {languages.COOKIE: request.query_params.get("lang")} if request.query_params.get("lang") in languages.LANGUAGES else {}
    if place is not None and place.code and request.query_params.get(place.kind) == place.code:
        chosen[cookie_of(place.kind)] = place.code
    for name, value in chosen.items():
        response.set_cookie(name, str(value), max_age=A_YEAR, httponly=True, samesite="lax", secure=request.url.scheme == "https")


def link_in(request: Request, language: str) -> str:
    """The same page in another language."""
    address = request.url.include_query_params(lang=language)
    return f"{address.path}?{address.query}"


@lru_cache(maxsize=len(languages.LANGUAGES))
def environment(language: str) -> Environment:
    """Templates with the sentences of a language; everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"],
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.install_gettext_translations(languages.translations(language), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    made.filters |= {"clock": clock, "day": day, "count": count, "percent": percent, "code": code_groups}
    made.globals |= {"told": told, "plate_rows": plate_rows, "plate_columns": plate_columns}
    return made


def clock(at: datetime, zone: str) -> str:
    """The local time: 09:31."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day(at: datetime, zone: str) -> str:
    """The local day: 2022-02-02."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def count(number: float) -> str:
    """A whole number in groups of three with thin spaces; a decimal where there is one."""
    text = f"{number:,.1f}" if number % 1 else f"{number:,.0f}"
    return text.replace(",", THIN_SPACE)


def percent(share: float) -> str:
    """A share as whole percents."""
    return f"{share * 100:.0f}{THIN_SPACE}%"


def code_groups(code: str) -> list[str]:
    """A code in the groups people read it in; the page shows gaps between them and copies the plain code."""
    return barcodes.grouped(code).split(" ")


def plate_rows(size: int) -> str:
    """The letters of a plate's rows."""
    return string.ascii_uppercase[: ROWS[size]]


def plate_columns(size: int) -> range:
    """The numbers of a plate's columns."""
    return range(1, size // ROWS[size] + 1)

"""In which language something is said: `?lang=`, then the cookie, then what the browser asks for, then English.

A device that keeps a page in every language asks with a header for each, which is not remembered as somebody's choice.
"""

import gettext
import io
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

# How each language is named in HTML, and how it names itself.
LANGUAGES = {"en": "en", "zh": "zh-CN"}
OWN_NAMES = {"en": "English", "zh": "中文"}
ENGLISH = "en"
COOKIE = "lims_language"
HEADER = "x-lims-language"
FOLDER = Path(__file__).with_name("translations")


def language_of(request: Request) -> str:
    """The language of this request."""
    for asked in (request.query_params.get("lang"), request.headers.get(HEADER), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """The language that an `Accept-Language` header prefers among ours."""
    wishes = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            wishes.append((-weight_of(weight), place, language))
    return min(wishes)[2] if wishes else ENGLISH


def weight_of(text: str) -> float:
    """The q of one wish: 1 where none is given, 0 where it is not a number."""
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def catalog_file(language: str) -> Path:
    """Where the sentences of a language stand."""
    return FOLDER / language / "LC_MESSAGES" / "lims.po"


def catalog(language: str) -> Catalog:
    """The sentences of a language, as translators edit them."""
    with catalog_file(language).open("rb") as file:
        return read_po(file, locale=language, domain="lims")


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> gettext.NullTranslations:
    """The sentences of a language, ready for use. Compiled in memory at first use: no build step can be forgotten."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalog(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

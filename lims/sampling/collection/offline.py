"""What the pages that work without a network are made of, so that a device can keep all of it as one version."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fastapi import Request, Response

from lims.kernel.auth.door import Work
from lims.kernel.errors import N_
from lims.web.camera import camera_page, reader_files
from lims.web.language import ENGLISH, LANGUAGES, catalog_file, language_of, translations
from lims.web.places import Place
from lims.web.render import STATIC, TEMPLATES
from lims.web.speech import phrasebook

# A page with another version than the worker's own is not kept beside the worker's files.
HEADER = "X-Lims-Screen"
WORKER = STATIC / "sampling" / "worker.js"
# They are kept as they are made, in clear: no page among them may be made with anybody's name in it. The first is the way back.
PAGES = ("/sampling/", "/sampling/recollections", "/sampling/boxes", "/sampling/handover")
PAGE_PARTS = ("*.html", "collection/*.html", "cases/recollections.html", "boxes/*.html", "roster/document.html", "handovers/handover.html")
# Whose refusals a device may be told: of what it sends, and of what that rests on.
ROOMS = ("lims/sampling", "lims/deconvolution", "lims/custody", "lims/kernel/auth", "lims/kernel/barcodes", "lims/kernel/clock")
ICONS = {"192x192": "icon-192.png", "512x512": "icon-512.png"}


def kept_page(request: Request, template: str, facts: Mapping[str, object], work: Work, place: Place | None) -> Response:
    """A scanning page that a device may keep: it carries its version, the day it was made on, the server's sentences in its language."""
    keys = work.program.keys
    slot = {"key": keys.slot_id, "point": keys.slot.hex()}
    # The UTC day: the page takes it for the moment at which that day began, and a local one may lie hours ahead of now.
    carried = {"phrasebook": phrasebook(language_of(request), ROOMS), "today": work.now.date().isoformat(), "slot": slot}
    answer = camera_page(request, template, carried | dict(facts), caller=work.caller, place=place)
    answer.headers.update({HEADER: version(), "Content-Language": language_of(request)})
    return answer


def files() -> list[Path]:
    """Everything the pages fetch: what every page has, what is the sampler's own, and the camera's reader where it is installed."""
    found = (path for folder in (STATIC, STATIC / "sampling") for path in folder.iterdir() if path.is_file() and path != WORKER)
    return sorted([*found, *reader_files()])


def parts() -> Iterator[bytes]:
    """Everything that a version depends on."""
    for path in (*files(), WORKER, *(path for part in PAGE_PARTS for path in sorted(TEMPLATES.glob(part)))):
        yield path.name.encode() + path.read_bytes()
    for language in LANGUAGES:
        if language != ENGLISH:
            yield catalog_file(language).read_bytes()


@cache
def version() -> str:
    """One name for one content of the pages, their files and their words."""
    digest = hashlib.sha256()
    for part in parts():
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


@cache
def worker() -> str:
    """The worker's text, with what it is to keep."""
    addresses = [f"/static/{path.relative_to(STATIC).as_posix()}" for path in files()]
    known = json.dumps({"version": version(), "files": addresses, "pages": PAGES, "languages": list(LANGUAGES)})
    return f"const SCREEN = {known};\n{WORKER.read_text('utf-8')}"


def manifest(language: str) -> dict[str, object]:
    """The web app manifest, in a language."""
    say = translations(language).gettext
    pictures = [{"src": f"/static/{name}", "sizes": size, "type": "image/png", "purpose": "any"} for size, name in ICONS.items()]
    return {
        "id": "/sampling/",
        "name": say(N_("LIMS sampling")),
        "short_name": say(N_("Sampling")),
        "lang": LANGUAGES[language],
        "start_url": "/sampling/",
        "scope": "/sampling/",
        "display": "standalone",
        "background_color": "#f4f6f8",
        "theme_color": "#0a5aa8",
        "icons": pictures,
    }

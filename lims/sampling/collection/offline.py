"""What the tube screen is made of, so that a device can keep all of it as one version."""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lims.web.language import ENGLISH, LANGUAGES, catalog_file, translations
from lims.web.render import STATIC, TEMPLATES
from lims.web.speech import N_

# A page with another version than the worker's own is not kept beside the worker's files.
HEADER = "X-Lims-Screen"
WORKER = STATIC / "sampling" / "worker.js"
PAGE_PARTS = ("base.html", "marks.html", "shapes.html", "collection/*.html")
ICONS = {"192x192": "icon-192.png", "512x512": "icon-512.png"}


def files() -> list[Path]:
    """Everything the page fetches: what every page has, and what is the sampler's own."""
    found = (path for folder in (STATIC, STATIC / "sampling") for path in folder.iterdir() if path.is_file() and path != WORKER)
    return sorted(found)


def parts() -> Iterator[bytes]:
    """Everything that a version depends on."""
    for path in (*files(), WORKER, *(path for part in PAGE_PARTS for path in sorted(TEMPLATES.glob(part)))):
        yield path.name.encode() + path.read_bytes()
    for language in LANGUAGES:
        if language != ENGLISH:
            yield catalog_file(language).read_bytes()


@cache
def version() -> str:
    """One name for one content of the page, its files and its words."""
    digest = hashlib.sha256()
    for part in parts():
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


@cache
def worker() -> str:
    """The worker's text, with what it is to keep."""
    addresses = [f"/static/{path.relative_to(STATIC).as_posix()}" for path in files()]
    known = json.dumps({"version": version(), "files": addresses})
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

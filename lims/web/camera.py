"""Pages that read codes with the camera of the device: what they are told, and what their answers allow beyond other pages."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse

from lims.kernel.auth.rules import Caller
from lims.web.headers import POLICY
from lims.web.places import Place
from lims.web.render import STATIC, page

# Where `make reader` puts the reader for devices that have none: the module, and what it loads.
READER = STATIC / "reader"
MODULE, BINARY = "reader/index.js", "zxing_reader.wasm"
FRAMES = "/sampling/api/frames"
CAMERA = "camera=(self), geolocation=(), microphone=()"
COMPILING = f"{POLICY}; script-src 'self' 'wasm-unsafe-eval'"


def reader_files() -> list[Path]:
    """The files of the reader that was installed; none where it was not."""
    return sorted(path for path in READER.rglob("*") if path.is_file()) if (READER / BINARY).is_file() else []


def camera_page(request: Request, template: str, facts: Mapping[str, object], *, caller: Caller, place: Place | None) -> HTMLResponse:
    """A page that may use the camera, with `camera` told to its modules; where a reader is installed, the page may compile it."""
    installed = bool(reader_files())
    told = {
        "frames": FRAMES if "sampling" in request.app.state.ends else None,
        "reader": {"module": f"/static/reader/{MODULE}", "binary": f"/static/reader/{BINARY}"} if installed else None,
    }
    answer = page(request, template, {**facts, "camera": told}, caller=caller, place=place)
    answer.headers["Permissions-Policy"] = CAMERA
    if installed:
        answer.headers["Content-Security-Policy"] = COMPILING
    return answer

"""Readers of run files. A new instrument is one module here with NAME, TITLE, `recognises` and `read`, and one line below."""

from typing import Protocol

from lims.kernel.errors import Refused, Words
from lims.testing.instruments.formats import (
    abi_sds,
    archives,
    biorad_cfx,
    cells,
    decimals,
    generic,
    gentier,
    lightcycler,
    quantstudio,
    rdml,
    rdml_document,
    sheets,
    slan,
    text,
)
from lims.testing.instruments.formats.grids import Grid
from lims.testing.instruments.rules import ParsedRun


class Format(Protocol):
    """What a module in this folder offers."""

    NAME: str
    TITLE: str

    def recognises(self, grids: tuple[Grid, ...], /) -> bool:
        """Whether the content is of this format, whole or not."""

    def read(self, grids: tuple[Grid, ...], /) -> ParsedRun:
        """The run; called only for what was recognised."""


FORMATS: tuple[Format, ...] = (
    generic,
    quantstudio,
    abi_sds,
    biorad_cfx,
    lightcycler,
    rdml,
    slan,
    gentier,
)

# A 384-well text export with all its curves has some 20 MB.
MOST_BYTES = 32 * 2**20


def known() -> tuple[str, ...]:
    """The formats that can be read, as a person would name them; pages translate each."""
    return tuple(form.TITLE for form in FORMATS)


def read(content: bytes, name: str = "") -> ParsedRun:
    """The run in these bytes. What they are decides the format; `name` is only for the sentence that refuses them."""
    if len(content) > MOST_BYTES:
        raise Refused("run_file_too_large", "The file has more than {most} MB; a run file does not.", most=MOST_BYTES // 2**20)
    if not content.strip():
        raise Refused("run_file_empty", "The file is empty.")
    grids = _grids(content)
    claimed = [form for form in FORMATS if grids and form.recognises(grids)]
    if len(claimed) != 1:
        raise Refused(
            "run_file_unknown_format",
            "{name} is in no format known here. Known are: {formats}.",
            name=cells.shown(name) or "The file",
            formats=Words(known()),
        )
    return claimed[0].read(grids)


def _grids(content: bytes) -> tuple[Grid, ...]:
    if content.startswith(archives.ZIP):
        parts = archives.checked_parts(content)
        if rdml_document.PART in parts:
            return rdml_document.grids(archives.part(content, rdml_document.PART))
        return sheets.grids(content) if sheets.PART in parts else ()
    if content.startswith(sheets.COMPOUND):
        return sheets.grids(content)
    if rdml_document.begins(content):
        return rdml_document.grids(content)
    grid = text.grid(content)
    return () if grid is None else (decimals.plain(grid),)

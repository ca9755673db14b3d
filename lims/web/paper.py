"""Documents on paper, set by Typst in the one font of the product."""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import typst

FAMILY = "Noto Sans SC"
FOLDER = Path(str(files("justmytype_intl_cjk"))) / "fonts" / "ofl" / "notosanssc"


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """That font and no other, so that a document looks alike on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])


def inputs(facts: Mapping[str, object]) -> dict[str, str]:
    """What a document is told: its facts and the font."""
    return {"facts": json.dumps({**facts, "font": FAMILY}, ensure_ascii=False)}


def pdf(source: bytes, facts: Mapping[str, object]) -> bytes:
    """A document from its Typst source. The facts travel as JSON in `facts`, so that no text of them is ever read as Typst."""
    made = typst.compile(source, font_paths=fonts(), sys_inputs=inputs(facts), format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("typst answers one PDF with bytes")
    return made

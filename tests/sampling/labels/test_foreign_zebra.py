"""ZPL drawn by a renderer that is not ours (zebrash, through zpl-renderer-js), and read by zxing-cpp."""

import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lims.sampling.labels import templates
from lims.sampling.labels.formats import render
from lims.sampling.labels.rules import LabelFacts, lay_out_all

pytestmark = pytest.mark.node("zpl-renderer-js")
FOLDER = Path(__file__).parents[2] / "node"
# The renderer counts in whole dots a millimetre: a 300 dpi head has 11.8 and is drawn with 12.
DOTS_PER_MM = {203: 8, 300: 12}
ROLLS = [name for name in templates.names() if not name.endswith("_sheet")]
HOSTILE = ["^XZ^XA^FDowned^FS^XZ", "~JR ~DGR:X", '"\\&_5E >;${x}', "#panic(1) $x$ @a", "أحمد محمد \u202e\u2066abc", "夜场 🧪👩🏽‍🔬 é\u0301"]
Read = Callable[[Image.Image], list[str]]
Preview = Callable[[str, str, LabelFacts, int], Image.Image]


def drawn(stock: str, codes: list[str], facts: LabelFacts, dpi: int) -> list[Image.Image]:
    """The labels of a ZPL job as the foreign renderer draws them."""
    template, node = templates.load(stock), shutil.which("node")
    assert node, "there is npm's package, and no node"
    label, per_mm = lay_out_all(template, codes[:1], facts, dpi).labels[0], DOTS_PER_MM[dpi]
    size = [str(label.dots(length_mm) / per_mm) for length_mm in (template.width_mm, template.height_mm)]
    command = [node, "render_zpl.mjs", *size, str(per_mm)]
    done = subprocess.run(command, cwd=FOLDER, input=render(template, codes, facts, "zpl", dpi=dpi), capture_output=True, check=True)
    return [Image.open(BytesIO(b64decode(picture))).convert("L") for picture in done.stdout.split()]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", ROLLS)
def test_a_foreign_zebra_prints_each_label_once_dot_for_dot_as_the_preview_shows_it(
    stock: str, dpi: int, codes: list[str], facts: LabelFacts, read: Read, preview: Preview
) -> None:
    pictures = drawn(stock, codes, facts, dpi)
    wanted = lay_out_all(templates.load(stock), codes, facts, dpi).labels
    assert [read(picture) for picture in pictures] == [sorted(label.machine_read) for label in wanted]
    for code, picture in zip(codes, pictures, strict=True):
        assert np.array_equal(np.asarray(picture), np.asarray(preview(stock, code, facts, dpi)))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_ink_on_a_foreign_zebra(hostile: str, codes: list[str], facts: LabelFacts, preview: Preview) -> None:
    said = replace(facts, text=hostile, site=hostile, site_name=hostile)
    pictures = drawn("box_100x50", codes, said, 203)
    assert len(pictures) == len(codes)
    for code, picture in zip(codes, pictures, strict=True):
        assert np.array_equal(np.asarray(picture), np.asarray(preview("box_100x50", code, said, 203)))

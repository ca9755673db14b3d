"""PDF through Typst: a page a label for rolls, or sheets as the stock describes them. Bars are vectors in exact millimetres."""

import json
from collections.abc import Iterator
from importlib.resources import files

import typst

from lims.sampling.labels.rules import LaidOutLabel, PrintJob
from lims.sampling.labels.stock import DOTS_PER_MM, Template
from lims.sampling.labels.symbols import dark_runs
from lims.sampling.labels.wording import ASCENT_EM
from lims.web.paper import FAMILY, fonts

SOURCE = files(__package__).joinpath("labels.typ").read_bytes()
# Typst remembers the work of its last ten compilations, about 100 kB a label: ten prints of 5,000 labels would hold 5 GB.
COMPILATIONS_REMEMBERED = 10
WORTH_FORGETTING_LABELS = 500
SEAM_MM = 0.01


def draw(job: PrintJob) -> bytes:
    """The document. Typst refuses it if the pages are not as many as the labels need (the last line of its source)."""
    document = typst.compile(SOURCE, font_paths=fonts(), sys_inputs=inputs(job), format="pdf", pdf_tags=False)
    if not isinstance(document, bytes):
        raise TypeError("typst answers one PDF with bytes")
    if len(job.labels) >= WORTH_FORGETTING_LABELS:
        forget()
    return document


def forget() -> None:
    """Let Typst drop what it remembers of a large print, by compiling nothing as often as its memory is long."""
    for _ in range(COMPILATIONS_REMEMBERED + 1):
        typst.compile(b"", font_paths=fonts(), format="pdf")


def inputs(job: PrintJob) -> dict[str, str]:
    """The job as Typst reads it, lengths in millimetres."""
    stock = job.template
    page = stock.sheet or stock
    return {
        "job": json.dumps(
            {
                "title": f"{stock.name}: {job.labels[0].code} to {job.labels[-1].code}",
                "font": FAMILY,
                "ascent": ASCENT_EM,
                "page": [page.width_mm, page.height_mm],
                "label": [stock.width_mm, stock.height_mm],
                "slots": slots(stock),
                "labels": [drawn(label) for label in job.labels],
            },
            ensure_ascii=False,
        ),
    }


def slots(stock: Template) -> list[tuple[float, float]]:
    """The top left corner of each label on a page, row by row."""
    sheet = stock.sheet
    if sheet is None:
        return [(0.0, 0.0)]
    across_mm, down_mm = stock.width_mm + sheet.column_gap_mm, stock.height_mm + sheet.row_gap_mm
    return [
        (sheet.margin_left_mm + column * across_mm, sheet.margin_top_mm + row * down_mm)
        for row in range(sheet.rows)
        for column in range(sheet.columns)
    ]


def drawn(label: LaidOutLabel) -> dict[str, object]:
    """One label: each dark box as (left, top, width, height), each line as the fields of its function in the source."""
    return {
        "boxes": [[round(length_mm, 6) for length_mm in box] for box in boxes_mm(label)],
        "lines": [(line.x_mm, line.y_mm, line.width_mm, line.font_size_mm, line.align, line.bold, line.text) for line in label.lines],
    }


def boxes_mm(label: LaidOutLabel) -> Iterator[tuple[float, float, float, float]]:
    """Every dark box of a label: bars, runs of dark modules of square codes, printed lines."""
    bars, dot_mm = label.bars, 1 / DOTS_PER_MM[label.dpi]
    if bars is not None:
        for start, width in bars.runs:
            yield (bars.x_mm + start * bars.module_mm, bars.y_mm, width * bars.module_mm, bars.height_mm)
    for square in label.squares:
        left_mm, top_mm, module_mm = square.x_dots * dot_mm, square.y_dots * dot_mm, square.module_dots * dot_mm
        for number, row in enumerate(square.rows):
            for start, width in dark_runs(row):
                # A hair taller than the module: viewers show a white thread between boxes that only touch.
                yield (left_mm + start * module_mm, top_mm + number * module_mm, width * module_mm, module_mm + SEAM_MM)
    yield from ((x * dot_mm, y * dot_mm, width * dot_mm, height * dot_mm) for x, y, width, height in label.strokes)

"""From an RDML document (1.0 to 1.4, https://rdml.org) to a table: a row for each reaction and target, its line that of the XML.

lxml reads it element by element. No entity is expanded and nothing is fetched: a document with a DOCTYPE, which RDML has no
use for, is refused, because an entity in the middle of a number would cut it.
"""

import io
from collections.abc import Iterable

from lxml import etree

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Line

PART = "rdml_data.xml"
HEADER = ("well", "sample", "target", "dye", "cq", "excluded", "curve")
MOST_ROWS = 16
READ = ("sample", "target", "pcrFormat", "react", "run")


def begins(content: bytes) -> bool:
    """Whether this is a document that nobody packed."""
    return content[:3].lstrip(b"\xef\xbb\xbf")[:1] in (b"<", b"") and b"<rdml" in content[:1000]


def grids(document: bytes) -> tuple[Grid, ...]:
    """One sheet, named like the part. The reactions of a second run in the document are refused."""
    try:
        rows = _rows(document)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Refused("run_file_unreadable", "The RDML document is damaged in line {line}; export it again.", line=line) from error
    if len({row.number for row in rows}) < len(rows):  # the whole document may stand in one line: then rows are counted
        rows = [Line(number, row=row.row) for number, row in enumerate(rows, start=2)]
    return (Grid(PART, (Line(1, row=HEADER), *rows)),)


def _rows(document: bytes) -> list[Line]:
    samples: dict[str, str] = {}
    dyes: dict[str, str] = {}
    columns, runs = 0, 0
    rows: list[Line] = []
    steps = etree.iterparse(
        io.BytesIO(document), tag=[f"{{*}}{name}" for name in READ], resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, element in steps:
        name = etree.QName(element).localname
        if name == "sample":
            samples.setdefault(element.get("id", ""), _text(element, "description"))
        elif name == "target":
            dyes.setdefault(element.get("id", ""), _reference(element, "dyeId"))
        elif name == "pcrFormat":
            columns = int(_text(element, "columns") or 0)
        elif name == "react":
            rows += _readings(element, columns, samples, dyes)
            element.clear(keep_tail=False)
        elif (runs := runs + 1) > 1:
            raise Refused("run_file_two_plates", "The document holds several runs; export each by itself.")
    if steps.root.getroottree().docinfo.doctype:
        raise Refused("run_file_unreadable", "The document has a DOCTYPE, which RDML has not.")
    return rows


def _readings(react: etree._Element, columns: int, samples: dict[str, str], dyes: dict[str, str]) -> Iterable[Line]:
    well, sample = _well(react.get("id", ""), columns), _reference(react, "sample")
    for data in react.findall("{*}data"):
        target = _reference(data, "tar")
        points = [(_text(point, "cyc"), _text(point, "fluor")) for point in data.findall("{*}adp")]
        curve = " ".join(fluor for _, fluor in points) if [_whole(cyc) for cyc, _ in points] == [*range(1, len(points) + 1)] else ""
        named = f"{sample}\n{samples.get(sample, '')}"
        cells = (well, named, target, dyes.get(target, ""), _text(data, "cq"), _text(data, "excl"), curve)
        yield Line(data.sourceline, row=cells)


def _well(number: str, columns: int) -> str:
    """Version 1.0 names wells; later ones count them along the rows."""
    if not number.isdecimal() or not columns:
        return number
    row, column = divmod(int(number) - 1, columns)
    return f"{chr(ord('A') + row)}{column + 1}" if 0 <= row < MOST_ROWS else number


def _whole(text: str) -> float | None:
    return float(text) if text.replace(".", "", 1).isdecimal() else None


def _reference(element: etree._Element, child: str) -> str:
    """An id, which version 1.0 also writes as text."""
    found = element.find(f"{{*}}{child}")
    return "" if found is None else (found.get("id") or (found.text or "")).strip()


def _text(element: etree._Element, child: str) -> str:
    found = element.find(f"{{*}}{child}")
    return "" if found is None else "".join(found.itertext()).strip()

"""Run as a program of its own: a workbook on standard input, its sheets as text on standard output.

Between cells, rows and sheets stand the separators that ASCII has for them; a sheet's first row is its name. (Half a million cells
of curves are read so in a third of the time that JSON takes.)

The parser lays every sheet out as a full rectangle and, given a damaged xls file, may ask for hundreds of gigabytes; a failed
allocation ends the process. So it works in a process whose memory and time are limited, and whose end harms nobody.

With `--doubts` a cell that only looks empty says why: one that holds an error, a formula that was never calculated or came to nothing,
one that lies under merged cells. The parser tells all of these as empty, and where an empty cell says something (no amplification,
for one) it would be a lie.
"""

import datetime
import io
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree
from python_calamine import CalamineSheet, CalamineWorkbook

MOST_BYTES = 1 << 30
MOST_SECONDS = 20

CELL, ROW, SHEET = "\x1f", "\x1e", "\x1d"
NO_SEPARATORS = str.maketrans(dict.fromkeys(CELL + ROW + SHEET, "\ufffd"))

DOUBTS = "--doubts"
MERGED, NO_VALUE, ERROR = "(merged cells)", "(formula without a value)", "(error)"
PLACE = re.compile(r"([A-Z]+)([0-9]+)")
# Records of an xls file: a cell with an error, and a formula whose result is one; both begin with row, column and format.
XLS_ERRORS = re.compile(rb"\x05\x02\x08\x00(....)..[\x00-\x2b]\x01|\x06\x00..(....)..\x02.[\x00-\x2b]...\xff\xff", re.DOTALL)

Doubt = tuple[int, int, str]  # row and column from 0, and what is to be said
Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, other numbers with all their digits."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else str(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell).strip()


def line(row: Iterable[Cell]) -> str:
    """A row of cells; a separator that stands in a cell itself is told as a character that cannot be read."""
    cells = [text(cell) for cell in row]
    joined = CELL.join(cells)
    if joined.count(CELL) != len(cells) - 1 or ROW in joined or SHEET in joined:
        return CELL.join(cell.translate(NO_SEPARATORS) for cell in cells)
    return joined


def doubts_of_xlsx(content: bytes) -> Iterator[tuple[str, list[Doubt]]]:
    """By the name of its sheet each cell with an error, and each formula without a value above 0."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        targets = {one.get("Id"): one.get("Target", "") for one in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
        for sheet in etree.fromstring(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet"):
            target = next(targets[value] for name, value in sheet.attrib.items() if name.endswith("}id"))
            xml = archive.read(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/"))
            # What an instrument wrote has neither, and is not read twice.
            if b"<f" in xml or b":f" in xml or b'"e"' in xml or b"'e'" in xml:
                yield sheet.get("name", ""), [*doubts_of_sheet(xml)]


def doubts_of_sheet(xml: bytes) -> Iterator[Doubt]:
    """The doubtful cells of one sheet."""
    for _, cell in etree.iterparse(io.BytesIO(xml), tag="{*}c", resolve_entities=False, no_network=True, load_dtd=False):
        said = (cell.findtext("{*}v") or "").strip()
        if cell.get("t") == "e":
            yield *place(cell.get("r", "")), said or ERROR
        elif cell.find("{*}f") is not None and is_nothing(said):
            yield *place(cell.get("r", "")), NO_VALUE
        cell.clear(keep_tail=False)


def is_nothing(said: str) -> bool:
    """Whether a formula came to nothing: no text, or a number of 0 or less, as programs write that never calculated it."""
    try:
        return not said or float(said) <= 0
    except ValueError:
        return False


def place(name: str) -> tuple[int, int]:
    """Row and column of a cell by its name."""
    letters, number = PLACE.fullmatch(name).groups()  # type: ignore[union-attr]  # a cell without a name ends the process, and the file is refused
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("@")
    return int(number) - 1, column - 1


def doubts_of_xls(content: bytes) -> list[Doubt]:
    """The cells with errors; of which sheet is not known, so that an empty cell in the same place of another is doubted, too."""
    places = (found[1] or found[2] for found in XLS_ERRORS.finditer(content))
    return [(int.from_bytes(at[:2], "little"), int.from_bytes(at[2:], "little"), ERROR) for at in places]


def merged(sheet: CalamineSheet) -> Iterator[Doubt]:
    """The cells that lie under others."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield from (
            (row, column, MERGED) for row in range(top, bottom + 1) for column in range(left, right + 1) if (row, column) != (top, left)
        )


def marked(rows: list[list[Cell]], doubts: Iterable[Doubt]) -> list[list[Cell]]:
    """The rows, with what is to be said in doubtful cells; a cell that the parser could read holds no error."""
    for row, column, said in doubts:
        if row < len(rows) and column < len(rows[row]) and (said != ERROR or rows[row][column] == ""):
            rows[row][column] = said
    return rows


def main() -> None:
    """Read one workbook."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    doubting, is_zip = DOUBTS in sys.argv, content.startswith(b"PK")
    of_xlsx = dict(doubts_of_xlsx(content)) if doubting and is_zip else {}
    of_xls = doubts_of_xls(content) if doubting and not is_zip else []
    said = []
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
        if doubting:
            rows = marked(rows, [*of_xlsx.get(name, ()), *of_xls, *merged(sheet)])
        said.append(ROW.join([line([name]), *map(line, rows)]))
    sys.stdout.buffer.write(SHEET.join(said).encode())


if __name__ == "__main__":
    main()

"""The common shape of text files and workbooks: sheets of lines, and a table in them with a header."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from lims.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a row of a sheet (`row`). `ended` is False for a last line without a line end: it may be cut."""

    number: int
    text: str = ""
    row: tuple[str, ...] | None = None
    ended: bool = True

    def cells(self, delimiter: str) -> tuple[str, ...]:
        """The cells as they are written.

        Each line is split alone: one stray quotation mark must not swallow the lines after it, so a cell cannot hold a
        line end.
        """
        if self.row is not None:
            return self.row
        try:
            split = next(csv.reader([self.text], delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise Refused("run_file_unreadable", "Line {line} has a quotation mark without its partner.", line=self.number) from error
        return tuple(split)

    def loose_cells(self) -> tuple[str, ...]:
        """The cells of a line before a table, where a comment may hold any quotation mark."""
        return self.row if self.row is not None else tuple(cell.strip(' "') for cell in self.text.split(self.delimiter))

    @property
    def delimiter(self) -> str:
        """Tab if there is one, else comma; semicolon in lines that have neither, as where the comma is the decimal one."""
        return next((sign for sign in ("\t", ",", ";") if sign in self.text), ",")

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it but delimiters."""
        return not any(self.row) if self.row is not None else not self.text.strip(" ,;\t")


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet of a workbook, or a whole text file, then without a name. Blank lines are kept, so positions are line numbers."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Record:
    """A row of a table, its cells by the names of their columns."""

    header: "Header"
    line: int
    cells: tuple[str, ...]

    def text(self, *names: str) -> str:
        """The cell under the first of these names that the header has, without the spaces around it, or an empty string."""
        return self.written(*names).strip()

    def written(self, *names: str) -> str:
        """The same with its spaces: none belongs to a Ct, where it may be all that is left of a digit (` 1.2` of 31.2).

        Some exports carry a column twice; then both must say the same.
        """
        found = {self.cells[at] if at < len(self.cells) else "" for at in self.header.where(*names)}
        if len(found) > 1:
            raise Refused(
                "run_file_contradiction",
                "Line {line}: column {column!r} stands in the file twice, with different contents.",
                line=self.line,
                column=names[0],
            )
        return found.pop() if found else ""

    def reaches(self, *names: str) -> bool:
        """Whether the row is long enough to hold this column."""
        return all(at < len(self.cells) for at in self.header.where(*names))

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Column name and cell, for all filled cells."""
        return ((name, cell.strip()) for name, cell in zip(self.header.names, self.cells, strict=False) if name and cell)


@dataclass(frozen=True)
class Header:
    """The line that names a table's columns."""

    line: Line
    delimiter: str
    names: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, line: Line) -> "Header":
        """The header in this line; names are compared without regard to case."""
        delimiter = line.delimiter
        return cls(line, delimiter, tuple(_plain(cell) for cell in line.cells(delimiter)))

    def where(self, *names: str) -> tuple[int, ...]:
        """The positions of the first of these names that is here at all."""
        for name in names:
            found = tuple(at for at, here in enumerate(self.names) if here == name)
            if found:
                return found
        return ()

    def record(self, line: Line, needed: Iterable[str]) -> Record:
        """A row under this header; refused if it is cut, or if it has more cells than the header has names.

        `needed` are the columns that must be whole. A row separated by commas or semicolons has as many cells as the header. A
        tab-separated one may be shorter, because some exports leave the empty cells at the end away.
        """
        cells = line.cells(self.delimiter)
        if any(cell.strip() for cell in cells[len(self.names) :]):
            raise Refused(
                "run_file_columns",
                "Line {line} has {count} cells, the header only {columns} columns.",
                line=line.number,
                count=len(cells),
                columns=len(self.names),
            )
        short = line.row is None and self.delimiter != "\t" and len(cells) < len(self.names)
        last = max((at for name in needed for at in self.where(name)), default=0)
        if short:
            raise Refused("run_file_truncated", "The file breaks off in line {line}; export it again.", line=line.number)
        if not line.ended and last >= len(cells) - 1:
            raise Refused(
                "run_file_truncated",
                "The file ends in line {line} without a line end: a digit may be missing. Export it again, every line ended.",
                line=line.number,
            )
        return Record(self, line.number, cells)


def headers(grids: Iterable[Grid], *needed: str, within: int = 60) -> list[tuple[Grid, Header]]:
    """The lines near the top of each sheet that name all of these columns."""
    return [
        (grid, Header.of(line))
        for grid in grids
        for line in grid.lines[:within]
        if set(needed) <= {_plain(cell) for cell in line.loose_cells()}
    ]


def _plain(name: str) -> str:
    # The ABI 7500 writes Ct with a Cyrillic т.
    return " ".join(name.casefold().replace("т", "t").split())

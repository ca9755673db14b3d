"""Exports of instruments, damaged in every way a disk, a mail program, a spreadsheet or a tired person damages them.

The oracle does not use the importers. A table is kept here as rows of cells, so what is in it is known without reading it:

* damage that loses, doubles, moves or re-encodes what is there must end in a refusal, or in exactly the readings of the
  undamaged table;
* damage that makes another number of a Ct cannot be told from the truth in a file that says it once: there the readings must be
  those of the damaged table itself, read here cell by cell.

A file is taken where `match` takes it for the plate it was made for: the plan has its wells, each with a sample of its own name
(as tubes have), and every reading of the undamaged table. What a file cannot show by itself the plan then shows.
"""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lims.catalog.rules import Assay, InternalControl, Target
from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read
from lims.testing.qc.matching import placed

Cts = dict[tuple[str, str], float | None]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "gbk", "gb18030", "latin-1", "cp037", "koi8-r"]
NONE = {"", "undetermined", "undet.", "nan", "n/a", "noct", "-"}
NUMBER = re.compile(r"-?[0-9]+[.,][0-9]+")
NO_DIGITS = [byte for byte in range(256) if byte not in b"0123456789-"]


@dataclass(frozen=True)
class Table:
    """An export: lines before the table, the table with its header, lines after it; and where in it well, sample, target and Ct stand.

    `target` is None where the whole file is of one; then `one_target` is it. `write` makes a file of it.
    """

    before: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    after: tuple[str, ...]
    well: int
    sample: int
    target: int | None
    ct: int
    write: "Callable[[Table], bytes]"
    one_target: str = ""
    scale: float = 1.0

    def readings(self) -> Cts:
        """What the table says, cell by cell; the last word counts where it says something twice."""
        return {self.place(row): self.value(row[self.ct]) for row in self.rows[1:] if self.place(row)[1]}

    def place(self, row: tuple[str, ...]) -> tuple[str, str]:
        """Well and target of a row."""
        well = row[self.well]
        return f"{well[0]}{int(well[1:])}", self.one_target if self.target is None else row[self.target]

    def value(self, cell: str) -> float | None:
        """The Ct in a cell."""
        number = None if cell.strip().casefold() in NONE else float(cell) if self.scale == 1 else round(float(cell) * self.scale, 9)
        return number if number is not None and number > 0 else None

    def european(self, delimiter: str, newline: str = "\n") -> "European":
        """The same as a computer writes it whose decimals have a comma."""
        rows = tuple(tuple(cell.replace(".", ",") if NUMBER.fullmatch(cell) else cell for cell in row) for row in self.rows)
        place = (self.well, self.sample, self.target, self.ct)
        return European(self.before, rows, self.after, *place, text(delimiter, newline=newline))

    def named_apart(self) -> "Table":
        """The same with a tube's barcode for the sample of every well, where rows have one."""
        header, *rows = self.rows
        codes = {well: f"1{number:013d}" for number, well in enumerate(dict.fromkeys(self.place(row)[0] for row in rows), 1)}
        named = [(*row[: self.sample], codes[self.place(row)[0]], *row[self.sample + 1 :]) for row in rows]
        return replace(self, rows=(header, *named))


class European(Table):
    """A table whose decimals have a comma."""

    def value(self, cell: str) -> float | None:
        """The Ct in a cell."""
        return super().value(cell.replace(",", ".") if NUMBER.fullmatch(cell) else cell)


def text(delimiter: str, encoding: str = "utf-8", newline: str = "\n") -> Callable[[Table], bytes]:
    """Writes a table as text."""

    def write(table: Table) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(table.rows)
        lines = [*table.before, *out.getvalue().split("\n")[:-1], *table.after]
        return "".join(f"{line}{newline}" for line in lines).encode(encoding)

    return write


@dataclass
class Verdicts:
    """What was counted: refusals by code, files taken, wrong readings, and refusals that do not say where."""

    tried: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def told(self, name: str) -> str:
        """The figures in a line."""
        return (
            f"{name}: {self.tried} tried, {self.taken} taken with the right readings, {self.refused.total()} refused {dict(self.refused)}"
        )


class Plan:
    """The plate that a file was made for: its wells, each with its sample, and every reading that the file must give."""

    def __init__(self, wells: dict[str, str], truth: Cts, plate: str = "30000000000015") -> None:
        self.plate, self.truth = plate, truth
        self.wells = {well: {"tube": sample} for well, sample in wells.items()}
        targets = tuple(Target(name, name, 38.0, 40.0) for name in dict.fromkeys(target for _, target in truth))
        self.assay = Assay("a", 1, "a", 10, 384, targets, InternalControl("none of these", "none", 38.0), ())

    @classmethod
    def of(cls, table: Table) -> "Plan":
        """The plate of a table."""
        return cls({table.place(row)[0]: row[table.sample] for row in table.rows[1:]}, table.readings())

    def taken(self, content: bytes) -> Cts:
        """The readings, where the file is taken for this plate; otherwise Refused."""
        run = read(content)
        found = placed(self.plate, self.wells, self.assay, replace(run, by_dye=False))
        cts = {(well, target): ct for well, targets in found.items() for target, ct in targets.items()}
        if missing := self.truth.keys() - cts.keys():
            well, target = min(missing)
            raise Refused("run_target_missing", "Well {well} lacks {targets}.", well=well, targets=target)
        return cts


def attempt(plan: Plan, what: str, content: bytes, wanted: Cts, verdicts: Verdicts, *, names_it: tuple[str, ...] = ()) -> None:
    """Try one damaged file; `names_it` are words of which the refusal must hold one."""
    verdicts.tried += 1
    try:
        found = plan.taken(content)
    except Refused as refused:
        verdicts.refused[refused.code] += 1
        if names_it and not any(word in refused.detail for word in names_it):
            verdicts.silent.append(f"{what}: {refused.detail}")
        return
    verdicts.taken += 1
    if found != wanted:
        other = [(place, ct, wanted.get(place)) for place, ct in found.items() if ct != wanted.get(place)]
        verdicts.wrong.append(f"{what}: {other[:3]}")


def damaged(table: Table, luck: random.Random) -> Iterator[tuple[str, bytes, Cts, tuple[str, ...]]]:
    """Damage without end: what was done, the file, what may be read of it, and what a refusal must name."""
    truth = table.readings()
    while True:
        kind = luck.choice(DAMAGES)
        made = kind(table, luck)
        if made is not None:
            content, wanted, names_it = made
            yield kind.__name__, content, truth if wanted is None else wanted, names_it


Made = tuple[bytes, Cts | None, tuple[str, ...]] | None


def written(table: Table, rows: list[tuple[str, ...]]) -> bytes:
    return table.write(replace(table, rows=tuple(rows)))


def cut(table: Table, luck: random.Random) -> Made:
    whole = table.write(table)
    return whole[: luck.randrange(len(whole))], None, ()


def hole_over_lines(table: Table, luck: random.Random) -> Made:
    """Some bytes are gone, among them at least one line end."""
    whole = table.write(table)
    start = luck.randrange(len(whole))
    ends = whole[start : start + luck.randrange(20, 900)]
    return (whole[:start] + whole[start + len(ends) :], None, ()) if b"\n" in ends or b"\r" in ends else None


def re_encoded(table: Table, luck: random.Random) -> Made:
    for encoding in ("utf-8", "utf-16", "gbk", "latin-1"):
        try:
            return table.write(table).decode(encoding).encode(luck.choice(ENCODINGS), errors="replace"), None, ()
        except UnicodeDecodeError:
            continue
    return None


def byte_replaced(table: Table, luck: random.Random) -> Made:
    """A byte that is no digit stands where something else stood."""
    whole = bytearray(table.write(table))
    whole[luck.randrange(len(whole))] = luck.choice(NO_DIGITS)
    return bytes(whole), None, ()


def columns_swapped(table: Table, luck: random.Random) -> Made:
    """In the header, in the rows, or in both."""
    first, second = luck.sample(range(len(table.rows[0])), 2)
    how = luck.choice(["header", "rows", "both"])

    def swap(row: tuple[str, ...]) -> tuple[str, ...]:
        if max(first, second) >= len(row):
            return row
        cells = list(row)
        cells[first], cells[second] = cells[second], cells[first]
        return tuple(cells)

    header, *rows = table.rows
    moved = [header if how == "rows" else swap(header), *(rows if how == "header" else map(swap, rows))]
    return written(table, moved), None, ()


def row_doubled(table: Table, luck: random.Random) -> Made:
    rows = list(table.rows)
    at = luck.randrange(1, len(rows))
    well = table.place(rows[at])[0]
    rows.insert(luck.randrange(1, len(rows) + 1), rows[at])
    return written(table, rows), None, (well,)


def well_doubled(table: Table, luck: random.Random) -> Made:
    """A row says that it is of another row's well."""
    rows = list(table.rows)
    at, other = luck.randrange(1, len(rows)), luck.randrange(1, len(rows))
    well, named = rows[other][table.well], rows[at]
    if table.place(rows[at])[0] == table.place(rows[other])[0]:
        return None
    rows[at] = (*named[: table.well], well, *named[table.well + 1 :])
    return written(table, rows), None, (table.place(rows[other])[0], "ine ")


def rows_lost(table: Table, luck: random.Random) -> Made:
    rows = list(table.rows)
    at = luck.randrange(1, len(rows))
    lost = {table.place(row)[0] for row in rows[at : at + luck.randrange(1, 4)]}
    del rows[at : at + len(lost)]
    return written(table, rows), None, (*lost, "lacks", "no readings", "empty", "several")


def samples_swapped(table: Table, luck: random.Random) -> Made:
    """The Cts of two tubes change places with everything but the wells' names."""
    rows = list(table.rows)
    one, two = luck.randrange(1, len(rows)), luck.randrange(1, len(rows))
    if table.place(rows[one])[0] == table.place(rows[two])[0]:
        return None
    first, second = rows[one], rows[two]
    rows[one] = (*second[: table.well], first[table.well], *second[table.well + 1 :])
    rows[two] = (*first[: table.well], second[table.well], *first[table.well + 1 :])
    return written(table, rows), None, (table.place(first)[0], table.place(second)[0], "ine ")


def rows_shuffled(table: Table, luck: random.Random) -> Made:
    header, *rows = table.rows
    luck.shuffle(rows)
    return written(table, [header, *rows]), None, ()


def ct_spoilt(table: Table, luck: random.Random) -> Made:
    """A letter, a comma or a space gets into a Ct."""
    rows = list(table.rows)
    at = luck.randrange(1, len(rows))
    cell = rows[at][table.ct]
    if not cell or cell.casefold() in NONE:
        return None
    place = luck.randrange(len(cell) + 1)
    spoilt = cell[:place] + luck.choice("abcxyzO, l:;'/\\=+\u00a0\u0663") + cell[place:]
    rows[at] = (*rows[at][: table.ct], spoilt, *rows[at][table.ct + 1 :])
    return written(table, rows), None, (table.place(rows[at])[0], "ine ")


def ct_changed(table: Table, luck: random.Random) -> Made:
    """A digit becomes another one: nobody can know, and the file must be read as it now is."""
    rows = list(table.rows)
    at = luck.randrange(1, len(rows))
    cell = rows[at][table.ct]
    digits = [place for place, letter in enumerate(cell) if letter in "0123456789"]
    if not digits or table.value(cell) is None:
        return None
    place = luck.choice(digits)
    rows[at] = (*rows[at][: table.ct], cell[:place] + luck.choice("0123456789") + cell[place + 1 :], *rows[at][table.ct + 1 :])
    return written(table, rows), replace(table, rows=tuple(rows)).readings(), ()


def line_ends_changed(table: Table, luck: random.Random) -> Made:
    whole = table.write(table)
    if whole[:2] in (b"\xff\xfe", b"PK"):
        return None
    plain = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return plain.replace(b"\n", luck.choice([b"\n", b"\r\n", b"\r"])), None, ()


def line_broken(table: Table, luck: random.Random) -> Made:
    """A line end gets into a line, as mail programs do."""
    whole = table.write(table)
    place = luck.randrange(len(whole))
    return whole[:place] + luck.choice([b"\n", b"\r\n", b"\r"]) + whole[place:], None, ()


DAMAGES = (
    cut, hole_over_lines, re_encoded, byte_replaced, columns_swapped, row_doubled, well_doubled, rows_lost, samples_swapped,
    rows_shuffled, ct_spoilt, ct_changed, line_ends_changed, line_broken,
)  # fmt: skip

"""The report of an import: what was accepted, what was known already, what was refused and why. Pure."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lims.kernel.errors import Refused, Words

# A spreadsheet program runs what begins so as a formula; the apostrophe makes it text.
FORMULA = ("=", "+", "-", "@")
CSV = "text/csv; charset=utf-8"


class Kind(StrEnum):
    """What is imported."""

    RUN = "run"
    RACKS = "racks"


@dataclass(frozen=True)
class RefusedLine:
    """One row that was not taken: its line in the file, counted from 1 (None where it is the whole file), and its cells as they came."""

    line: int | None
    why: Refused
    cells: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As the database keeps it: the template and its facts, so that it can be said in any language."""
        facts = {name: fact if isinstance(fact, int | float | Words) else str(fact) for name, fact in self.why.facts.items()}
        return {"line": self.line, "code": self.why.code, "sentence": self.why.sentence, "facts": facts, "cells": self.cells}


@dataclass(frozen=True)
class Report:
    """What an import came to; `columns` name the cells of its refused rows."""

    accepted: int = 0
    known: int = 0
    refused: tuple[RefusedLine, ...] = ()
    columns: tuple[str, ...] = ()


def whole(why: Refused) -> Report:
    """The report of a file of which nothing was taken."""
    line = why.facts.get("line")
    return Report(refused=(RefusedLine(line if isinstance(line, int) else None, why),))


def why_of(line: Mapping[str, Any]) -> Refused:
    """The reason of a stored line."""
    facts = {name: Words(fact) if isinstance(fact, list) else fact for name, fact in line["facts"].items()}
    code, template = line["code"], line["sentence"]
    return Refused(code, template, **facts)


def refused_csv(columns: Sequence[str], lines: Sequence[Mapping[str, Any]], say: Callable[[Refused], str]) -> bytes:
    """The refused rows as they came, with line and reason behind: to be corrected in a spreadsheet and imported again."""
    rows = [[*columns, "line", "reason", "code"]]
    rows += [[*line["cells"], "" if line["line"] is None else str(line["line"]), say(why_of(line)), line["code"]] for line in lines]
    return spreadsheet(rows)


def spreadsheet(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV: UTF-8 with a byte order mark, so that spreadsheets read Chinese; cells that look like formulas are quoted."""
    return spreadsheet_lines(rows).encode("utf-8-sig")


def spreadsheet_lines(rows: Sequence[Sequence[str]]) -> str:
    """The same as text, without the mark: more lines of a file that has begun."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet program runs, spaces before it or not."""
    return f"'{cell}" if cell.startswith(("\t", "\r")) or cell.lstrip().startswith(FORMULA) else cell

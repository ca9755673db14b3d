"""The daily report on paper and on a screen: tables of words and figures, set by Typst or by a page template."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from lims.reporting.cases import CaseLine
from lims.reporting.figures import DayLine, LabLine
from lims.reporting.wording import CASES, FOUND, HEADS, NO_CASES, PASSED, STOOD, TOTAL, UNKNOWN_LAB, Words, both, counted, worded
from lims.web import paper

SOURCE = files(__package__).joinpath("daily.typ").read_bytes()
LINES_OF: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (
        PASSED,
        (
            "collected_tubes", "collected_people", "fill_rate", "dispatched_tubes", "received_tubes", "received_people",
            "tested_tubes", "tested_people", "released_tubes", "released_people",
        ),
    ),
    (
        FOUND,
        (
            "negative_tubes", "nonnegative_tubes", "invalid_tubes", "retest_tubes", "rejected_tubes",
            "people_positive", "people_verifying", "open_cases",
        ),
    ),
    (
        STOOD,
        (
            "capacity_tubes", "utilisation", "in_transit_tubes", "backlog_tubes", "oldest_backlog_minutes",
            "turnaround_minutes_p50", "turnaround_minutes_p90", "turnaround_minutes_p99",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of texts. The first `words` columns are words, the others figures; the last row is a sum where `summed`."""

    title: str
    heads: tuple[Words, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int
    summed: bool
    empty: str = ""


@dataclass(frozen=True)
class Document:
    """A report, ready to be set."""

    title: str
    about: tuple[str, ...]
    tables: tuple[Table, ...]


def line_tables(labs: Sequence[LabLine], total: DayLine) -> list[Table]:
    """The figures of each lab and their total, a table for each kind of figure."""
    found = []
    for title, names in LINES_OF:
        rows = [(lab_name(lab), *(counted(name, getattr(lab, name)) for name in names)) for lab in labs]
        rows.append((both(TOTAL), *(counted(name, getattr(total, name)) for name in names)))
        found.append(Table(both(title), tuple(HEADS[name] for name in ("lab", *names)), tuple(rows), words=1, summed=True))
    return found


def lab_name(lab: LabLine) -> str:
    """A lab by code and name."""
    return f"{lab.lab} {lab.name}" if lab.lab else both(UNKNOWN_LAB)


def case_table(cases: Sequence[CaseLine], times: Sequence[tuple[str, str, str]]) -> Table:
    """The cases; `times` are when each was opened, should be recollected, and was closed."""
    names = ("tube", "lab", "site", "call", "state", "opened_at", "deadline", "closed_at", "members", "settled")
    rows = tuple(
        (case.tube, case.lab, case.site or "", worded(case.call), state_of(case), *when, str(case.members), str(case.settled))
        for case, when in zip(cases, times, strict=True)
    )
    return Table(both(CASES), tuple(HEADS[name] for name in names), rows, words=8, summed=False, empty=both(NO_CASES))


def state_of(case: CaseLine) -> str:
    """How a case stands: its outcome once it is closed; preliminary until the pool's call is released."""
    state = worded(case.outcome or case.state)
    return f"{state} · {worded('preliminary')}" if case.preliminary else state


@lru_cache(maxsize=1)
def pages() -> Environment:
    """The page templates."""
    return Environment(
        loader=PackageLoader("lims", "web/templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def html(document: Document) -> bytes:
    """The document as one page without scripts, pictures or anything to fetch."""
    return pages().get_template("reporting/daily.html").render(document=document).encode()


def pdf(document: Document) -> bytes:
    """The document on A4."""
    return paper.pdf(SOURCE, asdict(document))

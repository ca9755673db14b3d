"""Documents on paper and on a screen: sections of tables and charts, set by Typst or by a page template."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from lims.reporting.charts import Chart
from lims.web import paper

SOURCE = files(__package__).joinpath("daily.typ").read_bytes()


@dataclass(frozen=True)
class Mark:
    """A state: its word, and which colour and shape it has everywhere."""

    tone: str
    word: str


Cell = str | Mark


@dataclass(frozen=True)
class Table:
    """A table. Heads are lines, one a language; the first `words` columns are words, the others figures.

    Where `summed` the last row is a sum; where `prose` the last column holds sentences and is as wide as there is room; where `named` the
    first one holds names, for which a quarter of the page is kept.
    """

    title: str
    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int
    summed: bool = False
    empty: str = ""
    prose: bool = False
    named: bool = False


@dataclass(frozen=True)
class Section:
    """What belongs together: charts, then tables."""

    title: str
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Document:
    """A report, ready to be set."""

    language: str
    title: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]


@lru_cache(maxsize=1)
def pages() -> Environment:
    """The page templates."""
    return Environment(
        loader=PackageLoader("lims", "web/templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def html(document: Document) -> bytes:
    """The document as one page without scripts or anything to fetch."""
    return pages().get_template("reporting/daily.html").render(document=document).encode()


def pdf(document: Document) -> bytes:
    """The document on A4."""
    return paper.pdf(SOURCE, asdict(document))

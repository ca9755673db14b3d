"""A list of people on paper: A4, a code and a name each, the number masked."""

from collections.abc import Sequence
from importlib.resources import files

from lims.sampling.labels.formats.pdf import WORTH_FORGETTING_LABELS, forget
from lims.sampling.labels.symbols import dark_runs, square_rows
from lims.sampling.people.rules import Identity, masked_number, person_code
from lims.web import paper

SOURCE = files(__package__).joinpath("roster.typ").read_bytes()


def pdf(title: str, people: Sequence[tuple[Identity, str]]) -> bytes:
    """The document; people in the order given, numbered from 1."""
    document = paper.pdf(SOURCE, facts(title, people))
    if len(people) >= WORTH_FORGETTING_LABELS:
        forget()
    return document


def facts(title: str, people: Sequence[tuple[Identity, str]]) -> dict[str, object]:
    """What the document says."""
    return {"title": title, "people": [drawn(number, *person) for number, person in enumerate(people, start=1)]}


def drawn(number: int, identity: Identity, group: str) -> dict[str, object]:
    """One person: words, and the dark runs of the code as (row, start, width) in modules."""
    rows = square_rows("qr", person_code(identity, group))
    runs = [(place, start, width) for place, row in enumerate(rows) for start, width in dark_runs(row)]
    words = [identity.name, masked_number(identity.id_number), group]
    return {"number": number, "words": words, "modules": len(rows), "runs": runs}

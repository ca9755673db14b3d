"""Several days put together, as they were kept or are counted now."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from lims.reporting import answers
from lims.reporting.day.asking import Asked
from lims.reporting.keeping.cuts import kept_as
from lims.reporting.keeping.rules import missing
from lims.reporting.measures import zones_of
from lims.reporting.rules import By, refuse_unreasonable
from lims.reporting.several import queries
from lims.reporting.several.rules import FIGURES, MOST_DAYS, Beside, Days, Refusals, Spells, compared, spells_of, together


@dataclass(frozen=True)
class Comparison:
    """Which days are compared, and their figures."""

    spells: Spells
    rows: list[Beside]


def comparison(connection: Connection, asked: Asked) -> Comparison | None:
    """The days that were asked for beside earlier ones, of the same places; None where none of them is over. Refused where too many."""
    refuse_unreasonable(asked.question, 1)
    spells = spells_of(asked.question.first, asked.question.last, asked.today)

    def total(days: Days) -> dict[str, int]:
        question = replace(asked.question, first=days.first, last=days.last, by=By.DAY)
        lines = answers.throughput(connection, asked.catalog, question, asked.now).lines
        return {name: sum(getattr(line, name) for line in lines) for name in FIGURES}

    return Comparison(spells, compared(spells, total)) if spells else None


def refused(connection: Connection, asked: Asked) -> list[Refusals] | None:
    """Tubes that came to no result, by site and reason, the most first; None where more days are asked for than are put together."""
    question, days = replace(asked.question, by=By.DAY), Days(asked.question.first, asked.question.last)
    refuse_unreasonable(question, 1)
    if days.count > MOST_DAYS:
        return None
    answered = kept_as(question, asked.catalog)
    kept = answers.kept_days(connection, asked.catalog, question, asked.now) if answered and question.site is None else {}
    gaps, found = missing(days.each, kept), list[Refusals]()
    for first, last in gaps:
        found += queries.refused(connection, replace(question, first=first, last=last), zones_of(asked.catalog))
    outside = [day for day in kept if not any(first <= day <= last for first, last in gaps)]
    if outside and answered:
        found += queries.refused_kept(connection, outside, answers.panels_key(question, answered))
    return together(found)

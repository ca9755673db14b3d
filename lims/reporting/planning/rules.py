"""The same people at several pool sizes and schemes, beside each other. Pure."""

from dataclasses import dataclass

from lims.deconvolution.schemes.choice import Kind, fitting, scheme_of
from lims.deconvolution.schemes.rules import Assay
from lims.reporting.pooling_math.what_if import Answer, Question, answer

# The sizes that are in use; the one that is asked for comes beside them.
SIZES = (1, 3, 5, 10, 20)


@dataclass(frozen=True)
class Plan:
    """So many people at a prevalence (0 to 1), in pools of `size` resolved by a scheme; wells of all labs together in a day."""

    people: int
    prevalence: float
    size: int
    kind: Kind
    wells_a_day: int
    assay: Assay
    sub_pool: int | None = None


@dataclass(frozen=True)
class Line:
    """One size and scheme, with what it would come to."""

    size: int
    kind: Kind
    sub_pool: int | None
    answer: Answer


@dataclass(frozen=True)
class LineRow:
    """A line in a file; `days` until everybody has a result, `plates` that follow each other."""

    size: int
    scheme: str
    sub_pool: int | None
    pools: int
    tests: float
    tests_per_person: float
    days: float
    people_a_day: float
    plates: int
    found: float
    missed: float
    false_alarms: float


def row_of(line: Line) -> LineRow:
    """A line as a file has it, to a thousandth."""
    got = line.answer
    return LineRow(
        line.size, line.kind.value, line.sub_pool, got.pools, round(got.tests, 3), round(got.tests_per_person, 6), round(got.days, 4),
        round(got.people_a_day, 3), got.plates, round(got.found, 3), round(got.missed, 3), round(got.false_alarms, 3),
    )  # fmt: skip


def by_size(plan: Plan) -> list[Line]:
    """The plan's scheme at every size in use and at the one asked for; tested singly where it does not fit so few."""
    return [line_of(plan, size, *fits(plan.kind, plan.sub_pool, size, plan.assay)) for size in sorted({*SIZES, plan.size})]


def by_scheme(plan: Plan) -> list[Line]:
    """Every scheme at the plan's size, the fewest tests first; of sub-pools the best size."""
    if plan.size == 1:
        return []
    lines = [line_of(plan, plan.size, kind, sub_pool) for kind, sub_pool in fitting(plan.size, plan.assay)]
    best: dict[Kind, Line] = {}
    for line in sorted(lines, key=lambda line: (round(line.answer.tests, 6), line.answer.plates)):
        best.setdefault(line.kind, line)
    return list(best.values())


def fits(kind: Kind, sub_pool: int | None, size: int, assay: Assay) -> tuple[Kind, int | None]:
    """The scheme at a size, or single tests."""
    found = (kind, sub_pool if kind is Kind.SUB_POOLS else None)
    return found if size > 1 and found in set(fitting(size, assay)) else (Kind.INDIVIDUAL, None)


def line_of(plan: Plan, size: int, kind: Kind, sub_pool: int | None) -> Line:
    """What the plan comes to at this size and scheme."""
    question = Question(plan.people, plan.prevalence, size, scheme_of(kind, sub_pool), plan.wells_a_day, plan.assay)
    return Line(size, kind, sub_pool, answer(question))

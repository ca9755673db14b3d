"""What another prevalence, pool size, scheme or capacity would mean: tests, time, people reached. For planning, before a round."""

from dataclasses import dataclass
from math import ceil, inf

from lims.deconvolution.schemes.rules import PERFECT, Assay, Scheme


@dataclass(frozen=True)
class Question:
    """So many people in pools of `size` at a prevalence, solved by a scheme, with so many wells a day."""

    people: int
    prevalence: float
    size: int
    scheme: Scheme
    wells_a_day: float
    assay: Assay = PERFECT

    def __post_init__(self) -> None:
        """ValueError for a question that has no answer."""
        if self.people < 0 or self.size < 1 or self.wells_a_day < 0 or not 0 <= self.prevalence <= 1:
            raise ValueError(f"no question: {self.people} people, pools of {self.size}, {self.wells_a_day} wells, p = {self.prevalence}")


@dataclass(frozen=True)
class Answer:
    """`plates`: how many follow each other until the last member is known; `found`, `missed`: positive people, on average."""

    pools: int
    tests: float
    tests_per_person: float
    saved_against_single: float
    days: float
    people_a_day: float
    plates: int
    found: float
    missed: float
    false_alarms: float


def answer(question: Question) -> Answer:
    """Expected figures. The last pool may be short; it is counted as its share of a full one."""
    cost = question.scheme.cost(question.size, question.prevalence, question.assay)
    each = cost.expected / question.size
    tests, infected = each * question.people, question.people * question.prevalence
    capacity = question.wells_a_day
    return Answer(
        pools=ceil(question.people / question.size),
        tests=tests,
        tests_per_person=each,
        saved_against_single=question.people - tests,
        days=tests / capacity if capacity else (inf if tests else 0.0),
        people_a_day=capacity / each,
        plates=cost.plates,
        found=infected * cost.accuracy.sensitivity,
        missed=infected * (1 - cost.accuracy.sensitivity),
        false_alarms=(question.people - infected) * (1 - cost.accuracy.specificity),
    )

"""What is asked of the page to plan with, and of its tables."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from lims.catalog import queries as catalog
from lims.deconvolution.schemes.choice import Kind
from lims.kernel.auth.door import Work
from lims.kernel.clock import local_day
from lims.reporting.planning.rules import Plan
from lims.reporting.prevalence.access import Reader
from lims.reporting.prevalence.forms import Percent, assay_of
from lims.reporting.queries import capacities

People = Annotated[int, Query(ge=1, le=10_000_000_000)]
Share = Annotated[float, Query(ge=0, le=100, allow_inf_nan=False)]
Size = Annotated[int, Query(ge=1, le=100)]
Wells = Annotated[int, Query(ge=1, le=1_000_000_000)]
SUB_POOL = 3


@dataclass(frozen=True)
class Asked:
    """A plan, who asks for it, and sensitivity and specificity in per cent, as they were entered."""

    work: Work
    plan: Plan
    sensitivity: float
    specificity: float

    @property
    def query(self) -> str:
        """The same question in an address."""
        plan = self.plan
        words = {"people": plan.people, "prevalence": f"{plan.prevalence * 100:g}", "size": plan.size, "scheme": plan.kind.value}
        return urlencode(words | {"wells": plan.wells_a_day, "sensitivity": self.sensitivity, "specificity": self.specificity})


def asked_of(
    work: Reader,
    people: People = 1_000_000,
    prevalence: Share = 0.1,
    size: Size = 10,
    scheme: Kind = Kind.INDIVIDUAL,
    wells: Wells | None = None,
    sensitivity: Percent = 100.0,
    specificity: Percent = 100.0,
) -> Asked:
    """Wells a day: what all labs declare, where none are given."""
    declared = declared_today(work) if wells is None else wells
    kind = Kind.INDIVIDUAL if scheme is Kind.DESIGN else scheme
    sub_pool = min(SUB_POOL, max(2, (size + 1) // 2))
    plan = Plan(people, prevalence / 100, size, kind, declared, assay_of(sensitivity, specificity), sub_pool)
    return Asked(work, plan, sensitivity, specificity)


Question = Annotated[Asked, Depends(asked_of)]


def declared_today(work: Work) -> int:
    """Tubes a day that the caller's labs declare together: each is a well."""
    today = local_day(work.now, work.program.settings.timezone)
    newest = {line.lab: line.tubes_per_day for line in sorted(capacities(work.connection, today), key=lambda line: line.valid_from)}
    known = catalog.current(work.connection).labs
    return sum(tubes for lab, tubes in newest.items() if lab in known and work.caller.reaches_lab(lab)) or 1

"""In which ways a day is cut into lines that are kept, which of them a tube counts in, and which answer a question. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lims.catalog.rules import Catalog
from lims.reporting.rules import BETWEEN, By, Question, areas_within


class Cut(StrEnum):
    """A way to cut a day. `outer` is an area with everything that lies in it; a plain area has only its own sites."""

    DAY = "day"
    HOUR = "hour"
    LAB = "lab"
    SITE = "site"
    AREA = "area"
    LAB_HOUR = "lab hour"
    OUTER = "outer"
    OUTER_HOUR = "outer hour"
    OUTER_LAB = "outer lab"


# By what a line of the cut is, beside its place.
BY = {Cut.LAB_HOUR: By.HOUR, Cut.OUTER: By.DAY, Cut.OUTER_HOUR: By.HOUR, Cut.OUTER_LAB: By.LAB}
BY |= {Cut(by.value): by for by in By}
BY_HOUR = tuple(cut for cut, by in BY.items() if by is By.HOUR)


@dataclass(frozen=True)
class Place:
    """Where a tube counts: its area, site and lab, as far as they are known."""

    area: str | None
    site: str | None
    lab: str | None


def spots(cut: Cut, place: Place, outers: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str | None]]:
    """Whose lines of a cut a place counts in (empty: everybody's), and under which key of theirs."""
    keys = {Cut.LAB: place.lab, Cut.SITE: place.site, Cut.AREA: place.area, Cut.OUTER_LAB: place.lab}
    if cut is Cut.LAB_HOUR:
        return [(place.lab, None)] if place.lab else []
    if cut in (Cut.OUTER, Cut.OUTER_HOUR, Cut.OUTER_LAB):
        return [(outer, keys.get(cut)) for outer in outers.get(place.area or "", ())]
    return [("", keys.get(cut))]


def outers_of(catalog: Catalog) -> dict[str, list[str]]:
    """Every area with the areas that it lies in, itself among them."""
    return {area: [outer for outer in catalog.areas if catalog.lies_in(area, outer)] for area in catalog.areas}


def narrowed(question: Question, cut: Cut, owner: str, catalog: Catalog) -> Question:
    """The question that the lines of a cut answer for their owner."""
    lab = owner if cut is Cut.LAB_HOUR else None
    areas = areas_within(catalog, owner) if owner and lab is None else None
    return Question(question.first, question.last, BY[cut], question.zone, lab, None, areas)


@dataclass(frozen=True)
class Kept:
    """Which kept lines answer a question: those of a cut; of one place only those under its key."""

    cut: Cut
    place: str | None = None

    def key(self, of: str | None) -> str:
        """Under which key the line of a lab, site or area (None: of everything, or of no known one) is kept."""
        if self.cut is Cut.OUTER_LAB:
            return f"{self.place}{BETWEEN}{of or ''}"
        return self.place or of or ""

    @property
    def has_nowhere(self) -> bool:
        """Whether there may be a line of tubes of no known place."""
        return self.cut is Cut.OUTER_LAB or (self.place is None and self.cut in (Cut.LAB, Cut.SITE, Cut.AREA))


def kept_as(question: Question, catalog: Catalog) -> Kept | None:
    """Which kept lines answer a question; None where lines of its kind are not kept. Two places at once are not."""
    if sum(one is not None for one in (question.lab, question.site, question.areas)) > 1:
        return None
    if question.lab is not None:
        cut = {By.DAY: Cut.LAB, By.LAB: Cut.LAB, By.HOUR: Cut.LAB_HOUR}.get(question.by)
        return Kept(cut, question.lab) if cut else None
    if question.site is not None:
        return Kept(Cut.SITE, question.site) if question.by in (By.DAY, By.SITE, By.AREA) else None
    if question.areas is not None:
        outer = next((area for area in question.areas if areas_within(catalog, area) == question.areas), None)
        cut = {By.DAY: Cut.OUTER, By.HOUR: Cut.OUTER_HOUR, By.LAB: Cut.OUTER_LAB}.get(question.by)
        return (Kept(cut, outer) if cut else None) if outer else None
    return Kept(Cut(question.by.value))

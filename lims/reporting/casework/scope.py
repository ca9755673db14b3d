"""Which days and places the figures are asked for, and who may ask: an official, or a lab for itself."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from pydantic import Field

from lims.catalog.rules import Accuracy, Catalog
from lims.deconvolution.queries import Among
from lims.deconvolution.schemes.rules import Assay
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab, own_site
from lims.kernel.clock import local_day
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.pages import Blank
from lims.reporting.forms import EARLIEST, LATEST
from lims.reporting.rules import By, Question, refuse_unreasonable

Reader = Annotated[Work, allow(Role.OFFICIAL, Role.TECHNICIAN, Role.REVIEWER, using=Access.REPORTS)]
USUAL_DAYS = timedelta(days=6)  # and today
Share = Annotated[float, Field(gt=0.5, le=1)]


@dataclass(frozen=True)
class Asked:
    """What is asked for; every choice is a word of the address, so that a view can be kept and sent on.

    `sensitivity` and `specificity` of one test, as the expected share of discordant cases is reckoned with; without, those of the kit.
    """

    first: Annotated[date | None, Query(alias="from", ge=EARLIEST, le=LATEST, description="first local day"), Blank] = None
    last: Annotated[date | None, Query(alias="to", ge=EARLIEST, le=LATEST, description="last local day, included"), Blank] = None
    area: Annotated[str | None, Blank] = None
    lab: Annotated[str | None, Blank] = None
    site: Annotated[str | None, Blank] = None
    sensitivity: Annotated[Share | None, Blank] = None
    specificity: Annotated[Share | None, Blank] = None


@dataclass(frozen=True)
class Scope:
    """Local days of labs, from the first to the last, of one lab, of some sites (None: of any), and the assay to reckon with."""

    asked: Asked
    question: Question
    zones: frozenset[str]
    sites: frozenset[str] | None
    assay: Assay
    words: dict[str, str] = field(default_factory=dict)

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when until when it was one of these days anywhere."""
        return self.question.window(self.zones)

    @property
    def among(self) -> Among:
        """The cases that may be meant."""
        return Among(self.question.lab, self.sites, opened=self.window)

    def values(self, kept: Collection[date] = ()) -> dict[str, Any]:
        """What the statements about pools are asked with: all days but those that are kept are looked at."""
        first, last = self.question.first, self.question.last
        gap = [day for day in self.question.days() if day not in kept]
        since, until = replace(self.question, first=gap[0], last=gap[-1]).window(self.zones) if gap else (self.window[0],) * 2
        days = {"first": first, "last": last, "since": since, "until": until, "kept": [*kept]}
        return days | {"lab": self.question.lab, "sites": None if self.sites is None else sorted(self.sites)}

    def address(self, path: str = "", **more: str | None) -> str:
        """The address of a page about the same days and places, with more words where they say something."""
        said = {name: word for name, word in more.items() if word}
        return f"/reporting/cases{path}?{urlencode(self.words | said)}"


def scope_of(work: Work, known: Catalog, asked: Asked) -> Scope:
    """What this caller gets of what is asked for; Refused where a place is unknown or somebody else's, or the days are no days."""
    if asked.lab is not None:
        own_lab(work.caller, known.lab(asked.lab).code, f"Lab {asked.lab}")
    if asked.site is not None:
        own_site(work.caller, known.site(asked.site).code, f"Site {asked.site}")
    if asked.area is not None and asked.area not in known.areas:
        raise Refused("not_found", "{what} is not known here.", what=f"Area {asked.area}")
    last = asked.last or local_day(work.now, work.program.settings.timezone)
    first = asked.first or last - USUAL_DAYS
    site = work.caller.site or asked.site
    question = Question(first, last, By.DAY, work.program.settings.timezone, work.caller.lab or asked.lab, site)
    refuse_unreasonable(question, 1)
    places = {"area": asked.area, "lab": asked.lab, "site": asked.site}
    figures = {"sensitivity": asked.sensitivity, "specificity": asked.specificity}
    words = {"from": str(first), "to": str(last)} | {name: str(value) for name, value in (places | figures).items() if value}
    kit = accuracy_of(known)
    assay = Assay(asked.sensitivity or kit.sensitivity, asked.specificity or kit.specificity)
    zones = frozenset(lab.timezone for lab in known.labs.values())
    return Scope(asked, question, zones, sites_of(known, asked.area, site), assay, words)


def accuracy_of(known: Catalog) -> Accuracy:
    """What the catalogue declares of its kits, where all of them agree; else the usual figures."""
    declared = {known.assay(code).accuracy for code, _ in known.assays}
    return declared.pop() if len(declared) == 1 else Accuracy()


def sites_of(known: Catalog, area: str | None, site: str | None) -> frozenset[str] | None:
    """One site, or those of an area and of the areas in it; None is all of them."""
    if area is None and site is None:
        return None
    chosen = known.sites if site is None else {site: known.sites[site]} if site in known.sites else {}
    return frozenset(code for code, one in chosen.items() if area is None or known.lies_in(one.area, area))

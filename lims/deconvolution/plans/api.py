"""Routes of schemes at work."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.deconvolution.lookup import own_case
from lims.deconvolution.plans import actions, lookup, queries
from lims.deconvolution.plans.choosing import planned_with
from lims.deconvolution.plans.forms import AliquotForm, AsideForm, ChooseForm, DesignForm, DesignView, MixForm, RecollectForm, SchemeView
from lims.deconvolution.schemes.choice import reckoned_design
from lims.deconvolution.schemes.matrix import judged
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.web.language import language_of
from lims.web.speech import told

router = APIRouter(prefix="/testing/api/cases", tags=["schemes"])
Technician = Annotated[Work, allow(Role.TECHNICIAN, using=Access.BENCH)]
Chooser = Annotated[Work, allow(Role.TECHNICIAN, Role.REVIEWER, using=Access.BENCH)]


@router.get("/{case_id}/scheme")
def scheme(case_id: str, work: Chooser, prevalence: Annotated[float | None, Query(gt=0, lt=1)] = None) -> SchemeView:
    """How a case stands with its schemes: what is at work, what to mix next, and what each scheme that fits would cost."""
    return lookup.scheme_view(work, own_case(work, case_id), prevalence)


@router.post("/{case_id}/scheme")
def choose(case_id: str, form: ChooseForm, work: Chooser) -> SchemeView:
    """Choose how the positive tubes of an aliquot pool, or of several together, are found; with a reason."""
    case, at = own_case(work, case_id), clock.happened(form.at, work.now)
    content = form.model_dump() | {"case": case_id}
    if taken_first(work.connection, form.id, "case.scheme", content, work.caller.name, work.now):
        actions.choose(work.connection, lookup.chosen(work, case_id, form), form.id, actions.Moment(at, work.caller.name, work.now))
    return lookup.scheme_view(work, case)


@router.post("/{case_id}/design")
def design(request: Request, case_id: str, form: DesignForm, work: Chooser) -> DesignView:
    """Look at an imported design before it is chosen: what is wrong with which line, and what it would cost. Nothing is kept of it."""
    cases = [lookup.resolvable(work, code) for code in dict.fromkeys([case_id, *form.others])]
    members = queries.members_of(work.connection, [case.row.barcode for case in cases])
    read, faults = judged(form.design)
    sizes, planned = [len(each) for each in members.values()], planned_with(cases[0].policy, form.prevalence)
    if not faults and read.members != sum(sizes):
        unfit = "The design is of {columns} tubes, and there are {tubes}."
        faults = [Refused("scheme_unfit", unfit, columns=read.members, tubes=sum(sizes))]
    cost = None if faults else reckoned_design(read, sizes, planned.prevalence, planned.assay)
    said = [told(fault, language_of(request)) for fault in faults]
    figures = {"expected": cost.expected, "worst": cost.worst} if cost else {}
    return DesignView(members=read.members, pools=len(read.pools), faults=said, **figures)


@router.post("/{case_id}/sub-pools")
def mix(case_id: str, form: MixForm, work: Technician) -> SchemeView:
    """Mix a sub-pool that the scheme of a case wants now: of the scanned tubes, or the next one."""
    case, at = own_case(work, case_id), clock.happened(form.at, work.now)
    known = catalog.current(work.connection)
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.TUBE, known.formats)
    scanned = None if form.members == "next" else [barcodes.normalise(code) for code in form.members]
    content = form.model_dump() | {"case": case_id}
    if taken_first(work.connection, form.id, "case.mix", content, work.caller.name, work.now):
        moment = actions.Moment(at, work.caller.name, work.now)
        actions.mix(work.connection, known, case.row, form.id, barcode, scanned, moment)
    return lookup.scheme_view(work, case)


@router.post("/{case_id}/tubes/{barcode}/aside")
def set_aside(case_id: str, barcode: str, form: AsideForm, work: Technician) -> SchemeView:
    """Say that a kept tube is not there, or that nothing is left in it: its person is sampled again, the scheme goes on without it."""
    case, at, code = own_case(work, case_id), clock.happened(form.at, work.now), barcodes.normalise(barcode)
    content = form.model_dump() | {"case": case_id, "tube": code}
    if taken_first(work.connection, form.id, "case.aside", content, work.caller.name, work.now):
        actions.set_aside(work.connection, case.row, code, form, at, work.caller, work.now)
    return lookup.scheme_view(work, own_case(work, case_id))


@router.post("/{case_id}/recollect")
def recollect(case_id: str, form: RecollectForm, work: Chooser) -> SchemeView:
    """Sample people of an aliquot pool again: those of the named tubes, or of all whose tubes are kept. What is under test goes on."""
    case, at = own_case(work, case_id), clock.happened(form.at, work.now)
    content = form.model_dump() | {"case": case_id}
    if taken_first(work.connection, form.id, "case.recollect", content, work.caller.name, work.now):
        lookup.resolvable(work, case_id)
        named = [barcodes.normalise(code) for code in form.tubes] if form.tubes else None
        members = named or queries.members_of(work.connection, [case_id]).get(case_id, [])
        actions.recollect(work.connection, case_id, members, form, actions.Moment(at, work.caller.name, work.now))
    return lookup.scheme_view(work, case)


@router.post("/{case_id}/verification")
def verify(case_id: str, form: AliquotForm, work: Technician) -> SchemeView:
    """Take some of the reactive tube's own liquid, to be tested with another kit beside recollection and retest; it changes no result."""
    case, at = own_case(work, case_id), clock.happened(form.at, work.now)
    known = catalog.current(work.connection)
    barcode = barcodes.check(barcodes.normalise(form.barcode), barcodes.Kind.TUBE, known.formats)
    content = form.model_dump() | {"case": case_id}
    if taken_first(work.connection, form.id, "case.verify", content, work.caller.name, work.now):
        actions.verify(work.connection, known, case.row, form.id, barcode, actions.Moment(at, work.caller.name, work.now))
    return lookup.scheme_view(work, case)

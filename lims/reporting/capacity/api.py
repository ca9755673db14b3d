"""Routes of capacities."""

from typing import Any

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.custody.actions import taken_first
from lims.kernel.auth.rules import own_lab
from lims.kernel.errors import Refused
from lims.reporting.capacity import actions, board
from lims.reporting.capacity.access import Foreseer, Planner, local_now, refuse_site_bound
from lims.reporting.capacity.board import LabLine
from lims.reporting.capacity.files import TABLES
from lims.reporting.capacity.forms import Capacities, CapacityView, Declaration, DeclareForm
from lims.reporting.day.forms import Place
from lims.reporting.downloads import table
from lims.reporting.forms import Form
from lims.reporting.rules import Format

router = APIRouter(prefix="/reporting/api", tags=["capacity"])


@router.get("/capacities")
def capacities(work: Foreseer, lab: Place = None) -> Capacities:
    """What each lab declares, has done at best within 24 hours, and could do by what it works with."""
    known = catalog.current(work.connection)
    refuse_site_bound(work.caller)
    if lab is not None:
        own_lab(work.caller, known.lab(lab).code, f"Lab {lab}")
    return Capacities(items=[view_of(line) for line in board.lines(work.connection, known, work.now, work.caller.lab or lab)])


@router.get("/capacities/{name}", response_model=None)
def capacity_table(name: str, work: Foreseer, lab: Place = None, form: Form = Format.JSON) -> dict[str, Any] | Response:
    """A table of the page: `labs` or `declarations`, of all labs or of one."""
    if name not in TABLES:
        raise Refused("figure_unknown", "There is no figure {figure}; there are {known}.", figure=name, known=", ".join(TABLES))
    kind, rows = TABLES[name]
    return table(kind, rows(capacities(work, lab).items), form, f"{name}-{local_now(work, lab):%Y-%m-%d}")


@router.post("/capacities")
def declare(form: DeclareForm, work: Planner) -> CapacityView:
    """Declare what a lab can test from a day on: a version is added, what was declared before stays."""
    known = catalog.current(work.connection)
    refuse_site_bound(work.caller)
    lab = known.lab(form.lab)
    own_lab(work.caller, lab.code, f"Lab {form.lab}")
    if taken_first(work.connection, form.id, "capacity.declare", form.model_dump(), work.caller.name, work.now):
        actions.declare(work.connection, lab, form.valid_from, form.tubes_per_day, form.why, work.caller.name, work.now)
    return view_of(board.lines(work.connection, known, work.now, lab.code)[0])


def view_of(line: LabLine) -> CapacityView:
    """A line as an answer."""
    three = line.three
    return CapacityView(
        lab=line.lab.code,
        name=line.lab.name,
        kind=line.lab.kind,
        day=line.day,
        declared=three.declared,
        best=three.best.tubes if three.best else None,
        best_until=three.best.until if three.best else None,
        modelled=three.modelled.tubes if three.modelled else None,
        steps=dict(three.modelled.steps) if three.modelled else {},
        bottleneck=three.modelled.bottleneck if three.modelled else None,
        finding=three.finding,
        declarations=[Declaration.model_validate(row, from_attributes=True) for row in line.declarations],
    )

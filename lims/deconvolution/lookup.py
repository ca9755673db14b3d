"""A case as those who ask for it by its code find it."""

from lims.catalog import queries as catalog
from lims.deconvolution import board
from lims.deconvolution.actions import open_contacts
from lims.deconvolution.contacts import traced
from lims.deconvolution.forms import TracedView
from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab, own_site
from lims.kernel.errors import Refused


def found(work: Work, case_id: str) -> board.Case:
    """The case; Refused where there is none."""
    case = board.one(work.connection, catalog.current(work.connection), case_id)
    if case is None:
        raise Refused("not_found", "{what} is not known here.", what=f"Case {case_id}")
    return case


def own_case(work: Work, case_id: str) -> board.Case:
    """The case, where it is this caller's business: whoever is bound to a lab or to a site knows no case of another."""
    case = found(work, case_id)
    own_lab(work.caller, case.row.lab, f"Case {case_id}")
    own_site(work.caller, case.row.site, f"Case {case_id}")
    return case


def opened_by(work: Work, case_id: str) -> list[TracedView]:
    """Who is to be traced around a case of this caller's site, by name; that it was opened is on record before anybody reads it."""
    case = found(work, case_id)
    own_site(work.caller, case.row.site, f"Case {case_id}")
    people = traced(work.connection, work.program.keys, case, work.caller.site, results=work.caller.sees_identity)
    open_contacts(work.connection, case.row.barcode, people, work.caller.name, work.now)
    return people

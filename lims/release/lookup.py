"""A person asks for the own result, with the code handed out at sampling."""

import hmac
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from lims.kernel.auth import queries as guesses
from lims.kernel.auth.actions import count_failure
from lims.kernel.auth.door import Work
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed
from lims.release import queries
from lims.release.forms import LookupAnswer, LookupForm
from lims.sampling.people.rules import canonical_number, lookup_code, person_id

RECENT = timedelta(days=7)


def looked_up(form: LookupForm, host: str, work: Work) -> LookupAnswer:
    """The own latest result. A wrong number and a wrong code get the same answer, and both are counted."""
    program, settings = work.program, work.program.settings
    try:
        number = canonical_number(form.id_type, form.id_number)
    except Refused:
        number = form.id_number
    person = person_id(program.keys, form.id_type.value, number)
    window = timedelta(minutes=settings.sign_in_window_minutes)
    limits = {
        keyed(program.keys.code, "lookup", person.hex): settings.result_lookup_failures,
        keyed(program.keys.code, "lookup from", host): settings.result_lookup_failures * 100,
    }
    failures = guesses.attempts_since(work.connection, limits, work.now - window)
    if any(failures[key] >= most for key, most in limits.items()):
        raise Refused("lookup_limited", "Too many wrong codes; try again in {minutes} minutes.", minutes=settings.sign_in_window_minutes)
    code = form.code.strip().upper().replace("-", "").replace(" ", "")
    # Nearly everybody asks for what was sampled these days: older days are left alone.
    for since in (work.now.date() - RECENT, date.min):
        rows = queries.results_of_person(work.connection, person, since)
        if fits(program.keys, person, rows, code):
            break
    else:
        with program.database.transaction(Access.FIELD) as aside:
            for key in limits:
                count_failure(aside, key, work.now, window)
        raise Refused("lookup_unknown", "There is no result for this number and code.")
    return answer(rows[0])


def fits(keys: Keys, person: UUID, rows: Sequence[AnyRow], code: str) -> bool:
    """Whether the code is one of those that this person was given with these tubes; all are compared, so that time tells nothing."""
    same = [hmac.compare_digest(lookup_code(keys, row.barcode, person), code) for row in rows] if code.isascii() else []
    return any(same)


def answer(row: AnyRow) -> LookupAnswer:
    """A result as the person sees it."""
    return LookupAnswer(**{name: getattr(row, name) for name in LookupAnswer.model_fields})

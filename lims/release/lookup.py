"""People ask for their own results, with the codes handed out at sampling; those who ask at the same moment are answered together."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from lims.kernel.auth import queries as guesses
from lims.kernel.auth.actions import count_failures
from lims.kernel.auth.door import Work
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys, keyed
from lims.release import queries
from lims.release.forms import LookupAnswer, LookupForm
from lims.release.rules import Outcome, Question, limited, outcomes
from lims.sampling.people.rules import canonical_number, lookup_code, person_id

RECENT = timedelta(days=7)
# From one address more people than one may mistype.
PEOPLE_BEHIND_AN_ADDRESS = 100


def question(keys: Keys, form: LookupForm, host: str) -> Question:
    """What somebody asks, without the number; a number that no document carries is nobody's, and is counted as any other."""
    try:
        number = canonical_number(form.id_type, form.id_number)
    except Refused:
        number = form.id_number
    person = person_id(keys, form.id_type.value, number)
    code = form.code.strip().upper().replace("-", "").replace(" ", "")
    return Question(person, code, (keyed(keys.code, "lookup", person.hex), keyed(keys.code, "lookup from", host)))


def looked_up(work: Work, questions: Sequence[Question]) -> list[AnyRow | Refused]:
    """To each the own latest result, a row of `queries.results_of_people`, or a refusal.

    A wrong number and a wrong code get the same answer, and both are counted.
    """
    settings = work.program.settings
    window = timedelta(minutes=settings.sign_in_window_minutes)
    limits = settings.result_lookup_failures, settings.result_lookup_failures * PEOPLE_BEHIND_AN_ADDRESS
    failures = guesses.attempts_since(work.connection, {key for one in questions for key in one.keys}, work.now - window)
    found = latest(work, [one for one in questions if not limited(one, failures, limits)])

    said = outcomes(questions, found, failures, limits)

    if wrong := [key for one, outcome in zip(questions, said, strict=True) if outcome is Outcome.UNKNOWN for key in one.keys]:
        count_failures(work.connection, wrong, work.now, window)
    refusals = {
        Outcome.UNKNOWN: Refused("lookup_unknown", "There is no result for this number and code."),
        Outcome.LIMITED: Refused(
            "lookup_limited", "Too many wrong codes; try again in {minutes} minutes.", minutes=settings.sign_in_window_minutes
        ),
    }
    return [refusals.get(outcome) or found[one] for one, outcome in zip(questions, said, strict=True)]


def latest(work: Work, questions: Sequence[Question]) -> Mapping[Question, AnyRow]:
    """The newest row of each whose code is right."""
    found: dict[Question, AnyRow] = {}
    # Nearly everybody asks for what was sampled these days: older days are left alone.
    for since in (work.now.date() - RECENT, date.min):
        left = [one for one in questions if one not in found]
        rows = queries.results_of_people(work.connection, {one.person for one in left}, since) if left else {}
        found |= {one: rows[one.person][0] for one in left if fits(work.program.keys, one.person, rows.get(one.person, ()), one.code)}
    return found


def fits(keys: Keys, person: UUID, rows: Sequence[AnyRow], code: str) -> bool:
    """Whether the code is one of those that this person was given with these tubes; all are compared, so that time tells nothing."""
    same = [hmac.compare_digest(lookup_code(keys, row.barcode, person), code) for row in rows] if code.isascii() else []
    return any(same)


def answer(row: AnyRow) -> LookupAnswer:
    """A result as the person sees it."""
    return LookupAnswer(**{name: getattr(row, name) for name in LookupAnswer.model_fields})

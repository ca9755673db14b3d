"""A city asks for its results at the same moment: each hears the own one and nobody else's, and no one spoils it for the others."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from lims.kernel.auth import queries as guesses
from lims.release.rules import Outcome, Question, outcomes
from lims.sampling.people.rules import lookup_code, person_id
from tests.factories import COUNTER, Town, person, tube

if TYPE_CHECKING:
    from fastapi import FastAPI

PATH = "/sampling/api/result-lookup"
Who = dict[str, Any]


def asked(town: Town, bodies: Sequence[bytes]) -> list[Response]:
    """The answers to questions that are all asked at the same moment, from an address that no other test has."""
    app = cast("FastAPI", town.web.app)

    async def all_of_them() -> list[Response]:
        address = (f"10.8.{next(COUNTER) % 250}.7", 50000)
        async with AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False, client=address), base_url="http://lims") as client:
            headers = {"content-type": "application/json"}
            return await asyncio.gather(*(client.post(PATH, content=body, headers=headers) for body in bodies))

    return asyncio.run(all_of_them())


def sampled(town: Town, tubes: int) -> list[tuple[Who, str, datetime]]:
    """People with the codes they were handed, each sampled at a moment of the own, by which the own result is known."""
    made = [tube(town.site, 10) for _ in range(tubes)]
    people = []
    for number, one in enumerate(made):
        for who in one["members"]:
            at = datetime.fromisoformat(who["collected_at"]) + timedelta(seconds=who["position"], microseconds=number)
            who["collected_at"] = at.isoformat()
            own = lookup_code(town.program.keys, one["barcode"], person_id(town.program.keys, who["id_type"], who["id_number"]))
            people.append((who, own, at))
    town.sync(*made)
    return people


def words(who: Who, code: str) -> bytes:
    """What somebody sends."""
    return json.dumps({"id_type": who["id_type"], "id_number": who["id_number"], "code": code}).encode()


def test_hundreds_who_ask_at_once_hear_the_own_result_and_nobody_elses(town: Town) -> None:
    people = sampled(town, 30)
    bodies = [words(who, code) for who, code, _ in people]
    # Between them: the code of a neighbour, somebody unknown, half a character, no code, and no JSON.
    others = [
        words(people[0][0], people[1][1]),
        words(person(), people[2][1]),
        b'{"id_type": "passport", "id_number": "\\ud800", "code": "AAAAAAAA"}',
        b'{"id_type": "passport", "id_number": "E1"}',
        b"{",
    ]
    answers = asked(town, [*bodies[:150], *others, *bodies[150:]])
    strangers = answers[150:155]
    assert [answer.status_code for answer in strangers] == [404, 404, 422, 422, 422]
    own = [answer.json() for answer in [*answers[:150], *answers[155:]]]
    assert [datetime.fromisoformat(found["collected_at"]) for found in own] == [at for _, _, at in people]


def test_they_cost_few_statements_together(town: Town) -> None:
    people = sampled(town, 20)
    answers = asked(town, [words(who, code) for who, code, _ in people])
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["x-statements"] for answer in answers} == {"3"}, "wrong codes, these days, and all days, as these tubes are old"


def test_of_many_wrong_codes_at_once_no_more_are_heard_than_of_as_many_one_after_the_other(town: Town) -> None:
    ((who, code, _), *_), wrong = sampled(town, 1), "AAAAAAAA"
    answers = asked(town, [*[words(who, wrong)] * 30, words(who, code)])
    assert [answer.status_code for answer in answers] == [404] * 10 + [429] * 21
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers[10:])
    assert asked(town, [words(who, code)])[0].status_code == 429


def test_where_the_database_fails_each_of_those_who_waited_is_told_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    people = sampled(town, 5)

    def away(_connection: Connection, _keys: object, _since: object) -> dict[bytes, int]:
        raise OperationalError("SELECT", {}, Exception("gone"), connection_invalidated=True)

    with monkeypatch.context() as broken:
        broken.setattr(guesses, "attempts_since", away)
        answers = asked(town, [words(who, code) for who, code, _ in people])
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "database_unreachable")}
    again = asked(town, [words(who, code) for who, code, _ in people])
    assert {answer.status_code for answer in again} == {200}


PEOPLE = st.integers(0, 3)
QUESTIONS = st.lists(
    st.builds(
        lambda who, host, code: Question(UUID(int=who), code, (b"person %d" % who, b"host %d" % host)),
        PEOPLE, st.integers(0, 1), st.sampled_from(["right", "wrong"]),
    ),
    max_size=40,
)  # fmt: skip


@given(QUESTIONS, st.dictionaries(st.sampled_from([b"person 0", b"person 1", b"host 0"]), st.integers(0, 12)), st.integers(1, 40))
def test_what_is_said_in_one_go_is_what_would_have_been_said_one_by_one(
    questions: list[Question], before: dict[bytes, int], cut: int
) -> None:
    right = {question for question in questions if question.code == "right"}
    failures = Counter(before)
    one_by_one = []
    for question in questions:
        (said,) = outcomes([question], right, failures, (3, 9))
        one_by_one.append(said)
        failures.update(question.keys if said is Outcome.UNKNOWN else ())
    assert outcomes(questions, right, Counter(before), (3, 9)) == one_by_one
    wrong = Counter(key for question, said in zip(questions, one_by_one, strict=True) if said is Outcome.UNKNOWN for key in question.keys)
    assert all(before.get(key, 0) + times <= (3 if key.startswith(b"person") else 9) for key, times in wrong.items())
    assert outcomes(questions[:cut], right, Counter(before), (3, 9)) == one_by_one[:cut], "whoever comes later changes nothing"

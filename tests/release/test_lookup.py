"""A person asks for the own result with the code handed out at sampling; nobody else learns anything (promise 25)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import insert, text

from lims.kernel.auth.tables import Attempt
from lims.kernel.db import Access
from lims.kernel.secrets import keyed
from tests.factories import COUNTER, Town, person

PATH = "/sampling/api/result-lookup"


@pytest.fixture
def phone(web: TestClient) -> TestClient:
    """Somebody's phone, with an address that no other test has."""
    return TestClient(web.app, client=(f"10.7.7.{next(COUNTER)}", 50000), raise_server_exceptions=False)


def ask(phone: TestClient, who: dict[str, Any], code: str, **changes: Any) -> Response:
    """Ask for the result of somebody."""
    return phone.post(PATH, json={"id_type": who["id_type"], "id_number": who["id_number"], "code": code} | changes)


def code_of(town: Town, made: dict[str, Any], position: int = 1) -> str:
    """The code that Ana handed out."""
    return str(town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["members"][position - 1]["lookup_code"])


def other(code: str) -> str:
    """Another code of the same form."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def unknown(answer: Response) -> bool:
    """Whether this is the answer that says nothing."""
    return answer.status_code == 404 and answer.json()["code"] == "lookup_unknown"


def test_the_right_code_gives_the_own_result_and_no_name(town: Town, phone: TestClient) -> None:
    who = person()
    made = town.collected([who, person()])
    assert ask(phone, who, code_of(town, made)).json()["state"] == "pending"
    town.tested(made["barcode"])
    answer = ask(phone, who, code_of(town, made))
    assert answer.json() | {"released_at": ""} == {
        "state": "negative",
        "collected_at": "2022-02-02T00:00:00Z",
        "pooled": True,
        "released_at": "",
        "amended_at": None,
    }
    assert who["name"] not in answer.text


def test_a_member_of_a_positive_pool_learns_only_that_it_is_being_verified(town: Town, phone: TestClient) -> None:
    who = person()
    made = town.collected([who, person()])
    town.tested(made["barcode"], truth={made["barcode"]: "positive"})
    assert ask(phone, who, code_of(town, made)).json()["state"] == "verifying"


def test_an_older_code_gives_the_latest_result(town: Town, phone: TestClient) -> None:
    who = person()
    first, second = town.collected([who]), town.collected([who], hours=1)
    town.tested(first["barcode"])
    for made in (first, second):
        answer = ask(phone, who, code_of(town, made)).json()
        assert (answer["state"], answer["collected_at"]) == ("pending", "2022-02-02T01:00:00Z")


@pytest.mark.parametrize("typed", ["{lower}", " {code} ", "{half}-{rest}", "{half} {rest}"])
def test_a_code_is_taken_as_people_type_it(town: Town, phone: TestClient, typed: str) -> None:
    who = person()
    code = code_of(town, town.collected([who]))
    assert ask(phone, who, typed.format(code=code, lower=code.lower(), half=code[:4], rest=code[4:])).status_code == 200


def test_wrong_code_wrong_number_unknown_person_and_nonsense_get_the_same_answer(town: Town, phone: TestClient) -> None:
    who, neighbour = person(), person()
    made = town.collected([who, neighbour])
    code = code_of(town, made)
    answers = [
        ask(phone, who, other(code)),
        ask(phone, neighbour, code),
        ask(phone, person(), code),
        ask(phone, who, code, id_number="360426199101010072"),
        ask(phone, who, code, id_type="passport"),
        ask(phone, who, "码"),
        ask(phone, who, "\x00"),
    ]
    assert all(unknown(answer) for answer in answers)
    assert len({answer.text for answer in answers}) == 1


def test_the_code_of_one_tube_is_not_that_of_another_person_in_it(town: Town, phone: TestClient) -> None:
    people = [person() for _ in range(3)]
    made = town.collected(people)
    codes = [code_of(town, made, position) for position in (1, 2, 3)]
    right = [[ask(phone, who, code).status_code == 200 for code in codes] for who in people]
    assert right == [[True, False, False], [False, True, False], [False, False, True]]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "赵试", "id_type": "resident_id", "id_number": "360426199101010071"},
        {"id_type": "resident_id", "id_number": "360426199101010071"},
        {"id_type": "resident_id", "id_number": "360426199101010071", "code": ""},
        {"id_type": "resident_id", "id_number": "360426199101010071", "code": None},
        {"id_type": "name", "id_number": "赵试", "code": "AAAAAAAA"},
        {"code": "AAAAAAAA"},
    ],
    ids=str,
)
def test_nobody_is_asked_for_by_name_or_without_a_code(phone: TestClient, body: dict[str, Any]) -> None:
    answer = phone.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


def test_after_ten_wrong_codes_even_the_right_one_is_turned_away_for_a_while(town: Town, phone: TestClient) -> None:
    who = person()
    code = code_of(town, town.collected([who]))
    assert all(unknown(ask(phone, who, other(code))) for _ in range(10))
    answer = ask(phone, who, code)
    assert (answer.status_code, answer.json()["code"]) == (429, "lookup_limited")
    assert (answer.headers["Retry-After"], "15 minutes" in answer.json()["detail"]) == ("900", True)
    with town.program.database.transaction(Access.OWNER) as connection:  # the window passes
        connection.execute(text("UPDATE attempt SET at = at - interval '16 minutes'"))
    assert ask(phone, who, code).status_code == 200


def test_somebody_who_is_not_known_is_limited_in_the_same_way(phone: TestClient) -> None:
    who = person()
    assert [ask(phone, who, "AAAAAAAA").status_code for _ in range(11)] == [404] * 10 + [429]


def test_one_address_cannot_try_numbers_in_a_row(town: Town, web: TestClient) -> None:
    host, who = f"10.7.8.{next(COUNTER)}", person()
    code, now = code_of(town, town.collected([who])), datetime.now(UTC)
    with town.program.database.transaction(Access.OWNER) as connection:
        rows = [{"key": keyed(town.program.keys.code, "lookup from", host), "at": now}] * 1000
        connection.execute(insert(Attempt), rows)
    assert ask(TestClient(web.app, client=(host, 1)), who, code).status_code == 429
    assert ask(TestClient(web.app, client=(f"{host}9", 1)), who, code).status_code == 200


def test_right_answers_are_not_counted(town: Town, phone: TestClient) -> None:
    who = person()
    code = code_of(town, town.collected([who]))
    assert {ask(phone, who, code).status_code for _ in range(15)} == {200}


def test_a_person_in_a_voided_tube_only_is_not_known(town: Town, phone: TestClient) -> None:
    who = person()
    made = town.collected([who], state="open", sealed_at=None)
    code = code_of(town, made)
    town.sync(made | {"revision": 2, "state": "void"})
    assert unknown(ask(phone, who, code))


def test_a_code_in_the_address_is_not_even_looked_at(phone: TestClient) -> None:
    assert phone.get(PATH, params={"id_number": "360426199101010071", "code": "AAAAAAAA"}).status_code == 405

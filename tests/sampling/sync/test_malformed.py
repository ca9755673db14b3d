"""Hostile and broken input is only text: never a failure of the server, never at the neighbours' cost (promise 24)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import Town, at, person, tube

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\x00") | st.just("x" * 5000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("id", "revision", "barcode", "site", "round", "kind", "pool_size", "state", "opened_at", "sealed_at", "retest_of", "members")
MEMBER_FIELDS = ("position", "id_type", "id_number", "name", "phone", "group", "collected_at")
WORDS = ("id", "barcode", "site", "round", "kind", "state", "retest_of")
WEIRD = (
    "\x00",
    "a\x00b",
    "\ud800",
    "a\udfffb",
    "\u202e\u200b\ufeff",
    "𠮷" * 50,
    "x" * 100_000,
    "'; DROP TABLE tube; --",
    "{0}{tube}",
    "%s\\",
)


def sent(town: Town, *tubes: Any, **around: Any) -> Any:
    """The answer to a message with these things as tubes, written as JSON the way a careless program would."""
    body = json.dumps({"device": "dev-1", "sent_at": at(1), "tubes": list(tubes)} | around)
    return town.web.post("/sampling/api/sync", content=body, headers=town.ana.headers | {"Content-Type": "application/json"})


def neighbours_fare_well(town: Town, bad: Any) -> dict[str, Any]:
    """The outcome of a bad tube between two good ones."""
    first, last = tube(town.site), tube(town.site)
    answer = sent(town, first, bad, last)
    assert answer.status_code == 202, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["tubes"]
    assert [outcomes[0]["outcome"], outcomes[2]["outcome"]] == ["accepted", "accepted"]
    return outcomes[1]


@pytest.mark.parametrize("field", FIELDS)
def test_a_tube_without_one_of_its_fields_never_spoils_its_neighbours(town: Town, field: str) -> None:
    made = tube(town.site)
    del made[field]
    outcome = neighbours_fare_well(town, made)
    assert outcome["outcome"] == ("accepted" if field in {"round", "opened_at", "retest_of"} else "refused")


@pytest.mark.parametrize("field", MEMBER_FIELDS)
def test_a_person_without_one_of_her_fields_never_spoils_the_neighbours(town: Town, field: str) -> None:
    made = tube(town.site)
    del made["members"][0][field]
    outcome = neighbours_fare_well(town, made)
    assert outcome["outcome"] == ("accepted" if field in {"name", "phone", "group"} else "refused")


@pytest.mark.parametrize("field", ["name", "phone", "group"])
def test_a_word_about_a_person_that_is_null_says_as_little_as_none(town: Town, field: str) -> None:
    made = tube(town.site, [person(**{field: None})])
    assert neighbours_fare_well(town, made)["outcome"] == "accepted"
    del made["members"][0][field]
    assert neighbours_fare_well(town, made)["outcome"] == "already_have"


@pytest.mark.parametrize("thing", [None, 7, "a tube", [], [{}], {}, True, 1.5])
def test_something_that_is_no_tube_at_all_is_refused_in_its_place(town: Town, thing: Any) -> None:
    outcome = neighbours_fare_well(town, thing)
    assert (outcome["outcome"], outcome["code"]) == ("refused", "record_malformed")


@pytest.mark.parametrize("word", WEIRD)
@pytest.mark.parametrize("field", WORDS)
def test_weird_words_in_a_tube_never_fail_the_server(town: Town, field: str, word: str) -> None:
    neighbours_fare_well(town, tube(town.site) | {field: word})


@pytest.mark.parametrize("word", WEIRD)
@pytest.mark.parametrize("field", ["id_number", "name", "phone", "group", "id_type", "collected_at"])
def test_weird_words_about_a_person_never_fail_the_server(town: Town, field: str, word: str) -> None:
    neighbours_fare_well(town, tube(town.site, [person()]) | {"members": [tube(town.site)["members"][0] | {field: word}]})


@pytest.mark.parametrize("field", ["name", "phone", "group"])
def test_control_characters_of_a_scanner_are_taken_out_of_words(town: Town, field: str) -> None:
    made = town.collected([person(**{field: "赵\x00试\x1e一"})])
    (member,) = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["members"]
    assert member[field] == "赵试一"


@pytest.mark.parametrize("key", ["\x00", "\ud800", "x" * 10_000, ""])
def test_weird_keys_are_ignored_like_all_others_that_nobody_knows(town: Town, key: str) -> None:
    assert neighbours_fare_well(town, tube(town.site) | {key: "\ud800\x00"})["outcome"] == "accepted"


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00Z", "1582-10-10T00:00:00+08:00", 0, -1e300, "9999-12-31T23:59:59-23:59"]
)
@pytest.mark.parametrize("field", ["opened_at", "sealed_at"])
def test_moments_that_no_calendar_has_never_fail_the_server(town: Town, field: str, moment: Any) -> None:
    made = tube(town.site) | {field: moment}
    if neighbours_fare_well(town, made)["outcome"] == "accepted":
        assert town.ana.get(f"/sampling/api/tubes/{made['barcode']}").status_code == 200


@pytest.mark.parametrize("device", ["\x00", "dev\x001", "\ud800", "", "x" * 101])
def test_a_weird_device_is_refused_or_taken_but_never_fails_the_server(town: Town, device: str) -> None:
    assert sent(town, tube(town.site), device=device).status_code in {202, 422}


@pytest.mark.parametrize("count", [0, 501])
def test_a_message_of_no_tube_or_more_than_500_is_refused_as_a_whole(town: Town, count: int) -> None:
    answer = sent(town, *[{}] * count)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 10_000, b'{"tubes": 1e999}', b"9" * 5000])
def test_a_body_that_is_no_message_is_refused_as_one(town: Town, body: bytes) -> None:
    answer = town.web.post("/sampling/api/sync", content=body, headers=town.ana.headers | {"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] == "request_malformed"


def replaced(field: str, junk: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A change of a tube, or of its first person."""
    if field in MEMBER_FIELDS:
        return lambda made: made | {"members": [made["members"][0] | {field: junk}]}
    return lambda made: made | {field: junk}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(field=st.sampled_from(FIELDS + MEMBER_FIELDS), junk=JUNK)
def test_whatever_stands_in_a_field_the_answer_is_one_outcome_for_each_tube(town: Town, field: str, junk: Any) -> None:
    neighbours_fare_well(town, replaced(field, junk)(tube(town.site)))

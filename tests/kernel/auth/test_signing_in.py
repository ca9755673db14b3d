"""Signing in with a password, staying signed in, and being thrown out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from lims.kernel.auth import actions
from lims.kernel.auth.door import COOKIE
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.secrets import keyed
from tests.factories import COUNTER, Town, at, tube

PASSWORD = "correct horse battery staple"
SignIn = Callable[[str, str], Response]


@pytest.fixture
def host() -> str:
    """An address that no other test has."""
    return f"10.9.8.{next(COUNTER)}"


@pytest.fixture
def browser(web: TestClient, host: str) -> TestClient:
    """Somebody's browser, with its own cookies and address."""
    return TestClient(web.app, client=(host, 50000), raise_server_exceptions=False)


@pytest.fixture
def sign_in(browser: TestClient) -> SignIn:
    """Sends name and password."""
    return lambda name, password: browser.post("/auth/token", data={"username": name, "password": password})


@pytest.fixture
def dora(town: Town) -> str:
    """A sampler who signs in with a password."""
    name = f"dora-{town.site}"
    with town.program.database.transaction(Access.OWNER) as connection:
        actions.add_user(connection, datetime.now(UTC), name, ["sampler"], site=town.site, password=PASSWORD)
    return name


def may_send(town: Town, token: str) -> bool:
    """Whether somebody with this token may send a tube."""
    body = {"device": "dev-1", "sent_at": at(1), "tubes": [tube(town.site)]}
    answer = town.web.post("/sampling/api/sync", json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in {202, 401}
    return answer.status_code == 202


def issued(town: Town, name: str, expires_in: timedelta | None = None) -> str:
    """A token made on the command line."""
    now = datetime.now(UTC)
    with town.program.database.transaction(Access.OWNER) as connection:
        return actions.issue_token(connection, now, name, now + expires_in if expires_in is not None else None, "tests")


def test_dora_signs_in_with_her_password_and_may_work(town: Town, dora: str, sign_in: SignIn) -> None:
    answer = sign_in(dora, PASSWORD).json()
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 12 * 3600)
    assert may_send(town, answer["access_token"])


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(dora: str, sign_in: SignIn) -> None:
    wrong, unknown = sign_in(dora, "wrong"), sign_in(f"nobody-{dora}", PASSWORD)
    assert (wrong.status_code, wrong.json()) == (401, unknown.json())
    assert wrong.json()["code"] == "sign_in_wrong"


def test_a_program_that_has_only_a_token_has_no_password_to_guess(town: Town, sign_in: SignIn) -> None:
    for password in ("", " ", "None"):
        assert sign_in(town.authority.name, password or "x").status_code == 401


def test_after_ten_wrong_passwords_even_the_right_one_is_turned_away_for_a_while(dora: str, sign_in: SignIn, town: Town) -> None:
    assert [sign_in(dora, "wrong").status_code for _ in range(10)] == [401] * 10
    answer = sign_in(dora, PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (429, "sign_in_limited")
    assert (answer.headers["Retry-After"], "15 minutes" in answer.json()["detail"]) == ("900", True)
    assert "15 minutes" in answer.json()["detail"]
    with town.program.database.transaction(Access.OWNER) as connection:  # the window passes
        connection.execute(text("UPDATE attempt SET at = at - interval '16 minutes'"))
    assert sign_in(dora, PASSWORD).status_code == 200


def test_one_address_cannot_try_one_password_on_everybody(town: Town, dora: str, host: str, sign_in: SignIn, web: TestClient) -> None:
    now, key = datetime.now(UTC), keyed(town.program.keys.code, "sign-in from", host)
    with town.program.database.transaction(Access.OWNER) as connection:
        actions.count_failures(connection, [key] * 100, now, timedelta(minutes=15))
    assert sign_in(dora, PASSWORD).status_code == 429
    elsewhere = TestClient(web.app, client=(f"{host}9", 50000))
    assert elsewhere.post("/auth/token", data={"username": dora, "password": PASSWORD}).status_code == 200


def test_neither_names_nor_passwords_that_failed_are_stored(town: Town, dora: str, sign_in: SignIn) -> None:
    sign_in(dora, "a wrong password")
    with town.program.database.transaction(Access.OWNER) as connection:
        dump = connection.execute(text("SELECT string_agg(t::text, ' ') FROM attempt t")).scalar_one()
    assert dora not in dump
    assert "a wrong password" not in dump


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "x" * 100_000, "'; --", "\u202e"])
def test_weird_names_are_only_wrong(sign_in: SignIn, name: str) -> None:
    assert sign_in(name, "x").status_code in {401, 422}


def test_a_token_is_worthless_from_the_moment_she_signs_out(town: Town, dora: str) -> None:
    token, other = issued(town, dora), issued(town, dora)
    answer = town.web.post("/auth/revoke", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 204
    assert (may_send(town, token), may_send(town, other)) == (False, True)


def test_every_token_of_somebody_thrown_out_is_worthless_at_once_and_so_is_the_password(town: Town, dora: str, sign_in: SignIn) -> None:
    tokens = [issued(town, dora) for _ in range(2)]
    with town.program.database.transaction(Access.OWNER) as connection:
        actions.revoke_user(connection, datetime.now(UTC), dora, "tests")
    assert [may_send(town, token) for token in tokens] == [False, False]
    assert sign_in(dora, PASSWORD).status_code == 401


def test_a_user_switched_off_is_out_though_the_token_is_still_there(town: Town, dora: str) -> None:
    token = issued(town, dora)
    with town.program.database.transaction(Access.OWNER) as connection:
        connection.execute(text("UPDATE app_user SET active = false WHERE name = :name"), {"name": dora})
    assert not may_send(town, token)


def test_a_token_ends_when_it_was_to_end(town: Town, dora: str) -> None:
    assert may_send(town, issued(town, dora, timedelta(minutes=1)))
    assert not may_send(town, issued(town, dora, timedelta(0)))


def test_a_role_taken_away_is_gone_at_the_next_request(town: Town, dora: str) -> None:
    token = issued(town, dora)
    with town.program.database.transaction(Access.OWNER) as connection:
        actions.add_user(connection, datetime.now(UTC), dora, ["courier"])
    answer = town.web.post("/sampling/api/sync", json={}, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YW5hOmFuYQ==", "Bearer nonsense", "bearer \u00e9", "Bearer a b"])
def test_without_a_token_of_ours_nobody_is_let_in(town: Town, header: str) -> None:
    answer = town.web.post("/sampling/api/sync", json={}, headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_stored_only_as_its_hash(town: Town, dora: str) -> None:
    token = issued(town, dora)
    with town.program.database.transaction(Access.OWNER) as connection:
        dump = connection.execute(text("SELECT string_agg(t::text, ' ') FROM token t")).scalar_one()
    assert token not in dump
    assert token.encode().hex() not in dump


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://testserver", 202), (None, 403), ("http://evil.example", 403), ("null", 403), ("http://testserver.evil.example", 403)],
)
def test_a_cookie_writes_only_from_our_own_pages(town: Town, dora: str, browser: TestClient, origin: str | None, status: int) -> None:
    browser.cookies.set(COOKIE, issued(town, dora))
    body = {"device": "dev-1", "sent_at": at(1), "tubes": [tube(town.site)]}
    answer = browser.post("/sampling/api/sync", json=body, headers={"Origin": origin} if origin else {})
    assert answer.status_code == status
    assert status == 202 or answer.json()["code"] == "foreign_page"


def test_a_cookie_reads_without_an_origin(town: Town, dora: str, browser: TestClient) -> None:
    browser.cookies.set(COOKIE, issued(town, dora))
    assert browser.get("/sampling/api/recollections").status_code == 200


@pytest.mark.parametrize(
    ("roles", "scopes", "code"),
    [(["king"], [], "user_role_unknown"), (["admin"], ["everything"], "user_role_unknown"), ([], [], "user_incomplete")],
)
def test_a_user_without_a_known_role_is_not_added(town: Town, roles: list[str], scopes: list[str], code: str) -> None:
    with pytest.raises(Refused) as refusal, town.program.database.transaction(Access.OWNER) as connection:
        actions.add_user(connection, datetime.now(UTC), f"x-{town.site}", roles, scopes=scopes)
    assert refusal.value.code == code

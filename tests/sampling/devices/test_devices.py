"""A device: made by a supervisor, set up once with a code, known to its site, out of use when lost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from lims.kernel import ids
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.devices import actions, queries
from lims.sampling.devices.rules import CODE, LINK_LASTS, Standing, code_of, link_key
from tests.factories import Somebody, Town, at, tube

BROWSER = {"Accept": "text/html"}


def added(town: Town, **changes: Any) -> dict[str, Any]:
    """A device that Ada has made for the site."""
    body = {"id": str(ids.uuid7()), "name": "Tent 3", "site": town.site} | changes
    answer = town.ada.post("/sampling/api/devices", body)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def opened(web: TestClient, made: dict[str, Any]) -> Response:
    """Open the link of a device on a phone that nobody is signed in on."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(made["link"]).query).items()}
    answer = web.post("/sampling/api/devices/set-up", json=asked)
    web.cookies.clear()
    return answer


def set_up(town: Town, **changes: Any) -> tuple[dict[str, Any], str]:
    """A device in use, and what it carries."""
    made = added(town, **changes)
    return made, str(opened(town.web, made).json()["token"])


def send(who: Somebody, device: str, carried: str | None, *tubes: dict[str, Any]) -> Response:
    """Sync from a device."""
    headers = who.headers | ({"X-Device-Token": carried} if carried else {})
    return who.web.post("/sampling/api/sync", json={"device": device, "sent_at": at(1), "tubes": [*tubes]}, headers=headers)


def test_a_link_opens_once_and_puts_a_cookie_that_scripts_cannot_read(town: Town, web: TestClient) -> None:
    made = added(town)
    assert CODE.fullmatch(made["device"])
    assert made["standing"] == "link_open"
    first = opened(web, made)
    assert first.status_code == 200
    assert first.json() | {"token": ""} == {"device": made["device"], "name": "Tent 3", "site": town.site, "token": ""}
    assert "httponly" in first.headers["set-cookie"].lower()
    assert (opened(web, made).status_code, opened(web, made).json()["code"]) == (410, "device_link_used")
    assert town.ada.get("/sampling/api/devices", site=town.site).json()["items"][0]["standing"] == "in_use"


def test_looking_at_a_link_does_not_use_it_up(town: Town, web: TestClient) -> None:
    made = added(town)
    parts = urlsplit(made["link"])
    for _ in range(2):
        answer = web.get(f"{parts.path}?{parts.query}", headers=BROWSER)
        assert answer.status_code == 200
        assert "Tent 3" in answer.text
    assert opened(web, made).status_code == 200
    assert web.get(f"{parts.path}?{parts.query}", headers=BROWSER).status_code == 410


def test_the_same_device_again_is_the_same_and_otherwise_is_refused(town: Town) -> None:
    made = added(town)
    assert added(town, id=made["id"])["link"] == made["link"]
    body = {"id": made["id"], "name": "Tent 4", "site": town.site}
    assert town.ada.post("/sampling/api/devices", body).json()["code"] == "id_reused"


def test_a_wrong_key_and_an_unknown_device_are_told_the_same(town: Town, web: TestClient) -> None:
    made = added(town)
    wrong = [{"device": made["id"], "key": "guessed"}, {"device": str(ids.uuid7()), "key": "guessed"}, {"device": made["id"], "key": "é"}]
    answers = [web.post("/sampling/api/devices/set-up", json=body) for body in wrong]
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (410, "This link was used before, or has ended. Ask your supervisor for a new one.")
    }


def test_a_link_ends_after_a_week(town: Town) -> None:
    made, keys = added(town), town.program.keys
    with town.program.database.transaction(Access.FIELD) as connection:
        device = queries.device(connection, UUID(made["id"]))
        assert device is not None
        assert device.link_until is not None
        last = device.link_until - timedelta(microseconds=1)
        assert [device.standing(when) for when in (last, device.link_until)] == [Standing.LINK_OPEN, Standing.LINK_ENDED]
        late = datetime.now(UTC) + LINK_LASTS + timedelta(minutes=1)
        with pytest.raises(Refused, match="has ended"):
            actions.set_up(connection, keys, device.id, link_key(keys, device.id, 1), late)


def test_what_it_sends_is_seen_and_names_it(town: Town) -> None:
    made, carried = set_up(town)
    mine = tube(town.site)
    answer = send(town.ana, made["device"], carried, mine)
    assert [one["outcome"] for one in answer.json()["tubes"]] == ["accepted"]
    with town.program.database.transaction(Access.OWNER) as connection:
        stored = connection.execute(text("SELECT device FROM tube WHERE barcode = :code"), {"code": mine["barcode"]}).scalar_one()
        connection.execute(text("UPDATE device SET last_seen_at = :then WHERE code = :code"), {"then": at(0), "code": made["device"]})
    assert stored == made["device"]
    send(town.ana, made["device"], carried, mine)
    seen = town.ada.get("/sampling/api/devices", site=town.site).json()["items"][0]["last_seen_at"]
    assert datetime.now(UTC) - datetime.fromisoformat(seen) < timedelta(minutes=1)


def test_a_device_out_of_use_is_refused_with_a_sentence_whether_it_shows_itself_or_is_only_named(town: Town) -> None:
    made, carried = set_up(town)
    for _ in range(2):
        assert town.ada.post(f"/sampling/api/devices/{made['id']}/revoke").json()["standing"] == "revoked"
    mine = tube(town.site)
    for said, shown in ((made["device"], carried), ("dev-1", carried), (made["device"], None)):
        answer = send(town.ana, said, shown, mine)
        assert (answer.status_code, answer.json()["code"]) == (403, "device_revoked")
        assert made["device"] in answer.json()["detail"]
    assert send(town.ana, "dev-1", None, mine).json()["tubes"][0]["outcome"] == "accepted"
    assert town.ada.post(f"/sampling/api/devices/{made['id']}/link").json()["code"] == "device_revoked"
    headers = {"X-Device-Token": carried}
    assert town.web.get("/sampling/api/devices/this", headers=headers).json()["code"] == "device_revoked"


def test_a_device_works_for_its_site_only(town: Town, program: Any, web: TestClient) -> None:
    other = Town.build(program, web)
    made, carried = set_up(town)
    assert send(other.ana, made["device"], carried, tube(other.site)).json()["code"] == "device_of_another_site"
    roving = town.somebody("rosa", "sampler")
    outcomes = send(roving, made["device"], carried, tube(town.site), tube(other.site)).json()["tubes"]
    assert [(one["outcome"], one["code"]) for one in outcomes] == [("accepted", None), ("refused", "site_unknown")]


def test_a_device_gives_nobody_a_right(town: Town) -> None:
    made, carried = set_up(town)
    body = {"device": made["device"], "sent_at": at(1), "tubes": [tube(town.site)]}
    answer = town.web.post("/sampling/api/sync", json=body, headers={"X-Device-Token": carried})
    assert answer.json()["code"] == "not_signed_in"
    assert town.web.get("/sampling/api/devices/this", headers={"Authorization": f"Bearer {carried}"}).status_code == 404


def test_a_new_code_makes_what_the_old_phone_carried_worthless(town: Town, web: TestClient) -> None:
    made, carried = set_up(town)
    renewed = town.ada.post(f"/sampling/api/devices/{made['id']}/link").json()
    assert opened(web, made).json()["code"] == "device_link_used"
    assert opened(web, renewed).status_code == 200
    assert web.get("/sampling/api/devices/this", headers={"X-Device-Token": carried}).status_code == 404


def test_a_supervisor_of_another_site_finds_nothing(town: Town, program: Any, web: TestClient) -> None:
    made, other = added(town), Town.build(program, web)
    cleo = other.somebody("cleo", "admin", site=other.site)
    tried = [cleo.post(f"/sampling/api/devices/{made['id']}/{verb}") for verb in ("link", "revoke")]
    tried += [cleo.get(f"/sampling/devices/{made['id']}"), cleo.post("/sampling/api/devices", {**made, "id": str(ids.uuid7())})]
    assert {(answer.status_code, answer.json()["code"]) for answer in tried} == {(404, "not_found")}
    assert cleo.get("/sampling/api/devices").json()["items"] == []


def test_pages_show_the_code_until_it_was_used(town: Town, web: TestClient) -> None:
    made = added(town)
    pages = ["/sampling/devices", f"/sampling/devices/{made['id']}"]
    headers = BROWSER | town.ada.headers
    before = [web.get(path, params={"site": town.site}, headers=headers) for path in pages]
    web.cookies.clear()
    assert [answer.status_code for answer in before] == [200, 200]
    assert [made["device"] in answer.text for answer in before] == [True, True]
    assert 'class="qr"' in before[1].text
    opened(web, made)
    assert 'class="qr"' not in web.get(pages[1], headers=headers).text


def test_names_of_devices_do_not_repeat() -> None:
    assert len({code_of(ids.uuid7()) for _ in range(5000)}) == 5000

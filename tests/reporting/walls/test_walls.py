"""A screen on a wall: opened by a signed link, without anybody signed in, until the link is revoked."""

from urllib.parse import urlsplit

import pytest

from lims.kernel import ids
from tests.factories import Somebody, Town


def made(town: Town, by: Somebody, name: str = "Hall") -> dict[str, str]:
    answer = by.post("/reporting/api/walls", {"id": str(ids.uuid7()), "name": name})
    assert answer.status_code == 201, answer.text
    wall: dict[str, str] = answer.json()
    return wall


def path(wall: dict[str, str]) -> str:
    return urlsplit(wall["link"]).path


def test_whoever_has_the_link_sees_the_day_and_nobody_in_it(town: Town) -> None:
    pool = town.collected(3)
    shown = town.web.get(path(made(town, town.olga)))
    assert shown.status_code == 200
    for member in pool["members"]:
        assert member["id_number"] not in shown.text
        assert member["name"] not in shown.text


@pytest.mark.parametrize(
    ("theme", "dark"), [("dark", 'href="/static/dark.css">'), ("light", None), ("system", 'media="(prefers-color-scheme: dark)"')]
)
def test_a_wall_is_light_or_dark_as_it_is_asked(town: Town, theme: str, dark: str | None) -> None:
    shown = town.web.get(path(made(town, town.olga)), params={"theme": theme, "lang": "zh-CN"}).text
    assert (dark in shown) if dark else "dark.css" not in shown


def test_a_revoked_link_opens_nothing_and_says_no_more_than_one_that_never_was(town: Town) -> None:
    wall = made(town, town.olga)
    assert town.olga.post(f"/reporting/api/walls/{wall['id']}/revoke").json()["revoked_by"] == town.olga.name
    assert town.olga.post(f"/reporting/api/walls/{wall['id']}/revoke").json()["link"] is None
    answers = [
        town.web.get(path(wall)),
        town.web.get(path(wall)[:-4] + "AAAA"),
        town.web.get(f"/reporting/wall/{ids.uuid7()}/{path(wall).rsplit('/', 1)[1]}"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_the_signature_of_one_wall_opens_no_other(town: Town) -> None:
    first, second = made(town, town.olga), made(town, town.olga)
    mixed = f"/reporting/wall/{first['id']}/{path(second).rsplit('/', 1)[1]}"
    assert town.web.get(mixed).status_code == 404


@pytest.mark.parametrize("kind", ["lab", "site"])
def test_a_wall_shows_what_its_maker_may_see(town: Town, kind: str) -> None:
    place = {kind: getattr(town, kind)}
    bound = town.somebody("oli", "official", **place)
    wall = made(town, bound)
    assert wall[kind] == place[kind]
    assert [each["id"] for each in bound.get("/reporting/api/walls").json()] == [wall["id"]]
    everywhere = made(town, town.olga)
    assert everywhere["id"] not in {each["id"] for each in bound.get("/reporting/api/walls").json()}
    assert bound.post(f"/reporting/api/walls/{everywhere['id']}/revoke").status_code == 404


def test_made_twice_it_is_one_wall_and_samplers_make_none(town: Town) -> None:
    message = {"id": str(ids.uuid7()), "name": "Hall"}
    first, again = (town.olga.post("/reporting/api/walls", message) for _ in range(2))
    assert first.json()["link"] == again.json()["link"]
    assert town.olga.post("/reporting/api/walls", message | {"name": "Other"}).json()["code"] == "id_reused"
    assert town.ana.post("/reporting/api/walls", message).status_code == 403
    assert town.ana.get("/reporting/walls").status_code == 403
    assert "Hall" in town.olga.get("/reporting/walls").text

"""Ada compares two stories about a tube on one page: the only one where their names stand."""

import re

from fastapi.testclient import TestClient

from lims.kernel.program import Program
from tests.factories import Somebody, Town, person, tube

BROWSER = {"Accept": "text/html"}


def looked_at(who: Somebody, town: Town, language: str = "en") -> str:
    """The page of a town's conflicts."""
    answer = who.web.get("/sampling/conflicts", params={"site": town.site}, headers=BROWSER | who.headers | {"Accept-Language": language})
    who.web.cookies.clear()
    return answer.text


def text_of(page: str) -> str:
    """A page without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_both_versions_stand_side_by_side_with_their_people(town: Town) -> None:
    both, mine_only, hers_only = person(name="两边都有"), person(name="只在已存"), person(name="只在新传")
    mine = town.collected([both, mine_only])
    town.sync(tube(town.site, [both, hers_only], barcode=mine["barcode"], hours=1), device="dev-2")
    text = text_of(looked_at(town.ada, town))
    stored, sent = text.split("Stored, and valid until now")[1].split("Sent, and not taken")
    assert ("Device dev-1" in stored, "Device dev-2" in sent) == (True, True)
    assert "只在已存 only in this version" in stored
    assert "只在新传 only in this version" in sent
    assert "两边都有 only" not in text
    assert both["id_number"] in stored
    assert stored.count("differs") == sent.count("differs") == 2, "opened and sealed an hour apart"


def test_the_same_people_otherwise_told_are_called_so(town: Town) -> None:
    people = [person(), person()]
    mine = town.collected(people)
    town.sync(tube(town.site, people, barcode=mine["barcode"], size=5), device="dev-2")
    assert "Both versions have the same people" in looked_at(town.ada, town)


def test_a_record_that_moved_to_another_code_is_compared_with_where_it_was(town: Town) -> None:
    mine = town.collected(2)
    town.sync(mine | {"barcode": tube(town.site)["barcode"], "revision": 2})
    text = text_of(looked_at(town.ada, town))
    stored = text.split("Stored, and valid until now")[1].split("Sent, and not taken")[0]
    assert mine["members"][0]["name"] in stored


def test_what_is_settled_leaves_the_page(town: Town) -> None:
    mine = town.collected(1)
    town.sync(tube(town.site, 1, barcode=mine["barcode"]), device="dev-2")
    (item,) = town.ada.get("/sampling/api/conflicts", site=town.site).json()["items"]
    assert f"/sampling/api/conflicts/{item['id']}/resolve" in looked_at(town.ada, town)
    body = {"resolution": "take_this", "reason": "asked Ana"}
    assert town.ada.post(f"/sampling/api/conflicts/{item['id']}/resolve", body).status_code == 200
    assert "Nothing is in conflict" in looked_at(town.ada, town)
    assert "没有冲突" in looked_at(town.ada, town, "zh-CN")


def test_a_supervisor_bound_to_a_site_sees_that_site_only(town: Town, program: Program, web: TestClient) -> None:
    other = Town.build(program, web)
    mine = town.collected(1)
    town.sync(tube(town.site, 1, barcode=mine["barcode"]), device="dev-2")
    cleo = other.somebody("cleo", "admin", site=other.site)
    text = text_of(looked_at(cleo, town))
    assert "0 tubes with two stories" in text
    assert mine["members"][0]["name"] not in text
    assert town.site not in text
    assert f"site={town.site}" in looked_at(town.ada, other), "Ada, who looks after all, is told where else"


def test_ana_does_not_see_the_page(town: Town) -> None:
    assert "This cannot be done" in looked_at(town.ana, town)

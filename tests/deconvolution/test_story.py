"""The whole story of a case, as the bench and the officials see it."""

import pytest

from lims.deconvolution.story.rules import adjacent
from lims.deconvolution.story.telling import of_tube
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from tests.bench import another_town, dispatch, done, found, note, pack, recollected, refused
from tests.factories import Town, code


def page(town: Town, barcode: str, who: str = "olga") -> str:
    """The page of a case."""
    answer = getattr(town, who).get(f"/testing/cases/{barcode}")
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["x-statements"]) <= 25
    return str(answer.text)


def test_the_page_of_a_case_tells_where_the_tube_was_who_had_it_and_what_was_read(town: Town) -> None:
    pool, box = town.collected(2), code(Kind.BOX)
    done(pack(town, box, pool["barcode"]))
    done(dispatch(town, box))
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    text = page(town, pool["barcode"])
    for told in ("一号采样点", "浙A12345", "carl", town.ben.name, town.bea.name, "30.10", "31.50", "ncov2 version 1"):
        assert told in text, told
    for member in pool["members"]:
        assert member["name"] not in text
        assert member["id_number"] not in text
        assert member["phone"] not in text


def test_the_single_of_a_member_is_told_with_the_case_and_where_it_is(town: Town) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    recollected(town, pool["members"][0], pool["barcode"])
    text = page(town, pool["barcode"])
    assert "at the site" in text
    assert "single of member 1" in text


def test_a_member_who_is_in_another_pool_too_is_shown_with_that_tube(town: Town) -> None:
    first = town.collected(2)
    again = town.collected([{k: first["members"][1][k] for k in ("id_type", "id_number", "name", "phone", "group")}], hours=3)
    town.tested(first["barcode"], truth={first["barcode"]: "positive"})
    assert "also in tube" in page(town, first["barcode"])
    other = town.collected(2)
    town.tested(other["barcode"], truth={other["barcode"]: "positive"}, hours=8)
    assert "also in tube" not in page(town, other["barcode"])
    assert again["barcode"] != other["barcode"]


def test_the_tubes_to_be_traced_are_those_sampled_packed_and_tested_near_it(town: Town) -> None:
    before, pool, after, far = (town.collected(1, hours=hours) for hours in (0, 0.2, 0.4, 0.6))
    box = code(Kind.BOX)
    done(pack(town, box, pool["barcode"], far["barcode"]))
    town.tested(*(tube["barcode"] for tube in (before, pool, after, far)), truth={pool["barcode"]: "positive"})
    near = done(town.olga.get(f"/testing/api/cases/{pool['barcode']}/neighbours"))["items"]
    ways = {one["tube"]: set(one["near"]) for one in near}
    assert ways.keys() == {before["barcode"], after["barcode"], far["barcode"]}
    assert "before" in ways[before["barcode"]]
    assert "after" in ways[after["barcode"]]
    assert {"after", "box"} <= ways[far["barcode"]]
    assert all({"well", "plate"} & way for way in ways.values())
    assert {one["released_call"] for one in near} == {"negative"}


def test_a_story_takes_four_statements_however_many_tubes_were_near(town: Town) -> None:
    tubes = [town.collected(1, hours=number / 10)["barcode"] for number in range(12)]
    town.tested(*tubes)
    with town.program.database.transaction(Access.BENCH) as connection:
        told = of_tube(connection, tubes[5])
        assert told is not None
        assert len(told.neighbours) == 11
        assert connection.info["statements"] == 4


def test_another_lab_learns_nothing_of_the_tubes_around_it(town: Town) -> None:
    pool, other = town.collected(1), another_town(town)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    refused(other.ben.get(f"/testing/api/cases/{pool['barcode']}/neighbours"), 404, "not_found", pool["barcode"])
    refused(town.ana.get(f"/testing/api/cases/{pool['barcode']}/neighbours"), 403, "role_missing")
    assert other.ben.get(f"/testing/cases/{pool['barcode']}").status_code == 404


def test_what_was_noted_of_a_member_stands_in_the_story(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    done(note(town, pool["barcode"], 1, "unreachable", note="the neighbour 王五 knows"))
    text = page(town, pool["barcode"])
    assert "member 1: not reached" in text
    assert "王五" not in text


@pytest.mark.parametrize(
    ("well", "around"), [("A1", {"A2", "B1", "B2"}), ("H12", {"G11", "G12", "G13", "H11", "H13", "I11", "I12", "I13"})]
)
def test_the_wells_around_a_well(well: str, around: set[str]) -> None:
    assert adjacent(well) == around


def test_the_board_says_what_to_do_next_and_whose_turn_it_is(town: Town) -> None:
    pool = town.collected(3)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    done(note(town, pool["barcode"], 2, "notified"))
    found(town, {recollected(town, pool["members"][2], pool["barcode"]): "negative"})
    board = town.olga.get("/testing/cases", lab=town.lab).text
    assert "Call back" in board
    assert "Sample again" in board
    assert "sampling site" in board


def test_the_board_shows_what_is_not_closed_and_can_be_cut_by_area_site_and_state(town: Town) -> None:
    pool, other = town.collected(1), another_town(town)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})

    def shown(**words: str) -> bool:
        return pool["barcode"] in town.olga.get("/testing/cases", **({"lab": town.lab} | words)).text

    here: tuple[dict[str, str], ...]
    here = ({}, {"area": town.area}, {"site": town.site, "area": town.area}, {"state": "open"}, {"lab": "", "area": town.area})
    assert [words for words in here if not shown(**words)] == []
    elsewhere = ({"area": other.area}, {"site": other.site}, {"lab": other.lab}, {"state": "closed"}, {"site": "nowhere"})
    assert [words for words in (*elsewhere, {"site": town.site, "area": other.area}) if shown(**words)] == []


def test_a_board_that_has_not_changed_is_not_made_again(town: Town) -> None:
    first = town.olga.get("/testing/cases", lab=town.lab)
    tagged = {**town.olga.headers, "If-None-Match": first.headers["etag"]}
    assert town.web.get("/testing/cases", params={"lab": town.lab}, headers=tagged).status_code == 304
    pool = town.collected(1)
    town.received(pool["barcode"])
    town.imported(town.plated(), {pool["barcode"]: "positive"})
    fresh = town.web.get("/testing/cases", params={"lab": town.lab}, headers=tagged)
    assert fresh.status_code == 200
    assert pool["barcode"] in fresh.text


def test_the_board_says_where_each_tube_is_and_who_has_to_be_taken_over(town: Town) -> None:
    pool, other = town.collected(4), another_town(town)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    recollected(town, pool["members"][0], pool["barcode"])
    found(town, {recollected(town, pool["members"][2], pool["barcode"]): "negative"}, hours=7)
    town.received(recollected(town, pool["members"][1], pool["barcode"]), hours=8)
    done(note(town, pool["barcode"], 4, "transferred", to_site=other.site))
    board = " ".join(town.olga.get("/testing/cases", lab=town.lab, lang="en").text.split())
    assert f"<strong>Tube</strong> released · Lab {town.lab}" in board
    assert '<strong class="number">1</strong> at the site' in board
    assert f'<strong class="number">2</strong> waiting in lab {town.lab}' in board
    assert '<strong class="number">3</strong>' not in board, "whoever has a result waits for nothing"
    assert '<strong class="number">4</strong> handed over to 一号采样点 · not taken over yet' in board
    assert int(town.olga.get("/testing/cases", lab=town.lab).headers["x-statements"]) <= 20

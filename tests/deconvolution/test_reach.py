"""Whoever is bound to a site knows the cases of its tubes and no other: on the board, as a case, by its neighbours and its curves."""

import pytest

from lims.kernel.barcodes import Kind
from tests.bench import done, found, recollected, refused
from tests.factories import Somebody, Town, code
from tests.web.test_pages import look


@pytest.fixture
def elsewhere(town: Town) -> Town:
    """Another site, whose tubes go to the same lab."""
    other = Town.build(town.program, town.web)
    other.lab = town.lab
    other.people |= {"ben": town.ben, "bea": town.bea}
    return other


@pytest.fixture
def otto(town: Town) -> Somebody:
    """A health official of Ana's site alone."""
    return town.somebody("otto", "official", site=town.site)


def case(town: Town) -> str:
    """A released case of a site."""
    pool = str(town.collected(2)["barcode"])
    town.tested(pool, truth={pool: "positive"})
    return pool


def test_otto_sees_the_cases_of_his_site_on_the_board_and_no_others(town: Town, elsewhere: Town, otto: Somebody) -> None:
    own, other = case(town), case(elsewhere)
    nobodys = str(town.collected(2)["barcode"])
    assert [one["id"] for one in done(otto.get("/testing/api/cases"))["items"]] == [own]
    board = look(otto, "/testing/cases").text
    assert own in board
    assert other not in board
    assert nobodys not in board
    assert 'name="area"' not in board
    assert other not in look(otto, f"/testing/cases?site={elsewhere.site}&state=all").text
    refused(otto.get("/testing/api/cases", site=elsewhere.site), 404, "not_found", elsewhere.site)


@pytest.mark.parametrize("path", ["/testing/api/cases/{case}", "/testing/api/cases/{case}/neighbours", "/testing/cases/{case}"])
def test_a_case_of_another_site_is_not_known_to_otto(town: Town, elsewhere: Town, otto: Somebody, path: str) -> None:
    assert otto.get(path.format(case=case(town))).status_code == 200
    other = case(elsewhere)
    answer = otto.get(path.format(case=other))
    refused(answer, 404, "not_found", other)
    assert town.olga.get(path.format(case=other)).status_code == 200


def test_the_curves_of_another_sites_case_are_not_known_to_otto(elsewhere: Town, otto: Somebody) -> None:
    pool = str(elsewhere.collected(2)["barcode"])
    run = elsewhere.tested(pool, truth={pool: "positive"})
    refused(otto.get(f"/testing/cases/{pool}/curves/{run}"), 404, "not_found", pool)


def test_a_tube_that_nobody_has_registered_is_no_sites_yet(town: Town, otto: Somebody) -> None:
    pool = code(Kind.TUBE)
    town.tested(pool, truth={pool: "positive"})
    assert done(otto.get("/testing/api/cases"))["items"] == []
    assert pool in [one["id"] for one in done(town.olga.get("/testing/api/cases", lab=town.lab))["items"]]


def test_neighbours_from_another_site_are_not_told_to_otto(town: Town, elsewhere: Town, otto: Somebody) -> None:
    pools = [str(one.collected(2)["barcode"]) for one in (town, elsewhere)]
    town.tested(*pools, truth={pools[0]: "positive"})
    near = f"/testing/api/cases/{pools[0]}/neighbours"
    assert pools[1] in [one["tube"] for one in done(town.olga.get(near))["items"]]
    assert done(otto.get(near))["items"] == []


def test_nor_is_a_pool_of_another_site_in_which_a_member_was_sampled_too(town: Town, elsewhere: Town, otto: Somebody) -> None:
    first = town.collected(2)
    town.tested(first["barcode"], truth={first["barcode"]: "positive"})
    second = elsewhere.collected([first["members"][0]])
    assert second["barcode"][-4:] in look(town.olga, f"/testing/cases/{first['barcode']}").text
    assert second["barcode"][-4:] not in look(otto, f"/testing/cases/{first['barcode']}").text
    found(town, {recollected(town, first["members"][0], first["barcode"]): "negative"})
    assert done(otto.get(f"/testing/api/cases/{first['barcode']}"))["members"][0]["state"] == "negative"

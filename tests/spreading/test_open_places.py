"""The places that a spread database would refuse are known, and stand in the decision that says what becomes of them."""

import pytest

from lims.apps.distribution import PLACED
from lims.apps.migrate import ROOT
from tests.bench import done, found, members, recollected
from tests.factories import Town
from tests.spreading.open_places import OPEN
from tests.spreading.overhearing import overheard
from tests.spreading.session import hold_to_the_list, verdicts

DECISION = (ROOT / "docs/decisions/0023-spread-over-several-machines.md").read_text("utf-8")


@pytest.mark.parametrize("place", sorted(OPEN))
def test_an_open_place_is_there_and_stands_in_the_decision(place: str) -> None:
    file, _, name = place.partition(":")
    said = (ROOT / file).read_text("utf-8")
    assert f"def {name}(" in said or not name
    assert (name or file.rpartition("/")[2].removesuffix(".sql")) in DECISION


def test_a_case_from_its_pool_to_its_end_sends_nothing_that_is_refused(town: Town) -> None:
    with overheard() as ear:
        pool = town.collected(3)
        barcode = str(pool["barcode"])
        town.tested(barcode, truth={barcode: "positive"}, hours=1)
        singles = {recollected(town, who, barcode, hours=6): "negative" for who in pool["members"]}
        found(town, singles, hours=9)
        assert members(town, barcode) == ["negative"] * 3
        done(town.ana.get("/sampling/api/recollections"))
        for page in ("/testing/", "/testing/cases", "/reporting/", "/reporting/cases", "/reporting/reconciliation"):
            assert town.olga.get(page).status_code in {200, 403}
    hold_to_the_list(town.program.database.url, ear.heard)
    assert len(ear.heard) > 50
    assert {"lims/deconvolution/queries.py:reactive_pools", "lims/deconvolution/together/sql/together.sql"} <= {*ear.heard.values()}


def test_what_is_sent_only_where_tables_are_spread_is_set_aside(town: Town) -> None:
    only_there = [
        "SELECT create_reference_table('\"lab\"')",
        "SELECT create_distributed_table('\"tube\"', 'barcode', colocate_with => 'none')",
        "SELECT lock_rows(%(relation)s, CAST(%(codes)s::TEXT[] AS TEXT[])) AS lock_rows_1",
        PLACED,
    ]
    assert verdicts(town.program.database.url, dict.fromkeys(only_there, "a place")) == {}


@pytest.mark.parametrize("sent", ["SELECT unknown_to_all(barcode) FROM tube", "SELECT barcode FROM tube WHERE lock_rows(barcode)"])
def test_what_nobody_can_read_is_not_set_aside(town: Town, sent: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="unread"):
        hold_to_the_list(town.program.database.url, {sent: "a place"})

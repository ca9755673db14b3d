"""Cleo has every role, but at another site and lab: what is not hers does not exist for her."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response

from lims.kernel import barcodes, ids
from lims.kernel.auth.rules import Caller, own_lab, own_site
from lims.kernel.errors import Refused
from tests.factories import Somebody, Town, at, code, tube


@pytest.fixture
def cleo(town: Town) -> Somebody:
    """Somebody of another town, who may do everything there."""
    elsewhere = Town.build(town.program, town.web)
    return elsewhere.somebody("cleo", "sampler", "technician", "reviewer", "admin", site=elsewhere.site, lab=elsewhere.lab)


def message(**more: Any) -> dict[str, Any]:
    """A write with an id of its own."""
    return {"id": str(ids.uuid7())} | more


def attempts(town: Town, cleo: Somebody) -> Iterator[tuple[str, Response]]:
    """Everything that Cleo tries with what Ana, Ben and Bea have made."""
    pool = town.collected(2)
    box = code(barcodes.Kind.BOX)
    town.ana.post("/sampling/api/boxes", message(barcode=box, site=town.site, tubes=[pool["barcode"]], sealed_at=at(1)))
    labels = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 2}).json()["id"]
    yield "look a tube up", cleo.get(f"/sampling/api/tubes/{pool['barcode']}")
    yield "send the box away", cleo.post(f"/sampling/api/boxes/{box}/dispatch", message(lab=town.lab, at=at(1.5)))
    yield (
        "pack a box here",
        cleo.post(
            "/sampling/api/boxes", message(barcode=code(barcodes.Kind.BOX), site=town.site, tubes=[pool["barcode"]], sealed_at=at(1))
        ),
    )
    yield "reserve labels here", cleo.post("/sampling/api/label-ranges", {"site": town.site, "count": 2})
    yield "print the labels", cleo.get(f"/sampling/api/label-ranges/{labels}/labels")
    yield "whom to call back here", cleo.get("/sampling/api/recollections", site=town.site)
    yield "receive for this lab", cleo.post(f"/testing/api/boxes/{box}/receive", message(lab=town.lab, tubes=[pool["barcode"]], at=at(2)))
    town.received(pool["barcode"])
    yield "reject the tube", cleo.post(f"/testing/api/tubes/{pool['barcode']}/reject", message(reason="leaking", at=at(2)))
    yield (
        "mix a pool here",
        cleo.post("/testing/api/pools", message(barcode=code(barcodes.Kind.TUBE), lab=town.lab, members=[pool["barcode"]])),
    )
    yield (
        "lay a plate out here",
        cleo.post("/testing/api/plates", message(barcode=code(barcodes.Kind.PLATE), lab=town.lab, assay="ncov2", layout="auto")),
    )
    plate = town.plated()
    yield "look the plate up", cleo.get(f"/testing/api/plates/{plate['barcode']}")
    yield "fetch its sample sheet", cleo.get(f"/testing/api/plates/{plate['barcode']}/sample-sheet", instrument="generic")
    yield "import a run", town.imported(plate, by=cleo)
    run = town.imported(plate, {pool["barcode"]: "positive"}).json()["run"]
    yield "sign the run off", town.reviewed(run, by=cleo)
    town.reviewed(run, tubes=[pool["barcode"]])
    yield "look the case up", cleo.get(f"/testing/api/cases/{pool['barcode']}")
    yield "the cases of this lab", cleo.get("/testing/api/cases", lab=town.lab)
    yield "note a call", cleo.post(f"/testing/api/cases/{pool['barcode']}/members/1", message(event="notified", at=at(6)))
    yield "close the case", cleo.post(f"/testing/api/cases/{pool['barcode']}/close", message(outcome="unresolved", reason="so", at=at(6)))


def test_cleo_from_another_site_and_lab_finds_nothing_of_this_town(town: Town, cleo: Somebody) -> None:
    found = {what: (answer.status_code, answer.json().get("code")) for what, answer in attempts(town, cleo)}
    assert {what: answer for what, answer in found.items() if answer != (404, "not_found")} == {}
    assert len(found) == 18


def test_what_cleo_is_told_does_not_say_whether_it_exists(town: Town, cleo: Somebody) -> None:
    mine, none = town.collected(1)["barcode"], tube(town.site)["barcode"]
    there, nowhere = (cleo.get(f"/sampling/api/tubes/{barcode}").json()["detail"].replace(barcode, "") for barcode in (mine, none))
    assert there == nowhere


def test_cleos_own_lists_hold_nothing_of_this_town(town: Town, cleo: Somebody) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    assert cleo.get("/testing/api/cases").json()["items"] == []
    assert cleo.get("/sampling/api/recollections").json()["items"] == []
    assert cleo.get("/sampling/api/conflicts").json()["items"] == []
    assert len(town.ana.get("/sampling/api/recollections").json()["items"]) == 2


@pytest.mark.parametrize(("site", "reached"), [(None, True), ("FY-1", True), ("FY-2", False)])
def test_whoever_is_bound_to_a_site_reaches_that_site_only(site: str | None, reached: bool) -> None:
    caller = Caller("ana", frozenset({"sampler"}), site=site, lab=site)
    assert caller.reaches_site("FY-1") is caller.reaches_lab("FY-1") is reached
    if not reached:
        for guard in (own_site, own_lab):
            with pytest.raises(Refused) as refusal:
                guard(caller, "FY-1", "Tube 1")
            assert refusal.value.status == 404


def test_an_object_of_no_site_is_nobodys_who_is_bound_to_one() -> None:
    assert not Caller("ana", frozenset(), site="FY-1").reaches_site(None)
    assert Caller("ada", frozenset()).reaches_site(None)

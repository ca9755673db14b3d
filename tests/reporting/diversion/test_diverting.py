"""Olga sends boxes to another lab before one overflows; couriers, sites and labs see it, and a lab that was quicker is not robbed."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.custody.tables import Box, Tube
from lims.kernel import barcodes, clock, ids
from lims.kernel.audit import queries as trail
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.reporting.diversion.tables import Diversion
from tests.factories import Somebody, Town, code

PLACES = itertools.count()


def placed(program: Program, town: Town, latitude: float, capacity: int) -> None:
    """A town's site and lab have places, and the lab so much capacity."""
    at = {"latitude": latitude, "longitude": 100.0}
    content = {
        "site": [{"code": town.site, "name": "一号采样点", "area": town.area} | at],
        "lab": [
            {
                "code": town.lab,
                "name": f"实验室 {latitude}",
                "kind": "fixed",
                "capacity": [{"from": "2022-01-01", "tubes_per_day": capacity}],
            }
            | at
        ],
    }
    with program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")


class Overfull:
    """A town whose lab cannot test what is on its way, and a neighbour that could."""

    def __init__(self, town: Town) -> None:
        self.town, self.near = town, Town.build(town.program, town.web)
        south = -60.0 + next(PLACES)  # far from every other test's labs
        placed(town.program, town, south, 24)
        placed(town.program, self.near, south + 0.05, 2400)
        self.on_way, self.at_site = code(barcodes.Kind.BOX), code(barcodes.Kind.BOX)
        self.tube = code(barcodes.Kind.TUBE)
        soon = clock.now() - timedelta(minutes=20)
        with town.program.database.transaction(Access.OWNER) as connection:
            gone = {"dispatched_at": soon, "dispatched_to": town.lab, "carried_by": town.carl.name}
            self.put(connection, Box, barcode=self.on_way, site=town.site, packed_tubes=100, sealed_at=soon, **gone)
            self.put(connection, Box, barcode=self.at_site, site=town.site, packed_tubes=120, sealed_at=soon, directed_to=town.lab)
            self.put(connection, Tube, barcode=self.tube, box=self.on_way, dispatched_at=soon, dispatched_to=town.lab)

    @staticmethod
    def put(connection: Any, mapped: type[Any], **values: Any) -> None:
        connection.execute(insert(mapped).values(**values))

    def proposed(self, who: Somebody | None = None) -> dict[str, Any]:
        answer = (who or self.town.olga).post("/reporting/api/diversions", {"id": str(ids.uuid7())})
        assert answer.status_code == 200, answer.text
        proposal: dict[str, Any] = answer.json()
        return proposal

    def accepted(self, proposal: dict[str, Any], **message: Any) -> Any:
        body = {"id": str(ids.uuid7())} | message
        return self.town.olga.post(f"/reporting/api/diversions/{proposal['id']}/accept", body)

    def moves(self, proposal: dict[str, Any]) -> dict[str, str]:
        """Of our two boxes, which goes where."""
        return {move["box"]: move["to"] for move in proposal["moves"] if move["box"] in {self.on_way, self.at_site}}

    def row(self, mapped: Any, barcode: str) -> Any:
        with self.town.program.database.transaction(Access.OWNER) as connection:
            return connection.execute(select(mapped.__table__).where(mapped.barcode == barcode)).one()


@pytest.fixture
def overfull(town: Town) -> Overfull:
    return Overfull(town)


def test_olga_is_warned_and_the_diversion_would_avoid_it(overfull: Overfull) -> None:
    outlook = {lab["lab"]: lab for lab in overfull.town.olga.get("/reporting/api/outlook").json()["labs"]}
    assert outlook[overfull.town.lab]["overflow"]["tubes"] > 0
    assert outlook[overfull.near.lab]["overflow"] is None
    proposal = overfull.proposed()
    assert overfull.moves(proposal) == {overfull.on_way: overfull.near.lab, overfull.at_site: overfull.near.lab}
    late = proposal["late"][overfull.town.lab]
    assert late["before"] > 0
    assert late["after"] == proposal["late"][overfull.near.lab]["after"] == 0
    assert overfull.row(Box, overfull.on_way).dispatched_to == overfull.town.lab, "nothing moves before it is accepted"


def test_accepted_boxes_go_elsewhere_and_everybody_sees_it(overfull: Overfull) -> None:
    town, near = overfull.town, overfull.near
    proposal = overfull.proposed()
    message = str(ids.uuid7())
    answer = overfull.accepted(proposal, id=message)
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted_by"] == town.olga.name
    assert overfull.accepted(proposal, id=message).json() == answer.json()
    assert overfull.accepted(proposal).json()["code"] == "diversion_accepted"
    assert overfull.row(Tube, overfull.tube).dispatched_to == near.lab
    waiting = overfull.row(Box, overfull.at_site)
    assert (waiting.directed_to, waiting.dispatched_to, waiting.dispatched_at) == (near.lab, None, None)
    carried = town.carl.get(f"/sampling/api/boxes/{overfull.on_way}").json()
    assert (carried["lab"], carried["directed_to"]) == (near.lab, near.lab)
    assert "redirected here at" in town.web.get("/sampling/carried", headers=town.carl.headers).text
    assert f"send it to {near.lab}" in town.web.get("/sampling/boxes", headers=town.ana.headers).text
    assert f"send it to {near.lab}" in town.web.get("/sampling/handover", headers=town.ana.headers).text
    with town.program.database.transaction(Access.OWNER) as connection:
        told = {event.verb: event.what for event in trail.history(connection, overfull.on_way)}
    assert told["box.diverted"] == {"from": town.lab, "lab": near.lab, "diversion": proposal["id"]}


def test_a_lab_that_opened_the_box_meanwhile_keeps_it_and_nothing_else_moves(overfull: Overfull) -> None:
    proposal = overfull.proposed()
    body = {"id": str(ids.uuid7()), "lab": overfull.town.lab, "tubes": [overfull.tube]}
    assert overfull.town.ben.post(f"/testing/api/boxes/{overfull.on_way}/receive", body).status_code == 200
    answer = overfull.accepted(proposal)
    assert (answer.status_code, answer.json()["code"]) == (409, "box_arrived")
    assert overfull.on_way in answer.json()["detail"]
    assert overfull.row(Box, overfull.at_site).directed_to == overfull.town.lab
    assert overfull.town.olga.get(f"/reporting/api/diversions/{proposal['id']}").json()["accepted_at"] is None
    assert overfull.on_way not in overfull.moves(overfull.proposed())


def test_a_tube_of_a_diverted_box_that_a_lab_has_already_stays_as_it_came(overfull: Overfull) -> None:
    town, here = overfull.town, overfull.row(Box, overfull.on_way)
    early = code(barcodes.Kind.TUBE)
    with town.program.database.transaction(Access.OWNER) as connection:
        way = {"dispatched_at": here.dispatched_at, "dispatched_to": town.lab}
        overfull.put(connection, Tube, barcode=early, box=overfull.on_way, **way)
    town.received(early)
    assert overfull.accepted(overfull.proposed()).status_code == 200
    assert overfull.row(Tube, overfull.tube).dispatched_to == overfull.near.lab
    assert overfull.row(Tube, early).dispatched_to == town.lab


def test_a_box_that_goes_elsewhere_since_is_not_called_back(overfull: Overfull) -> None:
    proposal = overfull.proposed()
    with overfull.town.program.database.transaction(Access.OWNER) as connection:
        connection.execute(update(Box).where(Box.barcode == overfull.on_way).values(dispatched_to="third"))
    answer = overfull.accepted(proposal)
    assert (answer.status_code, answer.json()["code"]) == (409, "diversion_overtaken")
    assert overfull.row(Box, overfull.at_site).directed_to == overfull.town.lab


def test_a_box_that_left_for_its_new_lab_meanwhile_is_no_hindrance(overfull: Overfull) -> None:
    proposal = overfull.proposed()
    body = {"id": str(ids.uuid7()), "lab": overfull.near.lab}
    assert overfull.town.ana.post(f"/sampling/api/boxes/{overfull.at_site}/dispatch", body).status_code == 200
    assert overfull.accepted(proposal).status_code == 200


def test_a_proposal_does_not_hold_for_long_nor_beside_another(overfull: Overfull) -> None:
    old, other, third = overfull.proposed(), overfull.proposed(), overfull.proposed()
    with overfull.town.program.database.transaction(Access.OWNER) as connection:
        long_ago = {"made_at": clock.now() - timedelta(minutes=61)}
        connection.execute(update(Diversion).where(Diversion.id == old["id"]).values(**long_ago))
    assert overfull.accepted(old).json()["code"] == "diversion_stale"
    assert overfull.accepted(other).status_code == 200
    refused = overfull.accepted(third)
    assert (refused.status_code, refused.json()["code"]) == (409, "diversion_stale")
    assert "Another diversion" in refused.json()["detail"]


def test_where_nothing_is_to_be_moved_there_is_nothing_to_accept(overfull: Overfull) -> None:
    empty = {"id": str(ids.uuid7())}
    with overfull.town.program.database.transaction(Access.OWNER) as connection:
        asked = {"made_at": clock.now(), "made_by": "olga", "inputs": {"late": {}, "room": {}}}
        overfull.put(connection, Diversion, **empty, **asked, moves=[], without_place=[])
    assert overfull.accepted(empty).json()["code"] == "diversion_empty"


def test_a_proposal_keeps_what_it_was_made_from_and_is_made_once(overfull: Overfull) -> None:
    message = {"id": str(ids.uuid7())}
    first = overfull.town.olga.post("/reporting/api/diversions", message).json()
    assert overfull.town.olga.post("/reporting/api/diversions", message).json() == first
    page = overfull.town.web.get(f"/reporting/diversions/{first['id']}", headers=overfull.town.olga.headers)
    assert page.status_code == 200
    assert first["room"][overfull.near.lab] >= 220
    assert overfull.town.web.get("/reporting/diversions", headers=overfull.town.ada.headers).status_code == 200


def test_only_who_stands_above_the_labs_diverts(overfull: Overfull) -> None:
    town = overfull.town
    proposal = overfull.proposed(town.ada)
    accept = f"/reporting/api/diversions/{proposal['id']}/accept"
    bound = town.somebody("oscar", "official", lab=town.lab)
    of_site = town.somebody("orla", "official", site=town.site)
    for who, status in ((bound, 404), (of_site, 404), (town.ben, 403), (town.ana, 403), (town.carl, 403), (town.authority, 403)):
        assert who.post("/reporting/api/diversions", {"id": str(ids.uuid7())}).status_code == status
        assert who.post(accept, {"id": str(ids.uuid7())}).status_code == status
        assert who.get(f"/reporting/api/diversions/{proposal['id']}").status_code == status
        assert town.web.get(f"/reporting/diversions/{proposal['id']}", headers=who.headers).status_code == status
    assert town.olga.get(f"/reporting/api/diversions/{ids.uuid7()}").status_code == 404
    assert overfull.accepted({"id": str(ids.uuid7())}).status_code == 404

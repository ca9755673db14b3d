"""Ben scans kits in, and what uses them says so."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.kernel.barcodes import Kind
from lims.testing.lots.rules import read_gs1
from tests.bench import another_town, done, extract, lay_out, message, refused, tubes_in
from tests.factories import Town, at, code


def take_in(town: Town, kind: str = "amplification_kit", number: str = "A1", **changes: Any) -> dict[str, Any]:
    body = message(lab=town.lab, kind=kind, number=number, product="kit", expires_on="2022-06-30") | changes
    if kind == "amplification_kit":
        body = {"assay": "ncov2"} | body
    return done(town.ben.post("/testing/api/lots", body))


def test_a_plate_and_a_batch_use_the_lots_that_are_in_use(town: Town) -> None:
    town.received(code(Kind.TUBE), code(Kind.TUBE))
    amplification, extraction = take_in(town), take_in(town, "extraction_kit", "E1")
    material = take_in(town, "control_material", "C1")
    batch = done(extract(town))
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    assert batch["lots"] == [extraction["id"], material["id"]]
    assert plate["lots"] == [amplification["id"], material["id"]]


def test_the_lot_that_was_opened_last_is_the_one_in_use(town: Town) -> None:
    town.received(code(Kind.TUBE))
    first = take_in(town, number="A1", at=at(1))
    take_in(town, number="A2", opened=False, at=at(2))
    third = take_in(town, number="A3", at=at(3))
    assert done(lay_out(town))["lots"] == [third["id"]]
    assert town.ben.post(f"/testing/api/lots/{first['id']}/open", message(at=at(5))).status_code == 200
    town.received(code(Kind.TUBE))
    assert done(lay_out(town, at=at(6)))["lots"] == [first["id"]]


def test_an_expired_lot_is_refused_with_its_day_and_what_to_do(town: Town) -> None:
    town.received(code(Kind.TUBE))
    take_in(town, number="OLD", expires_on="2022-02-01")
    refused(lay_out(town), 409, "lot_expired", "OLD", "2022-02-01", "open another lot")
    fresh = take_in(town, number="NEW", expires_on="2022-02-02", at=at(4))
    assert done(lay_out(town))["lots"] == [fresh["id"]]


def test_a_lab_without_lots_works_without_them(town: Town) -> None:
    town.received(code(Kind.TUBE))
    assert done(lay_out(town))["lots"] == []


def test_lots_may_be_named_and_must_fit(town: Town) -> None:
    town.received(code(Kind.TUBE))
    take_in(town, number="A2")
    named, wrong = take_in(town, number="A1", opened=False), take_in(town, "extraction_kit", "E1")
    refused(lay_out(town, lots=[wrong["id"]]), 422, "lot_unfit", "E1")
    refused(lay_out(town, lots=[str(code(Kind.TUBE)).zfill(32)]), 422, "lot_unknown")
    assert done(lay_out(town, lots=[named["id"]]))["lots"] == [named["id"]]


def test_a_lot_that_is_called_back_names_every_tube_it_met(town: Town) -> None:
    tubes = [code(Kind.TUBE) for _ in range(3)]
    town.received(*tubes)
    lot = take_in(town, "control_material", "C1")
    batch = done(extract(town))
    plate = done(lay_out(town, batches=[batch["barcode"]]))
    uses = done(town.ben.get(f"/testing/api/lots/{lot['id']}/uses"))
    assert (uses["batches"], uses["plates"], uses["tubes"]) == ([batch["barcode"]], [plate["barcode"]], sorted(tubes_in(batch)))
    page = town.ben.get(f"/testing/lots/{lot['id']}").text
    assert plate["barcode"] in page
    assert done(town.imported(plate))["lots"] == [lot["id"]]


def test_a_box_says_its_product_its_number_and_its_last_day(town: Town) -> None:
    lot = take_in(town, number="(01)06901234567892(17)230531(10)2203B", product=None, expires_on=None)
    assert (lot["product"], lot["number"], lot["expires_on"]) == ("06901234567892", "2203B", "2023-05-31")


def test_a_lot_is_taken_in_once(town: Town) -> None:
    take_in(town)
    again = message(lab=town.lab, kind="amplification_kit", number="A1", product="kit", expires_on="2022-06-30", assay="ncov2")
    refused(town.ben.post("/testing/api/lots", again), 409, "lot_exists")


@pytest.mark.parametrize("missing", ["product", "expires_on", "assay"])
def test_a_lot_that_lacks_something_is_refused(town: Town, missing: str) -> None:
    body = message(lab=town.lab, kind="amplification_kit", number="A1", product="kit", expires_on="2022-06-30", assay="ncov2")
    refused(town.ben.post("/testing/api/lots", body | {missing: None}), 422, "lot_incomplete", "A1")


def test_cleo_of_another_lab_sees_no_lot_of_this_one(town: Town) -> None:
    lot, cleo = take_in(town), another_town(town)
    for answer in (
        cleo.ben.get(f"/testing/api/lots/{lot['id']}/uses"),
        cleo.ben.get(f"/testing/lots/{lot['id']}"),
        cleo.ben.get("/testing/api/lots", lab=town.lab),
        cleo.ben.post(f"/testing/api/lots/{lot['id']}/open", message()),
    ):
        assert answer.status_code == 404
    assert done(cleo.ben.get("/testing/api/lots", lab=cleo.lab))["items"] == []


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True), st.booleans())
def test_the_code_of_a_box_is_read_back(day: date, number: str, made: bool) -> None:
    scan = f"0106901234567892{'11220101' if made else ''}17{day:%y%m%d}10{number}"
    assert read_gs1(scan) == ("06901234567892", day, number)


def test_day_nought_is_the_last_of_its_month_and_nonsense_is_nothing() -> None:
    assert read_gs1("0106901234567892172402" + "0010L1") == ("06901234567892", date(2024, 2, 29), "L1")
    assert read_gs1("010690123456789217249910L1") is None
    assert read_gs1("A17") is None

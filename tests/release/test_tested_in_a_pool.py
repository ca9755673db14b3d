"""A result says whether its specimen was tested together with others."""

from lims.kernel import barcodes, ids
from tests.factories import Somebody, Town, at, code


def pooled(authority: Somebody, town: Town, tube: str) -> bool:
    rows = authority.get("/reporting/api/person-results", date="2022-02-02", site=town.site).json()["items"]
    return next(bool(row["pooled"]) for row in rows if row["tube"] == tube)


def test_a_single_tube_released_with_its_aliquot_pool_was_tested_in_a_pool_and_one_tested_by_itself_was_not(town: Town) -> None:
    mixed, alone = town.collected(1, size=1), town.collected(1, size=1)
    town.received(mixed["barcode"])
    pool = code(barcodes.Kind.TUBE)
    body = {"id": str(ids.uuid7()), "barcode": pool, "lab": town.lab, "members": [mixed["barcode"]], "at": at(2.5)}
    assert town.ben.post("/testing/api/pools", body).status_code == 200
    town.tested(alone["barcode"])
    assert town.results(mixed, alone) == {
        (mixed["members"][0]["id_number"], mixed["barcode"]): "negative",
        (alone["members"][0]["id_number"], alone["barcode"]): "negative",
    }
    assert pooled(town.authority, town, mixed["barcode"])
    assert not pooled(town.authority, town, alone["barcode"])

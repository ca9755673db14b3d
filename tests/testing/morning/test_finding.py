"""Whatever Ben scans at the bench opens the right page, or says exactly why not."""

import pytest
from httpx import Response

from lims.kernel import ids
from lims.kernel.barcodes import Kind
from tests.bench import another_town, dispatch, done, pack, refused
from tests.factories import Somebody, Town, code


def find(who: Somebody, scan: str) -> Response:
    return who.post("/testing/api/find", {"code": scan})


def test_a_tube_opens_its_life(town: Town) -> None:
    barcode = town.collected()["barcode"]
    town.received(barcode)
    assert done(find(town.ben, f"]C1{barcode[:4]} {barcode[4:]}\r")) == {
        "kind": "tube", "code": barcode, "opens": f"/testing/tubes/{barcode}",
    }  # fmt: skip
    assert done(find(town.bea, barcode))["opens"] == f"/testing/tubes/{barcode}"


def test_a_suppliers_tube_opens_its_life(town: Town) -> None:
    barcode = f"SX{code(Kind.TUBE)[3:11]}"
    town.received(barcode)
    assert done(find(town.ben, barcode.lower()))["opens"] == f"/testing/tubes/{barcode}"


def test_a_tube_on_its_way_here_opens_too(town: Town) -> None:
    box, barcode = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, barcode))
    done(dispatch(town, box))
    assert done(find(town.ben, barcode))["kind"] == "tube"


def test_a_tube_of_another_lab_and_one_that_nobody_knows_are_told_alike(town: Town) -> None:
    other, theirs, unknown = another_town(town), code(Kind.TUBE), code(Kind.TUBE)
    other.received(theirs)
    sentences = {refused(find(town.ben, each), 404, "tube_not_here", each).replace(each, "") for each in (theirs, unknown)}
    assert len(sentences) == 1
    for each in (theirs, unknown):
        assert town.ben.get(f"/testing/tubes/{each}").status_code == 404


def test_a_box_opens_where_it_is_received(town: Town) -> None:
    box = code(Kind.BOX)
    assert done(find(town.ben, box))["opens"] == f"/testing/boxes/{box}"
    refused(find(town.bea, box), 403, "role_missing", "technician")


def test_a_plate_opens_for_ben_and_its_run_for_bea(town: Town) -> None:
    town.received(town.collected()["barcode"])
    plate = town.plated()
    assert done(find(town.ben, plate["barcode"]))["opens"] == f"/testing/plates/{plate['barcode']}"
    refused(find(town.bea, plate["barcode"]), 404, "plate_not_run", plate["barcode"])
    run = town.imported(plate).json()["run"]
    assert done(find(town.bea, plate["barcode"]))["opens"] == f"/testing/runs/{run}"
    refused(find(another_town(town).ben, plate["barcode"]), 404, "plate_not_here", plate["barcode"])


def test_an_extraction_batch_opens(town: Town) -> None:
    town.received(town.collected()["barcode"])
    batch = code(Kind.PLATE)
    body = {"id": str(ids.uuid7()), "barcode": batch, "lab": town.lab, "assay": "ncov2"}
    done(town.ben.post("/testing/api/extractions", body))
    assert done(find(town.ben, batch)) == {"kind": "batch", "code": batch, "opens": f"/testing/extractions/{batch}"}
    assert done(find(town.bea, batch))["opens"] == f"/testing/extractions/{batch}"


def test_a_lot_opens_by_its_number_and_by_the_code_of_its_box(town: Town) -> None:
    number = f"(01)06901234567892(17)990101(10)L{code(Kind.TUBE)[5:12]}"
    lot = done(town.ben.post("/testing/api/lots", {"id": str(ids.uuid7()), "lab": town.lab, "kind": "control_material", "number": number}))
    for scan in (number, lot["number"]):
        assert done(find(town.ben, scan))["kind"] == "lot"
    refused(find(another_town(town).ben, number), 404, "code_unknown")


@pytest.mark.parametrize("scan", ["360426199101010071", "hello", "http://example.org", "\u200b"])
def test_what_is_no_code_is_said_without_repeating_it(town: Town, scan: str) -> None:
    sentence = refused(find(town.ben, scan), 404, "code_unknown", "no code of a tube, box or plate")
    assert scan not in sentence


def test_a_misread_code_a_vehicle_and_a_lone_reason_are_named(town: Town) -> None:
    good = code(Kind.TUBE)
    refused(find(town.ben, good[:-1] + str((int(good[-1]) + 1) % 10)), 422, "barcode_check_digit", "scan again")
    refused(find(town.ben, code(Kind.VEHICLE)), 422, "code_opens_nothing", "vehicle")
    refused(find(town.ben, "rejqs"), 422, "reason_alone", "Scan the tube first")


@pytest.mark.parametrize("who", ["ana", "olga", "ada", "carl", "authority"])
def test_finding_is_for_the_bench(town: Town, who: str) -> None:
    refused(find(getattr(town, who), code(Kind.TUBE)), 403, "role_missing")


def test_the_page_of_a_tube_tells_its_whole_life_and_no_name(town: Town) -> None:
    pool = town.collected(3)
    run = town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    for who in (town.ben, town.bea):
        page = who.get(f"/testing/tubes/{pool['barcode']}", lang="en").text
        for word in ("registered", "received", "put on a plate", "tested", "released", "ORF1ab 30.10", run, "3 of 10 people"):
            assert word in page, word
        assert "赵试" not in page
        assert not [member for member in pool["members"] if member["id_number"] in page]


def test_the_page_of_an_unregistered_tube_says_that_it_is_tested(town: Town) -> None:
    barcode = code(Kind.TUBE)
    town.received(barcode)
    assert "nobody has registered it yet" in town.ben.get(f"/testing/tubes/{barcode}", lang="en").text

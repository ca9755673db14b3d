"""Ben fills and rearranges a plate by scanning, until it is run."""

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import typst
import zxingcpp
from httpx import Response
from PIL import Image

from lims.catalog.rules import Assay, ControlRole, InternalControl, Lab, PlannedControl, Target
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.layout.rules import lay_out as around_controls
from lims.testing.plates.paper import SOURCE, facts_of
from lims.testing.plates.queries import plate as stored
from lims.web import paper
from tests.bench import another_town, bench_state, control_wells, done, extracted, lay_out, message, refused, together, tubes_in, verbs
from tests.factories import Somebody, Town, code


def move(town: Town, plate: dict[str, Any], tube: str, well: str, by: Somebody | None = None, **changes: object) -> Response:
    return (by or town.ben).post(f"/testing/api/plates/{plate['barcode']}/moves", message(tube=tube, well=well) | changes)


def waiting(town: Town, count: int) -> list[str]:
    tubes = sorted(code(Kind.TUBE) for _ in range(count))
    town.received(*tubes)
    return tubes


def manual(town: Town) -> dict[str, Any]:
    return done(lay_out(town, "manual"))


def test_a_plate_is_filled_tube_by_tube(town: Town) -> None:
    first, second = waiting(town, 2)
    plate = manual(town)
    assert tubes_in(plate) == []
    free = [well for well in ("A1", "B1", "C1", "D1", "E1", "F1") if well not in plate["wells"]]
    done(move(town, plate, first, free[0]))
    now = done(move(town, plate, second, free[1]))
    assert (now["wells"][free[0]], now["wells"][free[1]]) == ({"tube": first}, {"tube": second})
    assert (bench_state(town, first), verbs(town, first)[-1]) == ("plated", "tube.plated")
    assert done(town.imported(now))["control_verdict"] == "passed"


def test_two_tubes_change_places(town: Town) -> None:
    waiting(town, 2)
    plate = done(lay_out(town))
    (one, here), (other, there) = [(what["tube"], well) for well, what in plate["wells"].items() if "tube" in what]
    now = done(move(town, plate, one, there))
    assert (now["wells"][there]["tube"], now["wells"][here]["tube"]) == (one, other)
    # The file of the old map is another plate's; that of the new one is read.
    refused(town.imported(plate), 422, "run_sample_moved")
    assert done(town.imported(now))["control_verdict"] == "passed"


def test_a_move_sent_twice_is_one_move(town: Town) -> None:
    (tube,) = waiting(town, 1)
    plate = manual(town)
    column = next(number for number in range(1, 10) if f"F{number}" not in plate["wells"])
    body = message(tube=tube, well=f"F0{column}")
    path = f"/testing/api/plates/{plate['barcode']}/moves"
    assert done(town.ben.post(path, body)) == done(town.ben.post(path, body))
    refused(town.ben.post(path, body | {"well": "A1"}), 409, "id_reused")


def test_a_plate_that_was_run_stays_as_it_was_read(town: Town) -> None:
    (tube,) = waiting(town, 1)
    plate = done(lay_out(town))
    town.imported(plate)
    refused(move(town, plate, tube, "H12"), 409, "plate_run", plate["barcode"])


def test_a_new_tube_goes_only_into_a_free_well(town: Town) -> None:
    (tube,) = waiting(town, 1)
    plate = manual(town)
    (well,) = control_wells(plate, "blank")
    refused(move(town, plate, tube, well), 409, "plate_well_taken", well)
    refused(move(town, plate, tube, "I1"), 422, "plate_well", "I1")


def test_a_tube_that_is_not_here_is_not_placed(town: Town) -> None:
    plate, cleo = manual(town), another_town(town)
    refused(move(town, plate, code(Kind.TUBE), "A1"), 409, "plate_tube_unknown")
    (theirs,) = waiting(cleo, 1)
    refused(move(town, plate, theirs, "A1"), 409, "plate_tube_unknown")
    refused(move(town, plate, theirs, "A1", by=cleo.ben), 404, "not_found")
    on_another = tubes_in(done(lay_out(cleo)))
    refused(move(cleo, done(lay_out(cleo, "manual")), on_another[0], "A1"), 409, "tube_state", on_another[0])


def test_a_tube_that_was_rejected_meanwhile_stays_rejected_when_its_well_is_taken(town: Town) -> None:
    waiting(town, 2)
    plate = done(lay_out(town))
    (one, _), (other, there) = [(what["tube"], well) for well, what in plate["wells"].items() if "tube" in what]
    assert town.ben.post(f"/testing/api/tubes/{other}/reject", message(reason="leaking")).status_code == 200
    done(move(town, plate, one, there))
    assert (bench_state(town, one), bench_state(town, other)) == ("plated", "rejected")


def test_an_eluate_that_is_placed_keeps_its_batch(town: Town) -> None:
    batch = extracted(town, 1)
    plate, (tube,) = manual(town), tubes_in(batch)
    now = done(move(town, plate, tube, next(well for well in ("A1", "B1", "C1", "D1", "E1") if well not in plate["wells"])))
    assert now["batches"] == [batch["barcode"]]


def test_two_people_who_place_at_once_both_find_their_tube_in_the_end(town: Town) -> None:
    first, second = waiting(town, 2)
    plate = manual(town)
    free = [well for well in ("A1", "B1", "C1", "D1", "E1", "F1") if well not in plate["wells"]]
    answers = together(lambda: move(town, plate, first, free[0]), lambda: move(town, plate, second, free[1]))
    assert {answer.status_code for answer in answers} == {200}
    with town.program.database.transaction(Access.BENCH) as connection:
        row = stored(connection, plate["barcode"])
    assert row is not None
    assert (row.wells[free[0]], row.wells[free[1]]) == ({"tube": first}, {"tube": second})


def test_the_map_is_a_pdf_in_both_languages(town: Town) -> None:
    plate = done(lay_out(town, batches=[extracted(town, 5)["barcode"]]))
    for language in ("en", "zh"):
        answer = town.ben.get(f"/testing/plates/{plate['barcode']}/map.pdf", lang=language)
        assert (answer.status_code, answer.headers["content-type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")


@pytest.mark.parametrize("size", [96, 384])
def test_a_full_map_is_one_page_and_its_labels_scan(size: int) -> None:
    controls = (PlannedControl(ControlRole.NEGATIVE, 2), PlannedControl(ControlRole.BLANK, 1))
    kit = Assay("ncov2", 1, "ORF1ab + N", 10, size, (Target("N", "FAM", 38, 40),), InternalControl("IC", "CY5", 38), controls)
    barcode, tubes = code(Kind.PLATE), [code(Kind.TUBE) for _ in range(size - 3)]
    row: Any = SimpleNamespace(
        barcode=barcode, wells=around_controls(kit, barcode, tubes, None), batches=[code(Kind.PLATE) for _ in range(4)],
        laid_at=datetime(2022, 2, 2, tzinfo=UTC), laid_by="ben",
    )  # fmt: skip
    lots: Any = [SimpleNamespace(product="MagExtract", number="L1", expires_on="2022-06-30")]
    facts = facts_of(row, kit, Lab("L", "气膜实验室", "inflatable", "Asia/Shanghai"), lots, "zh")
    inputs = {"facts": json.dumps(facts | {"font": paper.FAMILY}, ensure_ascii=False)}
    page = typst.compile(SOURCE, font_paths=paper.fonts(), sys_inputs=inputs, format="png", ppi=200)
    assert isinstance(page, bytes)  # a list where there are several
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128]))
    assert [found.text for found in read] == [barcode] * 5


def test_cleo_of_another_lab_gets_no_map(town: Town) -> None:
    cleo, plate = another_town(town), manual(town)
    for path in ("map.pdf", "move"):
        assert cleo.ben.get(f"/testing/plates/{plate['barcode']}/{path}").status_code == 404

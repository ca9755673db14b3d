"""Ben is told exactly what each scan came to, how the box came, and may print it."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import typst
import zxingcpp
from PIL import Image

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.catalog.policies import TransportPolicy
from lims.custody.rules import REJECTION_REASONS
from lims.kernel import clock
from lims.kernel.audit import queries as audit
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.accession import paper
from lims.testing.accession.rules import CODE_OF_REASON, REASON_OF_CODE, arrival, is_too_old, reason_of
from lims.web.paper import fonts, inputs
from tests.bench import another_town, dispatch, done, pack, refused, reject, scan, verbs
from tests.factories import Town, at, code

LIMITS = {"from": "2022-01-01", "hours_at_most": 4, "source": "tests", "coldest_c": 0, "warmest_c": 8, "tube_hours_at_most": 24}


def told(town: Town, box: str, tube: str, **changes: Any) -> dict[str, Any]:
    """What Ben is told of one tube."""
    (answer,) = done(scan(town, box, tube, **changes))["scans"]
    return dict(answer)


def limited(town: Town) -> None:
    """The catalogue says what a box may be like."""
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"transport_policy": [LIMITS]}), clock.now(), "tests")


def test_a_tube_that_was_packed_here_is_received_and_the_same_message_again_says_the_same(town: Town) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    first = scan(town, box, tube)
    assert done(first)["scans"][0]["outcome"] == "received"
    again = json.loads(first.request.content)
    assert done(town.ben.post(f"/testing/api/boxes/{box}/receive", again))["scans"] == done(first)["scans"]


def test_a_tube_packed_elsewhere_is_told_with_its_box_who_sealed_it_and_when(town: Town) -> None:
    other, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, other, tube))
    answer = told(town, code(Kind.BOX), tube)
    assert (answer["outcome"], answer["box"], answer["box_sealed_by"]) == ("unexpected", other, town.ana.name)
    assert datetime.fromisoformat(answer["box_sealed_at"]) == datetime.fromisoformat(at(1))


@pytest.mark.parametrize("hours", [2, 3], ids=["at the same moment", "an hour later"])
def test_a_tube_scanned_before_is_told_with_when_by_whom_and_out_of_which_box(town: Town, hours: float) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(scan(town, box, tube, at=at(2)))
    answer = told(town, code(Kind.BOX), tube, at=at(hours))
    assert (answer["outcome"], answer["box"], answer["received_by"], answer["state"]) == ("again", box, town.ben.name, "waiting")
    assert datetime.fromisoformat(answer["received_at"]) == datetime.fromisoformat(at(2))
    assert verbs(town, tube).count("tube.received") == 1


def test_a_rejected_tube_is_told_with_its_reason(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    done(reject(town, tube, "QS"))
    answer = told(town, code(Kind.BOX), tube)
    assert (answer["outcome"], answer["rejected_for"]) == ("rejected", "QS")


def test_of_a_tube_in_another_lab_only_the_lab_and_the_time_are_told(town: Town) -> None:
    other, tube = another_town(town), code(Kind.TUBE)
    other.received(tube, hours=2)
    done(reject(other, tube, "QS"))
    answer = told(town, code(Kind.BOX), tube)
    assert (answer["outcome"], answer["lab"], answer["received_by"], answer["state"]) == ("elsewhere", "气膜实验室", None, "received")
    assert answer["rejected_for"] is None


def test_looking_at_a_box_receives_nothing(town: Town) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    done(dispatch(town, box))
    seen = done(town.ben.get(f"/testing/api/boxes/{box}", lab=town.lab))
    assert (seen["expected"], seen["missing"], seen["arrival"]) == (1, [tube], None)
    assert town.ben.get(f"/testing/boxes/{box}").status_code == 200
    assert town.ben.get(f"/sampling/api/tubes/{tube}").status_code == 404


def test_a_box_on_its_way_to_another_lab_is_not_shown(town: Town) -> None:
    other, box = another_town(town), code(Kind.BOX)
    done(scan(other, box))
    refused(town.ben.get(f"/testing/api/boxes/{box}", lab=town.lab), 404, "not_found", box)
    refused(town.ben.get(f"/testing/api/boxes/{box}", lab=other.lab), 404, "not_found", other.lab)
    assert town.ben.get(f"/testing/boxes/{box}/discrepancies.pdf").status_code == 404


def test_a_temperature_that_is_not_allowed_and_old_tubes_are_told_and_stay_in_the_trail(town: Town) -> None:
    limited(town)
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    answer = done(scan(town, box, tube, temperature_c=12.5, at=at(30)))
    came, told = answer["arrival"], answer["scans"][0]
    assert (told["outcome"], told["too_old"], told["minutes_old"]) == ("received", True, came["oldest_minutes"])
    assert (came["outside"], came["temperature_c"], came["warmest_c"], came["source"]) == (True, 12.5, 8, "tests")
    assert (came["too_old"], came["tube_hours_at_most"]) == (1, 24)
    with town.program.database.transaction(Access.OWNER) as connection:
        trail = {line.verb: line.what for subject in (box, tube) for line in audit.history(connection, subject)}
    assert trail["box.temperature_outside"]["temperature_c"] == 12.5
    assert trail["tube.received"]["minutes_old"] == came["oldest_minutes"]


def test_a_temperature_that_is_allowed_warns_of_nothing(town: Town) -> None:
    limited(town)
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    answer = done(scan(town, box, tube, temperature_c=4, at=at(2)))
    assert (answer["arrival"]["outside"], answer["arrival"]["too_old"], answer["scans"][0]["too_old"]) == (False, 0, False)


def test_of_a_box_that_was_measured_twice_the_warmest_counts(town: Town) -> None:
    limited(town)
    box, tubes = code(Kind.BOX), [str(town.collected()["barcode"]) for _ in range(2)]
    done(pack(town, box, *tubes))
    done(scan(town, box, tubes[0], temperature_c=9.5, at=at(2)))
    came = done(scan(town, box, tubes[1], temperature_c=4, at=at(2.1)))["arrival"]
    assert (came["temperature_c"], came["outside"]) == (9.5, True)


@pytest.mark.parametrize(("measured", "outside"), [(None, False), (-0.1, True), (0, False), (8, False), (8.1, True)])
def test_the_limits_themselves_are_allowed(measured: float | None, outside: bool) -> None:
    policy = TransportPolicy(datetime(2022, 1, 1, tzinfo=UTC).date(), 4, "tests", 0, 8, 24)
    assert arrival(policy, "B", measured, []).outside is outside
    assert arrival(None, "B", measured, []).outside is False


@pytest.mark.parametrize(("minutes", "too_old"), [(None, False), (24 * 60, False), (24 * 60 + 1, True)])
def test_a_tube_may_be_as_old_as_is_allowed_and_no_older(minutes: int | None, too_old: bool) -> None:
    policy = TransportPolicy(datetime(2022, 1, 1, tzinfo=UTC).date(), 4, "tests", 0, 8, 24)
    assert is_too_old(policy, minutes) is too_old
    assert is_too_old(None, minutes) is False


def test_every_reason_has_a_code_of_its_own_of_letters_and_digits() -> None:
    assert set(REASON_OF_CODE.values()) == set(REJECTION_REASONS)
    assert all(each.isalnum() and each.isupper() and reason_of(each) == name for name, each in CODE_OF_REASON.items())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_of_the_printed_sheet_is_read_by_another_reader(language: str) -> None:
    drawn = typst.compile(paper.REASONS, font_paths=fonts(), sys_inputs=inputs(paper.reason_facts(language)), format="png", ppi=203)
    assert isinstance(drawn, bytes), "it is one page"
    read = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(drawn)).convert("L"), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
    )
    assert {each.text for each in read} == set(REASON_OF_CODE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_papers_are_documents_for_technicians_alone(town: Town, language: str) -> None:
    box, tube = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, tube))
    assert town.ben.get(f"/testing/boxes/{box}/discrepancies.pdf").status_code == 404
    done(scan(town, box, code(Kind.TUBE), temperature_c=30))
    for path in (f"/testing/boxes/{box}/discrepancies.pdf", "/testing/rejections.pdf"):
        answer = town.ben.get(path, lang=language)
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        for who in (town.bea, town.ana, town.olga):
            assert who.get(path).status_code == 403


def test_a_catalogue_that_allows_no_temperature_is_refused() -> None:
    with pytest.raises(ValueError, match="warmest_c lies below coldest_c"):
        CatalogForm.model_validate({"transport_policy": [LIMITS | {"warmest_c": -5}]})

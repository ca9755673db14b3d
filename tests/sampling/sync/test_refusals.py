"""What can never be right is refused, with a code and a sentence to act on; one test for each."""

from typing import Any

import pytest

from lims.kernel import barcodes
from tests.factories import Town, at, code, person, tube


def refusal(town: Town, made: dict[str, Any]) -> tuple[str, str]:
    """The code and the sentence with which a tube is refused; nothing of it may be stored."""
    (outcome,) = town.sync(made)
    assert outcome["outcome"] == "refused", outcome
    assert (outcome["id"], outcome["barcode"]) == (made["id"], made["barcode"])
    return outcome["code"], outcome["detail"]


def test_an_eleventh_person_is_refused_and_a_new_tube_asked_for(town: Town) -> None:
    made = tube(town.site, 11)
    told, sentence = refusal(town, made)
    assert told == "tube_overfull"
    assert sentence == f"Tube {made['barcode']} holds 10 people, not 11. Scan a new tube."
    assert town.ana.get(f"/sampling/api/tubes/{made['barcode']}").status_code == 404


def test_the_same_person_twice_in_a_tube_is_refused_however_she_was_scanned(town: Town) -> None:
    twice = [person(id_number="36042619910101007\uff11"), person(id_number=" 360426199101010071")]
    told, sentence = refusal(town, tube(town.site, twice))
    assert told == "person_twice"
    assert "remove one" in sentence


def test_a_misread_tube_code_is_refused_and_to_be_scanned_again(town: Town) -> None:
    right = code(barcodes.Kind.TUBE)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    told, sentence = refusal(town, tube(town.site, barcode=wrong))
    assert told == "barcode_check_digit"
    assert "scan again" in sentence


def test_the_code_of_a_box_on_a_tube_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, barcode=code(barcodes.Kind.BOX)))
    assert told == "barcode_wrong_kind"
    assert "scan a tube code" in sentence


def test_a_code_of_no_known_supplier_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, barcode="ZZ-12"))
    assert told == "barcode_unknown_format"
    assert "ZZ-12" in sentence


def test_an_empty_code_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, barcode=" \t"))
    assert told == "barcode_malformed"
    assert "scan again" in sentence


def test_a_supplier_code_of_the_catalogue_is_as_good_as_ours(town: Town) -> None:
    (outcome,) = town.sync(tube(town.site, barcode="]C1 sx" + code(barcodes.Kind.TUBE)[4:12]))
    assert outcome["outcome"] == "accepted"
    assert outcome["barcode"].startswith("SX")


@pytest.mark.parametrize("number", ["360426199101010072", "36042619910101007", "12010319880601824X", "360426219901010016"])
def test_a_misread_resident_id_is_refused_and_the_card_to_be_read_again(town: Town, number: str) -> None:
    told, sentence = refusal(town, tube(town.site, [person(id_number=number)]))
    assert told == "resident_id_invalid"
    assert "read the card again" in sentence
    assert number not in sentence


def test_a_passport_number_that_no_passport_carries_is_refused(town: Town) -> None:
    told, _ = refusal(town, tube(town.site, [person(id_type="passport", id_number="E12 护照")]))
    assert told == "id_number_malformed"


def test_an_unknown_region_in_a_resident_id_is_no_reason_to_refuse(town: Town) -> None:
    town.collected([person(id_number="999999199101010072")])


def test_a_site_that_the_catalogue_does_not_know_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube("NOWHERE"))
    assert told == "site_unknown"
    assert "NOWHERE" in sentence


def test_ana_cannot_send_tubes_of_another_site(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    told, _ = refusal(town, tube(elsewhere.site))
    assert told == "site_unknown"


@pytest.mark.parametrize("field", ["opened_at", "sealed_at"])
def test_a_time_in_the_future_is_refused_and_the_clock_to_be_checked(town: Town, field: str) -> None:
    told, sentence = refusal(town, tube(town.site) | {field: "2199-01-01T00:00:00+08:00"})
    assert told == "time_in_future"
    assert "check the clock" in sentence


def test_a_person_sampled_in_the_future_is_refused(town: Town) -> None:
    made = tube(town.site)
    told, _ = refusal(town, made | {"members": [made["members"][0] | {"collected_at": "2199-01-01T00:00:00+08:00"}]})
    assert told == "time_in_future"


def test_a_sealed_tube_without_a_time_of_sealing_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, sealed_at=None))
    assert told == "sealed_without_time"
    assert "nobody said when" in sentence


def test_a_sealed_tube_with_nobody_in_it_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, []))
    assert told == "tube_empty"
    assert "nobody in it" in sentence


def test_a_single_tube_for_ten_is_refused(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, kind="single"))
    assert told == "single_of_many"
    assert "cannot hold 10" in sentence


def test_a_single_tube_with_two_people_is_refused(town: Town) -> None:
    told, _ = refusal(town, tube(town.site, 2, size=1))
    assert told == "tube_overfull"


@pytest.mark.parametrize("positions", [(1, 1), (1, 11)])
def test_positions_outside_the_tube_or_named_twice_are_refused(town: Town, positions: tuple[int, int]) -> None:
    made = tube(town.site, 2)
    members = [member | {"position": place} for member, place in zip(made["members"], positions, strict=True)]
    told, sentence = refusal(town, made | {"members": members})
    assert told == "positions_wrong"
    assert "1 to 10" in sentence


def test_a_tube_that_answers_itself_is_refused(town: Town) -> None:
    made = tube(town.site, size=1)
    told, sentence = refusal(town, made | {"retest_of": made["barcode"]})
    assert told == "retest_of_itself"
    assert "its own recollection" in sentence


def test_a_recollection_of_a_misread_code_is_refused_and_not_held_for_ever(town: Town) -> None:
    told, _ = refusal(town, tube(town.site, size=1, retest_of="10000000000170"))
    assert told == "barcode_check_digit"


def test_a_record_of_another_shape_is_refused_naming_the_field_and_not_the_value(town: Town) -> None:
    told, sentence = refusal(town, tube(town.site, kind="bucket"))
    assert told == "record_malformed"
    assert "kind" in sentence
    assert "bucket" not in sentence


def test_what_was_refused_for_the_clock_is_accepted_when_the_time_has_come(town: Town) -> None:
    made = tube(town.site)
    refusal(town, made | {"sealed_at": "2199-01-01T00:00:00+08:00"})
    (outcome,) = town.sync(made | {"sealed_at": at(1)})
    assert outcome["outcome"] == "accepted"

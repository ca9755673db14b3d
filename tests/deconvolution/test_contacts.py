"""Calling members back: who was reached, and what they said."""

from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from lims.kernel.ids import uuid7
from tests.bench import another_town, done, found, members, mix, note, recollected, refused, review, verbs
from tests.factories import Town, at, code


def reactive(town: Town, people: int = 2) -> dict[str, Any]:
    """A pool whose positive call is released."""
    pool = town.collected(people)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    return pool


@pytest.mark.parametrize("event", ["notified", "unreachable", "refused", "transferred"])
def test_what_is_noted_of_a_member_is_how_he_stands(town: Town, event: str) -> None:
    barcode = reactive(town)["barcode"]
    case = done(note(town, barcode, 2, event, note="second call"))
    assert [member["state"] for member in case["members"]] == ["to_recollect", event]
    assert case["state"] == "open"
    assert f"member.{event}" in verbs(town, barcode)


def test_the_last_word_counts_in_whatever_order_the_words_come(town: Town) -> None:
    barcode = reactive(town)["barcode"]
    done(note(town, barcode, 1, "notified", at=at(6)))
    done(note(town, barcode, 1, "refused", at=at(5)))
    assert members(town, barcode)[0] == "notified"


def test_ben_may_note_too(town: Town) -> None:
    barcode = reactive(town)["barcode"]
    assert done(note(town, barcode, 1, "unreachable", by=town.ben))["members"][0]["state"] == "unreachable"


def test_a_member_who_comes_after_all_is_recollected_whatever_was_noted(town: Town) -> None:
    pool = reactive(town)
    done(note(town, pool["barcode"], 1, "refused"))
    recollected(town, pool["members"][0], pool["barcode"])
    assert members(town, pool["barcode"])[0] == "recollected"


def test_what_was_noted_before_his_tube_failed_is_over(town: Town) -> None:
    pool = reactive(town)
    done(note(town, pool["barcode"], 1, "notified", at=at(5)))
    found(town, {recollected(town, pool["members"][0], pool["barcode"]): "invalid"})
    assert members(town, pool["barcode"])[0] == "to_recollect"
    done(note(town, pool["barcode"], 1, "notified", at=at(11)))
    assert members(town, pool["barcode"])[0] == "notified"


def test_members_of_a_preliminary_case_may_be_called_at_once(town: Town) -> None:
    pool = town.collected(1)
    town.received(pool["barcode"])
    done(town.imported(town.plated(), {pool["barcode"]: "positive"}))
    assert done(note(town, pool["barcode"], 1, "notified"))["preliminary"] is True


def test_the_same_word_again_is_one(town: Town) -> None:
    barcode, same = reactive(town)["barcode"], str(uuid7())
    assert done(note(town, barcode, 1, "refused", id=same)) == done(note(town, barcode, 1, "refused", id=same))
    assert verbs(town, barcode).count("member.refused") == 1
    refused(note(town, barcode, 2, "refused", id=same), 409, "id_reused", same)
    assert members(town, barcode) == ["refused", "to_recollect"]


def test_a_position_that_nobody_has_is_not_known(town: Town) -> None:
    barcode = reactive(town, 2)["barcode"]
    for position in (0, 3, -1):
        refused(note(town, barcode, position, "notified"), 404, "not_found", str(position))
    refused(note(town, barcode, 2**70, "notified"), 404, "not_found")


def test_a_tube_without_a_case_has_no_members_to_call(town: Town) -> None:
    pool = town.collected(1)
    town.tested(pool["barcode"])
    refused(note(town, pool["barcode"], 1, "notified"), 404, "not_found", pool["barcode"])
    refused(note(town, code(Kind.TUBE), 1, "notified"), 404, "not_found")


def test_a_word_that_nobody_knows_has_not_the_agreed_shape(town: Town) -> None:
    refused(note(town, reactive(town)["barcode"], 1, "recollected"), 422, "request_malformed", "event")


def test_a_call_of_tomorrow_is_a_wrong_clock(town: Town) -> None:
    refused(note(town, reactive(town)["barcode"], 1, "notified", at="2999-01-01T00:00:00Z"), 422, "time_in_future")


def test_another_site_or_lab_has_no_part_in_it(town: Town) -> None:
    other, barcode = another_town(town), reactive(town)["barcode"]
    refused(note(town, barcode, 1, "notified", by=other.ana), 404, "not_found", barcode)
    refused(note(town, barcode, 1, "notified", by=other.ben), 404, "not_found", barcode)
    refused(note(town, barcode, 1, "notified", by=town.bea), 403, "role_missing", "sampler")
    assert members(town, barcode)[0] == "to_recollect"


def test_the_member_tubes_of_an_aliquot_pool_are_bens_to_follow(town: Town) -> None:
    single = town.collected(1, size=1)["barcode"]
    town.received(single)
    pool = done(mix(town, single))["barcode"]
    done(review(done(town.imported(town.plated(), {pool: "positive"}))["run"], town.bea, tubes=[pool]))
    found(town, {single: "invalid"})
    assert done(note(town, pool, 1, "notified", by=town.ben, at=at(12)))["members"] == [
        {"position": 1, "state": "notified", "tube": single}
    ]
    refused(note(town, pool, 1, "notified"), 404, "not_found", pool)

"""The five answers that Ana's device may get for a tube."""

from lims.kernel import ids
from tests.factories import Town, at, person, tube


def wide(digits: str) -> str:
    """The same digits as a Chinese keyboard may write them."""
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


def test_a_new_tube_is_accepted_and_can_be_looked_up_at_once(town: Town) -> None:
    made = tube(town.site, 3)
    (outcome,) = town.sync(made)
    assert outcome == {"id": made["id"], "barcode": made["barcode"], "revision": 1, "outcome": "accepted", "code": None, "detail": None}
    stored = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()
    assert (stored["state"], stored["member_count"], stored["revision"]) == ("sealed", 3, 1)


def test_a_receipt_is_given_for_every_message(town: Town) -> None:
    body = {"device": "dev-1", "sent_at": at(1), "tubes": [tube(town.site)]}
    first, second = (town.ana.post("/sampling/api/sync", body).json()["receipt"] for _ in range(2))
    assert first != second


def test_a_tube_that_fills_up_is_accepted_again_under_each_higher_revision(town: Town) -> None:
    people = [person() for _ in range(3)]
    made = tube(town.site, people[:1], state="open", sealed_at=None)
    town.sync(made)
    for revision in (2, 3):
        fuller = tube(town.site, people[:revision], state="open", sealed_at=None) | {key: made[key] for key in ("id", "barcode")}
        (outcome,) = town.sync(fuller | {"revision": revision})
        assert (outcome["outcome"], outcome["revision"]) == ("accepted", revision)
    stored = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()
    assert [member["id_number"] for member in stored["members"]] == [one["id_number"] for one in people]


def test_somebody_taken_out_of_an_open_tube_is_no_longer_in_it(town: Town) -> None:
    people = [person() for _ in range(2)]
    made = tube(town.site, people, state="open", sealed_at=None)
    town.sync(made)
    town.sync(tube(town.site, people[1:]) | {"id": made["id"], "barcode": made["barcode"], "revision": 2})
    assert set(town.results(made)) == {(people[1]["id_number"], made["barcode"])}


def test_an_open_tube_may_be_voided_and_then_nobody_waits_for_its_result(town: Town) -> None:
    made = town.collected(2, state="open", sealed_at=None)
    (outcome,) = town.sync(made | {"revision": 2, "state": "void"})
    assert outcome["outcome"] == "accepted"
    assert town.results(made) == {}


def test_the_same_tube_again_is_known(town: Town) -> None:
    made = town.collected(2)
    (outcome,) = town.sync(made)
    assert (outcome["outcome"], outcome["code"]) == ("already_have", None)


def test_the_same_tube_with_its_times_in_another_zone_is_known(town: Town) -> None:
    made = town.collected(1, opened_at="2022-02-02T00:00:00+00:00", sealed_at="2022-02-02T00:10:00+00:00")
    (outcome,) = town.sync(made | {"opened_at": "2022-02-02T08:00:00+08:00", "sealed_at": "2022-02-02T08:10:00+08:00"})
    assert outcome["outcome"] == "already_have"


def test_the_same_person_scanned_with_full_width_digits_is_no_change(town: Town) -> None:
    who = person(id_number="360426199101010071")
    made = town.collected([who])
    again = [made["members"][0] | {"id_number": wide(who["id_number"]) + " "}]
    (outcome,) = town.sync(made | {"members": again})
    assert outcome["outcome"] == "already_have"


def test_an_older_revision_that_comes_late_is_known(town: Town) -> None:
    opened = tube(town.site, 2, state="open", sealed_at=None)
    sealed = opened | {"revision": 2, "state": "sealed", "sealed_at": at(0.5)}
    town.sync(sealed)
    (outcome,) = town.sync(opened)
    assert outcome["outcome"] == "already_have"
    assert town.ana.get(f"/sampling/api/tubes/{opened['barcode']}").json()["state"] == "sealed"


def test_a_sealed_tube_sent_unchanged_under_a_higher_revision_is_accepted(town: Town) -> None:
    made = town.collected(2)
    (outcome,) = town.sync(made | {"revision": 2})
    assert outcome["outcome"] == "accepted"


def test_a_recollection_of_a_tube_that_nobody_has_met_is_held_and_says_which(town: Town) -> None:
    pool = tube(town.site, 2)
    single = tube(town.site, 1, size=1, retest_of=pool["barcode"])
    (outcome,) = town.sync(single)
    assert (outcome["outcome"], outcome["code"]) == ("held", "held_for_tube")
    assert pool["barcode"] in outcome["detail"]
    assert "kept" in outcome["detail"]


def test_one_bad_tube_never_spoils_its_neighbours(town: Town) -> None:
    good, full, late, other = tube(town.site), tube(town.site, 11), tube(town.site, hours=10**5), tube(town.site)
    outcomes = town.sync(good, full, late, other)
    assert [outcome["outcome"] for outcome in outcomes] == ["accepted", "refused", "refused", "accepted"]
    assert [outcome["id"] for outcome in outcomes] == [made["id"] for made in (good, full, late, other)]


def test_two_revisions_of_a_tube_in_one_message_leave_the_higher_one(town: Town) -> None:
    opened = tube(town.site, 2, state="open", sealed_at=None)
    sealed = opened | {"revision": 2, "state": "sealed", "sealed_at": at(0.5)}
    assert [outcome["outcome"] for outcome in town.sync(opened, sealed)] == ["accepted", "accepted"]
    assert town.ana.get(f"/sampling/api/tubes/{opened['barcode']}").json()["revision"] == 2


def test_a_tube_scanned_at_the_lab_before_its_people_are_sent_is_accepted_then(town: Town) -> None:
    made = tube(town.site, 2)
    town.received(made["barcode"])
    (outcome,) = town.sync(made)
    assert outcome["outcome"] == "accepted"
    assert set(town.results(made).values()) == {"pending"}
    verbs = [line["verb"] for line in town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["history"]]
    assert verbs == ["tube.received", "tube.registered"]


def test_the_first_day_of_a_site_is_the_day_of_its_own_clock(town: Town) -> None:
    late = town.collected(1, opened_at="2022-02-01T15:50:00+00:00", sealed_at="2022-02-01T16:00:00+00:00")  # midnight in Shanghai
    early = town.collected(1, opened_at="2022-02-01T15:50:00+00:00", sealed_at="2022-02-01T15:59:59+00:00")
    assert len(town.results(late)) == 1
    assert len(town.results(early)) == 0


def test_a_device_may_be_anybody_who_samples_at_the_site(town: Town) -> None:
    anna = town.somebody("anna", "sampler", site=town.site)
    (outcome,) = town.sync(tube(town.site, id=str(ids.uuid7())), device="dev-2", by=anna)
    assert outcome["outcome"] == "accepted"

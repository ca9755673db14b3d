"""Ben opens a box and scans what is in it."""

from typing import Any

from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.testing.accession import queries
from tests.bench import another_town, bench_state, dispatch, done, pack, scan, verbs
from tests.factories import Town, at, code, tube
from tests.sampling.sync.test_conflicts import resolve

LISTS = ("received", "missing", "unexpected", "unregistered", "elsewhere")


def test_a_box_whose_tubes_are_all_there_is_complete(town: Town) -> None:
    box, first, second = code(Kind.BOX), town.collected()["barcode"], town.collected()["barcode"]
    done(pack(town, box, first, second))
    done(dispatch(town, box))
    standing = done(scan(town, box, first, second))
    assert standing["expected"] == 2
    assert {name: standing[name] for name in LISTS} == {name: [] for name in LISTS} | {"received": sorted([first, second])}


def test_a_straggler_is_missing_until_ben_finds_it_under_the_ice(town: Town) -> None:
    box, first, second = code(Kind.BOX), town.collected()["barcode"], town.collected()["barcode"]
    done(pack(town, box, first, second))
    standing = done(scan(town, box, first))
    assert (standing["received"], standing["missing"]) == ([first], [second])
    standing = done(scan(town, box, second))
    assert (standing["received"], standing["missing"]) == (sorted([first, second]), [])


def test_the_list_counts_what_was_scanned_out_of_each_box_and_what_was_packed_there_and_came_nowhere(town: Town) -> None:
    boxes, tubes = [code(Kind.BOX) for _ in range(3)], [str(town.collected()["barcode"]) for _ in range(5)]
    for box, packed in zip(boxes, (tubes[:3], tubes[3:4], tubes[4:]), strict=True):
        done(pack(town, box, *packed))
        done(dispatch(town, box))
    done(scan(town, boxes[0], tubes[0]))
    done(scan(town, boxes[1], tubes[1], tubes[3]))
    with town.program.database.transaction(Access.BENCH) as connection:
        counted = {row.barcode: (row.scanned, row.missing) for row in queries.boxes_of_lab(connection, town.lab)}
    assert counted == {boxes[0]: (1, 1), boxes[1]: (2, 0), boxes[2]: (0, 1)}


def test_a_box_that_is_opened_before_anything_is_scanned_misses_everything(town: Town) -> None:
    box, first = code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, first))
    assert done(scan(town, box))["missing"] == [first]


def test_a_tube_that_was_packed_elsewhere_is_unexpected_and_received_all_the_same(town: Town) -> None:
    box, other_box, packed, stray = code(Kind.BOX), code(Kind.BOX), town.collected()["barcode"], town.collected()["barcode"]
    done(pack(town, box, packed))
    done(pack(town, other_box, stray))
    standing = done(scan(town, box, packed, stray))
    assert (standing["expected"], standing["received"], standing["unexpected"]) == (1, [packed], [stray])
    assert bench_state(town, stray) == "waiting"
    # Its own box knows that it has arrived.
    assert done(scan(town, other_box))["received"] == [stray]


def test_a_registered_tube_that_nobody_packed_is_unexpected(town: Town) -> None:
    stray = town.collected()["barcode"]
    assert done(scan(town, code(Kind.BOX), stray))["unexpected"] == [stray]


def test_a_tube_that_nobody_registered_is_received_and_becomes_known_when_its_device_is_back(town: Town) -> None:
    box, unknown = code(Kind.BOX), code(Kind.TUBE)
    assert done(scan(town, box, unknown))["unregistered"] == [unknown]
    town.collected(barcode=unknown)
    assert done(scan(town, box))["unexpected"] == [unknown]
    done(pack(town, box, unknown))
    standing = done(scan(town, box))
    assert (standing["expected"], standing["received"], standing["unexpected"], standing["unregistered"]) == (1, [unknown], [], [])


def test_a_tube_that_was_given_up_and_comes_all_the_same_is_tested_and_its_result_waits_for_its_people(town: Town) -> None:
    # As one that nobody registered: it may be that only its record was wrong, and that whose it is is still to be said.
    given_up = town.collected(2, state="open", sealed_at=None)
    assert town.sync(given_up | {"revision": 2, "state": "void"})[0]["outcome"] == "accepted"
    town.tested(given_up["barcode"])
    assert bench_state(town, given_up["barcode"]) == "released"
    assert town.results(given_up) == {}
    theirs = tube(town.site, 2, barcode=given_up["barcode"])
    assert town.sync(theirs, device="dev-2")[0]["code"] == "tube_of_another_device"
    assert town.results(given_up) == {}
    assert resolve(town, theirs["barcode"], "take_this").status_code == 200
    assert set(town.results(theirs).items()) == {((one["id_number"], theirs["barcode"]), "negative") for one in theirs["members"]}


def test_a_box_known_only_from_the_labs_scan_is_complete_once_its_packing_list_and_dispatch_come(town: Town) -> None:
    box, first, second = code(Kind.BOX), town.collected()["barcode"], town.collected()["barcode"]
    standing = done(scan(town, box, first))
    assert (standing["expected"], standing["unexpected"]) == (0, [first])
    done(pack(town, box, first, second))
    done(dispatch(town, box))
    standing = done(scan(town, box))
    assert (standing["expected"], standing["received"], standing["missing"]) == (2, [first], [second])


def test_a_tube_that_another_lab_has_received_stays_there_and_ben_is_told(town: Town) -> None:
    other, box, barcode = another_town(town), code(Kind.BOX), town.collected()["barcode"]
    done(pack(town, box, barcode))
    other.received(barcode)
    standing = done(scan(town, box, barcode))
    assert (standing["received"], standing["missing"], standing["elsewhere"]) == ([], [], [barcode])
    assert bench_state(other, barcode) == "waiting"
    assert verbs(other, barcode)[-1] == "tube.scanned_elsewhere"


def test_a_tube_of_another_lab_that_lies_in_a_box_it_was_never_packed_in_is_told_too(town: Town) -> None:
    other, barcode = another_town(town), town.collected()["barcode"]
    other.received(barcode)
    assert done(scan(town, code(Kind.BOX), barcode))["elsewhere"] == [barcode]


def test_every_scan_of_a_box_answers_with_the_box_as_it_stands_after_all_of_them(town: Town) -> None:
    box, tubes = code(Kind.BOX), sorted(town.collected(1)["barcode"] for _ in range(4))
    done(pack(town, box, *tubes))
    for count, barcode in enumerate(tubes, 1):
        standing = done(scan(town, box, barcode))
        assert (standing["received"], standing["missing"]) == (tubes[:count], tubes[count:])


def test_the_same_scan_sent_again_changes_nothing(town: Town) -> None:
    box, barcode = code(Kind.BOX), town.collected()["barcode"]
    again: dict[str, Any] = {"id": "0194c9a0-0000-7000-8000-" + box[2:14], "at": at(2)}
    first = done(scan(town, box, barcode, **again))
    assert done(scan(town, box, barcode, **again)) == first
    assert verbs(town, barcode).count("tube.received") == 1


def test_a_tube_scanned_twice_keeps_the_time_of_its_first_scan(town: Town) -> None:
    box, barcode = code(Kind.BOX), town.collected()["barcode"]
    done(scan(town, box, barcode, at=at(2)))
    done(scan(town, box, barcode, barcode, at=at(3)))
    assert done(town.ben.get(f"/sampling/api/tubes/{barcode}"))["received_at"].startswith("2022-02-02T02:00")
    assert verbs(town, barcode).count("tube.received") == 1


def test_a_scanner_that_sends_its_prefix_and_blanks_names_the_same_tube(town: Town) -> None:
    barcode = town.collected()["barcode"]
    assert done(scan(town, code(Kind.BOX), f"]C1 {barcode} "))["unexpected"] == [barcode]


def test_a_suppliers_tube_is_received_like_one_of_ours(town: Town) -> None:
    barcode = f"SX{town.site.split('-')[1]:0>8}"
    assert done(scan(town, code(Kind.BOX), barcode.lower()))["unregistered"] == [barcode]

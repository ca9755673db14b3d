"""Days on which things go wrong, and end as they should."""

import random
from collections.abc import Callable
from typing import Any

from httpx import Response

from lims.kernel import ids
from lims.kernel.barcodes import Kind
from tests.bench import bench_state, dispatch, done, lay_out, mix, pack, recollected, refused, review, scan, together
from tests.factories import Town, at, code


def test_the_devices_of_a_whole_site_were_offline_and_nobody_lost_a_result(town: Town) -> None:
    box, codes = code(Kind.BOX), [code(Kind.TUBE) for _ in range(3)]
    assert done(scan(town, box, *codes, at=at(2)))["unregistered"] == sorted(codes)
    run = done(town.imported(town.plated(), {codes[0]: "positive"}))["run"]
    assert done(review(run, town.bea))["released"] == sorted(codes[1:])
    done(review(run, town.bea, tubes=[codes[0]]))
    # Hours later the devices are back.
    tubes = [town.collected(5, barcode=barcode) for barcode in codes]
    done(pack(town, box, *codes))
    done(dispatch(town, box))
    states = town.results(*tubes)
    assert [sorted({state for (_, tube), state in states.items() if tube == barcode}) for barcode in codes] == [
        ["verifying"], ["negative"], ["negative"],
    ]  # fmt: skip
    assert done(scan(town, box))["received"] == sorted(codes)


def test_a_plate_fails_twice_and_its_tubes_are_none_the_worse(town: Town) -> None:
    pools = [town.collected(2) for _ in range(3)]
    town.received(*(pool["barcode"] for pool in pools))
    for hours, spoiled in ((4, "negative"), (6, "weak_positive")):
        plate = town.plated(hours=hours - 1)
        run = done(town.imported(plate, {pools[0]["barcode"]: "positive"}, hours=hours, spoiled=spoiled))["run"]
        refused(review(run, town.bea), 409, "controls_failed")
        done(review(run, town.bea, "reject"))
    assert town.case(pools[0]["barcode"]) is None
    run = done(town.imported(town.plated(hours=7), hours=8))["run"]
    assert len(done(review(run, town.bea))["released"]) == 3
    assert set(town.results(*pools).values()) == {"negative"}


def test_two_plates_were_swapped_in_the_cycler_and_both_files_are_refused(town: Town) -> None:
    town.received(code(Kind.TUBE), code(Kind.TUBE))
    first = town.plated()
    town.received(code(Kind.TUBE), code(Kind.TUBE))
    second = town.plated(hours=3.5)
    for plate, other in ((first, second), (second, first)):
        refused(town.upload(plate["barcode"], town.run_file(other)), 422, "run_other_plate", other["barcode"])
        # Somebody writes the expected plate's code over it; the wells betray it all the same.
        forged = town.run_file(other).replace(other["barcode"].encode(), plate["barcode"].encode())
        answer = town.upload(plate["barcode"], forged)
        assert (answer.status_code, answer.json()["code"]) in [(422, "run_sample_moved"), (422, "run_well_foreign")]


def nervous(*day: Callable[[], Response]) -> None:
    """Everything once in order, then three times more in any order: each is answered as the first time."""
    first, luck = [told(done(deed())) for deed in day], random.Random(3)
    for number in (number for _ in range(3) for number in luck.sample(range(len(day)), len(day))):
        assert told(done(day[number]())) == first[number]


def told(answer: Any) -> Any:
    """An answer without what rightly differs in a repeat: that the file is known, and where a received tube has come since."""
    scans = [{name: value for name, value in scan.items() if name != "state"} for scan in answer.get("scans", [])]
    return answer | {"already_imported": None, "scans": scans}


def test_the_whole_day_is_sent_three_times_by_a_nervous_network(town: Town) -> None:
    box, plate = code(Kind.BOX), code(Kind.PLATE)
    pools = [town.collected(2) for _ in range(3)]
    codes = sorted(pool["barcode"] for pool in pools)
    same = [str(ids.uuid7()) for _ in range(5)]
    run: list[str] = []

    def imported() -> Response:
        laid = done(town.ben.get(f"/testing/api/plates/{plate}"))
        answer = town.imported(laid, {codes[0]: "positive"})
        run[:] = [answer.json()["run"]]
        return answer

    nervous(
        lambda: scan(town, box, *codes, id=same[0]),
        lambda: lay_out(town, id=same[1], barcode=plate),
        imported,
        lambda: review(run[0], town.bea, id=same[2]),
        lambda: review(run[0], town.bea, tubes=codes[:1], id=same[3]),
    )
    assert sorted(town.results(*pools).values()) == ["negative"] * 4 + ["verifying"] * 2
    assert [bench_state(town, barcode) for barcode in codes] == ["released"] * 3


def test_a_lab_pools_singles_and_finds_the_one_among_twelve(town: Town) -> None:
    singles = [town.collected(1, size=1) for _ in range(12)]
    codes = [str(single["barcode"]) for single in singles]
    town.received(*codes)
    pools = [done(mix(town, *codes[start : start + 4]))["barcode"] for start in (0, 4, 8)]
    run = done(town.imported(town.plated(), {pools[1]: "positive"}))["run"]
    assert done(review(run, town.bea))["released"] == sorted([pools[0], pools[2]])
    done(review(run, town.bea, tubes=[pools[1]]))
    run = done(town.imported(town.plated(hours=6), {codes[5]: "positive"}, hours=7))["run"]
    assert done(review(run, town.bea, at=at(8)))["released"] == sorted([codes[4], *codes[6:8]])
    done(review(run, town.bea, tubes=[codes[5]], at=at(8)))
    states = {tube: state for (_, tube), state in town.results(*singles).items()}
    assert states == {barcode: "positive" if barcode == codes[5] else "negative" for barcode in codes}
    case = town.case(pools[1])
    assert case is not None
    assert case["outcome"] == "confirmed"


def placed(answer: Response) -> list[str]:
    """The tubes that a layout has placed; none where nothing waited."""
    return [what["tube"] for what in answer.json().get("wells", {}).values() if "tube" in what]


def test_a_busy_hour_with_four_people_at_once_ends_with_every_tube_on_one_plate(town: Town) -> None:
    people = [town.ben, town.bo, *(town.somebody(name, "technician", lab=town.lab) for name in ("cy", "di"))]
    tubes = [code(Kind.TUBE) for _ in range(120)]
    boxes = [(code(Kind.BOX), tubes[start : start + 30]) for start in range(0, 120, 30)]
    done(scan(town, code(Kind.BOX), *tubes[:4]))
    answers = together(
        *(
            lambda box=box, inside=inside, who=who: scan(town, box, *inside, by=who)
            for (box, inside), who in zip(boxes, people, strict=True)
        ),
        *(lambda who=who: lay_out(town, by=who) for who in people[:2]),
    )
    assert {answer.status_code for answer in answers[:4]} == {200}
    assert {answer.status_code for answer in answers[4:]} <= {200, 409}
    plated = [tube for answer in (*answers[4:], *(lay_out(town) for _ in range(3))) for tube in placed(answer)]
    assert sorted(plated) == sorted(tubes)


def test_a_recollected_person_turns_positive_in_one_case_while_another_is_open(town: Town) -> None:
    first = town.collected(2)
    who = {key: first["members"][0][key] for key in ("id_type", "id_number", "name", "phone", "group")}
    second = town.collected([who], hours=1)
    for pool in (first, second):
        town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=2)
    single = recollected(town, first["members"][0], first["barcode"])
    town.tested(single, truth={single: "positive"}, hours=7)
    states = town.results(first, second)
    assert states[who["id_number"], first["barcode"]] == "positive"
    assert states[who["id_number"], second["barcode"]] == "verifying"

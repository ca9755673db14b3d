"""Whatever the order in which one day's messages come, they end in the same state, and nothing is left held (promise 8)."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from lims.kernel import barcodes, ids
from tests.factories import Town, at, code, person, tube
from tests.sampling.sync.crowd import insist, state

Act = Callable[[Town], bool]


def sends(device: str, *tubes: dict[str, Any]) -> Act:
    """A device sends tubes; they are never refused."""
    return lambda town: {outcome["outcome"] for outcome in insist(town, tubes, device)} <= {"accepted", "already_have", "held"}


def packs(site: str, box: str, *tubes: dict[str, Any]) -> Act:
    """Ana packs a box; she is asked to send its tubes first where they are not known yet, and tries again later."""
    body = {"id": str(ids.uuid7()), "barcode": box, "site": site, "tubes": [made["barcode"] for made in tubes], "sealed_at": at(3)}
    return lambda town: town.ana.post("/sampling/api/boxes", body).status_code == 200


def dispatches(lab: str, box: str) -> Act:
    """Carl takes a box, perhaps before its packing list is there."""
    body = {"id": str(ids.uuid7()), "lab": lab, "courier": "Carl", "vehicle": "V1", "at": at(3.5)}
    return lambda town: town.carl.post(f"/sampling/api/boxes/{box}/dispatch", body).status_code == 200


def receives(lab: str, box: str, *tubes: dict[str, Any]) -> Act:
    """Ben scans tubes out of a box, whether or not anybody has told of them."""
    body = {"id": str(ids.uuid7()), "lab": lab, "at": at(4), "temperature_c": 4.0, "tubes": [made["barcode"] for made in tubes]}
    return lambda town: town.ben.post(f"/testing/api/boxes/{box}/receive", body).status_code == 200


def day(town: Town) -> tuple[list[Act], list[str]]:
    """One day's messages: tubes that fill up, a family in two tubes under two spellings, a chain of recollections, boxes, receipts."""
    twins = [person(), person()]
    respelt = [one | {"name": one["name"] + "改"} for one in twins]
    opened = tube(town.site, 2, state="open", sealed_at=None)
    sealed = opened | {"revision": 2, "state": "sealed", "sealed_at": at(0.5)}
    early, late, third = tube(town.site, twins), tube(town.site, respelt, hours=1), tube(town.site, twins, hours=2)
    first = tube(town.site, twins[:1], size=1, hours=2.1, retest_of=early["barcode"])
    second = tube(town.site, twins[:1], size=1, hours=2.2, retest_of=first["barcode"])
    answer = tube(town.site, 1, size=1, hours=2.3, retest_of=opened["barcode"])
    boxes = [code(barcodes.Kind.BOX), code(barcodes.Kind.BOX)]
    acts = [
        sends("dev-1", opened), sends("dev-1", sealed), sends("dev-1", early, late), sends("dev-1", third), sends("dev-1", late, early),
        sends("dev-2", first), sends("dev-2", second), sends("dev-2", answer, second),
        packs(town.site, boxes[0], sealed, early), packs(town.site, boxes[1], late, first), dispatches(town.lab, boxes[0]),
        dispatches(town.lab, boxes[1]), receives(town.lab, boxes[0], sealed, early), receives(town.lab, boxes[1], late, second),
    ]  # fmt: skip
    return acts, [made["barcode"] for made in (opened, early, late, third, first, second, answer)]


def lived(town: Town, seed: int) -> dict[str, list[tuple[Any, ...]]]:
    """The end of the day in an order of this seed, in words that hold for every town; what is refused for now comes again later."""
    acts, codes = day(town)
    luck, left = random.Random(seed), acts
    for _ in range(5):
        luck.shuffle(left)
        left = [act for act in left if not act(town)]
    assert left == []
    found = state(town, codes, "tubes", "members", "people", "results", "held")
    return {name: [named(town, codes, row) for row in rows] for name, rows in found.items()} | {"names": names(town, codes)}


def names(town: Town, codes: list[str]) -> list[tuple[Any, ...]]:
    """Under which spelling the people of these tubes are known now: whether the corrected one stands."""
    asked = [town.ana.get(f"/sampling/api/tubes/{barcode}").json() for barcode in codes]
    return [(number, *(member["name"].endswith("改") for member in told["members"])) for number, told in enumerate(asked)]


def named(town: Town, codes: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row in words that are the same in every town: tubes by their place in the day, and nothing drawn by lot."""
    place = {barcode: f"tube {number}" for number, barcode in enumerate(codes)} | {town.site: "site", town.lab: "lab"}
    words = [place.get(value, value) if isinstance(value, str) else value for value in row]
    return tuple(word for word in words if not isinstance(word, bytes) and not hasattr(word, "hex") and not is_box(word))


def is_box(word: object) -> bool:
    """Whether this is the code of a box."""
    return isinstance(word, str) and barcodes.own_kind(word) is barcodes.Kind.BOX


def sorted_rows(end: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[str]]:
    """The rows of an end in an order of their own."""
    return {name: sorted(map(repr, rows)) for name, rows in end.items()}


@pytest.mark.parametrize("seeds", [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11)], ids=str)
def test_every_order_of_a_days_messages_ends_alike_and_leaves_nothing_held(town: Town, seeds: tuple[int, ...]) -> None:
    ends = [sorted_rows(lived(Town.build(town.program, town.web), seed)) for seed in seeds]
    assert ends[0]["held"] == []
    assert ends[0]["results"]
    for end in ends[1:]:
        assert end == ends[0]


@pytest.mark.proof
def test_two_hundred_orders_of_a_days_messages_end_alike(town: Town) -> None:
    ends = [sorted_rows(lived(Town.build(town.program, town.web), seed)) for seed in range(200)]
    assert all(end == ends[0] for end in ends)


def test_of_two_spellings_of_a_name_the_later_collections_stays_whichever_came_first(town: Town) -> None:
    who = person(name="张三")
    right, wrong, again = (tube(town.site, [who | {"name": name}], hours=hour) for name, hour in (("张三", 1), ("章三", 2), ("张三", 3)))
    for order in ((right, wrong, again), (again, right, wrong), (right, again, wrong), (wrong, again, right)):
        other = person()["id_number"]
        sent = [anew(made, other) for made in order]
        for made in sent:
            town.sync(made)
        (member,) = town.ana.get(f"/sampling/api/tubes/{sent[0]['barcode']}").json()["members"]
        assert member["name"] == "张三"


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_spellings_in_one_message_the_later_collections_stays(town: Town, turned: bool) -> None:
    who = person(name="张三")
    early, late = tube(town.site, [who | {"name": "章三"}], hours=1), tube(town.site, [who], hours=2)
    town.sync(*((late, early) if turned else (early, late)))
    (member,) = town.ana.get(f"/sampling/api/tubes/{early['barcode']}").json()["members"]
    assert member["name"] == "张三"


def anew(made: dict[str, Any], number: str) -> dict[str, Any]:
    """The same tube of somebody else, under a new code."""
    fresh = tube(made["site"])
    return made | {"id": fresh["id"], "barcode": fresh["barcode"], "members": [made["members"][0] | {"id_number": number}]}


def test_a_corrected_name_outweighs_the_one_that_it_corrects(town: Town) -> None:
    for _ in range(8):  # with nothing but a hash to decide, half of them would fail
        made = town.collected([person(name="章三")], state="open", sealed_at=None)
        town.sync(made | {"revision": 2, "members": [made["members"][0] | {"name": "张三"}]})
        (member,) = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["members"]
        assert member["name"] == "张三"

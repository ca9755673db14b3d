"""A tube's whole road, as its people live it."""

from tests.factories import Town, tube


def test_ten_people_of_a_negative_tube_are_negative(town: Town) -> None:
    pool = town.collected(10)
    town.tested(pool["barcode"])
    assert set(town.results(pool).values()) == {"negative"}


def test_a_member_of_a_positive_pool_is_verifying_until_her_own_tube_is_released(town: Town) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"})
    assert set(town.results(pool).values()) == {"verifying"}
    first, second = pool["members"]
    single = tube(
        town.site, [{k: first[k] for k in ("id_type", "id_number", "name", "phone", "group")}], size=1, hours=6, retest_of=pool["barcode"]
    )
    assert town.sync(single)[0]["outcome"] == "accepted"
    town.tested(single["barcode"], truth={single["barcode"]: "positive"}, hours=7)
    assert town.results(pool) == {(first["id_number"], pool["barcode"]): "positive", (second["id_number"], pool["barcode"]): "verifying"}
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["preliminary"]) == ("recollecting", False)
    assert [member["state"] for member in case["members"]] == ["positive", "to_recollect"]

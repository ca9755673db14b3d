"""A run that comes after a release and sees the tube otherwise is nobody's secret."""

from tests.factories import Town


def test_a_pool_released_negative_and_then_run_positive_has_a_preliminary_case_again(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    plate = town.plated()
    first = town.imported(plate).json()["run"]
    assert town.reviewed(first).json()["released"] == [pool["barcode"]]
    assert town.case(pool["barcode"]) is None
    assert town.imported(plate, {pool["barcode"]: "positive"}, hours=6).status_code == 201
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["outcome"], case["preliminary"]) == ("open", None, True)
    # What was released stays released until somebody amends it.
    assert set(town.results(pool).values()) == {"negative"}

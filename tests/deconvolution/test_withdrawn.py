"""A pool whose repeat is negative was never a matter for its people."""

from tests.factories import Town


def test_the_members_of_a_withdrawn_case_are_negative(town: Town) -> None:
    pool = town.collected(3)
    town.received(pool["barcode"])
    run = town.imported(town.plated(), {pool["barcode"]: "positive"}).json()["run"]
    assert town.reviewed(run, "reject", [pool["barcode"]]).status_code == 200
    again = town.imported(town.plated(hours=6), hours=7).json()["run"]
    assert town.reviewed(again, hours=8).json()["released"] == [pool["barcode"]]
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["outcome"]) == ("closed", "withdrawn")
    assert {member["state"] for member in case["members"]} == {"negative"}
    assert set(town.results(pool).values()) == {"negative"}

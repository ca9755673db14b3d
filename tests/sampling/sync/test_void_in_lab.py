"""A tube that a lab has is not given up by a phone."""

from tests.factories import Town, tube


def test_an_open_tube_is_given_up_before_a_lab_has_it_and_not_after(town: Town) -> None:
    here, there = (tube(town.site, 2, state="open", sealed_at=None) for _ in range(2))
    assert [row["outcome"] for row in town.sync(here, there)] == ["accepted", "accepted"]
    town.received(there["barcode"])
    given_up = [made | {"revision": 2, "state": "void"} for made in (here, there)]
    assert [(row["outcome"], row["code"]) for row in town.sync(*given_up)] == [("accepted", None), ("conflict", "void_in_lab")]
    assert set(town.results(there).values()) == {"pending"}

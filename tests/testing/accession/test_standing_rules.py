"""How a box stands, for any mixture of tubes."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from lims.testing.accession.rules import standing


@dataclass(frozen=True)
class Row:
    """What is known of a tube."""

    barcode: str
    box: str | None
    received_box: str | None
    lab: str | None
    received_at: int | None
    registered_at: int | None


def row(barcode: int, packed: bool, scanned: bool, lab: str | None, registered: bool) -> Row:
    return Row(str(barcode), "B" if packed else None, "B" if scanned else None, lab, 1 if lab else None, 1 if registered else None)


ROWS = st.lists(st.builds(row, st.integers(0, 99), st.booleans(), st.booleans(), st.sampled_from([None, "L", "M"]), st.booleans()))


@given(ROWS)
def test_every_tube_of_a_box_stands_in_exactly_one_list(rows: list[Row]) -> None:
    known = {one.barcode: one for one in rows}
    seen = standing("B", "L", known.values())
    listed = [*seen.received, *seen.missing, *seen.unexpected, *seen.unregistered, *seen.elsewhere]
    assert sorted(listed) == sorted(known)
    assert seen.expected == sum(one.box == "B" for one in known.values())


@given(ROWS)
def test_only_what_was_packed_and_is_here_counts_as_received(rows: list[Row]) -> None:
    known = {one.barcode: one for one in rows}
    seen = standing("B", "L", known.values())
    assert all(known[barcode].box == "B" and known[barcode].lab == "L" for barcode in seen.received)
    assert all(known[barcode].lab is None for barcode in seen.missing)
    assert all(known[barcode].lab == "M" for barcode in seen.elsewhere)

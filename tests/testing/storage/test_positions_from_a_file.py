"""Ben imports what a rack reader wrote: good rows are taken, bad ones come back with line and reason, and nothing is moved by halves."""

import io
from typing import Any

import pytest
import xlsxwriter
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.rules import Lab
from lims.kernel.barcodes import Kind
from lims.kernel.imports.rules import refused_csv
from lims.testing.storage import rack_files
from tests.bench import another_town, done, message, refused, verbs
from tests.factories import Town, code

HEAD = "Rack,Position,Tube\n"


def rack_of(town: Town, **changes: Any) -> str:
    """A new rack of 4 × 6."""
    body = message(barcode=code(Kind.PLACE), lab=town.lab, rows=4, columns=6, kept="frozen", place="Freezer 1") | changes
    return str(done(town.ben.post("/testing/api/racks", body))["barcode"])


def received(town: Town, count: int) -> list[str]:
    tubes = [code(Kind.TUBE) for _ in range(count)]
    town.received(*tubes)
    return tubes


def send(town: Town, content: str | bytes, lab: str = "") -> Response:
    raw = content.encode() if isinstance(content, str) else content
    files = {"file": ("racks.csv", raw, "text/csv")}
    return town.web.post("/testing/api/racks/import", files=files, data={"lab": lab or town.lab}, headers=town.ben.headers)


def lies(town: Town, rack: str) -> dict[str, str]:
    positions: dict[str, str] = done(town.ben.get(f"/testing/api/racks/{rack}"))["positions"]
    return positions


def test_tubes_lie_where_the_file_says_and_the_same_file_again_is_known(town: Town) -> None:
    rack, (one, two) = rack_of(town), received(town, 2)
    content = HEAD + f"{rack},A1,{one}\n\n{rack},d06,{two}\n"
    told = done(send(town, content))
    assert (told["accepted"], told["known"], told["refused"]) == (2, 0, 0)
    assert lies(town, rack) == {"A1": one, "D6": two}
    again = done(send(town, content))
    assert (again["accepted"], again["known"], again["refused"]) == (0, 2, 0)
    assert verbs(town, one).count("tube.stored") == 1


def test_a_bad_row_spoils_no_other_and_comes_back_with_line_and_reason(town: Town) -> None:
    rack, (one, two, three) = rack_of(town), received(town, 3)
    done(send(town, HEAD + f"{rack},B1,{three}\n"))
    rows = [
        f"{rack},A1,{one}", f"{rack},Z9,{two}", f"{code(Kind.PLACE)},A2,{two}", f"{rack},A2,{code(Kind.TUBE)}", f"{rack},B1,{two}",
        f"{rack},A3,{one}", f"{rack},A1,{two}", f"{rack},A4,rubbish", f"{rack},,{two}",
    ]  # fmt: skip
    told = done(send(town, HEAD + "\n".join(rows) + "\n"))
    assert (told["accepted"], told["refused"]) == (1, 8)
    assert [(row["line"], row["code"]) for row in told["lines"]] == [
        (3, "rack_position"), (4, "not_found"), (5, "plate_tube_unknown"), (6, "rack_position_taken"), (7, "stored_twice"),
        (8, "stored_twice"), (9, "barcode_unknown_format"), (10, "rack_position"),
    ]  # fmt: skip
    assert lies(town, rack) == {"A1": one, "B1": three}
    table = town.ben.get(f"/testing/api/imports/{told['report']}/refused.csv").content.decode("utf-8-sig").splitlines()
    assert table[0] == "Rack,Position,Tube,line,reason,code"
    assert table[1].startswith(f"{rack},Z9,{two},3,")
    # Corrected there, the same table is imported again, its own columns behind and all.
    fixed = [table[0], table[1].replace("Z9", "A2")]
    assert done(send(town, "\ufeff" + "\r\n".join(fixed) + "\r\n"))["accepted"] == 1
    assert "racks.csv" in town.ben.get("/testing/imports").text


def test_two_tubes_may_change_places_in_one_file(town: Town) -> None:
    rack, (one, two) = rack_of(town), received(town, 2)
    done(send(town, HEAD + f"{rack},A1,{one}\n{rack},A2,{two}\n"))
    assert done(send(town, HEAD + f"{rack},A2,{one}\n{rack},A1,{two}\n"))["accepted"] == 2
    assert lies(town, rack) == {"A1": two, "A2": one}


def test_a_tube_that_cannot_leave_keeps_its_position_and_whoever_wanted_it_is_refused(town: Town) -> None:
    rack, (one, two, three) = rack_of(town), received(town, 3)
    done(send(town, HEAD + f"{rack},A1,{one}\n{rack},A2,{two}\n{rack},A3,{three}\n"))
    told = done(send(town, HEAD + f"{rack},A2,{one}\n{rack},A3,{two}\n"))
    assert [row["code"] for row in told["lines"]] == ["rack_position_taken", "rack_position_taken"]
    assert lies(town, rack) == {"A1": one, "A2": two, "A3": three}


def workbook(rows: list[list[str]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


@pytest.mark.parametrize("form", ["gbk", "utf-16", "semicolons", "xlsx"])
def test_a_file_of_any_make_will_do(town: Town, form: str) -> None:
    rack, (tube,) = rack_of(town), received(town, 1)
    text = f"管架,位置,管号\r\n{rack},C3,{tube}\r\n"
    content = {
        "gbk": text.encode("gbk"), "utf-16": text.encode("utf-16"), "semicolons": text.replace(",", ";").encode(),
        "xlsx": workbook([line.split(",") for line in text.splitlines()]),
    }[form]  # fmt: skip
    assert done(send(town, content))["accepted"] == 1
    assert lies(town, rack) == {"C3": tube}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "import_columns"), (b"Rack,Tube\n1,2\n", "import_columns"), (b"\xff\x00\xd8", "import_unreadable"),
        (b"PK\x03\x04x", "import_unreadable"),
        (b'Rack,Position,Tube\n"1,2', "import_unreadable"), (HEAD.encode() + b"1,A1,2\n" * 5001, "import_too_long"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_positions_is_refused_whole(town: Town, content: bytes, why: str) -> None:
    refused(send(town, content), 422, why)


def test_a_rack_of_another_lab_and_a_lab_of_others_are_not_there(town: Town) -> None:
    other = another_town(town)
    rack, (tube,) = rack_of(other), received(town, 1)
    assert [row["code"] for row in done(send(town, HEAD + f"{rack},A1,{tube}\n"))["lines"]] == ["not_found"]
    refused(send(town, HEAD, lab=other.lab), 404, "not_found")


class Row:
    """A rack of 2 × 2, or a tube of the lab."""

    def __init__(self, barcode: str) -> None:
        self.barcode, self.lab, self.rows, self.columns, self.discarded_at = barcode, "L", 2, 2, None


POSITIONS = ("A1", "A2", "B1", "B2")
TUBES = tuple(code(Kind.TUBE) for _ in range(5))


@given(
    st.dictionaries(st.sampled_from(POSITIONS), st.integers(0, 4), max_size=4),
    st.lists(st.tuples(st.sampled_from(POSITIONS), st.integers(0, 4)), max_size=8),
)
def test_whatever_is_asked_no_position_holds_two_and_every_row_is_answered(before: dict[str, int], asked: list[tuple[str, int]]) -> None:
    lying = {position: TUBES[number] for position, number in before.items() if list(before.values()).count(number) == 1}
    known = rack_files.Known(
        Lab("L", "L", "fixed", "UTC"), {"R": Row("R")}, {tube: Row(tube) for tube in TUBES},
        {("R", position): tube for position, tube in lying.items()},
        {tube: ("R", position) for position, tube in lying.items()},
    )  # fmt: skip
    rows = [rack_files.Lies(line, ("R",), "R", position, TUBES[number]) for line, (position, number) in enumerate(asked, 2)]
    new, there, out = rack_files.judged(rows, known, ())
    assert sorted([row.line for row in (*new, *there)] + [one.line or 0 for one in out]) == [row.line for row in rows]
    after = {position: tube for position, tube in lying.items() if tube not in {row.tube for row in new}}
    for row in new:
        assert row.position not in after
        after[row.position] = row.tube
    assert len(set(after.values())) == len(after)
    assert refused_csv(("Rack",), [one.stored() for one in out], str)

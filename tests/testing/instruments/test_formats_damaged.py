"""A damaged file never yields a wrong result: whatever is done to it, a reading is right or the file is refused.

Not decidable, and so not claimed: a digit that became another digit in a format without any redundancy.
"""

import csv
import io
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import read
from lims.testing.instruments.rules import ParsedReading

SAMPLES = Path(__file__).parents[2] / "data" / "instruments"
TEXTS = ["generic.csv", "quantstudio.txt", "quantstudio3_utf16.csv", "abi7500_gbk_cr.txt", "cfx.csv", "cfx_by_dye.csv"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "gbk", "latin-1", "cp1252", "cp037", "koi8-r"]

Reading = tuple[str, str]
quick = settings(deadline=None, max_examples=150)


def decoded(name: str) -> str:
    encoding = "utf-16" if "utf16" in name else "gbk" if "gbk" in name else "utf-8"
    return (SAMPLES / name).read_bytes().decode(encoding)


def by_place(readings: tuple[ParsedReading, ...]) -> dict[Reading, float | None]:
    return {(reading.well, reading.target): reading.ct for reading in readings}


def accepted(content: bytes) -> dict[Reading, float | None]:
    """The Cts, or nothing if the file is refused. Any other exception is a failure of its own."""
    try:
        return by_place(read(content).readings)
    except Refused:
        return {}


def wrong(original: dict[Reading, float | None], damaged: bytes) -> dict[Reading, float | None]:
    return {place: ct for place, ct in accepted(damaged).items() if place in original and original[place] != ct}


WELLS = [f"{row}{column}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"]), max_size=12).map(str.strip)
CTS = st.one_of(st.none(), st.decimals(1, 60, places=3).map(float))


@quick
@given(
    st.dictionaries(st.sampled_from(WELLS), st.tuples(NAMES, st.lists(CTS, min_size=3, max_size=3)), min_size=1, max_size=20).filter(
        lambda plan: any(sample for sample, _ in plan.values())  # without any name it is refused
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_what_is_written_as_generic_csv_is_read_again(plan: dict[str, tuple[str, list[float | None]]], encoding: str, padded: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Plate", "Well", "Sample", "Target", "Ct"])
    wanted: dict[Reading, float | None] = {}
    for well, (sample, cts) in plan.items():
        for target, ct in zip(("ORF1ab", "N", "RNaseP"), cts, strict=True):
            name = f"{well[0]}{int(well[1:]):02d}" if padded else well
            writer.writerow(["30000000000015", name, sample, target, "" if ct is None else ct])
            wanted[well, target] = ct
    run = read(out.getvalue().encode(encoding))
    assert by_place(run.readings) == wanted
    assert {(reading.well, reading.sample) for reading in run.readings} == {(well, sample or None) for well, (sample, _) in plan.items()}


@pytest.mark.parametrize("name", TEXTS)
def test_cut_anywhere(name: str) -> None:
    whole = (SAMPLES / name).read_bytes()
    original = accepted(whole)
    for length in range(len(whole)):
        assert not wrong(original, whole[:length]), f"cut after {length} bytes"


@pytest.mark.parametrize("name", TEXTS)
def test_re_encoded(name: str) -> None:
    text, original = decoded(name), accepted((SAMPLES / name).read_bytes())
    for encoding in ENCODINGS:
        assert not wrong(original, text.encode(encoding, errors="replace")), encoding


@pytest.mark.parametrize("name", TEXTS)
def test_any_line_doubled(name: str) -> None:
    lines = decoded(name).splitlines(keepends=True)
    original = accepted((SAMPLES / name).read_bytes())
    for line, place in itertools.product(range(len(lines)), (0, len(lines) // 2, len(lines))):
        damaged = "".join([*lines[:place], lines[line], *lines[place:]]).encode()
        assert not wrong(original, damaged)


@pytest.mark.parametrize("name", TEXTS)
def test_any_two_columns_swapped(name: str) -> None:
    """Header and data, the header alone, or the data alone. In a single replicate Ct and mean are one, so nothing is lost."""
    original = accepted((SAMPLES / name).read_bytes())
    before, table, after, delimiter = _table(decoded(name))
    for first, second in itertools.combinations(range(len(table[0])), 2):
        swap = _swapped(first, second)
        moved = [swap(row) for row in table]
        for rows in ([moved[0], *table[1:]], [table[0], *moved[1:]], moved):
            assert not wrong(original, (before + _written(rows, delimiter) + after).encode()), (table[0][first], table[0][second])


@quick
@given(st.sampled_from(TEXTS), st.data())
def test_any_byte_replaced_by_one_that_is_no_digit(name: str, data: st.DataObject) -> None:
    whole = bytearray(decoded(name).encode())
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.sampled_from([byte for byte in range(256) if byte not in b"0123456789-"]))
    original = accepted(bytes(whole))
    whole[at] = byte
    found = wrong(original, bytes(whole))
    assert not found, (at, byte)


@quick
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_nothing_but_a_refusal_comes_of_any_other_bytes(content: bytes) -> None:
    with pytest.raises(Refused):
        read(content)


def _table(text: str) -> tuple[str, list[list[str]], str, str]:
    """What stands before the results, the results, and what stands after them."""
    lines = text.splitlines()
    header = lines.index("[Results]") + 1 if "[Results]" in lines else next(at for at, line in enumerate(lines) if ",Target" in line)
    delimiter = "\t" if "\t" in lines[header] else ","
    end = next((at for at in range(header, len(lines)) if not lines[at].strip(",")), len(lines))
    rows = list(csv.reader(lines[header:end], delimiter=delimiter))
    return "".join(f"{line}\n" for line in lines[:header]), rows, "".join(f"{line}\n" for line in lines[end:]), delimiter


def _written(rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _swapped(first: int, second: int) -> Callable[[list[str]], list[str]]:
    def swap(row: list[str]) -> list[str]:
        moved = list(row)
        moved[first], moved[second] = moved[second], moved[first]
        return moved

    return swap

"""Codes as scanners send them, and the errors that their check digit catches."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_11_10

from lims.kernel import barcodes
from lims.kernel.barcodes import BarcodeFormat, Kind
from lims.kernel.errors import Refused

SERIALS = st.integers(0, barcodes.SERIALS - 1)
KINDS = st.sampled_from(Kind)
SUPPLIER = BarcodeFormat("supplier-x", "tube", "SX[0-9]{8}", "none")
LUHN = BarcodeFormat("supplier-l", "tube", "[0-9]{12}", "luhn")


def errors_of(code: str) -> set[str]:
    """The code with each single wrong digit, and with each pair of neighbours swapped."""
    wrong = {code[:place] + digit + code[place + 1 :] for place in range(len(code)) for digit in "0123456789"}
    swapped = {code[:place] + code[place + 1] + code[place] + code[place + 2 :] for place in range(len(code) - 1)}
    return (wrong | swapped) - {code}


@given(kind=KINDS, serial=SERIALS)
def test_a_code_of_ours_says_what_it_is_stuck_on_and_its_serial(kind: Kind, serial: int) -> None:
    code = barcodes.own_code(kind, serial)
    assert (barcodes.own_kind(code), barcodes.serial_of(code), len(code)) == (kind, serial, 14)
    assert barcodes.check(code, kind) == code


@settings(max_examples=300)
@given(kind=KINDS, serial=SERIALS)
def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_caught(kind: Kind, serial: int) -> None:
    assert [wrong for wrong in errors_of(barcodes.own_code(kind, serial)) if barcodes.own_kind(wrong) is not None] == []


@pytest.mark.proof
def test_every_single_wrong_digit_and_every_swap_in_a_million_errors_is_caught() -> None:
    codes = (barcodes.own_code(Kind.TUBE, serial * 9_999_991 % barcodes.SERIALS) for serial in range(8_000))
    assert not any(barcodes.own_kind(wrong) for code in codes for wrong in errors_of(code))


@given(scan=st.text(max_size=30))
def test_a_code_once_normalised_stays_as_it_is(scan: str) -> None:
    once = barcodes.normalise(scan)
    assert barcodes.normalise(once) == once


@pytest.mark.parametrize("scan", ["]C1]C110000000000176", "a\u00b4", "\u0390", "x\u0345", "]\u00adC1a", "\ufb03\u0308", "\u1e9a"])
def test_junk_around_a_code_is_taken_off_at_once(scan: str) -> None:
    once = barcodes.normalise(scan)
    assert barcodes.normalise(once) == once


@given(serial=SERIALS, junk=st.sampled_from(["", " ", "\x00", "\x1d", "\ufeff", "\r\n", "\u200b", "]C1", "\t "]))
def test_whatever_a_scanner_adds_a_code_is_the_same_code(serial: int, junk: str) -> None:
    code = barcodes.own_code(Kind.TUBE, serial)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert barcodes.normalise(junk + code + junk.replace("]C1", "")) == code
    assert barcodes.normalise(wide) == code


def test_a_code_that_lost_its_first_digit_is_no_code_of_ours() -> None:
    with pytest.raises(Refused) as refusal:
        barcodes.check(barcodes.own_code(Kind.TUBE, 17)[1:], Kind.TUBE)
    assert refusal.value.code == "barcode_unknown_format"


def test_a_box_scanned_as_a_tube_is_refused_saying_what_it_is() -> None:
    with pytest.raises(Refused) as refusal:
        barcodes.check(barcodes.own_code(Kind.BOX, 21), Kind.TUBE)
    assert refusal.value.code == "barcode_wrong_kind"
    assert "is a box code; scan a tube code" in refusal.value.detail


def test_a_misread_code_of_ours_is_told_from_a_foreign_one() -> None:
    with pytest.raises(Refused) as refusal:
        barcodes.check("10000000000170", Kind.TUBE)
    assert refusal.value.code == "barcode_check_digit"


@pytest.mark.parametrize("code", ["", "1" * 65])
def test_an_empty_or_endless_code_is_refused(code: str) -> None:
    with pytest.raises(Refused) as refusal:
        barcodes.check(code, Kind.TUBE)
    assert refusal.value.code == "barcode_malformed"


def test_a_suppliers_code_is_taken_as_its_format_says() -> None:
    assert barcodes.check("SX12345678", Kind.TUBE, [SUPPLIER]) == "SX12345678"


def test_a_suppliers_misread_code_is_refused_by_its_own_check() -> None:
    body = "79927398713"
    right = next(f"{digit}{body}" for digit in range(10) if barcodes.CHECKS["luhn"](f"{digit}{body}"))
    wrong = next(f"{digit}{body}" for digit in range(10) if not barcodes.CHECKS["luhn"](f"{digit}{body}"))
    assert barcodes.check(right, Kind.TUBE, [LUHN]) == right
    with pytest.raises(Refused) as refusal:
        barcodes.check(wrong, Kind.TUBE, [LUHN])
    assert refusal.value.code == "barcode_check_digit"


def test_of_two_suppliers_whose_codes_look_alike_each_is_known_by_its_own_check() -> None:
    formats = [BarcodeFormat("first", "tube", "[0-9]{10}", "luhn"), BarcodeFormat("second", "tube", "[0-9]{10}", "mod11_10")]
    body = "794462700"
    by_check = {name: body + module.calc_check_digit(body) for name, module in (("luhn", luhn), ("mod11_10", mod_11_10))}
    assert len({*by_check.values()}) == 2
    for code in by_check.values():
        assert barcodes.check(code, Kind.TUBE, formats) == code
    wrong = next(f"{body}{digit}" for digit in range(10) if f"{body}{digit}" not in by_check.values())
    with pytest.raises(Refused) as refusal:
        barcodes.check(wrong, Kind.TUBE, formats)
    assert refusal.value.code == "barcode_check_digit"


@pytest.mark.parametrize("scan", ["ab-1234", "AB-1234"])
def test_a_format_written_in_small_letters_knows_its_codes(scan: str) -> None:
    small = BarcodeFormat("small", "tube", "ab-[0-9]{4}", "none")
    assert barcodes.check(barcodes.normalise(scan), Kind.TUBE, [small]) == "AB-1234"


def test_a_suppliers_tube_is_no_box() -> None:
    with pytest.raises(Refused) as refusal:
        barcodes.check("SX12345678", Kind.BOX, [SUPPLIER])
    assert refusal.value.code == "barcode_unknown_format"


@pytest.mark.parametrize("serial", [-1, barcodes.SERIALS])
def test_a_serial_that_does_not_fit_is_no_code(serial: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        barcodes.own_code(Kind.TUBE, serial)


def test_a_code_is_read_out_in_groups() -> None:
    assert barcodes.grouped("10000000000176") == "10 0000 0000 0176"
    assert barcodes.grouped("SX12345678") == "SX12345678"

"""Codes are judged on the device as on the server: every check of the catalogue, every junk of scanners."""

import pytest
from playwright.sync_api import expect
from stdnum import damm, luhn
from stdnum.iso7064 import mod_11_10, mod_37_36

from lims.kernel import barcodes
from lims.kernel.barcodes import BarcodeFormat, Kind
from lims.kernel.errors import Refused
from tests.browser.conftest import Opener, load, scan
from tests.factories import LUCK, Town, code, person

pytestmark = pytest.mark.browser
FORMATS = [
    BarcodeFormat("a", "tube", "DA[0-9]{9}", "none"),
    BarcodeFormat("b", "tube", "77[0-9]{9}", "damm"),
    BarcodeFormat("c", "tube", "(?P<lot>88)[0-9]{9}", "luhn"),
    BarcodeFormat("d", "tube", "66[0-9]{9}", "mod11_10"),
    BarcodeFormat("e", "tube", "Q[0-9A-Z]{10}", "mod37_36"),
    BarcodeFormat("f", "tube", "10[0-9]{12}", "luhn"),
    BarcodeFormat("g", "tube", "66[0-9]{9}", "luhn"),
    BarcodeFormat("h", "tube", "da-?[a-z]{9}", "none"),
]
UNDERSTAND = """async ([codes, formats]) => {
  const { understand } = await import("/static/codes.js");
  return codes.map((code) => understand(code, formats)).map(({ kind, fault }) => kind === "tube" && !fault);
}"""


def of_every_check() -> list[str]:
    """Codes of each supplier, with each last character there is: of eleven or so one is right."""
    codes = [f"DA{LUCK.randrange(10**9):09d}", "da-abcdefghi", "DAABCDEFGHI"]
    for start, check in (("77", damm), ("88", luhn), ("66", mod_11_10)):
        body = f"{start}{LUCK.randrange(10**8):08d}"
        codes += [body + str(check.calc_check_digit(body)), *(body + digit for digit in "0123456789")]
    body = f"QA7{LUCK.randrange(10**7):07d}"
    codes += [body + mod_37_36.calc_check_digit(body), *(body + last for last in "0123456789ABCXYZ")]
    body = f"10{LUCK.randrange(10**11):011d}"
    return codes + [body + digit for digit in "0123456789"]


def taken(scanned: str) -> bool:
    """Whether the server takes a code as a tube's."""
    try:
        barcodes.check(barcodes.normalise(scanned), Kind.TUBE, FORMATS)
    except Refused:
        return False
    return True


def test_the_device_takes_what_the_server_takes(town: Town, opened: Opener) -> None:
    codes = [form for _ in range(20) for form in of_every_check()]
    own = code(Kind.TUBE)
    codes += [
        own,
        f"]C1{own}",
        f"]C1]Q3{own}",
        "".join(chr(ord(digit) + 0xFEE0) for digit in own),
        f"\x02{own}\r\n",
        f"{own[:4]} {own[4:]}",
        own[1:],
    ]
    told = opened(town.ana, "/sampling/").evaluate(UNDERSTAND, [codes, [vars(one) for one in FORMATS]])
    assert told == [taken(one) for one in codes]
    assert 100 < sum(told) < len(told)


def test_a_suppliers_tube_is_known_on_the_device_with_its_check(town: Town, opened: Opener) -> None:
    load(town.program, {"barcode_format": [{"name": "zz-luhn", "kind": "tube", "regex": "ZZ?[0-9]{9}|99[0-9]{9}", "check": "luhn"}]})
    body = f"99{LUCK.randrange(10**8):08d}"
    right = body + str(luhn.calc_check_digit(body))
    page = opened(town.ana, "/sampling/")
    page.context.set_offline(True)
    scan(page, body + str((int(right[-1]) + 1) % 10))
    expect(page.locator("#said")).to_contain_text("is misread")
    scan(page, f"]C1{right}", person()["id_number"])
    expect(page.locator("#count")).to_have_text("1 / 10")


def test_a_scanner_that_drops_the_first_digit_is_named(town: Town, opened: Opener) -> None:
    page, tube = opened(town.ana, "/sampling/"), code(Kind.TUBE)
    scan(page, tube[1:])
    expect(page.locator("#said")).to_contain_text(f"{tube[1:]} lacks its first digit: it is {tube}.")

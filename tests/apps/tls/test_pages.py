"""What a phone is shown before it trusts the server, and what the server then sets."""

import ssl
from datetime import UTC, datetime

import pytest
import zxingcpp
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw

from lims.apps.tls import context
from lims.kernel.auth.actions import add_user
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.sampling.labels.symbols import square_rows
from tests.factories import COUNTER

BROWSER = {"Accept": "text/html"}


def test_anybody_fetches_the_authority_and_nothing_of_its_key(secured: TestClient) -> None:
    answer = secured.get("/device/ca.crt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-x509-ca-cert")
    assert b"PRIVATE" not in answer.content
    ssl.create_default_context(cadata=answer.text)


@pytest.mark.parametrize(("language", "sentence"), [("en", "Certificate Trust Settings"), ("zh-CN", "证书信任设置")])
def test_the_page_says_what_to_do_on_each_phone(secured: TestClient, language: str, sentence: str) -> None:
    text = secured.get("/device/", headers=BROWSER | {"Accept-Language": language}).text
    for part in (sentence, "iOS", "Android", "https://192.0.2.7:8443/device/ca.crt", '<svg class="qr"'):
        assert part in text


def test_the_code_on_the_page_can_be_read(secured: TestClient) -> None:
    rows = square_rows("qr", "https://192.0.2.7:8443/device/ca.crt")
    path = secured.get("/device/", headers=BROWSER).text.partition('fill="#000" d="')[2].partition('"')[0]
    places = [part.partition("h")[0].split() for part in path.split("M")[1:]]
    picture = Image.new("L", ((len(rows) + 8) * 4,) * 2, 255)
    for x, y in places:
        ImageDraw.Draw(picture).rectangle((int(x) * 4, int(y) * 4, int(x) * 4 + 3, int(y) * 4 + 3), fill=0)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["https://192.0.2.7:8443/device/ca.crt"]


def test_with_a_given_certificate_nothing_is_to_be_installed(secured: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(context.MODE_VARIABLE, "given.crt:given.key")
    assert secured.get("/device/ca.crt").json()["code"] == "no_authority"
    assert "Nothing is to be installed" in secured.get("/device/", headers=BROWSER).text


def test_without_https_the_page_says_what_is_missing(web: TestClient) -> None:
    assert "lims serve --tls" in web.get("/device/", headers=BROWSER).text


def test_the_session_goes_over_https_only(secured: TestClient, program: Program) -> None:
    name = f"ines-{next(COUNTER)}"
    with program.database.transaction(Access.OWNER) as connection:
        add_user(connection, datetime.now(UTC), name, ["sampler"], password="correct horse")
    form = {"name": name, "password": "correct horse"}
    answer = secured.post("/auth/sign-in", data=form, headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303
    assert "secure" in answer.headers["set-cookie"].lower()

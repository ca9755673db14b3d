"""A receipt carries the code for the own result, and its address opens the page that asks for it."""

from csv import DictReader
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest

from tests.factories import Town, person


def receipts(town: Town, tube: dict[str, Any], **how: Any) -> list[dict[str, str]]:
    """The receipts of a tube."""
    answer = town.ana.get(f"/sampling/api/tubes/{tube['barcode']}/receipts", format="csv", **how)
    assert answer.status_code == 200, answer.text
    return list(DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_everybody_in_a_tube_gets_a_receipt_with_a_code_of_their_own_and_no_name(town: Town) -> None:
    tube = town.collected(3)
    made = receipts(town, tube)
    assert len({row["lookup"] for row in made}) == 3
    assert {row["name"] for row in made} == {""}
    assert made[0]["day"] == "2022-02-02"
    assert receipts(town, tube, names=True, position=2)[0]["name"] == tube["members"][1]["name"]


def test_a_receipt_is_printed_as_a_label(town: Town) -> None:
    answer = town.ana.get(f"/sampling/api/tubes/{town.collected(2)['barcode']}/receipts", format="zpl")
    assert answer.content.count(b"^XA") == 2


def test_receipts_of_another_site_do_not_exist(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    answer = elsewhere.ana.get(f"/sampling/api/tubes/{town.collected(1)['barcode']}/receipts")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("right", [True, False])
def test_the_page_of_a_receipt_tells_the_result_to_whoever_has_code_and_number(town: Town, right: bool) -> None:
    who = person()
    tube = town.collected([who])
    code = receipts(town, tube)[0]["lookup"]
    assert code in town.web.get(f"/sampling/result/{quote(code)}").text
    number = who["id_number"] if right else person()["id_number"]
    answer = town.web.post(f"/sampling/result/{code}", data={"id_type": "resident_id", "id_number": number})
    assert answer.status_code == (200 if right else 404)
    assert ("not ready yet" in answer.text) is right
    town.tested(tube["barcode"])
    shown = town.web.post(f"/sampling/result/{code}", data={"id_type": "resident_id", "id_number": number}).text
    assert ('<span class="mark negative">' in shown) is right


def test_the_page_says_the_day_on_which_it_was_at_the_site(town: Town) -> None:
    who = person()
    tube = town.collected([who], hours=-0.5)  # half past seven in Shanghai, when it is still the day before in UTC
    code = receipts(town, tube)[0]["lookup"]
    asked = {"id_type": who["id_type"], "id_number": who["id_number"]}
    assert "Sampled on 2022-02-02." in town.web.post(f"/sampling/result/{code}", data=asked).text

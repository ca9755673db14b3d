"""The printers of a site: heard of by asking for work, chosen for a job, one of them the usual one; and the pages about them."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.factories import Town, tube
from tests.sampling.printing.test_jobs import asked, reserved, taken, told


def heard(town: Town, *printers: str) -> None:
    """Each of these agents asks for work."""
    for printer in printers:
        assert town.ana.get("/sampling/api/print-jobs/next", printer=printer).status_code == 200


def set_up(town: Town, printer: str, **how: Any) -> Any:
    """Say how a printer is."""
    return town.ana.post("/sampling/api/label-printers", {"site": town.site, "name": printer} | how)


def test_an_agent_that_asks_for_work_is_seen_on_the_page(town: Town) -> None:
    assert "No printer was heard of yet" in town.ana.get("/sampling/labels/jobs").text
    heard(town, "10.0.0.9:9100", "10.0.0.9:9100")
    page = town.ana.get("/sampling/labels/jobs").text
    assert "heard at" in page
    assert "silent since" not in page


def test_a_job_for_one_printer_is_offered_to_no_other(town: Town) -> None:
    heard(town, "tent", "office")
    job = asked(town, reserved(town, 3), printer="tent").json()
    assert (job["wanted"], job["printer"]) == ("tent", None)
    assert town.ana.get("/sampling/api/print-jobs/next", printer="office").json()["job"] is None
    assert told(town, job["id"], "take", id=job["id"], printer="office").json()["code"] == "print_job_elsewhere"
    assert taken(town, job["id"], printer="tent")["labels"] != []


def test_a_job_speaks_what_its_printer_speaks(town: Town) -> None:
    assert set_up(town, "gprinter", format="tspl", dpi=300).status_code == 204
    job = asked(town, reserved(town, 1), printer="gprinter").json()
    assert (job["format"], asked(town, reserved(town, 1)).json()["format"]) == ("tspl", "zpl")


def test_one_printer_of_a_site_is_the_usual_one_and_stands_first(town: Town) -> None:
    reserved(town, 1)
    for printer in ("tent", "office", "tent", "office"):
        assert set_up(town, printer, usual=True).status_code == 204
    page = town.ana.get("/sampling/labels").text
    assert page.index('data-printer="office"') < page.index('data-printer="tent"')
    assert town.ana.get("/sampling/labels/jobs").text.count(" checked") == 1


def test_printers_of_another_site_are_nobody_elses(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    heard(town, "tent-7")
    answer = elsewhere.ana.post("/sampling/api/label-printers", {"site": town.site, "name": "tent"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "tent-7" not in elsewhere.ana.get("/sampling/labels/jobs").text


def test_so_many_labels_from_this_one_are_printed_or_none(town: Town) -> None:
    made = reserved(town, 10)
    job = asked(town, made, first=made["codes"][2], count=4).json()
    assert (job["first"], job["last"], job["count"]) == (made["codes"][2], made["codes"][5], 4)
    assert asked(town, made, first=made["codes"][6], count=5).json()["code"] == "label_range_unknown"
    path = f"/sampling/api/label-ranges/{made['id']}/labels"
    answer = town.ana.get(path, format="csv", first=made["codes"][6], count="4", text="夜场")
    assert [row["code"] for row in csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))] == made["codes"][6:]
    assert town.ana.get(path, format="csv", first=made["codes"][6], count="0").status_code == 422


def test_the_page_offers_what_is_not_printed_yet(town: Town) -> None:
    made = reserved(town, 10)
    town.ana.get(f"/sampling/api/label-ranges/{made['id']}/labels", format="csv", count="3")
    page = town.ana.get("/sampling/labels").text
    assert f'name="first" value="{made["codes"][3]}"' in page
    assert "7 not printed" in page


def test_the_page_of_a_broken_job_asks_for_the_last_label_and_an_empty_word_is_none(town: Town) -> None:
    made = reserved(town, 6)
    job = asked(town, made).json()["id"]
    taken(town, job)
    taken(town, job)
    page = town.ana.get("/sampling/labels/jobs").text
    assert "Scan the last label that came out" in page
    assert town.ana.post(f"/sampling/api/print-jobs/{job}/resume", {}).json()["code"] == "request_malformed"
    assert told(town, job, "resume", none_came_out="true").json()["printed"] == 0


def test_the_ledger_goes_to_a_spreadsheet_with_every_gap_and_its_reason(town: Town) -> None:
    made = reserved(town, 6)
    town.ana.get(f"/sampling/api/label-ranges/{made['id']}/labels", format="csv")
    town.sync(tube(town.site, 1, barcode=made["codes"][3]))
    void = {"first": made["codes"][0], "last": made["codes"][1], "reason": "=torn"}
    assert town.ana.post(f"/sampling/api/label-ranges/{made['id']}/void", void).status_code == 204
    answer = town.ana.get("/sampling/api/label-ledger.csv", site=town.site)
    block, print_, *gaps = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    counts = [block[name] for name in ("row", "count", "used", "void", "unexplained", "in_stock")]
    assert counts == ["block", "6", "1", "2", "1", "2"]
    assert (print_["row"], print_["by"], print_["printer"]) == ("print", town.ana.name, "file")
    assert [(gap["state"], gap["first"], gap["last"], gap["reason"]) for gap in gaps] == [
        ("void", made["codes"][0], made["codes"][1], "'=torn"), ("unexplained", made["codes"][2], made["codes"][2], ""),
    ]  # fmt: skip
    page = town.ana.get("/sampling/labels/ledger").text
    assert "1 of 6 labels are unexplained" in page
    assert "=torn" in page


@pytest.mark.parametrize("path", ["/sampling/api/label-ledger.csv", "/sampling/labels/ledger"])
def test_the_ledger_of_another_site_is_not_shown(town: Town, path: str) -> None:
    made, elsewhere = reserved(town, 2), Town.build(town.program, town.web)
    assert made["first"] not in elsewhere.ana.get(path, site=town.site).text

"""Contacts of a tube: who was sampled, packed and tested near it; by name only for those who may, and never unseen."""

import csv
import io
from typing import Any

from lims.kernel.barcodes import Kind
from tests.bench import another_town, done, pack, refused, verbs
from tests.factories import Town, code


def traced(town: Town) -> dict[str, dict[str, Any]]:
    """A reactive tube with one before it, one after it, one in its box and plate, and one sampled elsewhere that was on its plate."""
    before, pool, after = (town.collected(2, hours=hours) for hours in (0, 0.2, 0.4))
    box = code(Kind.BOX)
    done(pack(town, box, pool["barcode"], after["barcode"]))
    other = another_town(town)
    far = other.collected(1)
    town.tested(before["barcode"], pool["barcode"], after["barcode"], far["barcode"], truth={pool["barcode"]: "positive"})
    return {"before": before, "pool": pool, "after": after, "far": far}


def rows(text: str) -> list[dict[str, str]]:
    """A file as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_ana_reads_who_is_to_be_traced_by_name_and_that_is_on_record(town: Town) -> None:
    tubes = traced(town)
    barcode = tubes["pool"]["barcode"]
    items = done(town.ana.get(f"/sampling/api/cases/{barcode}/contacts"))["items"]
    assert [(one["tube"], one["near"], one["name"]) for one in items[:2]] == [
        (barcode, ["case"], member["name"]) for member in tubes["pool"]["members"]
    ]  # fmt: skip
    ways = {one["tube"]: set(one["near"]) for one in items[2:]}
    assert ways.keys() == {tubes["before"]["barcode"], tubes["after"]["barcode"]}, "people of another site are not hers to name"
    assert "before" in ways[tubes["before"]["barcode"]]
    assert {"after", "box"} <= ways[tubes["after"]["barcode"]]
    assert {one["id_number"] for one in items} == {
        member["id_number"] for way in ("before", "pool", "after") for member in tubes[way]["members"]
    }
    opened = [line for line in done(town.ben.get(f"/sampling/api/tubes/{barcode}"))["history"] if line["verb"] == "contacts.opened"]
    assert [(line["actor"], line["what"]) for line in opened] == [(town.ana.name, {"tubes": 3, "people": 6})]


def test_ana_reads_it_on_a_page_and_takes_it_along_as_a_file_each_on_record(town: Town) -> None:
    tubes = traced(town)
    barcode = tubes["pool"]["barcode"]
    page = town.ana.get(f"/sampling/cases/{barcode}/contacts")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert int(page.headers["x-statements"]) <= 40
    for member in (*tubes["pool"]["members"], *tubes["before"]["members"]):
        assert member["name"] in page.text
    answer = town.ana.get(f"/sampling/api/cases/{barcode}/contacts", format="csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="contacts-{barcode}.csv"'
    listed = rows(answer.text)
    assert (listed[0]["near"], listed[0]["name"]) == ("case", tubes["pool"]["members"][0]["name"])
    assert len(listed) == 6
    assert verbs(town, barcode).count("contacts.opened") == 2


def test_the_authoritys_program_gets_every_site_with_the_scope_identity_alone(town: Town) -> None:
    tubes = traced(town)
    barcode = tubes["pool"]["barcode"]
    items = done(town.authority.get(f"/reporting/api/cases/{barcode}/contacts"))["items"]
    assert tubes["far"]["members"][0]["name"] in {one["name"] for one in items}
    assert rows(town.authority.get(f"/reporting/api/cases/{barcode}/contacts", format="csv").text)[0]["tube"] == barcode
    masked = town.somebody("counter", "integration")
    refused(masked.get(f"/reporting/api/cases/{barcode}/contacts"), 403, "scope_missing", masked.name)
    elsewhere = another_town(town)
    for bound in ({"site": elsewhere.site}, {"lab": elsewhere.lab}):
        (place,) = bound
        stranger = town.somebody(f"of_another_{place}", "integration", scopes=("identity",), **bound)
        refused(stranger.get(f"/reporting/api/cases/{barcode}/contacts"), 404, "not_found")
    assert verbs(town, barcode).count("contacts.opened") == 2


def test_nobody_else_reads_names_and_nobody_who_is_refused_leaves_a_line(town: Town) -> None:
    barcode, other = traced(town)["pool"]["barcode"], another_town(town)
    for path in (f"/sampling/api/cases/{barcode}/contacts", f"/sampling/cases/{barcode}/contacts"):
        assert other.ana.get(path).status_code == 404
        for who in (town.ben, town.bea, town.olga, town.carl, town.ada, town.authority):
            assert who.get(path).status_code == 403
    for who in (town.ana, town.ben, town.bea, town.olga, town.ada):
        refused(who.get(f"/reporting/api/cases/{barcode}/contacts"), 403, "role_missing")
    refused(town.ana.get(f"/sampling/api/cases/{code(Kind.TUBE)}/contacts"), 404, "not_found")
    assert "contacts.opened" not in verbs(town, barcode)


def test_the_bench_takes_the_tubes_along_without_names_plate_and_all(town: Town) -> None:
    tubes = traced(town)
    barcode = tubes["pool"]["barcode"]
    answer = town.ben.get(f"/testing/api/cases/{barcode}/neighbours", format="csv")
    listed = {row["tube"]: row for row in rows(answer.text)}
    assert listed.keys() == {tubes[way]["barcode"] for way in ("before", "after", "far")}
    assert all({"well", "plate"} & set(row["near"].split()) and row["wells"] for row in listed.values())
    assert not any(
        member["name"] in answer.text or member["id_number"] in answer.text for tube in tubes.values() for member in tube["members"]
    )


def test_a_tube_elsewhere_on_the_plate_is_told_apart_from_one_beside_it(town: Town) -> None:
    many = [town.collected(1)["barcode"] for _ in range(6)]
    layout = dict(zip(("A1", "A2", "B2", "C3", "H5", "D10"), many, strict=True))
    controls = {"A4": "control:weak_positive", "B4": "control:negative", "C4": "control:negative", "D4": "control:blank"}
    town.received(*many)
    plate = town.plated(layout=layout | controls)
    done(town.imported(plate, {many[0]: "positive"}))
    near = {one["tube"]: (one["near"], one["wells"]) for one in done(town.olga.get(f"/testing/api/cases/{many[0]}/neighbours"))["items"]}
    on_plate = {tube: ({"well", "plate"} & set(ways), wells) for tube, (ways, wells) in near.items()}
    assert on_plate == {
        many[1]: ({"well"}, ["A2"]), many[2]: ({"well"}, ["B2"]),
        many[3]: ({"plate"}, ["C3"]), many[4]: ({"plate"}, ["H5"]), many[5]: ({"plate"}, ["D10"]),
    }  # fmt: skip

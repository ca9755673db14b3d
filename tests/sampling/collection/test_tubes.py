"""Looking a tube up: Ana sees her people and their codes, Ben sees a tube."""

import pytest

from tests.factories import Town, person, tube


def test_ana_sees_who_is_in_her_tube_with_the_code_for_each(town: Town) -> None:
    people = [person(), person(id_type="passport", id_number="e 123-456", name="Zoë", phone="")]
    made = town.collected(people)
    first, second = town.ana.get(f"/sampling/api/tubes/{made['barcode']}").json()["members"]
    assert (first["position"], first["id_number"], first["name"], first["phone"]) == (
        1,
        *(people[0][word] for word in ("id_number", "name", "phone")),
    )
    assert (second["id_type"], second["id_number"], second["name"]) == ("passport", "E123456", "Zoë")
    assert first["lookup_code"] != second["lookup_code"]


def test_ben_sees_the_tube_in_his_lab_without_its_people(town: Town) -> None:
    who = person()
    made = town.collected([who, person()])
    town.received(made["barcode"])
    answer = town.ben.get(f"/sampling/api/tubes/{made['barcode']}")
    told = answer.json()
    assert (told["members"], told["member_count"], told["bench_state"], told["lab"]) == (None, 2, "waiting", town.lab)
    assert [line["verb"] for line in told["history"]] == ["tube.registered", "tube.received"]
    assert not any(who[word] in answer.text for word in ("name", "id_number", "phone"))


def test_ben_does_not_see_a_tube_that_has_not_come_yet(town: Town) -> None:
    made = town.collected(1)
    answer = town.ben.get(f"/sampling/api/tubes/{made['barcode']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_ana_does_not_see_a_tube_that_only_the_lab_has_met(town: Town) -> None:
    barcode = tube(town.site)["barcode"]
    town.received(barcode)
    assert town.ana.get(f"/sampling/api/tubes/{barcode}").status_code == 404
    assert town.ben.get(f"/sampling/api/tubes/{barcode}").json()["state"] is None


def test_whoever_samples_and_works_at_a_bench_sees_names_of_the_own_site_only(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    sam = elsewhere.somebody("sam", "sampler", "technician", site=elsewhere.site, lab=town.lab)
    made = town.collected(1)
    town.received(made["barcode"])
    assert sam.get(f"/sampling/api/tubes/{made['barcode']}").json()["members"] is None


@pytest.mark.parametrize("scan", ["]C1{}", "%20{}%0D", "{}%00"])
def test_a_code_is_found_as_scanners_send_it(town: Town, scan: str) -> None:
    made = town.collected(1)
    assert town.ana.get(f"/sampling/api/tubes/{scan.format(made['barcode'])}").json()["barcode"] == made["barcode"]


@pytest.mark.parametrize("scan", ["nonsense", "%00", "%F0%9F%98%80", "x" * 5000, "]C1" * 2000, "10000000000176'--", "%ED%A0%80"])
def test_a_code_that_nobody_knows_is_not_found(town: Town, scan: str) -> None:
    answer = town.ana.get(f"/sampling/api/tubes/{scan}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

"""What the health authority is told of a case: each thing once, in order, by codes alone."""

import json

from lims.apps import worker
from lims.kernel import ids
from tests.bench import another_town, refused
from tests.factories import Town, at
from tests.interop.telling import answered, first_sign, kinds, told


def test_olga_is_told_at_the_first_sign_before_anybody_has_reviewed_it(town: Town) -> None:
    pool, _ = first_sign(town, kind="single_target")
    (notice,) = told(town)
    assert notice["kind"] == "case.preliminary"
    assert notice["data"] == {
        "case": pool["barcode"], "tube": pool["barcode"], "position": None, "call": "inconclusive", "reasons": ["single_target"],
        "outcome": None, "lab": town.lab, "site": town.site, "area": town.area,
    }  # fmt: skip
    assert notice["at"].startswith("2022-02-02T04:00")
    assert notice["seen"] == []


def test_a_whole_case_is_told_in_its_order_at_release_at_each_positive_member_and_at_closing(town: Town) -> None:
    pool, run = first_sign(town, people=3)
    assert town.reviewed(run, tubes=[pool["barcode"]]).status_code == 200
    singles = answered(town, pool, ["negative", "positive", "positive"])
    notices = told(town)
    assert kinds(notices) == ["case.preliminary", "case.firm", "member.positive", "member.positive", "case.closed"]
    positive = [notice["data"] for notice in notices if notice["kind"] == "member.positive"]
    assert [(data["position"], data["tube"]) for data in positive] == [(2, singles[1]), (3, singles[2])]
    assert notices[-1]["data"]["outcome"] == "confirmed"
    assert len({notice["id"] for notice in notices}) == 5


def test_looking_at_every_step_tells_the_same_and_nothing_twice(town: Town) -> None:
    pool, run = first_sign(town)
    assert kinds(told(town)) == ["case.preliminary"]
    town.reviewed(run, tubes=[pool["barcode"]])
    assert kinds(told(town)) == ["case.preliminary", "case.firm"]
    answered(town, pool, ["negative", "positive"])
    everything = told(town)
    assert kinds(everything) == ["case.preliminary", "case.firm", "member.positive", "case.closed"]
    worker.tell_once(town.program)
    assert told(town) == everything


def test_a_case_whose_repeat_is_negative_is_told_as_withdrawn(town: Town) -> None:
    pool, run = first_sign(town)
    town.reviewed(run, "reject", [pool["barcode"]])
    again = town.imported(town.plated(hours=6), hours=7).json()["run"]
    town.reviewed(again, hours=8)
    notices = told(town)
    assert kinds(notices) == ["case.preliminary", "case.closed"]
    assert notices[-1]["data"]["outcome"] == "withdrawn"


def test_a_later_run_that_sees_a_released_negative_otherwise_is_told(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    plate = town.plated()
    town.reviewed(town.imported(plate).json()["run"])
    assert told(town) == []
    town.imported(plate, {pool["barcode"]: "positive"}, hours=6)
    assert kinds(told(town)) == ["case.preliminary", "case.doubted"]


def test_an_amended_result_is_told_and_what_follows_from_it_is_told_again(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    plate = town.plated()
    run = town.imported(plate, {pool["barcode"]: "positive"}).json()["run"]
    town.reviewed(run, tubes=[pool["barcode"]])
    assert kinds(told(town)) == ["case.preliminary", "case.firm"]
    town.imported(plate, hours=6)
    body = {"id": str(ids.uuid7()), "call": "negative", "reason": "the plate was turned round", "at": at(7)}
    answer = town.bea.post(f"/testing/api/tubes/{pool['barcode']}/amend", body)
    assert answer.status_code == 200, answer.text
    notices = told(town)
    assert kinds(notices) == ["case.preliminary", "case.firm", "result.amended", "case.closed"]
    assert (notices[2]["data"]["call"], notices[2]["data"]["case"]) == ("negative", pool["barcode"])
    assert notices[3]["data"]["outcome"] == "withdrawn"


def test_a_discordant_case_is_told_when_bea_closes_it(town: Town) -> None:
    pool, run = first_sign(town)
    town.reviewed(run, tubes=[pool["barcode"]])
    answered(town, pool, ["negative", "negative"])
    assert kinds(told(town)) == ["case.preliminary", "case.firm"]
    closing = {"id": str(ids.uuid7()), "outcome": "cleared", "reason": "carried over on the plate", "at": at(14)}
    assert town.bea.post(f"/testing/api/cases/{pool['barcode']}/close", closing).status_code == 200
    closed = told(town)[-1]
    assert (closed["kind"], closed["data"]["outcome"]) == ("case.closed", "cleared")


def test_a_rejected_pool_of_a_case_is_told_as_firm_because_its_people_are_called_back(town: Town) -> None:
    pool, _ = first_sign(town)
    body = {"id": str(ids.uuid7()), "reason": "leaking", "note": "", "at": at(6)}
    assert town.ben.post(f"/testing/api/tubes/{pool['barcode']}/reject", body).status_code == 200
    notices = told(town)
    assert kinds(notices) == ["case.preliminary", "case.firm"]
    assert notices[-1]["data"]["call"] is None


def test_a_positive_single_tube_of_no_case_is_told(town: Town) -> None:
    single = town.collected(1, size=1)
    town.tested(single["barcode"], truth={single["barcode"]: "positive"})
    (notice,) = told(town)
    assert (notice["kind"], notice["data"]["tube"], notice["data"]["case"]) == ("tube.positive", single["barcode"], None)


def test_negative_pools_and_runs_out_of_control_tell_nothing(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    plate = town.plated()
    town.imported(plate, {pool["barcode"]: "positive"}, spoiled="negative")
    assert told(town) == []
    town.reviewed(town.imported(plate, hours=5).json()["run"])
    assert told(town) == []


def test_no_notice_names_anybody(town: Town) -> None:
    pool, run = first_sign(town)
    town.reviewed(run, tubes=[pool["barcode"]])
    answered(town, pool, ["negative", "positive"])
    said = json.dumps(told(town), ensure_ascii=False)
    private = [member[key] for member in pool["members"] for key in ("name", "id_number", "phone")]
    assert [word for word in private if word in said] == []


def test_olga_takes_note_by_name_and_once(town: Town) -> None:
    first_sign(town)
    (notice,) = told(town)
    body = {"id": str(ids.uuid7()), "notices": [notice["number"]]}
    for _ in range(2):
        assert town.olga.post("/reporting/api/notices/seen", body).status_code == 204
    ola = town.somebody("ola", "official")
    assert ola.post("/reporting/api/notices/seen", body | {"id": str(ids.uuid7())}).status_code == 204
    (seen,) = told(town)
    assert [note["by"] for note in seen["seen"]] == [town.olga.name, ola.name]


def test_the_same_id_for_other_notices_is_refused(town: Town) -> None:
    first_sign(town)
    first_sign(town)
    numbers = [notice["number"] for notice in told(town)]
    body = {"id": str(ids.uuid7()), "notices": numbers[:1]}
    assert town.olga.post("/reporting/api/notices/seen", body).status_code == 204
    refused(town.olga.post("/reporting/api/notices/seen", body | {"notices": numbers}), 409, "id_reused")


def test_an_official_of_another_lab_neither_sees_a_notice_nor_takes_note_of_it(town: Town) -> None:
    first_sign(town)
    (notice,) = told(town)
    other = another_town(town)
    cleo = other.somebody("cleo", "official", lab=other.lab)
    assert told(other, to=cleo) == []
    body = {"id": str(ids.uuid7()), "notices": [notice["number"]]}
    refused(cleo.post("/reporting/api/notices/seen", body), 404, "not_found", str(notice["number"]))


def test_who_is_no_official_takes_no_note_and_reads_none(town: Town) -> None:
    body = {"id": str(ids.uuid7()), "notices": [1]}
    for somebody in (town.ana, town.ben, town.bea, town.authority):
        refused(somebody.post("/reporting/api/notices/seen", body), 403, "role_missing")
    for somebody in (town.ana, town.ben, town.bea):
        refused(somebody.get("/reporting/api/notices"), 403, "role_missing")
    assert town.authority.get("/reporting/api/notices").status_code == 200


def test_the_list_goes_on_where_the_last_piece_ended(town: Town) -> None:
    for _ in range(3):
        first_sign(town)
    lina = town.somebody("lina", "official", lab=town.lab)
    numbers = [notice["number"] for notice in reversed(told(town))]
    page = lina.get("/reporting/api/notices", limit=2).json()
    rest = lina.get("/reporting/api/notices", limit=2, after=page["next"]).json()
    assert [notice["number"] for notice in page["items"] + rest["items"]] == numbers
    assert rest["next"] is None

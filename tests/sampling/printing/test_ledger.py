"""Every label of a block stands under one name, so that a gap in the numbers has one too."""

from hypothesis import given
from hypothesis import strategies as st

from lims.sampling.printing.rules import Run, account, runs
from tests.factories import Town, tube
from tests.sampling.printing.test_jobs import asked, reserved, taken, told

SERIALS = st.sets(st.integers(0, 30))
RUNS = st.lists(st.builds(Run, st.integers(0, 30), st.integers(0, 30)), max_size=3)


@given(RUNS, RUNS, SERIALS, SERIALS)
def test_every_label_of_a_block_stands_under_exactly_one_name(printed: list[Run], sent: list[Run], used: set[int], void: set[int]) -> None:
    made = account(Run(5, 25), printed, sent, used, void)
    named = [serial for part in vars(made).values() for run in part for serial in run.serials]
    assert sorted(named) == list(range(5, 26))


@given(SERIALS)
def test_runs_are_the_same_numbers(serials: set[int]) -> None:
    assert [serial for run in runs(serials) for serial in run.serials] == sorted(serials)


def test_the_ledger_names_used_void_doubtful_and_unexplained_labels(town: Town) -> None:
    made = reserved(town, 12)
    codes = made["codes"]
    job = asked(town, made).json()["id"]
    told(town, job, "outcome", id=taken(town, job, most=8)["id"], outcome="printed")
    taken(town, job, most=2)
    town.sync(tube(town.site, 1, barcode=codes[0]), tube(town.site, 1, barcode=codes[4]))
    answer = town.ana.post(f"/sampling/api/label-ranges/{made['id']}/void", {"first": codes[2], "reason": "torn"})
    assert answer.status_code == 204, answer.text
    (line,) = town.ada.get("/sampling/api/label-ledger", site=town.site).json()["items"]
    counts = {name: line[name] for name in ("count", "used", "void", "in_doubt", "not_printed", "in_stock", "unexplained")}
    assert counts == {"count": 12, "used": 2, "void": 1, "in_doubt": 2, "not_printed": 2, "in_stock": 3, "unexplained": 2}
    assert {(gap["state"], gap["first"]) for gap in line["gaps"]} == {
        ("void", codes[2]), ("in_doubt", codes[8]), ("unexplained", codes[1]), ("unexplained", codes[3]),
    }  # fmt: skip
    assert (line["reserved_by"], line["jobs"][0]["printer"]) == (town.ana.name, "zebra")


def test_a_label_in_use_is_not_void(town: Town) -> None:
    made = reserved(town, 2)
    town.sync(tube(town.site, 1, barcode=made["first"]))
    answer = town.ana.post(
        f"/sampling/api/label-ranges/{made['id']}/void", {"first": made["first"], "last": made["last"], "reason": "torn"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "label_used")


def test_the_ledger_of_other_days_is_empty_and_reversed_days_are_refused(town: Town) -> None:
    reserved(town, 2)
    assert town.ana.get("/sampling/api/label-ledger", site=town.site, **{"from": "2022-01-01", "to": "2022-01-02"}).json()["items"] == []
    answer = town.ana.get("/sampling/api/label-ledger", site=town.site, **{"from": "2022-01-02", "to": "2022-01-01"})
    assert answer.json()["code"] == "report_days_reversed"


def test_boxes_have_codes_and_labels_of_their_own(town: Town) -> None:
    made = reserved(town, 3, kind="box")
    assert made["first"].startswith("20")
    assert asked(town, made, template="box_100x50").status_code == 201

"""Bea looks at the curves before she believes a late Ct."""

import re
from typing import Any

import pytest

from lims.kernel.barcodes import Kind
from lims.testing.instruments.formats import read
from lims.testing.instruments.rules import Curve
from lims.testing.review.charts import HEIGHT, WIDTH, charts
from tests.bench import another_town, done, refused
from tests.factories import SEEN, Town, code

TARGETS = ("ORF1ab", "N", "RNaseP")


def export(plate: dict[str, Any], truth: dict[str, str], *, broken: bool = False) -> bytes:
    """What a QuantStudio writes: amplification data by the well's number, then the results."""
    results = ["[Results]", "Well\tWell Position\tOmit\tSample Name\tTarget Name\tCT\tCt Threshold"]
    curves = ["[Amplification Data]", "Well\tCycle\tTarget Name\tRn\tDelta Rn"]
    for well, what in plate["wells"].items():
        number = (ord(well[0]) - ord("A")) * 12 + int(well[1:])
        role = what.get("control")
        kind = {"negative": "control_negative"}.get(role, role) if role else truth.get(what["tube"], "negative")
        for target, ct in zip(TARGETS, SEEN[kind], strict=True):
            results.append(f"{number}\t{well}\tfalse\t{what.get('tube') or role}\t{target}\t{'Undetermined' if ct is None else ct}\t0.2")
            values = [0.01 if ct is None or cycle < ct - 4 else min(0.2 * 2 ** (cycle - ct), 4.5) for cycle in range(1, 41)]
            curves += [
                f"{number}\t{cycle}\t{target}\t1.0\t{'spoilt' if broken and cycle == 9 else f'{value:.5f}'}"
                for cycle, value in enumerate(values, 1)
            ]
    return ("\n".join(["* Block Type = 96-Well Block", "", *curves, "", *results]) + "\n").encode()


def imported(town: Town, *, broken: bool = False) -> tuple[dict[str, Any], dict[str, Any], str]:
    tube, other = sorted(code(Kind.TUBE) for _ in range(2))
    town.received(tube, other)
    plate = town.plated()
    return plate, done(town.upload(plate["barcode"], export(plate, {tube: "positive"}, broken=broken))), tube


def test_the_curves_of_every_well_are_drawn_for_each_target(town: Town) -> None:
    plate, run, _ = imported(town)
    assert f'data-fragment="/testing/runs/{run["run"]}/curves"' in town.bea.get(f"/testing/runs/{run['run']}").text
    page = town.bea.get(f"/testing/runs/{run['run']}/curves").text
    assert page.count("<polyline") == len(plate["wells"]) * len(TARGETS)
    assert re.findall(r"<strong>(\w+)</strong>", page) == list(TARGETS)
    assert "threshold" in page
    assert " style=" not in page


def test_a_curve_that_is_not_whole_is_left_out_and_the_run_is_read_all_the_same(town: Town) -> None:
    _, run, tube = imported(town, broken=True)
    assert next(call for call in run["calls"] if call["tube"] == tube)["call"] == "positive"
    assert "data-fragment" not in town.bea.get(f"/testing/runs/{run['run']}").text
    assert "<polyline" not in town.bea.get(f"/testing/runs/{run['run']}/curves").text


@pytest.mark.parametrize("broken", [False, True])
def test_olga_is_offered_the_curves_of_a_case_only_where_there_are_any(town: Town, *, broken: bool) -> None:
    pool = town.collected(2)["barcode"]
    town.received(pool)
    plate = town.plated()
    run = done(town.upload(plate["barcode"], export(plate, {pool: "positive"}, broken=broken)))
    page = town.olga.get(f"/testing/cases/{pool}").text
    assert plate["barcode"] in page
    assert (f'data-fragment="/testing/cases/{pool}/curves/{run["run"]}"' in page) is not broken


def test_nobody_sees_the_curves_of_another_lab(town: Town) -> None:
    _, run, _ = imported(another_town(town))
    refused(town.bea.get(f"/testing/runs/{run['run']}/curves"), 404, "not_found", run["run"])
    assert town.ana.get(f"/testing/runs/{run['run']}/curves").status_code == 403


@pytest.mark.parametrize("rows", [("1\t2\tN\t1.0\t0.5",), ("1\t1\tN\t1.0\tNaN?",), ("1\tone\tN\t1.0\t0.5",), ('1\t1\tN\t1.0\t"0.5',)])
def test_damaged_curves_never_keep_a_run_from_being_read(rows: tuple[str, ...]) -> None:
    content = "\n".join(
        ["[Amplification Data]", "Well\tCycle\tTarget Name\tRn\tDelta Rn", *rows, "[Results]", "Well\tWell Position\tTarget Name\tCT"]
    )
    run = read(f"{content}\n1\tA1\tN\t31.2\n".encode())
    assert (run.readings[0].ct, run.curves) == (31.2, ())


def test_a_chart_holds_all_its_lines_and_draws_what_rises_on_top() -> None:
    rising = Curve("A1", "N", (0.0, 0.1, 4.0), 0.2)
    falling = Curve("B1", "N", (0.0, -0.3, 0.0), 0.2)
    (chart,) = charts([rising, falling, Curve("A1", "X", (1.0, 2.0))], ["N", "E"], {"A1": "positive"}, ["B1"], {("A1", "N"): True})
    assert [(trace.well, trace.tone, trace.control) for trace in chart.traces] == [("B1", "", True), ("A1", "positive", False)]
    assert (chart.wells, chart.risen) == (2, 1)
    places = [tuple(map(float, point.split(","))) for trace in chart.traces for point in trace.steps.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)

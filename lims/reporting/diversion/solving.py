"""The assignment of boxes to labs, solved in whole boxes by HiGHS.

Every box goes to one lab or is without a place; no lab takes more tubes than it has room for. Least cost: first as few tubes without
a place as possible, the urgent ones first, then as few and as short changes as possible. Source of the solver: Huangfu and Hall,
"Parallelizing the dual revised simplex method", Mathematical Programming Computation 10 (2018).

A province has thousands of boxes on the road and hundreds of labs. The solver starts from an answer (one box after the other, the most
urgent first), so that there is one whenever its time ends, and weighs of each box the nearest labs.
"""

from collections.abc import Mapping, Sequence
from heapq import nsmallest

import highspy
import numpy as np

from lims.kernel.errors import Refused
from lims.reporting.diversion.rules import Assignment, Box, Problem, assignment_of, tidied

SECONDS = 3.0
# A ten-thousandth of the cost is hardly a box; to prove that it is none takes longest.
GAP = 1e-4
FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible
# Labs that are weighed for a box beside its own, and that which it has at the start.
NEAREST = 12
Choice = tuple[int, str | None]


def solve(problem: Problem) -> Assignment:
    """Where each box should go; at once where every lab has room for what goes to it. Refused where no answer is found in time."""
    if not problem.too_full and all(box.lab is not None for box in problem.boxes):
        return Assignment((), ())
    start = tidied(problem, {box.barcode: None for box in problem.boxes})
    choices = [(number, lab) for number, box in enumerate(problem.boxes) for lab in weighed(problem, box, start[box.barcode])]
    begun = [start[problem.boxes[number].barcode] == lab for number, lab in choices]
    chosen = solved(problem, choices, begun)
    places = {problem.boxes[number].barcode: lab for (number, lab), taken in zip(choices, chosen, strict=True) if taken}
    return assignment_of(problem, tidied(problem, places))


def weighed(problem: Problem, box: Box, start: str | None) -> list[str | None]:
    """Where a box may go: nowhere, where it goes anyway, where it is at the start, and to the nearest labs that have room for it."""
    roomy = (lab for lab in box.km if problem.room.get(lab, 0) >= box.tubes)
    near = nsmallest(NEAREST, roomy, key=lambda lab: (box.km[lab], lab))
    own = [box.lab] if box.lab is not None and problem.room.get(box.lab, 0) >= box.tubes else []
    return [None, *sorted({*near, *own, *([start] if start else [])})]


def solved(problem: Problem, choices: Sequence[Choice], begun: Sequence[bool]) -> list[bool]:
    """Which of the choices are taken: one of each box, and of each lab no more tubes than it has room for. `begun` is such an answer."""
    of_box: dict[int, list[int]] = {number: [] for number in range(len(problem.boxes))}
    of_lab: dict[str, list[int]] = {}
    highs, without_place = quiet_solver(), problem.cost_without_place
    highs.addVars(len(choices), np.zeros(len(choices)), np.ones(len(choices)))
    for column, (number, lab) in enumerate(choices):
        box = problem.boxes[number]
        nowhere = without_place * box.urgency * box.tubes
        highs.changeColCost(column, nowhere if lab is None else problem.cost(box, lab))
        of_box[number].append(column)
        if lab is not None:
            of_lab.setdefault(lab, []).append(column)
    whole = np.full(len(choices), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    highs.changeColsIntegrality(len(choices), np.arange(len(choices), dtype=np.int32), whole)
    for columns in of_box.values():
        add_row(highs, 1.0, 1.0, dict.fromkeys(columns, 1.0))
    for lab, columns in of_lab.items():
        add_row(highs, -highspy.kHighsInf, problem.room[lab], {column: problem.boxes[choices[column][0]].tubes for column in columns})
    known = highspy.HighsSolution()
    known.col_value = [float(taken) for taken in begun]
    highs.setSolution(known)
    highs.run()
    if highs.getInfo().primal_solution_status != int(FEASIBLE):
        raise Refused("diversion_unsolved", "No assignment was found in {seconds} s; nothing was changed. Ask again.", seconds=SECONDS)
    return [value > 1 / 2 for value in highs.getSolution().col_value]


def quiet_solver() -> highspy.Highs:
    """A solver that writes nothing, works alone and in bounded time, and answers the same question the same way."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor alone is not annotated
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("time_limit", SECONDS), ("mip_rel_gap", GAP)):
        highs.setOptionValue(name, value)
    return highs


def add_row(highs: highspy.Highs, low: float, high: float, row: Mapping[int, float]) -> None:
    """One condition."""
    highs.addRow(low, high, len(row), np.array(list(row), dtype=np.int32), np.array(list(row.values()), dtype=np.float64))

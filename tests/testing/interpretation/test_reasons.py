"""An inconclusive call always says why."""

from lims.catalog.rules import Assay, InternalControl, Target
from lims.custody.rules import Call
from lims.testing.interpretation.rules import call

THREE = Assay("three", 1, "O + N + E", 10, 96, tuple(Target(name, "FAM", 38, 40) for name in "ONE"), InternalControl("IC", "CY5", 38), ())


def test_two_of_three_targets_are_not_all_of_them() -> None:
    verdict = call({"O": 30.0, "N": 31.0, "E": None, "IC": 26.0}, THREE)
    assert (verdict.call, verdict.reasons) == (Call.INCONCLUSIVE, ("not_all_targets",))

"""A kit of two targets whose cut-offs differ."""

from lims.catalog.rules import Assay, ControlRole, InternalControl, PlannedControl, Target

ASSAY = Assay(
    code="a",
    version=1,
    name="a",
    pool_max=10,
    plate=96,
    targets=(Target("ORF1ab", "FAM", 38.0, 40.0), Target("N", "VIC", 37.5, 39.5)),
    internal_control=InternalControl("RNaseP", "CY5", 38.0),
    controls=tuple(PlannedControl(role, 1) for role in ControlRole),
)

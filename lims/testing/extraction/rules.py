"""What an extraction batch holds, and when it may be used. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from lims.catalog.rules import ControlRole
from lims.kernel.errors import Refused, listed

DEEP_WELLS = 96
WITHOUT_TEMPLATE = (ControlRole.NEGATIVE, ControlRole.BLANK)


def refuse_without_control(wells: Mapping[str, Mapping[str, str]]) -> None:
    """Refused where nothing in the batch would show a contamination (a positive extraction control invalidates its batch: domain 2.8)."""
    if not any(what.get("control") in WITHOUT_TEMPLATE for what in wells.values()):
        raise Refused("extraction_without_control", "A batch needs a negative or blank control that is extracted with its tubes.")


def refuse_extracted(known: Mapping[str, Any], tubes: Iterable[str]) -> None:
    """Refused naming the tubes whose eluates lie in a batch already."""
    if there := [f"{tube} ({known[tube].batch})" for tube in tubes if known[tube].batch is not None]:
        raise Refused("extraction_tube_extracted", "Extracted already, and waiting for a plate: {tubes}.", tubes=listed(there))


def refuse_failed(failures: Mapping[str, Any]) -> None:
    """Refused where a batch is invalid; from batch → the failure (plate, well, sentence)."""
    for batch, failure in failures.items():
        if failure.plate is None:
            raise Refused(
                "extraction_failed", "Extraction batch {batch} is invalid: {sentence}. Extract its tubes again.",
                batch=batch, sentence=failure.sentence,
            )  # fmt: skip
        raise Refused(
            "extraction_failed",
            "Extraction batch {batch} is invalid: its control in well {well} of plate {plate} failed. Extract its tubes again.",
            batch=batch, well=failure.well, plate=failure.plate,
        )  # fmt: skip

"""Assay versions of a lab's own, a second kit, and what Bea and Bo do with them."""

from datetime import UTC, datetime
from typing import Any

from httpx import Response

from lims.catalog.actions import load
from lims.catalog.forms import CatalogForm
from lims.kernel.db import Access
from lims.kernel.ids import uuid7
from tests.factories import ASSAY, Somebody, Town


def loaded(town: Town, content: dict[str, Any]) -> None:
    """The catalogue gains this."""
    with town.program.database.transaction(Access.OWNER) as connection:
        load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")


def version(town: Town, number: int, cutoff: float, grey_to: float, **changes: Any) -> str:
    """A further version of the lab's own assay; the assay's code."""
    targets = [target | {"cutoff": cutoff, "grey_to": grey_to} for target in ASSAY["targets"]]  # type: ignore[attr-defined]  # a list of tables
    loaded(town, {"assay": [ASSAY | {"code": f"kit-{town.lab}", "version": number, "targets": targets} | changes]})
    return f"kit-{town.lab}"


def compare(town: Town, to: int = 2, by: Somebody | None = None, **changes: Any) -> Response:
    """Bea asks what another version says."""
    body = {"id": str(uuid7()), "lab": town.lab, "assay": f"kit-{town.lab}", "from_version": 1, "to_version": to}
    body |= {"since": "2022-02-01", "until": "2022-02-03", "reason": "the maker's letter"}
    return (by or town.bea).post("/testing/api/rejudgements", body | changes)


def decide(town: Town, asked: dict[str, Any], tube: str, decision: str = "apply", by: Somebody | None = None, **changes: Any) -> Response:
    """Bo decides on a difference."""
    body = {"id": str(uuid7()), "tube": tube, "decision": decision, "reason": "as the letter says"}
    return (by or town.bo).post(f"/testing/api/rejudgements/{asked['id']}/decide", body | changes)

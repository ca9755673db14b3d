"""A table as an answer to a program, or as a file that a browser keeps."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import Response

from lims.reporting import exports
from lims.reporting.rules import Format


def table(kind: type, rows: Sequence[Any], form: Format, name: str) -> dict[str, Any] | Response:
    """Dataclass rows as JSON, or as a file; `name` is the file's without its ending, and up to its first hyphen the sheet's."""
    if form is Format.JSON:
        return {"rows": [asdict(row) for row in rows]}
    return download(kind, rows, form, name.split("-", 1)[0], f"{name}.{form.value}")


def download(kind: type, rows: Sequence[Any], form: Format, sheet: str, name: str) -> Response:
    """Dataclass rows as CSV, or as a workbook with this one sheet; `name` is the file's, with its ending."""
    table = exports.frame(kind, rows)
    content = exports.csv(table) if form is Format.CSV else exports.xlsx({sheet: table})
    return Response(content, media_type=exports.MEDIA[form.value], headers={"Content-Disposition": f'attachment; filename="{name}"'})

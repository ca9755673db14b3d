"""A table as a file that a browser keeps."""

from collections.abc import Sequence
from typing import Any

from fastapi import Response

from lims.reporting import exports
from lims.reporting.rules import Format


def download(kind: type, rows: Sequence[Any], form: Format, sheet: str, name: str) -> Response:
    """Dataclass rows as CSV, or as a workbook with this one sheet; `name` is the file's, with its ending."""
    table = exports.frame(kind, rows)
    content = exports.csv(table) if form is Format.CSV else exports.xlsx({sheet: table})
    return Response(content, media_type=exports.MEDIA[form.value], headers={"Content-Disposition": f'attachment; filename="{name}"'})

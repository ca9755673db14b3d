"""Asking what the single tubes of reactive pools say together: one statement, whatever the number of pools."""

from collections.abc import Sequence
from importlib.resources import files

from sqlalchemy import Connection, text

from lims.custody.rules import Kind
from lims.deconvolution.together.rules import Together
from lims.kernel.db import AnyRow

TOGETHER = text(files(__package__).joinpath("sql", "together.sql").read_text("utf-8"))


def together(connection: Connection, pools: Sequence[AnyRow]) -> dict[str, Together]:
    """By pool, of those of these that have people or tubes."""
    if not pools:
        return {}
    swabs = [pool for pool in pools if pool.kind != Kind.ALIQUOT_POOL]
    values = {
        "swabs": [pool.barcode for pool in swabs],
        "days": [pool.collected_on for pool in swabs],
        "mixed": [pool.barcode for pool in pools if pool.kind == Kind.ALIQUOT_POOL],
    }
    return {row.code: Together(*row[1:]) for row in connection.execute(TOGETHER, values)}

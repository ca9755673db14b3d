"""Rows of several barcodes that nobody else changes until we commit.

One machine locks them in the statement that reads them. On a spread database `SELECT … FOR UPDATE` reaches one shard only; there the
rows are locked one after the other by `lock_rows` (which `lims db distribute` makes), then read. Both lock the same rows in the same
order, so whoever writes them without asking here waits as well.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from lims.kernel.db import SPREAD, AnyRow


def locked(connection: Connection, query: Select[*tuple[Any, ...]]) -> Sequence[AnyRow]:
    """The rows of a query about one table that has barcodes, `barcode` among the columns; locked in the order of the query.

    On a spread database in the order of the barcodes: whoever locks several tubes has them in that order.
    """
    if not connection.info.get(SPREAD):
        return connection.execute(query.with_for_update()).all()
    (table,) = query.get_final_froms()
    codes = sorted({row.barcode for row in connection.execute(query)})
    connection.execute(select(func.lock_rows(str(table), cast(codes, ARRAY(Text)))))
    # As they are now that they are locked; what has come meanwhile is not among them.
    return [row for row in connection.execute(query) if row.barcode in codes]

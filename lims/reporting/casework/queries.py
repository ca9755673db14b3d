"""Asking for released pools and the tests they took: two statements, whatever the number of pools."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, TextClause, text

from lims.reporting.casework.rules import PoolPart, PoolRow, PoolsOfSize

SQL = files(__package__).joinpath("sql")
EVERY: dict[str, Any] = {"after": None, "most": None, "people": None, "not_negative": False}


@lru_cache
def statement(name: str) -> TextClause:
    """A question by the name of its file, after the beginning that both go on from."""
    return text("\n".join(SQL.joinpath(f"{part}.sql").read_text("utf-8") for part in ("pools", name)))


def pools_of_sizes(connection: Connection, values: dict[str, Any]) -> list[PoolsOfSize]:
    """The pools that were released, counted by how many people are in them; of the days `kept` as they were counted."""
    return [PoolsOfSize(**row._asdict()) for row in connection.execute(statement("pool_sizes"), values | EVERY)]


def pools(connection: Connection, values: dict[str, Any], part: PoolPart, after: str | None, most: int) -> list[PoolRow]:
    """Up to `most` of these pools by their codes, from after one on."""
    narrowed = {"after": after, "most": most, "people": part.people, "not_negative": part.not_negative}
    rows = connection.execute(statement("pool_rows"), values | narrowed | {"kept": []})
    return [PoolRow(row.barcode, *row[1:]) for row in rows]

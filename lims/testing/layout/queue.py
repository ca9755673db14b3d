"""What waits, in the order in which it is to be tested."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.clock import local_day
from lims.kernel.db import AnyRow
from lims.testing.layout import queries
from lims.testing.layout.rules import LimitOf, limited_classes, limits_on, most_urgent_first


def most_urgent(
    connection: Connection,
    catalog: Catalog,
    lab: str,
    pool_max: int,
    count: int,
    at: datetime,
    *,
    independent: Collection[str] = (),
    extracted: bool = False,
) -> list[AnyRow]:
    """The `count` tubes of a lab that are tested next, with their batch; see `queries.foremost`."""
    limit_of = limits_of(catalog, lab, at)
    classes = limited_classes(catalog, limit_of)
    rows = queries.foremost(connection, lab, pool_max, count, classes, independent=independent, extracted=extracted)
    return most_urgent_first(rows, limit_of)


def in_order(rows: Iterable[AnyRow], catalog: Catalog, lab: str, at: datetime) -> list[AnyRow]:
    """Tubes that wait in a lab, by the limits in force there at a moment."""
    return most_urgent_first(rows, limits_of(catalog, lab, at))


def limits_of(catalog: Catalog, lab: str, at: datetime) -> LimitOf:
    """The limits in force in a lab at a moment."""
    return limits_on(catalog, local_day(at, catalog.lab(lab).timezone))

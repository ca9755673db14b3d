"""The database chooses the very tubes that the rule would put first."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from lims.catalog import queries as catalog_queries
from lims.catalog.policies import TimeLimit
from lims.catalog.tables import SiteRow
from lims.custody.tables import Tube
from lims.kernel.barcodes import Kind as Code
from lims.kernel.db import Access
from lims.testing.layout import queries
from lims.testing.layout.rules import limited_classes, limits_on, most_urgent_first
from tests.factories import Town, code

MORNING = datetime(2022, 2, 2, tzinfo=UTC)
SINCE = date(2022, 1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_taken_from_a_long_queue_is_what_the_rule_puts_first(town: Town, seed: int) -> None:
    luck = random.Random(seed)
    with town.program.database.transaction(Access.OWNER) as connection:
        known = catalog_queries.current(connection)
        limits = (
            TimeLimit(SINCE, "recollections", 4, "tests", recollection=True),
            TimeLimit(SINCE, "singles", 12, "tests", kind="single"),
            TimeLimit(SINCE, "gate", 6.5, "tests", site=town.site),
        ) + ((TimeLimit(SINCE, "all", 24, "tests"),) if seed % 2 else ())
        known = replace(known, limits=limits)
        rows = [
            {
                "barcode": code(Code.TUBE), "lab": town.lab, "bench_state": "waiting", "pool_size": 1,
                "received_at": MORNING + timedelta(minutes=luck.randrange(3000)),
                "site": luck.choice([town.site, None]), "kind": luck.choice(["swab_pool", "single", None]),
                "retest_of": luck.choice([None, None, None, "somewhere"]),
            }
            for _ in range(300)
        ]  # fmt: skip
        connection.execute(insert(Tube), rows)
        limit_of = limits_on(known, date(2022, 2, 3))
        classes = limited_classes(known, limit_of)
        everybody = select(*queries.URGENCY).select_from(Tube).outerjoin(SiteRow, SiteRow.code == Tube.site).where(Tube.lab == town.lab)
        waiting = connection.execute(everybody).all()
        for count in (1, 7, 92, 299):
            taken = queries.foremost(connection, town.lab, 10, count, classes)
            expected = most_urgent_first(waiting, limit_of)[:count]
            assert [tube.barcode for tube in most_urgent_first(taken, limit_of)] == [tube.barcode for tube in expected]

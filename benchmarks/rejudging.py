"""How long it takes to judge stored results again: the list of differences over 20,000 released tubes.

python -m benchmarks.rejudging
python -m benchmarks.rejudging --tubes 5000
"""

import argparse
import os
import time
from datetime import UTC, date

from sqlalchemy import text

from benchmarks import processor
from benchmarks.own import own_city
from benchmarks.tested_day import fill
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.catalog.forms import CatalogForm
from lims.catalog.rules import Assay
from lims.kernel import clock, ids, partitions
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.simulate.instrument import Kit
from lims.testing.rejudging import actions
from lims.testing.rejudging.forms import RejudgeForm

STRICTER = 5.0  # cycles by which the new version's cut-offs are lower: every positive of the day would be another


def newer(assay: Assay, *, everything: bool) -> CatalogForm:
    """The next version of an assay; with `everything` none of the day's internal controls reaches its cut-off."""
    inner = {"name": assay.internal_control.name, "channel": assay.internal_control.channel}
    targets = [
        {"name": one.name, "channel": one.channel, "cutoff": one.cutoff - STRICTER - 3, "grey_to": one.grey_to - STRICTER - 3}
        for one in assay.targets
    ]
    form = {
        "code": assay.code, "version": assay.version + 1, "name": assay.name, "pool_max": assay.pool_max, "plate": assay.plate,
        "targets": targets, "internal_control": inner | {"cutoff": 1.0 if everything else assay.internal_control.cutoff},
        "controls": [{"role": one.role.value, "count": one.count} for one in assay.controls],
    }  # fmt: skip
    return CatalogForm.model_validate({"assay": [form]})


def prepared(program: Program, tubes: int, *, everything: bool) -> tuple[str, Assay, date]:
    """A tested day; its lab, its assay, its local day."""
    day = clock.now().astimezone(UTC).date()
    with program.database.transaction(Access.OWNER) as connection:
        known = catalog.current(connection)
        for table in partitions.BY_DAY:
            partitions.ensure(connection, table, [day])
        lab, assay = min(known.labs), known.assay(Kit().assay)
        fill(connection, tubes, day, sorted(known.sites), lab, (assay.code, assay.version))
        catalog_actions.load(connection, newer(assay, everything=everything), clock.now(), "benchmark")
    return lab, assay, day


def main() -> None:
    """Measure on a database of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tubes", type=int, default=20_000)
    parser.add_argument("--all", action="store_true", help="every result would be another")
    options = parser.parse_args()
    with own_city() as (program, _, postmaster):
        lab, assay, day = prepared(program, options.tubes, everything=options.all)
        for _ in range(3):
            form = RejudgeForm(
                id=ids.uuid7(), lab=lab, assay=assay.code, from_version=assay.version, to_version=assay.version + 1,
                since=date(day.year - 1, 1, 1), until=date(day.year + 1, 1, 1), reason="benchmark",
            )  # fmt: skip
            with program.database.transaction(Access.BENCH) as connection:
                before, began = processor.used(os.getpid(), postmaster), time.perf_counter()
                actions.compare(connection, catalog.current(connection), form, "bea", clock.now())
                seconds, used = time.perf_counter() - began, processor.used(os.getpid(), postmaster).since(before)
                counted = "SELECT count(*) FROM rejudged WHERE rejudgement = :id"
                found = connection.execute(text(counted), {"id": form.id}).scalar_one()
            print(
                f"{options.tubes:,} tubes, {found:,} would be others: {seconds:.2f} s; processor: "
                f"ours {used.server:.2f} s, database {used.database:.2f} s; load of the machine {os.getloadavg()[0]:.1f}"
            )


if __name__ == "__main__":
    main()

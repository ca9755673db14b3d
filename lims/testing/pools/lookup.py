"""Pools, candidates and proposals as their lab sees them."""

from collections.abc import Iterable

from lims.catalog.rules import Assay, Catalog
from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.layout.queue import in_order
from lims.testing.pools import queries, rules
from lims.testing.pools.forms import Candidate, Lying, PoolAnswer, Proposal
from lims.testing.storage.rules import in_walking_order


def own_pool(work: Work, barcode: str) -> AnyRow:
    """A pool of the caller's lab; Refused as not found where it is another's."""
    for row in queries.pools(work.connection, [barcode]):
        own_lab(work.caller, row.lab, f"Pool {barcode}")
        return row
    raise Refused("not_found", "{what} is not known in this lab.", what=f"Pool {barcode}")


def pool_answer(work: Work, barcode: str) -> PoolAnswer:
    """A pool as it is answered."""
    row = own_pool(work, barcode)
    rows = queries.members(work.connection, [barcode])
    return PoolAnswer(barcode=barcode, lab=row.lab, members=[each.barcode for each in rows], picks=picks(rows))


def picks(rows: Iterable[AnyRow]) -> list[Lying]:
    """Tubes in the order in which one passes them."""
    return [Lying(tube=row.barcode, rack=row.rack, position=row.position, place=row.place) for row in in_walking_order(rows)]


def candidate(work: Work, catalog: Catalog, lab: str, assay: Assay, barcode: str, part: str) -> Candidate:
    """A scanned tube as the part it is to play; Refused where it cannot."""
    known = queries.candidates(work.connection, [barcode])
    if part == "pool":
        rules.refuse_in_use(barcode, known)
        return Candidate(tube=barcode, most=assay.pool_max)
    rules.refuse_unfit(lab, catalog.lab(lab).timezone, known, [barcode])
    row = known[barcode]
    most = rules.most_with(catalog, assay, row)
    rules.refuse_single_only(barcode, most)
    return Candidate(tube=barcode, rack=row.rack, position=row.position, place=row.place, most=most)


def proposal(work: Work, catalog: Catalog, lab: str, assay: Assay, size: int | None) -> Proposal:
    """How what waits could be pooled, in pools of `size` or as large as the assay is valid for."""
    rows = {row.barcode: row for row in in_order(queries.waiting_singles(work.connection, lab), catalog, lab, work.now)}
    most = min(size or assay.pool_max, assay.pool_max)
    pools = rules.propose([(code, rules.most_with(catalog, assay, row)) for code, row in rows.items()], most)
    left = len(rows) - sum(map(len, pools))
    return Proposal(
        assay=assay.code, size=most, waiting=len(rows), left=left, pools=[picks([rows[code] for code in pool]) for pool in pools]
    )

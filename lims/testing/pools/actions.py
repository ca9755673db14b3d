"""Mixing aliquot pools."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Insert, insert, update

from lims.catalog.rules import Assay, Catalog
from lims.custody.rules import BenchState, Kind, RepeatReason
from lims.custody.tables import Tube
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.errors import Refused
from lims.testing.layout import queries as layout
from lims.testing.layout.queue import in_order
from lims.testing.pools import queries, rules
from lims.testing.pools.forms import PoolForm


@dataclass(frozen=True)
class MadeForCase:
    """For which case something is mixed, of whose pools' members, in which lab, by which message."""

    case: str
    pools: tuple[str, ...]
    lab: str
    message: UUID


@audited("tube.pooled", "pool.made")
def make_pool(
    connection: Connection, catalog: Catalog, form: PoolForm, barcode: str, scanned: Sequence[str], at: datetime, by: str, now: datetime
) -> None:
    """Mix liquid of waiting single tubes into one aliquot pool, which is tested in their place; never a pool of a pool."""
    assay = catalog.assay(form.assay) if form.assay else None
    members = most_urgent(connection, catalog, form, assay, at) if form.members == "auto" else list(scanned)
    rules.refuse_twice(members)
    layout.tubes_for_update(connection, [barcode, *members])
    known = queries.candidates(connection, [barcode, *members])
    rules.refuse_in_use(barcode, known)
    rules.refuse_unfit(form.lab, catalog.lab(form.lab).timezone, known, members)
    if assay is not None:
        rules.refuse_too_many(assay, {code: rules.most_with(catalog, assay, known[code]) for code in members})
    made = insert(Tube).values(
        barcode=barcode, record_id=form.id, revision=1, registered_at=now, kind=Kind.ALIQUOT_POOL.value, pool_size=len(members),
        member_count=len(members), lab=form.lab, received_at=at, bench_state=BenchState.WAITING.value,
    )  # fmt: skip
    connection.execute(made)
    connection.execute(update(Tube).where(Tube.barcode.in_(members)).values(bench_state=BenchState.POOLED.value, pool=barcode))
    happenings = [Happening(code, "tube.pooled", at, {"pool": barcode}) for code in members]
    record(connection, by, now, [Happening(barcode, "pool.made", at, {"lab": form.lab, "members": members}), *happenings])


@audited("tube.pooled", "pool.made")
def mix_again(
    connection: Connection,
    catalog: Catalog,
    made: MadeForCase,
    barcode: str,
    members: Sequence[str],
    at: datetime,
    by: str,
    now: datetime,
) -> None:
    """Mix kept members of the pools of one case into a sub-pool: nothing else is mixed twice. They stay members of their pools."""
    rules.refuse_twice(members)
    layout.tubes_for_update(connection, [barcode, *members])
    known = queries.candidates(connection, [barcode, *members])
    rules.refuse_in_use(barcode, known)
    rules.refuse_not_of_case(made.lab, catalog.lab(made.lab).timezone, known, members, made.pools)
    connection.execute(aliquot(made, barcode, members, at, now).values(pool_size=len(members), member_count=len(members)))
    happenings = [Happening(code, "tube.pooled", at, {"pool": barcode}) for code in members]
    record(
        connection, by, now, [Happening(barcode, "pool.made", at, {"lab": made.lab, "case": made.case, "members": [*members]}), *happenings]
    )


@audited("pool.made")
def take_aliquot(
    connection: Connection, made: MadeForCase, barcode: str, size: int, called_by: str, at: datetime, by: str, now: datetime
) -> None:
    """Take some of a reactive tube's own liquid, to be tested with an assay that shares no target with the one that called it."""
    layout.tubes_for_update(connection, [barcode])
    rules.refuse_in_use(barcode, queries.candidates(connection, [barcode]))
    values = {"pool_size": size, "member_count": size, "repeat_reason": RepeatReason.VERIFICATION.value, "repeat_assay": called_by}
    connection.execute(aliquot(made, barcode, [made.case], at, now).values(**values))
    record(connection, by, now, [Happening(barcode, "pool.made", at, {"lab": made.lab, "case": made.case, "verifies": called_by})])


def aliquot(made: MadeForCase, barcode: str, of: Sequence[str], at: datetime, now: datetime) -> Insert:
    """The row of a tube that was mixed for a case; how many it holds is the caller's to say."""
    return insert(Tube).values(
        barcode=barcode, record_id=made.message, revision=1, registered_at=now, kind=Kind.ALIQUOT_POOL.value, lab=made.lab,
        received_at=at, bench_state=BenchState.WAITING.value, mixed_for=made.case, mixed_of=[*of],
    )  # fmt: skip


def most_urgent(connection: Connection, catalog: Catalog, form: PoolForm, assay: Assay | None, at: datetime) -> list[str]:
    """The first pool of those that would be proposed."""
    if assay is None or form.size is None:
        raise Refused("pool_size_missing", "Say for which assay the pool is and how many tubes go into it.")
    layout.lock_lab(connection, form.lab)
    pools = rules.propose(waiting(connection, catalog, form.lab, assay, at), form.size)
    if not pools:
        raise Refused("nothing_waits", "No two single tubes wait in lab {lab} that may share a pool.", lab=form.lab)
    return pools[0]


def waiting(connection: Connection, catalog: Catalog, lab: str, assay: Assay, at: datetime) -> list[tuple[str, int]]:
    """The single tubes that wait, most urgent first, each with the largest pool it may be in."""
    rows = in_order(queries.waiting_singles(connection, lab), catalog, lab, at)
    return [(row.barcode, rules.most_with(catalog, assay, row)) for row in rows]

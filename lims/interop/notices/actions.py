"""Drawing notices out of the trail, and taking note of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from lims.catalog.rules import Catalog
from lims.custody.rules import Call
from lims.custody.rules import Kind as TubeKind
from lims.deconvolution import board
from lims.deconvolution.over import actions as over
from lims.deconvolution.over.queries import not_aside
from lims.interop.notices import queries
from lims.interop.notices.rules import Fact, Kind, overdue, time_over
from lims.interop.notices.standing import Signed, facts_of
from lims.interop.notices.tables import Notice, NoticeDue, NoticeReader, NoticeSeen
from lims.kernel import ids
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited, unaudited
from lims.kernel.db import AnyRow

READER_LOCK = 7_301_006
PORTION = 300  # tubes, or cases, told of in one transaction: about a second
LONGEST = timedelta(days=30)  # three times the longest time that a policy may give


@unaudited("it tells what the trail says already")
def tell(connection: Connection, catalog: Catalog, now: datetime, portion: int = PORTION) -> Sequence[AnyRow] | None:
    """Draw the notices of the next portion of what was sealed since last time: those that are new, in order; None where nothing is left.

    The trail is written in the transaction of each fact; how far it was read, and of which tubes it is still to be told, is kept in the
    transaction of the notices. So none is lost and none told twice, whichever process fails when, and however much there is after a day
    away no transaction is long. A case is told whole and in order whenever one of its tubes is due; the trail is not read on before all
    are told.
    """
    if not connection.execute(select(func.pg_try_advisory_xact_lock(READER_LOCK))).scalar_one():
        return None
    due = queries.due(connection, portion)
    if not due and (unread := queries.unread_seals(connection)) is not None:
        read_on(connection, *unread)
        due = queries.due(connection, portion)
        if not due:
            return ()
    if not due:
        return None
    tubes = queries.told_of(connection, due)
    cases = board.these(connection, catalog, [tube.barcode for tube in tubes])
    over.keep(connection, cases)
    new = write(connection, catalog, facts(connection, cases, tubes, now), now)
    connection.execute(delete(NoticeDue).where(NoticeDue.barcode.in_(due)))
    return new


@unaudited("it notes which tubes the trail speaks of")
def read_on(connection: Connection, after: int, to: int) -> None:
    """Read what these seals hold: of which tubes there is something to tell."""
    connection.execute(insert(NoticeDue).from_select(["barcode", "family"], queries.touched(after, to)).on_conflict_do_nothing())
    connection.execute(update(NoticeReader).values(seal=to))
    until = queries.read_until(connection, to)
    over.read_to(connection, queries.all_due(), until.epoch, until.to_txid, until.sealed_at)


@unaudited("it says what the cases say already")
def look_back(connection: Connection, catalog: Catalog, after: str, portion: int = PORTION) -> str | None:
    """Keep aside what is over of the next portion of tubes behind this one; where to go on, None at the end.

    Cases that were over before any were kept aside are told of no more: nothing else would bring them there. As in `tell` nobody reads the
    trail on meanwhile: what comes while we look is unread, and looked at again.
    """
    if not connection.execute(select(func.pg_try_advisory_xact_lock(READER_LOCK))).scalar_one():
        return after
    tubes = not_aside(connection, after, portion)
    over.keep(connection, board.these(connection, catalog, tubes))
    return tubes[-1] if len(tubes) == portion else None


@unaudited("it only reads")
def late(connection: Connection, catalog: Catalog, now: datetime) -> dict[str, datetime]:
    """The cases whose time is over as far as their rows tell, and that nobody was reminded of; each with when its first sign was told."""
    hours = [policy.recollect_within_hours for policy in catalog.policies] + [policy.hours for policy in catalog.case_policies]
    rows = queries.unreminded(connection, now - LONGEST, now - timedelta(hours=min([*hours, board.USUAL_HOURS])))
    # Only cases whose time may be over are put together: on a bad day there are thousands of others.
    return {row.barcode: row.told_at for row in rows if now >= time_over(row.at, board.soonest(catalog, row), row.told_at)}


@unaudited("it tells what the trail says already, and the clock")
def remind(connection: Connection, catalog: Catalog, told_at: Mapping[str, datetime], now: datetime) -> Sequence[AnyRow]:
    """The notices of those of these cases whose time is over while people have not come back; each case is reminded of once."""
    cases = board.these(connection, catalog, list(told_at))
    found = [overdue(board.view(case), told_at[case.row.barcode], now) for case in cases]
    return write(connection, catalog, [fact for fact in found if fact is not None], now)


def facts(connection: Connection, cases: Sequence[board.Case], tubes: Sequence[AnyRow], now: datetime) -> list[Fact]:
    """What the cases of these tubes, and tubes of no case, have to tell."""
    spoken_for = {case.row.barcode for case in cases} | {member.tube for case in cases for member in case.members if member.tube}
    amendments = queries.amendments(connection, spoken_for | {tube.barcode for tube in tubes})
    codes = [case.row.barcode for case in cases]
    decisions, told = queries.decisions(connection, codes), queries.turns_told(connection, codes)
    found: list[Fact] = []
    for case in cases:
        row, settled = case.row, {member.position: member.settled_at for member in case.members}
        doubted_at = row.called_at if row.doubted else None
        firm_at, words = row.released_at or row.rejected_at, decisions.get(row.barcode, ())
        people = {one.position: one.person_id for one in case.people if one.person_id is not None and one.tube is None}
        signed = Signed(firm_at, row.released_call, doubted_at, settled, amendments, words, told.get(row.barcode, ()), people)
        found += facts_of(board.view(case), signed, now)
    for tube in tubes:
        if tube.barcode in spoken_for:
            continue
        if tube.barcode in amendments:
            found.append(amendments[tube.barcode].told(tube.lab, tube.site, None))
        if tube.kind == TubeKind.SINGLE.value and tube.released_call == Call.POSITIVE.value:
            found.append(
                Fact(Kind.TUBE_POSITIVE, tube.barcode, tube.released_at, tube.lab, tube.site, in_case=False, call=tube.released_call)
            )
    return found


def write(connection: Connection, catalog: Catalog, found: Sequence[Fact], now: datetime) -> Sequence[AnyRow]:
    """The notices of facts that were not told before, or not to all whom the policy names now that more of its people are known."""
    if not found:
        return ()
    areas = {code: site.area for code, site in catalog.sites.items()}
    rows = {
        (fact.barcode, fact.kind, fact.position, fact.outcome, fact.occasion): {
            "id": ids.uuid7(now), "barcode": fact.barcode, "kind": fact.kind.value, "position": fact.position,
            "outcome": fact.outcome, "occasion": fact.occasion, "decision": fact.decision, "lab": fact.lab, "site": fact.site,
            "area": area, "tell": list(fact.tell), "data": fact.data(area), "at": fact.at, "told_at": now,
        }
        for fact in found
        for area in [areas.get(fact.site or "")]
    }  # fmt: skip
    once = insert(Notice).values(list(rows.values()))
    wider = queries.told_wider(once.excluded.tell)
    more = once.on_conflict_do_update(constraint="notice_told_once_key", set_={"tell": wider}, where=wider != Notice.tell)
    return sorted(connection.execute(more.returning(Notice.__table__)).all(), key=lambda row: int(row.number))


@audited("notice.seen")
def take_note(connection: Connection, notices: Sequence[AnyRow], by: str, now: datetime) -> None:
    """Somebody has seen these notices; of those seen before by the same person nothing changes."""
    if not notices:
        return
    rows = [{"notice": notice.number, "by": by, "at": now} for notice in notices]
    noted = insert(NoticeSeen).values(rows).on_conflict_do_nothing().returning(NoticeSeen.notice)
    new = set(connection.execute(noted).scalars())
    what = [(notice.barcode, {"notice": notice.number, "kind": notice.kind}) for notice in notices if notice.number in new]
    record(connection, by, now, [Happening(barcode, "notice.seen", now, said) for barcode, said in what])

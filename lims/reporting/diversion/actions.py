"""Keeping a proposal, and accepting it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused, listed
from lims.reporting.diversion import queries
from lims.reporting.diversion.board import Proposal
from lims.reporting.diversion.tables import Diversion
from lims.sampling.boxes import actions as boxes
from lims.sampling.boxes import queries as box_queries

# A proposal is as good as the forecast that it was made from.
HOLDS_FOR = timedelta(hours=1)
ONE_AT_A_TIME = 7_301_011


@audited("diversion.proposed")
def keep(connection: Connection, diversion_id: UUID, proposal: Proposal, by: str, now: datetime) -> None:
    """Keep a proposal with its inputs; nothing moves yet."""
    moves, without_place = [asdict(move) for move in proposal.assignment.moves], list(proposal.assignment.without_place)
    row = {"id": diversion_id, "made_at": now, "made_by": by, "inputs": proposal.inputs}
    connection.execute(insert(Diversion).values(**row, moves=moves, without_place=without_place))
    what = {"moves": len(moves), "without_place": len(without_place)}
    record(connection, by, now, [Happening(str(diversion_id), "diversion.proposed", now, what)])


@audited("diversion.accepted")
def accept(connection: Connection, diversion_id: UUID, by: str, now: datetime) -> None:
    """Send the boxes of a proposal where it says; refused as a whole where one of them has arrived or goes elsewhere meanwhile."""
    connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    known = queries.diversion(connection, diversion_id)
    if known is None:
        raise unknown(diversion_id)
    refuse_unfit(connection, known, now)
    stored = box_queries.boxes_for_update(connection, [move["box"] for move in known.moves])
    sent_to = {box.barcode: box.dispatched_to or box.directed_to for box in stored}
    elsewhere = [f"{m['box']} ({sent_to[m['box']]})" for m in known.moves if sent_to[m["box"]] not in (m["sent_to"], m["to"])]
    if elsewhere:
        raise Refused(
            "diversion_overtaken", "Sent elsewhere since this was proposed: {boxes}. Nothing was changed; make a new proposal.",
            boxes=listed(elsewhere),
        )  # fmt: skip
    boxes.divert(connection, {move["box"]: move["to"] for move in known.moves}, str(diversion_id), by, now)
    connection.execute(update(Diversion).where(Diversion.id == diversion_id).values(accepted_at=now, accepted_by=by))
    what = {"boxes": [move["box"] for move in known.moves]}
    record(connection, by, now, [Happening(str(diversion_id), "diversion.accepted", now, what)])


def refuse_unfit(connection: Connection, known: AnyRow, now: datetime) -> None:
    """Refused where a proposal was accepted, moves nothing, or is not what would be proposed now."""
    if known.accepted_at is not None:
        raise Refused("diversion_accepted", "{by} accepted this at {at:%Y-%m-%d %H:%M}Z.", by=known.accepted_by, at=known.accepted_at)
    if not known.moves:
        raise Refused("diversion_empty", "This proposal moves no box: there is nothing to accept.")
    if now - known.made_at > HOLDS_FOR:
        raise Refused(
            "diversion_stale", "This was proposed at {at:%Y-%m-%d %H:%M}Z; much has moved since. Make a new proposal.", at=known.made_at
        )
    if queries.accepted_since(connection, known.made_at):
        raise Refused("diversion_stale", "Another diversion was accepted since this was proposed. Make a new proposal.")


def unknown(diversion_id: UUID) -> Refused:
    """There is no such proposal."""
    return Refused("not_found", "{what} is not known here.", what=f"Diversion {diversion_id}")

"""Keeping a proposal, and accepting it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update

from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.errors import Refused, listed
from lims.reporting.diversion import queries
from lims.reporting.diversion.board import Proposal
from lims.reporting.diversion.tables import Diversion
from lims.sampling.boxes import actions as boxes
from lims.sampling.boxes import queries as box_queries


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
    known = queries.diversion_for_update(connection, diversion_id)
    if known is None:
        raise unknown(diversion_id)
    if known.accepted_at is not None:
        raise Refused("diversion_accepted", "{by} accepted this at {at:%Y-%m-%d %H:%M}Z.", by=known.accepted_by, at=known.accepted_at)
    if not known.moves:
        raise Refused("diversion_empty", "This proposal moves no box: there is nothing to accept.")
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


def unknown(diversion_id: UUID) -> Refused:
    """There is no such proposal."""
    return Refused("not_found", "{what} is not known here.", what=f"Diversion {diversion_id}")

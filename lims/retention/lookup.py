"""What may go, as its lab sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lims.catalog import queries as catalog
from lims.catalog.policies import RetentionPolicy
from lims.deconvolution.board import Case
from lims.kernel.auth.door import Work
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.retention import queries
from lims.retention.actions import policy_of
from lims.retention.forms import Discarded, KeptTube
from lims.retention.rules import sorted_out
from lims.testing.storage.queries import racks_over_time
from lims.testing.storage.rules import in_walking_order
from lims.web.speech import told


@dataclass(frozen=True)
class Dues:
    """What may go from the racks of a lab, in walking order; `needed` more are old enough, but an open case needs them.

    `racks`: all that hold something old enough; `more`: tubes in them beyond those that are listed one by one.
    """

    policy: RetentionPolicy
    racks: Sequence[AnyRow]
    going: list[AnyRow]
    needed: int
    more: int


def due(work: Work, lab: str) -> Dues:
    """What may go from the racks of a lab; Refused where nobody has said how long tubes are kept."""
    known = catalog.current(work.connection)
    policy = policy_of(known, lab, work.now)
    moments = policy.moments(work.now)
    racks, rows = racks_over_time(work.connection, lab, moments), queries.over_time(work.connection, lab, moments)
    cases = queries.open_cases(work.connection, known, [row.barcode for row in rows])
    going, staying = sorted_out(policy, rows, cases, known.lab(lab).timezone, work.now)
    return Dues(policy, racks, in_walking_order(going), len(staying), sum(rack.old for rack in racks) - len(rows))


def answer(work: Work, tubes: Sequence[str], staying: dict[str, Refused] | None, language: str) -> Discarded:
    """What was thrown away of these tubes, and why the others stay."""
    gone = {code for code, row in queries.kept(work.connection, tubes).items() if row.discarded_at is not None}
    stays = staying or {}
    return Discarded(
        discarded=[code for code in tubes if code in gone and code not in stays],
        kept=[KeptTube(tube=code, code=why.code, detail=told(why, language)) for code, why in stays.items()],
    )


def to_fetch(work: Work, case: Case) -> list[AnyRow]:
    """The tubes of a case that are kept: its pool, and those that answer for its members; as one passes them."""
    codes = [case.row.barcode, *(member.tube for member in case.members if member.tube)]
    return in_walking_order(queries.kept(work.connection, codes).values())

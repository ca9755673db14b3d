"""Discarding what nobody needs any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from lims.catalog.policies import RetentionPolicy
from lims.catalog.rules import Catalog
from lims.custody.tables import Tube
from lims.kernel import clock
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.errors import Refused, listed
from lims.retention import queries
from lims.retention.forms import DiscardForm
from lims.retention.rules import ground_of, in_force, sorted_out
from lims.testing.layout.queries import tubes_for_update
from lims.testing.storage.actions import clear


@audited("tube.discarded")
def discard(
    connection: Connection, catalog: Catalog, form: DiscardForm, tubes: Sequence[str], at: datetime, by: str, now: datetime
) -> dict[str, Refused]:
    """Tubes were thrown away: all that are named, or of a rack those that may go; what stays, with the reason of each."""
    policy = policy_of(catalog, form.lab, now)
    tubes_for_update(connection, tubes)
    known = queries.kept(connection, tubes)
    if strange := [code for code in tubes if code not in known or known[code].lab != form.lab]:
        raise Refused("plate_tube_unknown", "Not received in lab {lab}: {tubes}.", lab=form.lab, tubes=listed(strange))
    zone, cases = catalog.lab(form.lab).timezone, queries.open_cases(connection, catalog, tubes)
    going, staying = sorted_out(policy, [known[code] for code in tubes], cases, zone, now)
    if staying and form.rack is None:
        raise next(iter(staying.values()))
    codes = [tube.barcode for tube in going]
    connection.execute(update(Tube).where(Tube.barcode.in_(codes)).values(discarded_at=at))
    clear(connection, codes)
    said = {"reason": form.reason, "policy": policy.valid_from.isoformat(), "source": policy.source}
    where = [{"rack": tube.rack, "position": tube.position} if tube.rack else {} for tube in going]
    happenings = [
        Happening(tube.barcode, "tube.discarded", at, said | lay | {"ground": ground_of(tube)})
        for tube, lay in zip(going, where, strict=True)
    ]
    record(connection, by, now, happenings)
    return staying


def policy_of(catalog: Catalog, lab: str, now: datetime) -> RetentionPolicy:
    """For how long this lab keeps tubes today; Refused where nobody has said."""
    return in_force(catalog.retention(clock.local_day(now, catalog.lab(lab).timezone)))

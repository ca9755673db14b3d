"""For how long a tube is kept. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from lims.catalog.policies import RetentionPolicy
from lims.custody.rules import BenchState, Call
from lims.kernel.clock import local_day
from lims.kernel.errors import Refused

KeptRow = Any  # of `queries.kept`


def in_force(policy: RetentionPolicy | None) -> RetentionPolicy:
    """The policy; Refused where there is none."""
    if policy is None:
        raise Refused(
            "discard_unknown",
            "Nobody has said how long tubes are kept, so nothing is discarded; load a retention_policy into the catalogue.",
        )
    return policy


def ground_of(tube: KeptRow) -> str:
    """What the time counts from: a negative result, another result, or the rejection."""
    if tube.bench_state == BenchState.REJECTED:
        return "rejected"
    return "negative" if tube.released_call == Call.NEGATIVE else "other"


def kept_until(policy: RetentionPolicy, tube: KeptRow) -> datetime:
    """The moment from which a tube that has come to its end may go."""
    days = {"negative": policy.negative_days, "other": policy.other_days, "rejected": policy.rejected_days}[ground_of(tube)]
    ended_at: datetime = tube.ended_at
    return ended_at + timedelta(days=days)


def refuse_kept(policy: RetentionPolicy, tube: KeptRow, case: str | None, zone: str, now: datetime) -> None:
    """Refused where a tube has to stay; `case` is the open case that it belongs to, days are those of `zone`."""
    code = tube.barcode
    if tube.discarded_at is not None:
        day = local_day(tube.discarded_at, zone)
        raise Refused("tube_discarded", "Tube {tube} was discarded on {day}.", tube=code, day=day.isoformat())
    if tube.ended_at is None:
        raise Refused("discard_not_due", "Tube {tube} is {state}: it is still needed.", tube=code, state=tube.bench_state)
    if case is not None:
        raise Refused("discard_case_open", "Tube {tube} belongs to case {case}, which is not closed.", tube=code, case=case)
    if (until := kept_until(policy, tube)) > now:
        raise Refused(
            "discard_not_due", "Tube {tube} has to be kept until {day} ({source}).",
            tube=code, day=local_day(until, zone).isoformat(), source=policy.source,
        )  # fmt: skip


def sorted_out(
    policy: RetentionPolicy, tubes: Iterable[KeptRow], cases: Mapping[str, str], zone: str, now: datetime
) -> tuple[list[KeptRow], dict[str, Refused]]:
    """What may go, and what has to stay with the reason of each."""
    going: list[KeptRow] = []
    staying: dict[str, Refused] = {}
    for tube in tubes:
        try:
            refuse_kept(policy, tube, cases.get(tube.barcode), zone, now)
        except Refused as why:
            staying[tube.barcode] = why
        else:
            going.append(tube)
    return going, staying

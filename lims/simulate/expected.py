"""What every person and case must be at the end, worked out from the truth alone (contract, sections 4 and 5). Pure."""

from lims.simulate.world import Tube

# The state of the person of a released single tube.
OF_SINGLE = {"negative": "negative", "positive": "positive", "inconclusive": "inconclusive", "invalid": "recollect"}
SETTLED = frozenset({"negative", "positive"})
WANTED = frozenset({"to_recollect", "notified", "unreachable", "refused", "transferred"})  # nobody's own tube is on its way or settled


def own_state(tube: Tube) -> str:
    """The state of a tube's people before anybody came back."""
    if tube.rejected:
        return "recollect"
    if tube.released is None:
        return "pending"
    if tube.pool:
        return "negative" if tube.released == "negative" else "verifying"
    return OF_SINGLE[tube.released]


def person_state(tube: Tube, position: int) -> str:
    """The state of one person's row: the tube's own, or that of the released single tube which answers it."""
    answer = tube.answers.get(position)
    if tube.reactive and answer is not None and answer.released is not None:
        return own_state(answer)
    return own_state(tube)


def member_state(pool: Tube, position: int) -> str:
    """How a member of a case stands."""
    answer = pool.answers.get(position)
    if answer is None:
        return pool.events.get(position, "to_recollect")
    if answer.released is not None:
        state = own_state(answer)
        return "to_recollect" if state == "recollect" else state
    if answer.rejected:
        return "to_recollect"
    return "received" if answer.received else "recollected"


def has_case(tube: Tube) -> bool:
    """Whether a case must exist: a pool that was reactive once, even if its repeat was not."""
    return tube.pool and (bool(tube.repeats) or (tube.released is not None and tube.released != "negative"))


def case_state(pool: Tube) -> tuple[frozenset[str], str | None, dict[int, str]]:
    """Of a pool with a case: the states it may be in, its outcome, and its members' states (none to compare where it was withdrawn).

    A case none of whose members has come back, or only in vain, may be called open or recollecting: the contract does not say which.
    """
    if pool.released == "negative":
        return frozenset({"closed"}), "withdrawn", {}
    members = {position: member_state(pool, position) for position in range(1, pool.count + 1)}
    seen = set(members.values())
    if pool.closed is not None:
        return frozenset({"closed"}), pool.closed, members
    if seen <= SETTLED:
        return (frozenset({"closed"}), "confirmed", members) if "positive" in seen else (frozenset({"settled"}), None, members)
    return frozenset({"open", "recollecting"} if seen <= WANTED else {"recollecting"}), None, members

"""Who may say how many people a round is for: whoever plans for the whole, and nobody who is bound to one site or lab."""

from lims.kernel.auth.rules import Caller
from lims.kernel.errors import Refused


def refuse_bound(caller: Caller) -> None:
    """Refused where the caller belongs to one site or lab; what of a round is theirs stands on the page of the day."""
    if caller.site is not None or caller.lab is not None:
        raise Refused("not_found", "{what} is not known here.", what="The plan of rounds")

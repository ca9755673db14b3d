"""Who sees what stands behind the account: officials of the whole."""

from typing import Annotated

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Caller, Role
from lims.kernel.db import Access
from lims.kernel.errors import Refused

Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]


def refuse_bound(caller: Caller) -> None:
    """Refused where the caller belongs to one site or lab: the account is of everything, and its rows are others', too."""
    if caller.site is not None or caller.lab is not None:
        raise Refused("not_found", "{what} is not known here.", what="What stands behind the account of all")

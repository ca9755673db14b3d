"""Whose account somebody asks for: of everything, of a lab or of a site; of the own one for whoever is bound to it."""

from typing import Annotated

from lims.catalog.rules import Catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Caller, Role, own_lab, own_site
from lims.kernel.db import Access
from lims.reporting.accounts import Whose

Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]


def whose_account(caller: Caller, known: Catalog, lab: str | None, site: str | None) -> Whose:
    """What is asked for, within what the caller may see; Refused where there is no such place, or it is another's."""
    if lab is not None:
        own_lab(caller, known.lab(lab).code, f"Lab {lab}")
    if site is not None:
        own_site(caller, known.site(site).code, f"Site {site}")
    return Whose(caller.lab or lab, caller.site or site)

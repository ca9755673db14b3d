"""Whose business webhooks are."""

from lims.kernel.auth.door import Work
from lims.kernel.auth.rules import own_lab, own_site


def own(work: Work) -> None:
    """Refused as not found for those who are bound to a site or a lab: webhooks tell of everything."""
    own_site(work.caller, None, "Webhooks")
    own_lab(work.caller, None, "Webhooks")

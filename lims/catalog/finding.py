"""Finding a site among thousands by what somebody types. Pure."""

from collections.abc import Iterable

from lims.catalog.rules import Site


def sites_like(sites: Iterable[Site], words: str, most: int) -> list[Site]:
    """Up to `most` sites whose code or name holds these letters, those whose code begins so first, then by code."""
    wanted = words.strip().casefold()
    fitting = [site for site in sites if wanted in site.code.casefold() or wanted in site.name.casefold()]
    return sorted(fitting, key=lambda site: (not site.code.casefold().startswith(wanted), site.code))[:most]

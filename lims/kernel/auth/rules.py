"""Roles, callers and what lies within their reach. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from lims.kernel.errors import Refused


class Role(StrEnum):
    """What somebody is here to do."""

    SAMPLER = "sampler"
    COURIER = "courier"
    TECHNICIAN = "technician"
    REVIEWER = "reviewer"
    OFFICIAL = "official"
    ADMIN = "admin"
    INTEGRATION = "integration"


class Scope(StrEnum):
    """What an integration may see beyond its role."""

    IDENTITY = "identity"


@dataclass(frozen=True)
class Caller:
    """Who makes a request. `site` and `lab` are None for those who are not bound to one."""

    name: str
    roles: frozenset[str]
    site: str | None = None
    lab: str | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)

    def has(self, *roles: Role) -> bool:
        """Whether the caller has at least one of these roles."""
        return bool(self.roles & set(roles))

    def reaches_site(self, site: str | None) -> bool:
        """Whether an object of this site is the caller's business."""
        return self.site is None or self.site == site

    def reaches_lab(self, lab: str | None) -> bool:
        """Whether an object of this lab is the caller's business."""
        return self.lab is None or self.lab == lab

    @property
    def sees_identity(self) -> bool:
        """Whether an integration gets names and numbers unmasked."""
        return Scope.IDENTITY in self.scopes


def own_site(caller: Caller, site: str | None, what: str) -> None:
    """Refused as not found where an object is another site's: whether it exists there is nobody else's business."""
    if not caller.reaches_site(site):
        raise Refused("not_found", "{what} is not known at this site.", what=what)


def own_lab(caller: Caller, lab: str | None, what: str) -> None:
    """Refused as not found where an object is another lab's."""
    if not caller.reaches_lab(lab):
        raise Refused("not_found", "{what} is not known in this lab.", what=what)

"""What the reference data mean. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lims.catalog.capacity import LabPlan, Point
from lims.catalog.policies import CasePolicy, PoolingPolicy, RetentionPolicy, TimeLimit, TransportPolicy, VerificationPolicy
from lims.kernel.barcodes import BarcodeFormat
from lims.kernel.clock import local_day, utc_day
from lims.kernel.errors import Refused


class Zone(StrEnum):
    """How strictly an area is controlled, strictest first (领域: 隔离, 封控区, 管控区, 防范区, 常态)."""

    QUARANTINE = "quarantine"
    SEALED = "sealed"
    CONTROLLED = "controlled"
    PRECAUTION = "precaution"
    NORMAL = "normal"


class LabKind(StrEnum):
    """What a lab is made of."""

    FIXED = "fixed"
    INFLATABLE = "inflatable"
    CABIN = "cabin"
    MOBILE = "mobile"
    RAPID = "rapid"
    THIRD_PARTY = "third_party"


class ControlRole(StrEnum):
    """What a control well is there to show."""

    WEAK_POSITIVE = "weak_positive"
    NEGATIVE = "negative"
    BLANK = "blank"


@dataclass(frozen=True)
class Site:
    """A sampling point. `priority` orders what waits: 1 is first, 5 is usual."""

    code: str
    name: str
    area: str
    timezone: str
    priority: int = 5
    latitude: float | None = None
    longitude: float | None = None

    @property
    def point(self) -> Point | None:
        """Where it is, where somebody has said so."""
        return point_of(self.latitude, self.longitude)


@dataclass(frozen=True)
class Lab:
    """A testing laboratory."""

    code: str
    name: str
    kind: str
    timezone: str


@dataclass(frozen=True)
class Target:
    """A gene that is amplified: detected at Ct ≤ cutoff, grey up to grey_to (cycles)."""

    name: str
    channel: str
    cutoff: float
    grey_to: float


@dataclass(frozen=True)
class InternalControl:
    """Human gene that shows a swab was there: present at Ct ≤ cutoff."""

    name: str
    channel: str
    cutoff: float


@dataclass(frozen=True)
class PlannedControl:
    """How many wells of one control role a plate carries."""

    role: ControlRole
    count: int


@dataclass(frozen=True)
class Contamination:
    """When late positives beside a strong one raise an alarm: Ct (cycles) of the strong and of the late, how near, how many.

    The usual figures are ours, a template spilt or splashed being some ten cycles (a thousandfold) weaker; no guideline names any.
    """

    strong_to: float = 22.0
    late_from: float = 32.0
    within_wells: int = 1
    at_least: int = 2
    source: str = "usual figures of this program"


@dataclass(frozen=True)
class Accuracy:
    """How often a test by this kit finds what is there (sensitivity), and nothing where nothing is (specificity).

    Only what is to be expected of pools is reckoned from it, never a call. The usual figures are ours, from no guideline.
    """

    sensitivity: float = 0.95
    specificity: float = 0.999
    source: str = "usual figures of this program"


@dataclass(frozen=True)
class Assay:
    """One version of a test kit's rules. A version that is stored is never changed."""

    code: str
    version: int
    name: str
    pool_max: int
    plate: int
    targets: tuple[Target, ...]
    internal_control: InternalControl
    controls: tuple[PlannedControl, ...]
    contamination: Contamination = Contamination()
    accuracy: Accuracy = Accuracy()

    def shares_target_with(self, other: "Assay") -> bool:
        """Whether both amplify a gene of the same name."""
        return bool({target.name.casefold() for target in self.targets} & {target.name.casefold() for target in other.targets})

    @property
    def readings(self) -> tuple[str, ...]:
        """The names of everything that is read in each well."""
        return (*(target.name for target in self.targets), self.internal_control.name)

    @property
    def channels(self) -> dict[str, str]:
        """Everything that is read in each well, with the dye it is read in."""
        control = self.internal_control
        return {target.name: target.channel for target in self.targets} | {control.name: control.channel}


@dataclass(frozen=True)
class Catalog:
    """All reference data that requests need, as of one revision."""

    revision: int
    zones: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)  # of areas, where they lie in another
    sites: Mapping[str, Site] = field(default_factory=dict)
    labs: Mapping[str, Lab] = field(default_factory=dict)
    assays: Mapping[tuple[str, int], Assay] = field(default_factory=dict)
    policies: tuple[PoolingPolicy, ...] = ()
    formats: tuple[BarcodeFormat, ...] = ()
    transport: tuple[TransportPolicy, ...] = ()
    limits: tuple[TimeLimit, ...] = ()
    verifications: tuple[VerificationPolicy, ...] = ()
    retentions: tuple[RetentionPolicy, ...] = ()
    lab_plans: Mapping[str, LabPlan] = field(default_factory=dict)
    case_policies: tuple[CasePolicy, ...] = ()

    def lies_in(self, area: str, outer: str) -> bool:
        """Whether an area is another one, or lies in it by way of whatever areas are between."""
        return area == outer or (area in self.parents and self.lies_in(self.parents[area], outer))

    def lab(self, code: str) -> Lab:
        """The lab of this code."""
        if code not in self.labs:
            raise Refused("lab_unknown", "There is no lab {lab}.", lab=code)
        return self.labs[code]

    def site(self, code: str) -> Site:
        """The site of this code."""
        if code not in self.sites:
            raise Refused("site_unknown", "There is no site {site}.", site=code)
        return self.sites[code]

    def assay(self, code: str, version: int | None = None) -> Assay:
        """A version of an assay: the newest where none is named."""
        if version is None:
            version = max((number for name, number in self.assays if name == code), default=0)
        if (code, version) not in self.assays:
            raise Refused("assay_unknown", "There is no assay {assay}.", assay=code)
        return self.assays[code, version]

    def verifying(self, assay: Assay) -> list[Assay]:
        """The assays (their newest versions) that share no target with this one."""
        newest = [self.assay(code) for code in sorted({code for code, _ in self.assays})]
        return [other for other in newest if not assay.shares_target_with(other)]

    def verification(self, day: date) -> VerificationPolicy | None:
        """What is in force on a day about verifying calls."""
        return max(
            (policy for policy in self.verifications if policy.valid_from <= day), key=lambda policy: policy.valid_from, default=None
        )

    def policy(self, site: str | None, day: date, group: str = "*") -> PoolingPolicy | None:
        """The policy in force at a site on a day: the group's own before everybody's, the newest first."""
        zone = self.zone_of(site)
        fitting = [p for p in self.policies if p.zone == zone and p.group in (group, "*") and p.valid_from <= day]
        return max(fitting, key=lambda p: (p.group == group, p.valid_from), default=None)

    def case_policy(self, who: Iterable[tuple[str | None, str]], day: date) -> CasePolicy | None:
        """How the case of these people (site and group of each) that began on a day is handled: of all that are in force the strictest."""
        found = [policy for policy in self.case_policies_of(who, day) if policy is not None]
        return min(found, key=lambda p: (p.hours, p.zone, p.group), default=None)

    def audiences(self, who: Iterable[tuple[str | None, str]], day: date) -> tuple[str, ...]:
        """Who is told of a case of these people that began on a day: whom any of their policies names. None: everybody.

        Everybody is told, too, where somebody's policy names nobody, or where no policy is in force for him.
        """
        named = [policy.tell if policy is not None else () for policy in self.case_policies_of(who, day)]
        return tuple(sorted({audience for tell in named for audience in tell})) if all(named) else ()

    def days(self, now: datetime) -> list[date]:
        """The days that it is at the sites and labs, the earliest first."""
        return days_in([*(site.timezone for site in self.sites.values()), *(lab.timezone for lab in self.labs.values())], now)

    def audiences_named(self, day: date) -> list[str]:
        """Whom the case policies name that are in force on a day or begin later."""
        replaced = {
            (old.valid_from, old.zone, old.group)
            for old in self.case_policies
            for new in self.case_policies
            if (new.zone, new.group) == (old.zone, old.group) and old.valid_from < new.valid_from <= day
        }
        left = [policy for policy in self.case_policies if (policy.valid_from, policy.zone, policy.group) not in replaced]
        return sorted({audience for policy in left for audience in policy.tell})

    def case_policies_of(self, who: Iterable[tuple[str | None, str]], day: date) -> list[CasePolicy | None]:
        """What is in force on a day for the cases of these people: once for each site and group; None where nothing is."""

        def in_force(zone: str, group: str) -> CasePolicy | None:
            fitting = [p for p in self.case_policies if p.zone == zone and p.group in (group, "*") and p.valid_from <= day]
            return max(fitting, key=lambda p: (p.group == group, p.valid_from), default=None)

        return [in_force(self.zone_of(site), group) for site, group in sorted({(site or "", group) for site, group in who} or {("", "*")})]

    def zone_of(self, site: str | None) -> str:
        """How strictly the area of a site is controlled."""
        place = self.sites.get(site) if site is not None else None
        return self.zones.get(place.area, Zone.NORMAL) if place is not None else Zone.NORMAL

    def transport_policy(self, day: date) -> TransportPolicy | None:
        """How long a box may be on its way on a day; None where nobody has said."""
        return max((policy for policy in self.transport if policy.valid_from <= day), key=lambda policy: policy.valid_from, default=None)

    def time_limit(self, kind: str | None, site: str | None, day: date, *, recollection: bool) -> TimeLimit | None:
        """The limit of a tube on a day: of every class the newest version, of those that cover it the shortest; None where none does."""
        zone = self.zone_of(site)
        in_force = sorted((limit for limit in self.limits if limit.valid_from <= day), key=lambda limit: limit.valid_from)
        newest = {limit.name: limit for limit in in_force}.values()
        covering = [limit for limit in newest if limit.covers(kind, zone, site, recollection=recollection)]
        return min(covering, key=lambda limit: (limit.hours, limit.name), default=None)

    def retention(self, day: date) -> RetentionPolicy | None:
        """For how long tubes are kept, as of a day; None where nobody has said."""
        return max((policy for policy in self.retentions if policy.valid_from <= day), key=lambda policy: policy.valid_from, default=None)


def point_of(latitude: float | None, longitude: float | None) -> Point | None:
    """A place; None where nobody has said where it is."""
    return None if latitude is None or longitude is None else Point(latitude, longitude)


def days_in(timezones: Iterable[str], now: datetime) -> list[date]:
    """The days that it is in these time zones, the earliest first; the UTC day where there are none."""
    return sorted({local_day(now, timezone) for timezone in {*timezones}} or {utc_day(now)})


def zones_of(areas: Mapping[str, tuple[str | None, str | None]]) -> dict[str, str]:
    """The zone of every area, from area → (parent, zone): an area without one has its parent's."""

    def zone(code: str, seen: frozenset[str]) -> str:
        parent, own = areas.get(code, (None, None))
        if own or parent is None or parent in seen:
            return own or Zone.NORMAL
        return zone(parent, seen | {code})

    return {code: zone(code, frozenset()) for code in areas}

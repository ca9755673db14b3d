"""The official tables of the daily report that are of places: the figures by area, and how far each round has come. Pure."""

from collections.abc import Sequence

from lims.catalog.rules import Catalog
from lims.kernel.errors import N_
from lims.reporting.daily_parts import heads
from lims.reporting.documents import Table
from lims.reporting.figures import AreaLine, DayLine
from lims.reporting.rounds.rules import Coverage, Place
from lims.reporting.wording import NOTHING, Tongue, counted

OF_AREA = (
    "collected_tubes", "collected_people", "tested_tubes", "released_tubes", "released_people", "nonnegative_tubes", "people_positive",
    "people_verifying", "in_transit_tubes", "backlog_tubes",
)  # fmt: skip
OF_ROUND = ("round", "place", "source", "sampled_on_the_day", "sampled_so_far", "expected", "reached")


def area_table(areas: Sequence[AreaLine], total: DayLine, tongue: Tongue) -> Table:
    """The figures of each area in which anything happened or stands, and their total."""
    shown = [line for line in areas if any(getattr(line, name) for name in OF_AREA)]
    rows = [(area_name(line, tongue), *(counted(name, getattr(line, name)) for name in OF_AREA)) for line in shown]
    if rows:
        rows.append((tongue.say(N_("Together")), *(counted(name, getattr(total, name)) for name in OF_AREA)))
    title, quiet = tongue.say(N_("By area")), len(areas) - len(shown)
    if quiet and rows:
        more = tongue.say(N_("areas without anything: {count}"), count=quiet)
        title = f"{title} ({more})"
    empty = tongue.say(N_("None"))
    return Table(title, heads(("area", *OF_AREA), tongue), tuple(rows), words=1, summed=True, empty=empty, named=bool(rows))


def area_name(line: AreaLine, tongue: Tongue) -> str:
    """An area by code and name."""
    return f"{line.area} {line.name or ''}".rstrip() if line.area else tongue.say(N_("not registered yet"))


def round_table(rounds: Sequence[Coverage], catalog: Catalog, site: str | None, tongue: Tongue) -> Table:
    """People sampled of people expected: of each round as a whole, and in areas that somebody spoke of; in sites only for a site."""
    shown = [line for line in rounds if line.kind != Place.SITE or site is not None]
    rows = tuple(
        (
            line.round or tongue.say(N_("no round named")),
            place_name(line, catalog, tongue),
            line.source or NOTHING,
            counted("", line.people_of_day),
            counted("", line.people),
            counted("", line.expected),
            counted("fill_rate", line.share),
        )
        for line in shown
    )
    title = tongue.say(N_("Rounds: people sampled of people expected"))
    return Table(title, heads(OF_ROUND, tongue), rows, words=3, empty=tongue.say(N_("None")))


def place_name(line: Coverage, catalog: Catalog, tongue: Tongue) -> str:
    """Of which area or site, or of all."""
    if line.place is None:
        return tongue.say(N_("Together"))
    site = catalog.sites.get(line.place)
    name = catalog.areas.get(line.place) if line.kind == Place.AREA else site and site.name
    return f"{line.place} {name or ''}".rstrip()

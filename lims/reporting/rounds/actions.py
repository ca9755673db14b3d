"""Saying anew how many people a round is for."""

from datetime import datetime

from sqlalchemy import Connection, insert

from lims.catalog.rules import Catalog
from lims.catalog.tables import ExpectedPeople
from lims.kernel.audit.actions import record
from lims.kernel.audit.rules import Happening, audited
from lims.kernel.errors import Refused
from lims.reporting.rounds import queries
from lims.reporting.rounds.forms import ExpectForm
from lims.reporting.rounds.rules import Place


@audited("round.expected")
def expect(connection: Connection, catalog: Catalog, form: ExpectForm, by: str, now: datetime) -> None:
    """Add a version of how many people are expected; Refused where there is no such area or site."""
    if form.site is not None:
        kind, place = Place.SITE, catalog.site(form.site).code
    elif form.area in catalog.areas:
        kind, place = Place.AREA, str(form.area)
    else:
        raise Refused("area_unknown", "There is no area {area}.", area=form.area)
    version = queries.newest_version(connection, form.round, kind, place) + 1
    said = {"people": form.people, "source": form.source}
    row = {"round": form.round, "kind": kind.value, "place": place, "version": version, "first_day": form.first_day}
    connection.execute(insert(ExpectedPeople).values(**row, **said, declared_by=by, declared_at=now))
    what = {"round": form.round, kind.value: place, "version": version, **said}
    record(connection, by, now, [Happening(place, "round.expected", now, what)])

"""Reading people's results, by the rule that stands in `lims/deconvolution/results`."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from lims.deconvolution.results.queries import person_results
from lims.kernel.db import AnyRow

COLUMNS = "day, barcode, position, person_id, collected_at, site, pooled, state, released_at, amended_at"
# Thousands ask at once, and those who ask at the same moment are answered by one statement. Of an array PostgreSQL expects ten rows, of an
# unknown limit a tenth of them: told that there is a limit it keeps one plan for one person and for sixty, instead of planning anew for
# each small array, which takes twenty times as long as looking.
ASKED = """, asked AS MATERIALIZED (
    SELECT person_says.* FROM person_says
    JOIN (SELECT person FROM unnest(CAST(:people AS uuid[])) AS person LIMIT :count) AS everybody ON everybody.person = person_id
    WHERE day >= :since
), asked_tube AS NOT MATERIALIZED (SELECT * FROM asked)
"""
NEWEST = f""", newest AS (
    SELECT *, row_number() OVER (PARTITION BY person_id ORDER BY collected_at DESC, barcode DESC) AS place FROM person_result
)
SELECT {COLUMNS} FROM newest WHERE place <= 50 ORDER BY collected_at DESC, barcode DESC"""  # noqa: S608 - words of this file
OF_PEOPLE = person_results(ASKED, NEWEST)
PAGE = """, asked AS MATERIALIZED (
    SELECT * FROM person_says
    WHERE day = :day AND (barcode, position) > (:barcode, :position) AND tube >= :barcode {among}
    ORDER BY barcode, position
    LIMIT :limit
), asked_tube AS NOT MATERIALIZED (SELECT * FROM asked)
"""
OF_DAY = f"SELECT {COLUMNS} FROM person_result ORDER BY barcode, position"  # noqa: S608 - words of this file
# What is asked for besides a day: a state is told here as far as the tube tells it by itself.
AMONG = {"site": "AND site = :site", "lab": "AND lab = :lab", "state": "AND (state = :state OR depends)"}
LEAST_AT_ONCE, MOST_AT_ONCE = 100, 20_000


def results_of_day(
    connection: Connection, day: date, site: str | None, lab: str | None, state: str | None, after: tuple[str, int] | None, limit: int
) -> Sequence[AnyRow]:
    """One row per person and tube of a day of collection, by tube and position; of one site or lab where it is given."""
    asked = {name: value for name, value in (("site", site), ("lab", lab), ("state", state)) if value is not None}
    statement = person_results(page_of_day(*asked), OF_DAY)
    found: list[AnyRow] = []
    start, many = after or ("", 0), limit
    while True:
        piece = connection.execute(statement, {"day": day, "barcode": start[0], "position": start[1], "limit": many, **asked}).all()
        found += [row for row in piece if state in (None, row.state)]
        if len(found) >= limit or len(piece) < many:
            return found[:limit]
        # Of those who may be in a state, nearly all or very few are: the next piece is as large as what is missing, as far as was seen.
        start = piece[-1].barcode, piece[-1].position
        many = min(max(2 * (limit - len(found)), LEAST_AT_ONCE) if 2 * len(found) > limit else 4 * many, MOST_AT_ONCE)


def page_of_day(*among: str) -> str:
    """The people of a day after one of them; of a site, of a lab, or who may be in a state, where one is named."""
    return PAGE.format(among=" ".join(AMONG[name] for name in among))


def results_of_people(connection: Connection, people: Collection[UUID], since: date = date.min) -> dict[UUID, list[AnyRow]]:
    """Of each of these people the newest fifty tubes, newest first; days of collection before `since` are not even looked at."""
    found: dict[UUID, list[AnyRow]] = {}
    for row in connection.execute(OF_PEOPLE, {"people": [*people], "count": len(people), "since": since}):
        found.setdefault(row.person_id, []).append(row)
    return found

"""Which tubes stand behind which figure, in SQL: everything but the words is said once, by a moment, a zone and a condition."""

from dataclasses import dataclass

from lims.reporting.day.rules import LEGS

# What stands at the end of what is asked about ends no earlier than that is anywhere (`ends`): what an index can find.
STANDING = "bench_state IN ('waiting', 'pooled', 'plated', 'called')"
UNFINISHED = f"({STANDING} OR released_at >= :ends OR rejected_at >= :ends)"
NOT_ARRIVED = "(received_at IS NULL OR received_at >= :ends)"
# The end of what is asked about where the tube is, or now if that is earlier. Of an hour that clocks show twice, or leave out, it is
# the first moment at which they have come so far: one of these two, whichever is first.
END = (
    "LEAST(CAST(:now AS timestamptz), CAST(:beyond AS timestamp) AT TIME ZONE {zone},"
    " (CAST(:beyond AS timestamp) - interval '1 microsecond') AT TIME ZONE {zone} + interval '1 microsecond')"
)

# How many hours it has stood, where some are asked for.
AGED = (
    "(CAST(:older AS double precision) IS NULL OR extract(epoch FROM {end} - {moment}) / 3600 >= CAST(:older AS double precision))"
    " AND (CAST(:younger AS double precision) IS NULL OR extract(epoch FROM {end} - {moment}) / 3600 < CAST(:younger AS double precision))"
)
# Of one line of a table by lab, site or area, where that is asked for: that of a code, or of none that is known.
LINE = (
    "(CAST(:by_line AS text) IS NULL OR CASE CAST(:by_line AS text) WHEN 'lab' THEN lab_key WHEN 'site' THEN site_key ELSE area_key END"
    " IS NOT DISTINCT FROM CAST(:key AS text))"
)
# People of a tube, how many tubes and people there are in all, and by what rows are put together. Of people that are found one by one all
# is looked at whatever page is asked for: then it is counted with it.
BY_TUBE = ("counted.member_count", "CAST(NULL AS integer) AS all_tubes, CAST(NULL AS integer) AS all_people", "")
BY_PERSON = (
    "CAST(count(*) AS integer)",
    "CAST(count(*) OVER () AS integer) AS all_tubes, CAST(sum(count(*)) OVER () AS integer) AS all_people",
    " GROUP BY 1, 3",
)


@dataclass(frozen=True)
class Behind:
    """Tubes that count where a moment of theirs lies in the days asked about, or (`stands`) that stood somewhere at their end.

    `goes_on_from`: a statement between those that count and `source`; `by_person`: the source has a row for each person who counts.
    """

    moment: str
    zone: str = "lab_zone"
    condition: str = "TRUE"
    stands: bool = False
    source: str = "counted"
    stands_now: str = ""
    goes_on_from: str = ""
    by_person: bool = False

    def sql(self, *, is_now: bool) -> str:
        """A statement that goes on from the tubes that count: those behind the figure; of what stands those that stand now, or did then."""
        if self.stands:
            end = "CAST(:now AS timestamptz)" if is_now else END.format(zone=self.zone)
            condition = (self.stands_now if is_now else self.condition).replace("{end}", end)
            within = f"({self.moment} < :ends OR {self.moment} < {end}) AND {condition} AND {AGED.format(end=end, moment=self.moment)}"
        else:
            local = f"{self.moment} AT TIME ZONE {self.zone}"
            within = (
                f"{self.condition} AND (({self.moment} >= :surely_since AND {self.moment} < :surely_until)"
                f" OR ({local} >= CAST(:first AS timestamp) AND {local} < CAST(:beyond AS timestamp)))"
            )
        people, totals, group = BY_PERSON if self.by_person else BY_TUBE
        # What stands may have come long ago, and is found by where it has not come yet: never by going along all that ever came.
        at = f"{self.moment} + interval '0'" if self.stands else self.moment
        columns = f"counted.barcode, {people} AS people, {at} AS at, {totals}"
        # A page is looked for between two moments, of which the first is that of the tube that it goes on after.
        page = f"{self.moment} >= :{'whole' if self.by_person else 'page'}_since AND {self.moment} < :page_until"
        chosen = f"SELECT {columns} FROM {self.source} WHERE {page} AND {LINE} AND {within}{group}"  # noqa: S608 - words of this file
        return f", behind AS NOT MATERIALIZED ({chosen})"


PATHS = {"direct": "retest_of IS NULL", "case": "retest_of IS NOT NULL"}
# Between which moments each leg lies, as `legs.sql` has them: a tube took it where it knows both, and the second is not before the first.
ENDS_OF_LEG = {
    "collecting": ("opened_at", "sealed_at"),
    "at_site": ("sealed_at", "dispatched_at"),
    "on_the_way": ("dispatched_at", "received_at"),
    "waiting": ("received_at", "laid_at"),
    "on_plate": ("laid_at", "tested_at"),
    "in_review": ("tested_at", "released_at"),
    "whole": ("sealed_at", "released_at"),
}
# A tube that was laid out again since it was tested does not tell when it was laid out first.
ON_ITS_PLATE = "counted JOIN plate ON plate.barcode = counted.plate AND plate.laid_at <= counted.tested_at"


def of_leg(path: str, leg: str) -> Behind:
    """The tubes that took a leg of a path."""
    began, ended = ENDS_OF_LEG[leg]
    source = ON_ITS_PLATE if "laid_at" in (began, ended) else "counted"
    return Behind("released_at", condition=f"{PATHS[path]} AND {ended} >= {began}", source=source)


def still_there(left: str) -> str:
    """That something was left (at the first of these that is known) no earlier than at the end: by the clock only where it is near."""
    moment = f"COALESCE({left}, 'infinity')"
    return f"({moment} >= :ends_by OR {moment} >= {{end}})"


BACKLOG = f"{UNFINISHED} AND {still_there('released_at, rejected_at')}"
# As `standing.sql` has both.
LATE = "date_part('epoch', {end} - received_at) / 3600 > limited.hours"
WITH_LIMIT = (
    "counted JOIN json_to_recordset(CAST(:limits AS json)) AS limited (site text, kind text, recollection boolean, hours double precision)"
    " ON limited.site = CASE WHEN counted.site = ANY (CAST(:own AS text[])) THEN counted.site ELSE '' END"
    " AND limited.kind = COALESCE(counted.kind, '') AND limited.recollection = (counted.retest_of IS NOT NULL)"
)

BEHIND = {
    "collected": Behind("sealed_at", "site_zone", "field_state = 'sealed'"),
    # As coverage counts: of one round (empty: those of none), without recollections.
    "sampled": Behind(
        "sealed_at",
        "site_zone",
        "field_state = 'sealed' AND retest_of IS NULL AND (CAST(:round AS text) IS NULL OR COALESCE(round, '') = :round)",
    ),
    "dispatched": Behind("dispatched_at", "site_zone"),
    "received": Behind("received_at"),
    "tested": Behind("tested_at"),
    "released": Behind("released_at"),
    **{path: Behind("released_at", condition=condition) for path, condition in PATHS.items()},
    **{f"{path}_{leg}": of_leg(path, leg) for path in PATHS for leg in LEGS},
    "negative": Behind("released_at", condition="released_call = 'negative'"),
    "nonnegative": Behind("released_at", condition="released_call <> 'negative'"),
    "invalid": Behind("released_at", condition="released_call <> 'negative' AND released_call = 'invalid'"),
    "positive": Behind("released_at", source="first_positive AS counted", goes_on_from="first_positives", by_person=True),
    "rejected": Behind("rejected_at", condition="(CAST(:reason AS text) IS NULL OR COALESCE(rejected_for, '') = :reason)"),
    "recollected": Behind("received_at", condition="kind = 'single' AND retest_of IS NOT NULL"),
    # With an aliquot pool go the single tubes in it.
    "returned": Behind("returned.at", source="returned JOIN counted ON returned.barcode IN (counted.barcode, counted.pool)"),
    "backlog": Behind("received_at", condition=BACKLOG, stands=True, stands_now=STANDING),
    "late": Behind("received_at", condition=f"{BACKLOG} AND {LATE}", stands=True, stands_now=f"{STANDING} AND {LATE}", source=WITH_LIMIT),
    "in_transit": Behind(
        "dispatched_at",
        "site_zone",
        f"{NOT_ARRIVED} AND {still_there('received_at')}",
        stands=True,
        stands_now="received_at IS NULL",
    ),
    "verifying": Behind(
        "since",
        condition=still_there("until"),
        stands=True,
        stands_now="until IS NULL",
        source="stay AS counted",
        goes_on_from="verifying_stays",
        by_person=True,
    ),
}

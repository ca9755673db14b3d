"""Which tubes stand behind which figure, in SQL: everything but the words is said once, by a moment, a zone and a condition."""

from dataclasses import dataclass

# What stands at the end of what is asked about ends no earlier than that is anywhere (`ends`): what an index can find.
STANDING = "bench_state IN ('waiting', 'pooled', 'plated', 'called')"
UNFINISHED = f"({STANDING} OR released_at >= :ends OR rejected_at >= :ends)"
NOT_ARRIVED = "(received_at IS NULL OR received_at >= :ends)"
# The end of what is asked about where the tube is, or now if that is earlier.
END = "LEAST(CAST(:now AS timestamptz), CAST(:beyond AS timestamp) AT TIME ZONE {zone})"

# How many hours it has stood, where some are asked for.
AGED = (
    "extract(epoch FROM {end} - {moment}) / 3600 >= COALESCE(CAST(:older AS double precision), 0)"
    " AND extract(epoch FROM {end} - {moment}) / 3600 < COALESCE(CAST(:younger AS double precision), 'infinity')"
)


@dataclass(frozen=True)
class Behind:
    """Tubes that count where a moment of theirs lies in the days asked about, or (`stands`) that stood somewhere at their end."""

    moment: str
    zone: str = "lab_zone"
    condition: str = "TRUE"
    stands: bool = False
    source: str = "counted"
    stands_now: str = ""

    def sql(self, *, is_now: bool) -> str:
        """A statement that goes on from the tubes that count: those behind the figure; of what stands those that stand now, or did then."""
        if self.stands and is_now:
            aged = AGED.format(end="CAST(:now AS timestamptz)", moment=self.moment)
            within = f"{self.moment} < CAST(:now AS timestamptz) AND {self.stands_now} AND {aged}"
        elif self.stands:
            end = END.format(zone=self.zone)
            aged = AGED.format(end=end, moment=self.moment)
            within = f"{self.moment} < {end} AND {self.condition.replace('{end}', end)} AND {aged}"
        else:
            local = f"{self.moment} AT TIME ZONE {self.zone}"
            within = (
                f"{self.condition} AND (({self.moment} >= :surely_since AND {self.moment} < :surely_until)"
                f" OR ({local} >= CAST(:first AS timestamp) AND {local} < CAST(:beyond AS timestamp)))"
            )
        columns = f"counted.barcode, counted.member_count, {self.moment} AS at"
        # A page is looked for between two moments, of which the first is that of the tube that it goes on after.
        page = f"{self.moment} >= :page_since AND {self.moment} < :page_until"
        return f", behind AS NOT MATERIALIZED (SELECT {columns} FROM {self.source} WHERE {page} AND {within})"  # noqa: S608 - words of this file


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
    "direct": Behind("released_at", condition="retest_of IS NULL"),
    "case": Behind("released_at", condition="retest_of IS NOT NULL"),
    "negative": Behind("released_at", condition="released_call = 'negative'"),
    "nonnegative": Behind("released_at", condition="released_call <> 'negative'"),
    "invalid": Behind("released_at", condition="released_call <> 'negative' AND released_call = 'invalid'"),
    "positive": Behind("released_at", condition="released_call <> 'negative' AND released_call = 'positive' AND kind = 'single'"),
    "rejected": Behind("rejected_at", condition="(CAST(:reason AS text) IS NULL OR COALESCE(rejected_for, '') = :reason)"),
    "recollected": Behind("received_at", condition="kind = 'single' AND retest_of IS NOT NULL"),
    # With an aliquot pool go the single tubes in it.
    "returned": Behind("returned.at", source="returned JOIN counted ON returned.barcode IN (counted.barcode, counted.pool)"),
    "backlog": Behind(
        "received_at",
        condition=f"{UNFINISHED} AND COALESCE(released_at, rejected_at, 'infinity') >= {{end}}",
        stands=True,
        stands_now=STANDING,
    ),
    "in_transit": Behind(
        "dispatched_at",
        "site_zone",
        f"{NOT_ARRIVED} AND COALESCE(received_at, 'infinity') >= {{end}}",
        stands=True,
        stands_now="received_at IS NULL",
    ),
}

"""Any state that tubes and their people may be in, and what the view told of them by which results were read at first."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, text

from lims.custody.tables import Tube, TubeMember
from lims.kernel.barcodes import Kind
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release
from tests.factories import code

DAYS = [date(2020, 3, 1) + timedelta(days=number) for number in range(3)]
SITES, LABS = ("told-one", "told-two"), ("told-lab", "told-hut")
PEOPLE = 3  # of a family
CALLS = ("negative", "positive", "inconclusive", "invalid")

# The views `tube_state` and `person_result` as migrations 0016 and 0051 have them.
ORACLE = """WITH tube_state AS (
    SELECT barcode, collected_on, retest_of, released_at, sealed_at,
        CASE
            WHEN rejected_at IS NOT NULL THEN 'recollect'
            WHEN released_call IS NULL AND pool IS NOT NULL AND EXISTS (
                SELECT FROM tube AS mixed WHERE mixed.barcode = tube.pool AND mixed.released_call <> 'negative'
            ) THEN 'verifying'
            WHEN released_call IS NULL THEN 'pending'
            WHEN released_call = 'negative' THEN 'negative'
            WHEN kind <> 'single' THEN 'verifying'
            WHEN released_call = 'invalid' THEN 'recollect'
            ELSE released_call
        END AS state,
        amended_at
    FROM tube
    WHERE registered_at IS NOT NULL AND kind <> 'aliquot_pool' AND field_state <> 'void'
), told AS (
    SELECT member.day, member.barcode, member.position, member.person_id, member.collected_at,
        tube.site, tube.lab, tube.dispatched_to, tube.bench_state, tube.field_state,
        COALESCE(answer.state, own.state) AS state,
        COALESCE(answer.released_at, tube.released_at) AS released_at,
        tube.kind <> 'single' OR (tube.pool IS NOT NULL AND EXISTS (
            SELECT FROM release JOIN call ON call.barcode = release.barcode AND call.run = release.run
            WHERE release.barcode = tube.barcode AND release.standing AND call.pooled_in IS NOT NULL
        )) AS pooled,
        CASE WHEN answer.barcode IS NULL THEN tube.amended_at ELSE answer.amended_at END AS amended_at
    FROM tube_member AS member
    JOIN tube ON tube.barcode = member.barcode AND tube.collected_on = member.day
    JOIN tube_state AS own ON own.barcode = member.barcode
    LEFT JOIN LATERAL (
        WITH RECURSIVE chain AS (
            SELECT next.barcode FROM tube AS next
            WHERE own.state IN ('verifying', 'recollect', 'inconclusive') AND next.retest_of = member.barcode AND next.kind = 'single'
            UNION
            SELECT next.barcode FROM chain CROSS JOIN LATERAL (
                SELECT tube.barcode FROM tube WHERE tube.retest_of = chain.barcode AND tube.kind = 'single' OFFSET 0
            ) AS next
        )
        SELECT single.barcode, single.released_at, single.state, single.amended_at
        FROM chain
        JOIN tube_state AS single ON single.barcode = chain.barcode
        JOIN tube_member AS same
            ON same.barcode = single.barcode AND same.day = single.collected_on AND same.person_id = member.person_id
        WHERE own.state IN ('verifying', 'recollect', 'inconclusive') AND single.released_at IS NOT NULL
        ORDER BY single.state = 'positive' DESC, same.collected_at DESC, single.barcode DESC
        LIMIT 1
    ) AS answer ON TRUE
)
"""
OF_US = ORACLE + "SELECT * FROM told WHERE barcode = ANY (:codes) ORDER BY barcode, position"


@dataclass(frozen=True)
class Told:
    """A tube: what the field says, what it leads to (numbers of others), how far it came, who is in it and when they were sampled."""

    family: int
    kind: str | None
    field_state: str | None
    registered: bool
    day: int
    place: int
    retest_of: int | None
    pool: int | None
    fate: str  # unseen, waiting, rejected, or what was released
    amended: bool
    tested_in: str  # alone; in a pool: by the release that stands, or by one that was amended
    people: tuple[int, ...]
    hour: int
    misfiled: bool  # its people stand under another day


FIRST_FATES = ("positive",) * 4 + ("inconclusive", "invalid", "rejected", "rejected", "negative", "waiting", "unseen")
FATES = ("negative",) * 3 + ("positive",) * 2 + ("inconclusive", "invalid", "rejected", "waiting", "unseen")
KINDS = ("single",) * 10 + ("aliquot_pool", "swab_pool", None)


def histories(luck: random.Random, families: int) -> list[Told]:
    """Families of tubes: a first one, and those that answer it or each other (or, as none should, one to come or of another family)."""
    tubes: list[Told] = []
    for _ in range(families):
        first = len(tubes)
        tubes += [any_tube(luck, first, place) for place in range(luck.choice((1, 3, 5, 7, 8)))]
    return tubes


def any_tube(luck: random.Random, first: int, place: int) -> Told:
    """The tube at a place of the family that begins at `first`."""
    kind = luck.choice(KINDS) if place else luck.choice(("swab_pool", "swab_pool", "swab_pool", "single"))
    above = luck.choice((0, 0, 0, *range(place), place - 1, place + 1, None, 100 + place)) if place else luck.choice((None,) * 9 + (1,))
    people = [luck.choice((0,) * 6 + (1, 2))] if kind == "single" else luck.sample((0, 0, 1, 2), luck.randint(0, 3))
    return Told(
        family=first,
        kind=kind,
        field_state=luck.choice(("sealed",) * 12 + ("open", "void", None)),
        registered=luck.random() < 0.95,
        day=luck.choice((0, 0, 0, 1, 2)),
        place=luck.randint(0, 1),
        retest_of=above if above is None else first + above,
        pool=first + luck.randint(0, 5) if luck.random() < 0.3 else None,
        fate=luck.choice(FATES if place else FIRST_FATES),
        amended=luck.random() < 0.4,
        tested_in=luck.choice(("alone", "alone", "standing", "amended")),
        people=tuple(dict.fromkeys(people)),
        hour=luck.randint(0, 2),
        misfiled=luck.random() < 0.05,
    )


@dataclass(frozen=True)
class World:
    """The barcodes and people of one state that was written down."""

    codes: list[str]
    people: list[UUID]


def write(connection: Connection, tubes: list[Told]) -> World:
    """Write a state down as it is, by nobody's rules but the tables' own."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    world = World([code(Kind.TUBE) for _ in tubes], [uuid4() for _ in range(3 * PEOPLE)])
    written = [(row(world, number, told), told) for number, told in enumerate(tubes)]
    connection.execute(insert(Tube), [tube for tube, _ in written])
    connection.execute(
        insert(TubeMember), [member for number, (tube, told) in enumerate(written) for member in members(world, number, tube, told)]
    )
    evidence = [one for tube, told in written if told.fate in CALLS for one in releases(tube, told)]
    connection.execute(insert(CallRow), [called for called, _ in evidence])
    connection.execute(insert(Release), [released for _, released in evidence])
    return world


def row(world: World, number: int, told: Told) -> dict[str, Any]:
    """A tube's row."""
    seen, released = told.fate != "unseen", told.fate in CALLS
    ended = moment(told.day, 10) + timedelta(minutes=number)
    retest_of, pool = (None if one is None else world.codes[one % len(world.codes)] for one in (told.retest_of, told.pool))
    return {
        "barcode": world.codes[number], "kind": told.kind, "field_state": told.field_state, "sealed_at": ended,
        "record_id": uuid4() if told.registered else None, "registered_at": ended if told.registered else None,
        "pool_size": 1 if told.kind == "single" else 10, "collected_on": DAYS[told.day], "site": SITES[told.place],
        "retest_of": None if retest_of == world.codes[number] else retest_of, "pool": pool,
        "dispatched_to": LABS[1 - told.place], "lab": LABS[told.place] if seen else None, "received_at": ended if seen else None,
        "bench_state": "released" if released else {"unseen": None}.get(told.fate, told.fate),
        "rejected_at": ended if told.fate == "rejected" else None, "released_at": ended if released else None,
        "released_call": told.fate if released else None,
        "amended_at": ended + timedelta(hours=1) if released and told.amended else None,
    }  # fmt: skip


def members(world: World, number: int, tube: dict[str, Any], told: Told) -> Iterator[dict[str, Any]]:
    """The rows of a tube's people; each family has some of all."""
    for place, who in enumerate(told.people, 1):
        yield {
            "day": DAYS[(told.day + told.misfiled) % len(DAYS)], "barcode": tube["barcode"], "position": place,
            "person_id": world.people[(told.family + who) % len(world.people)], "member_group": "*",
            "collected_at": moment(told.day, told.hour),
        }  # fmt: skip


def releases(tube: dict[str, Any], told: Told) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What a released tube's result rests on, calls and releases; of an amended one there is an older release."""
    at, runs = tube["released_at"], [uuid4(), uuid4()] if told.amended else [uuid4()]
    for number, run in enumerate(runs, 1):
        last = number == len(runs)
        pooled = told.tested_in == ("standing" if last else "amended")
        said = {"barcode": tube["barcode"], "run": run, "call": told.fate, "controls_passed": True, "imported_by": "ben"}
        called = {"day": tube["collected_on"], "well": "A1", "evidence": "N", "reasons": [], "assay": "kit", "assay_version": 1}
        signed = {
            "revision": number,
            "standing": True if last else None,
            "review": uuid4(),
            "released_by": "bea",
            "at": at,
            "released_at": at,
        }
        why = {"supersedes": number - 1 or None, "reason": "read again" if number > 1 else None}
        yield said | called | {"pooled_in": tube["pool"] if pooled else None}, said | signed | why


def moment(day: int, hour: int) -> datetime:
    """A time of one of the days."""
    return datetime.combine(DAYS[day], datetime.min.time(), UTC) + timedelta(hours=hour)

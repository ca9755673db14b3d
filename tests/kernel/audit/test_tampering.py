"""Whoever owns the database may alter the trail, but not unnoticed (promise 27). Each attempt is undone after it was looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from lims.kernel.audit.actions import record, seal
from lims.kernel.audit.rules import Happening
from lims.kernel.audit.verify import Finding, verify
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import COUNTER
from tests.kernel.audit.sealing import seal_everything

NOW = datetime(2022, 2, 2, tzinfo=UTC)
EVENT = "(subject, id) IN (SELECT subject, id FROM event WHERE subject = :mine ORDER BY id LIMIT 1)"
LAST_SEAL = "number = (SELECT max(number) FROM seal)"
COLUMNS = "subject, verb, actor, at, recorded_at, what"


@pytest.fixture
def mine() -> str:
    """Something that events of one test alone are about."""
    return f"tampering {next(COUNTER)}"


@pytest.fixture
def owner(program: Program, mine: str) -> Iterator[Connection]:
    """The database's owner, after three seals; what the owner does is rolled back."""
    seal_everything(program, NOW)
    for number in range(3):
        with program.database.transaction(Access.FIELD) as connection:
            happenings = [Happening(mine, "box.packed", NOW, {"number": number, "place": place}) for place in range(3)]
            record(connection, "ana", NOW + timedelta(minutes=number), happenings)
        seal_everything(program, NOW + timedelta(minutes=number))
    with program.database.engine(Access.OWNER).connect() as connection:
        yield connection
        connection.rollback()


def looked_at(program: Program, owner: Connection, known_head: int = 0) -> Finding:
    """What the verification finds."""
    return verify(owner, program.keys.seal, known_head)


def newest(owner: Connection) -> int:
    """The number of the newest seal."""
    return int(owner.execute(text("SELECT max(number) FROM seal")).scalar_one())


def do(owner: Connection, statement: str, **facts: object) -> None:
    """Something the owner does; it must have changed something."""
    assert owner.execute(text(statement), facts).rowcount > 0


def test_a_trail_that_nobody_touched_is_whole(program: Program, owner: Connection) -> None:
    finding = looked_at(program, owner, newest(owner))
    assert (finding.broken, finding.seals) == (None, newest(owner))
    assert finding.events == owner.execute(text("SELECT sum(events) FROM seal")).scalar_one()


@pytest.mark.parametrize(
    "change",
    [
        "subject = subject || '0'", "verb = 'box.dispatched'", "actor = 'cleo'", "at = at + interval '1 microsecond'",
        "id = id + 10^12::bigint",
        "recorded_at = recorded_at + interval '1 microsecond'", "what = what || '{\"number\": 7}'",
        "what = what - 'place'", "epoch = epoch + 1",
        "txid = (txid::text::bigint - 1)::text::xid8", "txid = '9223372036854775807'::xid8",
    ],
)  # fmt: skip
def test_an_event_that_was_edited_is_found(program: Program, owner: Connection, mine: str, change: str) -> None:
    do(owner, f"UPDATE event SET {change} WHERE {EVENT}", mine=mine)
    assert looked_at(program, owner).broken is not None


def test_an_event_that_was_deleted_is_found_and_its_seal_named(program: Program, owner: Connection, mine: str) -> None:
    do(owner, f"DELETE FROM event WHERE {EVENT}", mine=mine)
    assert f"seal {newest(owner) - 2} " in str(looked_at(program, owner).broken)


@pytest.mark.parametrize("epoch", ["epoch", "epoch - 1"])
@pytest.mark.parametrize("txid", ["txid", "'3'::xid8", "(SELECT max(to_txid) - 1 FROM seal)::text::xid8"])
def test_an_event_put_in_afterwards_is_found(program: Program, owner: Connection, mine: str, epoch: str, txid: str) -> None:
    values = f"SELECT day, {COLUMNS}, {epoch}, {txid} FROM event WHERE {EVENT}"
    do(owner, f"INSERT INTO event (day, {COLUMNS}, epoch, txid) {values}", mine=mine)
    assert looked_at(program, owner).broken is not None


def test_two_events_that_changed_places_are_found(program: Program, owner: Connection, mine: str) -> None:
    ids = owner.execute(text("SELECT min(id), max(id) FROM event WHERE subject = :mine"), {"mine": mine}).one()
    for before, after in ((ids[0], -1), (ids[1], ids[0]), (-1, ids[1])):
        do(owner, "UPDATE event SET id = :after WHERE subject = :mine AND id = :before", mine=mine, before=before, after=after)
    assert "altered" in str(looked_at(program, owner).broken)


def test_words_that_changed_places_between_two_events_are_found(program: Program, owner: Connection, mine: str) -> None:
    do(owner, "UPDATE event SET what = jsonb_set(what, '{place}', to_jsonb(2 - (what->>'place')::int)) WHERE subject = :mine", mine=mine)
    assert "altered" in str(looked_at(program, owner).broken)


@pytest.mark.parametrize("which", ["1", "(SELECT max(number) - 1 FROM seal)"])
def test_a_seal_that_was_taken_out_is_missed(program: Program, owner: Connection, which: str) -> None:
    do(owner, f"DELETE FROM seal WHERE number = {which}")
    assert "is missing" in str(looked_at(program, owner).broken)


def test_the_last_seals_taken_off_are_missed_by_whoever_has_seen_them(program: Program, owner: Connection, mine: str) -> None:
    head = newest(owner)
    do(owner, "DELETE FROM event WHERE subject = :mine", mine=mine)
    do(owner, "DELETE FROM seal WHERE number > :number", number=head - 3)
    assert f"but seal {head} was seen" in str(looked_at(program, owner, head).broken)


def test_a_whole_trail_that_was_emptied_is_missed(program: Program, owner: Connection) -> None:
    head = newest(owner)
    do(owner, "DELETE FROM event")
    do(owner, "DELETE FROM seal")
    assert looked_at(program, owner, head).broken is not None


@pytest.mark.parametrize(
    "change",
    [
        "events = events + 1", "from_txid = from_txid - 1", "to_txid = to_txid + 1", "epoch = epoch + 1", "number = number + 1",
        "root = sha256(root)", "signature = sha256(signature)", "sealed_at = sealed_at - interval '1 day'",
    ],
)  # fmt: skip
def test_a_seal_that_was_altered_is_found(program: Program, owner: Connection, change: str) -> None:
    do(owner, f"UPDATE seal SET {change} WHERE {LAST_SEAL}")
    assert looked_at(program, owner).broken is not None


def test_a_deletion_covered_up_in_its_seal_is_found_for_want_of_the_key(program: Program, owner: Connection, mine: str) -> None:
    do(owner, "DELETE FROM event WHERE subject = :mine AND what->>'number' = '2'", mine=mine)
    root = "(SELECT root FROM seal WHERE number = 1)"
    do(owner, f"UPDATE seal SET events = events - 3, root = {root} WHERE {LAST_SEAL}")
    assert "was altered" in str(looked_at(program, owner).broken)


def test_a_seal_made_with_another_key_is_found(program: Program, owner: Connection) -> None:
    record(owner, "ana", NOW, [Happening("x", "box.packed", NOW)])
    do(owner, f"UPDATE seal SET signature = (SELECT signature FROM seal WHERE number = 1) WHERE {LAST_SEAL}")
    assert "was altered" in str(looked_at(program, owner).broken)
    owner.rollback()
    assert verify(owner, b"another key").broken == "seal 1 was altered"


def test_what_was_sealed_before_is_not_sealed_again(program: Program, owner: Connection) -> None:
    assert seal(owner, program.keys.seal, NOW) is None

"""Many write while one seals: nothing slips by, and nobody raises a false alarm (promise 27)."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from lims.kernel.audit.actions import record, seal
from lims.kernel.audit.rules import Happening
from lims.kernel.audit.verify import verify
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.factories import COUNTER
from tests.kernel.audit.sealing import seal_everything
from tests.sampling.sync.crowd import together

NOW = datetime(2022, 2, 2, tzinfo=UTC)


def write(program: Program, subject: str, transactions: int, seed: int) -> int:
    """Write in many transactions of various length, some of which come to nothing; how many events stayed."""
    luck, stayed = random.Random(seed), 0
    for _ in range(transactions):
        with program.database.engine(Access.FIELD).connect() as connection:
            count = luck.randint(1, 4)
            for number in range(count):
                record(connection, f"writer {seed}", NOW, [Happening(subject, "box.packed", NOW, {"number": number})])
            if luck.random() < 0.2:
                connection.rollback()
                continue
            connection.commit()
            stayed += count
    return stayed


def sealing(program: Program, subject: str, rounds: int) -> int:
    """Seal over and over, verifying now and then; no alarm may be raised. No events are counted here."""
    for number in range(rounds):
        with program.database.transaction(Access.OWNER) as connection:
            seal(connection, program.keys.seal, datetime.now(UTC))
        if number % 10 == 0:
            with program.database.transaction(Access.OWNER) as connection:
                assert verify(connection, program.keys.seal).broken is None
    return 0


def written_and_sealed(program: Program, writers: int, transactions: int, rounds: int) -> None:
    """Let them all work at once, and look at the trail when they are done."""
    subject = f"many writers {next(COUNTER)}"
    jobs = [lambda seed=seed: write(program, subject, transactions, seed) for seed in range(writers)]
    stayed = sum(together(*jobs, *[lambda: sealing(program, subject, rounds)] * 2))
    seal_everything(program, datetime.now(UTC))
    with program.database.transaction(Access.OWNER) as connection:
        finding = verify(connection, program.keys.seal)
        there, whole = connection.execute(
            text("SELECT count(*) FILTER (WHERE subject = :subject), count(*) FROM event"), {"subject": subject}
        ).one()
    assert finding.broken is None
    assert (there, whole) == (stayed, finding.events)


def test_eight_writers_and_two_sealers_leave_a_whole_trail_that_covers_every_event(program: Program) -> None:
    written_and_sealed(program, writers=8, transactions=25, rounds=40)


@pytest.mark.proof
def test_a_crowd_of_writers_leaves_a_whole_trail(program: Program) -> None:
    written_and_sealed(program, writers=24, transactions=800, rounds=300)

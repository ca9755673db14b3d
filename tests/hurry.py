"""A program's way to its database on which nobody waits for long."""

import pytest

from lims.kernel import db
from lims.kernel.db import Access, Database


def in_a_hurry(url: str, connections: int, *, owner_waits: bool = True, **limits: float) -> Database:
    """Pools with other limits (names of `lims.kernel.db`) than those of everybody else.

    A pool keeps what held when it was made. The tests' own are made at first use, which may be in the test that asks for this.
    """
    database = Database(url, connections=connections, owner_waits=owner_waits)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(db, name, value)
        for access in Access:
            database.engine(access)
    return database

"""Receivers of webhooks, and a program that may reach them on this machine."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.interop.receiver import Receiver, receiving
from tests.interop.telling import NETWORKS, drained, everybody_removed


@pytest.fixture
def sender(program: Program) -> Iterator[Program]:
    """The program where the operator lets webhooks go to this machine."""
    drained(program)
    yield replace(program, settings=program.settings.model_copy(update={"webhook_networks": NETWORKS}))
    with program.database.transaction(Access.OWNER) as connection:
        everybody_removed(connection)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The authority's computer."""
    with receiving() as one:
        yield one

"""The application as the rules look at it."""

import pytest
from fastapi import FastAPI

from lims.apps import ends
from lims.kernel.program import Program
from lims.kernel.settings import Settings


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The whole application. It is only looked at: nothing behind it is needed."""
    program = Program(database=None, keys=None, settings=Settings(secret_key="none"))  # type: ignore[arg-type]  # no request is made
    return ends.create(program)

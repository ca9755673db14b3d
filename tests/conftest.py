"""The real database and the people of the tests.

One embedded server for each test process, one schema, nothing ever emptied: every test that needs a place builds its own
town (a site, a lab, their people), so that tests cannot see each other and the database stays as full as a real one.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from lims.apps import ends, migrate
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings
from lims.web.camera import reader_files
from tests.factories import Town
from tests.spreading.overhearing import overheard
from tests.spreading.session import hold_to_the_list

# Properties are about what comes out, never about how soon: the machine may be busy.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Programs of the system that some tests ask: `.ci/run` installs them.
TOOLS = ("pgbouncer", "systemd-analyze")
NODE = Path(__file__).with_name("node")


def installed(package: str) -> bool:
    """Whether `make node` has installed a package of `tests/node`."""
    return (NODE / "node_modules" / package).is_dir()


def is_left_out(item: pytest.Item) -> bool:
    """Whether a test asks what is not installed: a package of `tests/node`, the reader of `make reader`, or a program of the system."""
    node, tool = item.get_closest_marker("node"), item.get_closest_marker("tool")
    if tool and shutil.which(tool.args[0]) is None:
        return True
    return bool(node and not installed(node.args[0])) or bool(item.get_closest_marker("reader") and not reader_files())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that cannot run without something that is not installed."""
    absent = {item for item in items if is_left_out(item)}
    if absent:
        config.hook.pytest_deselected(items=list(absent))
        items[:] = [item for item in items if item not in absent]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, at the end, where it is read."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            terminalreporter.write_line(f"not installed: {tool}; tests that ask it were left out.", yellow=True)
    for package in json.loads((NODE / "package.json").read_text("utf-8"))["dependencies"]:
        if not installed(package):
            terminalreporter.write_line(f"not installed: {package}; tests that ask it were left out. `make node` installs it.", yellow=True)
    if not reader_files():
        terminalreporter.write_line(
            "not installed: the reader for cameras; tests that ask it were left out. `make reader` installs it.", yellow=True
        )


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data folder that an unprivileged server can reach even when the tests run as root, in memory where there is room."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 2**30 else None
    folder = Path(tempfile.mkdtemp(prefix="lims-tests-", dir=place))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def program(data_dir: Path) -> Iterator[Program]:
    """The program on a database with the newest schema. With LIMS_SPREADING all that it sends there is judged at the end."""
    with overheard() as ear, running(Settings(data_dir=data_dir, database_url=None, secret_key="a secret of the tests")) as made:
        migrate.upgrade(made.database)
        yield made
        if folder := os.environ.get("LIMS_SPREADING"):
            hold_to_the_list(made.database.url, ear.heard, Path(folder))


@pytest.fixture(scope="session")
def web(program: Program) -> Iterator[TestClient]:
    """All ends under one roof, without a network."""
    with TestClient(ends.create(program), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def town(program: Program, web: TestClient) -> Town:
    """A site and a lab of this test alone, with their people; nobody has chosen a language or signed in yet."""
    web.cookies.clear()
    return Town.build(program, web)

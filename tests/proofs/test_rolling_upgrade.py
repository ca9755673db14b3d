"""Promise 29: hosts are upgraded one after the other while devices sync; the schema goes ahead, and no sync is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lims.apps import migrate
from lims.apps.migrate import ROOT
from tests.factories import Town
from tests.proofs.hosts import LIMS, Site, a_site, browser, environment
from tests.proofs.load import lost, syncing

pytestmark = pytest.mark.proof
PARTS = ("lims", "migrations", "label_templates")
NEXT = '''"""What the next version brings

Why: a column more on the table that all devices write to, as most versions bring one.
"""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = {head!r}


def upgrade() -> None:
    """Go forward."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("tube", sa.Column("next_version_says", sa.Text(), nullable=True))
    op.add_column("tube_member", sa.Column("next_version_says", sa.Integer(), server_default=sa.text("1"), nullable=False))
'''


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as made:
        yield made


def next_version(folder: Path) -> Path:
    """A copy of the program with one migration more."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "alembic.ini", folder)
    (folder / "migrations" / "versions" / "2099-01-01-0000_next_version.py").write_text(NEXT.format(head=migrate.head()), "utf-8")
    return folder


def test_two_hosts_are_upgraded_one_after_the_other_and_no_sync_is_lost(site: Site) -> None:
    newer = next_version(site.folder / "next")
    hosts = [site.host().start(), site.host().start("--no-worker")]
    with browser(hosts[0]) as door:
        town = Town.build(site.program, door)  # type: ignore[arg-type]  # the others' is a TestClient
        with syncing(town, [host.url for host in hosts]) as load:
            load.wait_for(100)
            env = environment(site.folder, site.url) | {"PYTHONPATH": str(newer)}
            told = subprocess.run([*LIMS, "db", "upgrade"], env=os.environ | env, cwd=newer, capture_output=True, text=True, check=False)
            assert (told.returncode, told.stdout) == (0, "schema next\n"), told.stderr
            # The program of yesterday works on with the schema of tomorrow, and balancers see that it does.
            assert [httpx.get(f"{host.url}/readyz", trust_env=False).status_code for host in hosts] == [200, 200]
            load.wait_for(100)
            for host in hosts:
                host.stop()
                load.wait_for(50)
                host.start(program=newer)
                load.wait_for(50)
        assert load.wrong == []
        assert lost(site.program.database, load) == {}
        assert {httpx.get(f"{host.url}/readyz", trust_env=False).json()["schema"] for host in hosts} == {"next"}

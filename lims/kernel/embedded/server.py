"""One cluster's server: whether it runs, whether it answers, starting and stopping it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from lims.kernel.embedded import private_files, rules
from lims.kernel.embedded.account import Account
from lims.kernel.embedded.binaries import Binaries
from lims.kernel.embedded.cluster import SETTINGS_FILE
from lims.kernel.embedded.errors import EmbeddedServerError

# Crash recovery after a full day may replay gigabytes; a start is given up only after this.
START_SECONDS = 600
# How long the remains of a killed server may take to go away.
REMAINS_SECONDS = 30
# How long a running server may stay silent before that is a fault.
SILENCE_SECONDS = 30
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Server:
    """A cluster with what is needed to run it. Start and stop only under the decision lock."""

    cluster: Path
    sockets: Path
    binaries: Binaries
    account: Account

    def bring_up(self, password: str) -> None:
        """Returns when the server answers: the one that runs, or one that this starts."""
        silent_since = time.monotonic()
        while (ping := self._ping()) != Ping.OK:
            if ping == Ping.REJECT:
                # It starts, recovers, or stops on the order of a program that died meanwhile. All of that ends.
                silent_since = time.monotonic()
                time.sleep(PAUSE_SECONDS)
            elif not self.alive():
                self.start()
            elif not self._has_socket():
                # The temp folder was swept under a running server: no new connection is possible, for anybody.
                self.stop()
            elif time.monotonic() - silent_since < SILENCE_SECONDS:
                time.sleep(PAUSE_SECONDS)
            else:
                message = (
                    f"The database server of {self.cluster} runs (process {self._pid()}) but does not answer. "
                    "Look into its log folder; stop it with kill, then try again."
                )
                raise EmbeddedServerError(message)
        self._check_it_is_ours(password)

    def start(self) -> None:
        """Starts the server; where a killed one has left remains, waits until they are gone."""
        text = rules.settings_text(self.sockets, lz4=self.binaries.compress_with_lz4)
        private_files.write(self.cluster / SETTINGS_FILE, text, self.account)
        deadline = time.monotonic() + REMAINS_SECONDS
        while (output := self._try_to_start()) is not None:
            if not rules.may_pass_soon(output) or time.monotonic() > deadline:
                raise EmbeddedServerError(rules.failure("Starting the database server", self.cluster, output))
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """Stops the server in order: running transactions are rolled back, everything committed is on disk."""
        # Asked first, because pg_ctl signals whatever process has the number in a stale lock file.
        if not self.alive():
            return
        done = self.account.run(self._pg_ctl("stop", "-m", "fast"))
        if done.returncode and self.alive():
            raise EmbeddedServerError(rules.failure("Stopping the database server", self.cluster, done.stderr))

    def alive(self) -> bool:
        """Whether the process named in the cluster's lock file is this cluster's server."""
        pid = self._pid()
        return pid is not None and _is_server_of(pid, self.cluster)

    def _pg_ctl(self, verb: str, *options: str | Path) -> list[str | Path]:
        return [self.binaries.folder / "pg_ctl", verb, "-w", "-t", str(START_SECONDS), "-D", self.cluster, *options]

    def _try_to_start(self) -> str | None:
        """None when the server runs; else everything it said."""
        first_words = self.cluster / "startup.log"
        first_words.unlink(missing_ok=True)
        self._remove_stale_locks()
        # Only what is said from now on: yesterday's full disk is not today's reason.
        known = {log: log.stat().st_size for log in self._logs()}
        done = self.account.run(self._pg_ctl("start", "-l", first_words))
        if done.returncode == 0:
            return None
        return "\n".join((done.stderr, _said(first_words, 0), *(_said(log, known.get(log, 0)) for log in self._logs())))

    def _remove_stale_locks(self) -> None:
        """Removes the locks of a server that is no more, where PostgreSQL would believe in it for ever.

        The number in them may now be another process's (usual after a container's restart), or that of a dead one whom its container
        has no init to bury. Children of a killed server that still work are found by their shared memory, which needs no lock file.
        """
        pid = self._pid()
        if pid is not None and _exists(pid) and not _is_server_of(pid, self.cluster):
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        if not self.alive():
            (self.sockets / f".s.PGSQL.{rules.PORT}.lock").unlink(missing_ok=True)

    def _logs(self) -> list[Path]:
        return sorted((self.cluster / "log").glob("*.log"))

    def _pid(self) -> int | None:
        try:
            return abs(int((self.cluster / "postmaster.pid").read_text(encoding="ascii").split()[0]))
        except (OSError, ValueError, IndexError):
            return None

    def _has_socket(self) -> bool:
        return (self.sockets / f".s.PGSQL.{rules.PORT}").exists()

    def _address(self) -> str:
        return make_conninfo(host=str(self.sockets), port=rules.PORT, user=rules.ROLE, dbname=rules.DATABASE, connect_timeout=10)

    def _ping(self) -> Ping:
        return Ping(PGconn.ping(self._address().encode()))

    def _check_it_is_ours(self, password: str) -> None:
        """Signs in and asks: an answer alone could come from the server of a copied folder, or the password could be another by now."""
        try:
            with psycopg.connect(self._address(), password=password) as connection:
                row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        except psycopg.OperationalError as error:
            if "too many clients" in str(error) or "remaining connection slots" in str(error):
                return  # busy is alive
            message = f"The database server of {self.cluster} does not let this program in. It says: {str(error).strip()}"
            raise EmbeddedServerError(message) from error
        if row is None or not self.cluster.samefile(row[0]):
            message = f"The socket in {self.sockets} is that of another database than {self.cluster}. Stop the other program first."
            raise EmbeddedServerError(message)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server_of(pid: int, cluster: Path) -> bool:
    """Whether a process is a living postgres that works in this cluster, as far as the system tells; in doubt, yes."""
    if not _exists(pid):
        return False
    process = Path("/proc") / str(pid)
    try:
        name, _, rest = (process / "stat").read_text(encoding="utf-8", errors="replace").partition("(")[2].rpartition(")")
        if name != "postgres" or rest.split()[0] == "Z":
            return False
        return (process / "cwd").samefile(cluster)
    except OSError:
        # No such file system (macOS), or not ours to look at (a container's root without the right to trace).
        return True


def _said(log: Path, start: int) -> str:
    """The end of what a log file holds beyond its first `start` bytes."""
    try:
        return log.read_bytes()[start:].decode(errors="replace")[-1500:]
    except OSError:
        return ""

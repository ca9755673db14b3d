"""The embedded server as a context: the first program in starts it, the others join, the last one out stops it."""

import os
import secrets
from pathlib import Path
from types import TracebackType

from lims.kernel.embedded import binaries, cluster, home, locks, private_files, rules
from lims.kernel.embedded.account import for_server, ourselves
from lims.kernel.embedded.errors import EmbeddedServerError
from lims.kernel.embedded.reach import within_reach
from lims.kernel.embedded.server import Server

PASSWORD = "password"  # noqa: S105 - the name of the file, not its content


class EmbeddedServer:
    """A private PostgreSQL in a data folder, for as long as at least one program is inside the context.

    Any number of processes may use one data folder, and one process may enter several times. A program that is killed leaves the
    server to the others; if it was alone, to the next one. The server runs in its own session, untouched by Ctrl-C.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._entries: list[_Entry] = []

    def __enter__(self) -> str:
        """The SQLAlchemy URL of a database that answers; EmbeddedServerError where there can be none."""
        entry = _Entry(home.open_home(self._data_dir))
        self._entries.append(entry)
        try:
            return entry.enter()
        except BaseException:
            self._entries.remove(entry)
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leaves; stops the server if nobody else is in."""
        self._entries.pop().leave()


class _Entry:
    """One program's stay."""

    def __init__(self, folder: Path) -> None:
        self._home = folder
        self._process = os.getpid()
        self._users_file = -1
        self._server: Server | None = None

    def enter(self) -> str:
        with locks.deciding(self._home):
            self._users_file = locks.join(self._home)
            try:
                password = _password(self._home)
                self._server = _server(self._home, password)
                self._server.bring_up(password)
                return rules.url_of(password, self._server.sockets)
            except BaseException:
                # Ctrl-C while it starts, too: nobody would be left to stop it.
                self._go()
                raise

    def leave(self) -> None:
        # A forked child that ends inside its parent's context must not take the parent's server away.
        if self._process == os.getpid():
            with locks.deciding(self._home):
                self._go()

    def _go(self) -> None:
        os.close(self._users_file)
        if self._server and locks.nobody_left(self._home):
            self._server.stop()


def _password(folder: Path) -> str:
    """The password of the cluster, made before the cluster is."""
    file = folder / PASSWORD
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if home.existing_cluster(folder):
            message = f"The password file {file} is gone, and the database in {folder} cannot be opened without it. Bring it back."
            raise EmbeddedServerError(message) from None
    password = secrets.token_urlsafe(32)
    private_files.write(file, password + "\n", ourselves())
    return password


def _server(folder: Path, password: str) -> Server:
    """The server of this home, its cluster made if it has none."""
    place = home.existing_cluster(folder)
    account = for_server(place)
    programs = within_reach(binaries.find(), account)
    if place is None:
        place = home.place_for_cluster(folder, account)
        cluster.build(place, password, programs, account)
        if place.parent != folder:
            private_files.write_pointer(folder / home.CLUSTER_POINTER, place, folder, ourselves())
    cluster.check_version(place, programs)
    if not account.can_enter(place):
        message = f"The account number {account.uid} owns the database {place}, but cannot get there. Let others pass the folders above."
        raise EmbeddedServerError(message)
    return Server(place, home.socket_folder(folder, account), programs, account)

"""The folders of an embedded server: its home in the data folder, its cluster, its socket.

Usually all three lie together: `<data folder>/postgres` with `cluster` and `run` in it. Where root runs the program and the
server's account cannot pass the folders above (a home under /root), the cluster lies in `ELSEWHERE` and a pointer file stays in
the home; where a socket's address would be too long, its folder lies in the temp folder and a pointer file stays likewise.
"""

import hashlib
import itertools
import os
import tempfile
from pathlib import Path

from lims.kernel.embedded import private_files, rules
from lims.kernel.embedded.account import Account, ourselves
from lims.kernel.embedded.errors import EmbeddedServerError

ELSEWHERE = Path("/var/lib/lims")
CLUSTER_POINTER = "cluster.location"
SOCKET_POINTER = "socket.location"


def open_home(data_dir: Path) -> Path:
    """The server's own folder in the data folder, made where it is missing; refused where it is another account's."""
    # 0711 for root: the server's account has to pass through, and can list nothing. Only folders we make get a mode.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    data_dir = data_dir.absolute()
    try:
        for folder in (data_dir, data_dir / "postgres"):
            if not folder.is_dir():
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
                folder.chmod(mode)
        home = data_dir.resolve() / "postgres"
        found = home.lstat()
    except OSError as error:
        message = f"The data folder {data_dir} cannot be made or entered ({error.strerror}). Choose another one with LIMS_DATA_DIR."
        raise EmbeddedServerError(message) from error
    if home.is_symlink() or found.st_uid != os.geteuid():
        message = (
            f"{home} belongs to the account with number {found.st_uid}, but this program runs as number {os.geteuid()}. "
            "Run it as that account, or choose another data folder with LIMS_DATA_DIR."
        )
        raise EmbeddedServerError(message)
    if rules.UNSPEAKABLE.search(str(home)):
        message = f"The data folder {data_dir} has a quote, $, backslash or line break in its path. Choose another one with LIMS_DATA_DIR."
        raise EmbeddedServerError(message)
    return home


def existing_cluster(home: Path) -> Path | None:
    """Where the cluster of this home lies; None where none has been made yet."""
    pointer = private_files.read_pointer(home / CLUSTER_POINTER)
    if pointer is None:
        place = home / "cluster"
        return place if place.is_dir() else None
    place, written_for = pointer
    if written_for != home:
        _adopt(home, place, written_for)
    if not place.is_dir():
        message = (
            f"The database of {home} was kept in {place}, which is gone. Bring that folder back; or remove {home / CLUSTER_POINTER} "
            "to begin with an empty database and restore a backup into it."
        )
        raise EmbeddedServerError(message)
    return place


def _adopt(home: Path, place: Path, written_for: Path) -> None:
    """A moved data folder keeps its cluster; a copied one must not run the original's."""
    original = private_files.read_pointer(written_for / CLUSTER_POINTER)
    if original and original[0] == place:
        message = (
            f"{home.parent} is a copy of {written_for.parent}, and the database of both would be {place}. "
            "Use the original; or make an empty data folder and restore a backup into it."
        )
        raise EmbeddedServerError(message)
    private_files.write_pointer(home / CLUSTER_POINTER, place, home, ourselves())


def place_for_cluster(home: Path, account: Account) -> Path:
    """Where to make a new cluster: in the home, or elsewhere if the server's account cannot get there."""
    if account.can_enter(home):
        return home / "cluster"
    base = elsewhere(account)
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # A data folder that was deleted and made again finds its predecessor's cluster here. That is never touched.
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(base / each for each in names if not (base / each).exists())


def elsewhere(account: Account) -> Path:
    """The folder for what cannot lie in the data folder or the virtual environment; only root needs it."""
    try:
        if not ELSEWHERE.exists():
            ELSEWHERE.mkdir(parents=True)
            ELSEWHERE.chmod(0o711)
        usable = ELSEWHERE.lstat().st_uid == os.geteuid() and not ELSEWHERE.is_symlink() and account.can_enter(ELSEWHERE)
    except OSError:
        usable = False
    if not usable:
        message = (
            f"PostgreSQL does not run as root, and the account number {account.uid} reaches neither the data folder nor {ELSEWHERE}. "
            "Choose a data folder outside root's own with LIMS_DATA_DIR (for example /srv/lims), or run as an ordinary user."
        )
        raise EmbeddedServerError(message)
    return ELSEWHERE


def socket_folder(home: Path, account: Account) -> Path:
    """The folder of the socket, mode 0700, of the server's account: remembered, else in the home, else a short one for temporary files."""
    remembered = private_files.read_pointer(home / SOCKET_POINTER)
    # The pointer of a copied data folder leads to the original's socket, and so to the original's data: it counts for nothing.
    if remembered and remembered[1] == home and _have(remembered[0], account):
        return remembered[0]
    own = home / "run"
    if rules.can_hold_socket(own) and account.can_enter(home):
        if _have(own, account):
            return own
        message = f"{own} should be a folder of account number {account.uid} with mode 0700, and is not. Remove it, then try again."
        raise EmbeddedServerError(message)
    folder = _short_folder(account)
    private_files.write_pointer(home / SOCKET_POINTER, folder, home, ourselves())
    return folder


def _have(folder: Path, account: Account) -> bool:
    """Whether the folder is there as it must be; made where nothing is, for example after the temp folder was swept.

    Made under its old name, for others may hold an address with it. Anything else under that name may be a trap, and is left alone.
    """
    if account.owns(folder):
        return True
    try:
        account.make_folder(folder)
    except OSError:
        return False
    return True


def _short_folder(account: Account) -> Path:
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 - mkdtemp makes an unguessable 0700 folder there
        if rules.can_hold_socket(Path(base) / "lims-12345678") and account.can_enter(Path(base)):
            folder = Path(tempfile.mkdtemp(prefix="lims-", dir=base))
            if account.other:
                os.chown(folder, account.uid, account.gid, follow_symlinks=False)
            return folder
    message = "There is no folder for temporary files with a path short enough for the database's socket. Set TMPDIR to a short one."
    raise EmbeddedServerError(message)

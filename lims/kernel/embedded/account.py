"""Who runs the server: ourselves, or, where we are root, an account without rights (PostgreSQL refuses to run as root)."""

import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lims.kernel.embedded.errors import EmbeddedServerError

PREFERRED = ("postgres", "nobody")
PRIVATE = 0o700


@dataclass(frozen=True)
class Account:
    """An account of this machine by its numbers; `other` where we must change into it."""

    uid: int
    gid: int
    other: bool

    def run(self, command: Sequence[str | Path], stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Runs a program as this account, in a session of its own: neither Ctrl-C nor the end of our process group reaches it.

        The environment loses every PG* variable (PGDATA, PGPORT and PGOPTIONS would change what the programs do) and speaks English,
        because failures are recognised by their text. The folder is `/`: the account may not be able to enter ours.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
        # Everything run here is PostgreSQL's or a test of the shell, with arguments as a list.
        return subprocess.run(  # noqa: S603
            [str(part) for part in command],
            input=stdin, capture_output=True, text=True, errors="replace", check=False,
            cwd="/", env=environment, start_new_session=True,
            user=self.uid if self.other else None, group=self.gid if self.other else None, extra_groups=[] if self.other else None,
        )  # fmt: skip

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can pass every parent of the folder and enter it. Asked of the system, which knows about ACLs."""
        return not self.other or self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0

    def can_run(self, program: Path, reading: Path) -> bool:
        """Whether this account can execute the program and read the file that it needs."""
        test = 'test -x "$1" && test -r "$2"'
        return not self.other or self.run(["/bin/sh", "-c", test, "sh", program, reading]).returncode == 0

    def make_folder(self, folder: Path) -> None:
        """A new folder with mode 0700 that belongs to this account; FileExistsError where something is there."""
        folder.mkdir(mode=PRIVATE)
        if self.other:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)

    def owns(self, folder: Path) -> bool:
        """Whether this is a true folder (no link to one) of this account that nobody else may enter."""
        try:
            found = folder.lstat()
        except FileNotFoundError:
            return False
        return found.st_uid == self.uid and stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o777 == PRIVATE


def ourselves() -> Account:
    """The account of this process."""
    return Account(os.geteuid(), os.getegid(), other=False)


def for_server(cluster: Path | None) -> Account:
    """The account for the server: ours, or as root the owner of the existing cluster, or else `postgres`, or else `nobody`."""
    if os.geteuid() != 0:
        return ourselves()
    if cluster and cluster.exists():
        owner = cluster.stat()
        if owner.st_uid:
            return Account(owner.st_uid, owner.st_gid, other=True)
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, other=True)
    message = (
        "PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody. "
        "Create one (useradd --system postgres), or run the program as an ordinary user."
    )
    raise EmbeddedServerError(message)

"""Programs that the server's account can run: those found, or a copy of them where they lie out of its reach."""

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from lims.kernel.embedded.account import Account
from lims.kernel.embedded.binaries import Binaries
from lims.kernel.embedded.errors import EmbeddedServerError
from lims.kernel.embedded.home import elsewhere


def within_reach(found: Binaries, account: Account) -> Binaries:
    """The programs as the account can run them. Those of a virtual environment under /root are copied once for each version."""
    prefix = found.folder.parent
    initdb_reads = prefix / "share" / "postgres.bki"
    postgres = found.folder / "postgres"
    if account.can_run(postgres, initdb_reads if initdb_reads.exists() else postgres):
        return found
    if prefix.name != "pginstall":
        # Not a wheel: what belongs to it is unknown, and its folder may be half the machine.
        message = (
            f"PostgreSQL does not run as root, and the account number {account.uid} may not run the programs in {found.folder}. "
            "Give it the right to, install PostgreSQL elsewhere, or run as an ordinary user."
        )
        raise EmbeddedServerError(message)
    changed = postgres.stat().st_mtime_ns
    name = hashlib.sha256(f"{postgres} {found.version} {changed}".encode()).hexdigest()[:16]
    copy = elsewhere(account) / f"binaries-{name}"
    if not copy.is_dir():
        _copy_wheel(prefix.parent, copy)
    return Binaries(copy / prefix.parent.name / "pginstall" / "bin", found.version)


def _copy_wheel(package: Path, copy: Path) -> None:
    """Copies the programs and, beside them as the wheel has it, the libraries that they look for by a relative path."""
    fresh = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
    libraries = package.with_name(f"{package.name}.libs")
    try:
        shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for folder, _, files in os.walk(fresh):
            Path(folder).chmod(0o755)
            for file in files:
                _let_read(Path(folder) / file)
        if not copy.is_dir():  # another data folder's program may have been faster
            fresh.rename(copy)
    except OSError as error:
        message = f"PostgreSQL's programs could not be copied to {copy} ({error.strerror}). Make room there (60 MB), then try again."
        raise EmbeddedServerError(message) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _let_read(file: Path) -> None:
    if not file.is_symlink():
        file.chmod(0o755 if os.access(file, os.X_OK) else 0o644)

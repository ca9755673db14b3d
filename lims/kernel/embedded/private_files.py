"""Small files that only their owner may read, written whole or not at all."""

import json
import os
import secrets
from pathlib import Path

from lims.kernel.embedded.account import Account


def write(path: Path, text: str, owner: Account) -> None:
    """Writes a file with mode 0600, on disk when this returns.

    It is made under a fresh name and renamed. That name is never followed as a link, and the owner is changed by the open file,
    not by its path: as root we also write into folders of the server's account, which must gain nothing by planting a link.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)
            if owner.other:
                os.fchown(file, owner.uid, owner.gid)
            stream.flush()
            os.fsync(file)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def read_pointer(path: Path) -> tuple[Path, Path] | None:
    """The folder that a pointer file names, and the home it was written for; None where there is no pointer."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Path(content["folder"]), Path(content["home"])


def write_pointer(path: Path, folder: Path, home: Path, owner: Account) -> None:
    """Remembers a folder that lies elsewhere. The home is written too, so that a copied data folder can be told from a moved one."""
    write(path, json.dumps({"folder": str(folder), "home": str(home)}) + "\n", owner)

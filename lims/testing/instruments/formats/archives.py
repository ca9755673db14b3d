"""From the bytes of a zip to its parts, without letting a small file fill the memory. Nothing is ever unpacked to the disk."""

import io
import zipfile
import zlib

from lims.kernel.errors import Refused

ZIP = b"PK\x03\x04"

# A 96-well export of Design & Analysis with all its curves unpacks to 8 MB, a 384-well one to four times that.
MOST_UNPACKED_BYTES = 128 * 2**20
MOST_PARTS = 500


def checked_parts(content: bytes) -> frozenset[str]:
    """The names of the parts, each unpacked against its checksum; refused as soon as they are more than a run can need."""
    names: set[str] = set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            room = MOST_UNPACKED_BYTES
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > room:
                raise _too_large()
            for part in parts:
                room -= _unpacked_bytes(archive, part, room)
                names.add(part.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged() from error
    if len(names) != len(parts):
        raise _damaged()
    return frozenset(names)


def _unpacked_bytes(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> int:
    """The true size of a part; what its header says of it is not believed."""
    size = 0
    with archive.open(part) as packed:
        while piece := packed.read(1 << 20):
            size += len(piece)
            if size > room:
                raise _too_large()
    return size


def part(content: bytes, name: str) -> bytes:
    """One part of an archive whose parts were checked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _too_large() -> Refused:
    return Refused("run_file_too_large", "The file unpacks to more than any run needs; export it again, without the raw data.")


def _damaged() -> Refused:
    return Refused("run_file_unreadable", "The file is damaged, or larger than any run needs; export it again.")

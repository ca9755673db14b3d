"""A folder into which instruments export by themselves: every file is imported as if somebody had uploaded it.

What is done with moves into `done`, what is refused into `refused`, each with a .txt beside it that says what came of it. No file
is ever deleted. Nothing is remembered but the files themselves: a file that was imported and not yet moved when the machine
failed is met again, and is the same run.
"""

import logging
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access, AnyRow
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.testing.instruments.formats import MOST_BYTES
from lims.testing.interpretation import actions, finding, uploads, views
from lims.testing.interpretation.forms import RunAnswer, WaitingAnswer

log = logging.getLogger("lims.watch")
BY = "watched folder"
DONE, REFUSED = "done", "refused"
UNFINISHED = (".", "~$")
UNFINISHED_ENDINGS = (".tmp", ".part", ".crdownload")

State = tuple[int, int]  # bytes, and when it was last written to (ns)


class Watch:
    """What a folder looked like last time: a file is complete when it has not changed between two looks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before: dict[Path, State] = {}

    def complete(self) -> list[Path]:
        """The files that are complete, by name; an empty one is still being made."""
        now = {path: state(path) for path in sorted(self.folder.iterdir()) if is_export(path)}
        ready = [path for path, seen in now.items() if seen is not None and seen[0] and self._before.get(path) == seen]
        self._before = {path: seen for path, seen in now.items() if seen is not None}
        return ready


def is_export(path: Path) -> bool:
    """Whether this may be an instrument's file: a real one of this folder, that no program says it is still writing."""
    unfinished = path.name.startswith(UNFINISHED) or path.suffix.lower() in UNFINISHED_ENDINGS
    return path.is_file() and not path.is_symlink() and not unfinished


def state(path: Path) -> State | None:
    """Size and last change; None where somebody else has taken it away."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def look(program: Program, watch: Watch, lab: str | None) -> list[str]:
    """Import what is complete and put it away; where each file went. A file on which the program fails stays where it is.

    Refused where it is the database that cannot take them now: what was not put away is met again.
    """
    went = []
    for path in watch.complete():
        try:
            content, before = content_of(path), state(path)
            into, said = imported(program, content, path.name, lab)
            if state(path) == before:
                put_away(path, into, said)
                went.append(into)
                log.info("%s → %s: %s", path.name, into, said)
        except (DBAPIError, Refused):
            raise
        except Exception:
            log.exception("%s stays where it is", path.name)
    return went


def content_of(path: Path) -> bytes:
    """A file's bytes; of one that is larger than any run only as many as are refused."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def imported(program: Program, content: bytes, name: str, lab: str | None) -> tuple[str, str]:
    """Where a file belongs now, and what came of it; Refused where nothing is wrong with the file."""
    now, files = clock.now(), [(content, name)]
    try:
        plate = plate_of(program, files, lab, now)
        with program.database.transaction(Access.BENCH) as connection:
            known = catalog.current(connection)
            done = uploads.taken(program, connection, known, plate, files, None, BY, now)
            return DONE, sentence(views.imported(connection, known, plate.barcode, done))
    except Refused as refused:
        if refused.passes:
            raise
        return REFUSED, f"{refused.detail} ({refused.code})"


def plate_of(program: Program, files: actions.Files, lab: str | None, now: datetime) -> AnyRow:
    """The plate a file is of. Where nothing shows it the file is kept all the same, and stands on the bench's page until somebody says."""
    try:
        with program.database.transaction(Access.BENCH) as connection:
            return finding.plate_of(connection, *files[0], lab)
    except Refused as why:
        if why.passes:
            raise
        came = uploads.came_of(files, lab, BY)
        with program.database.transaction(Access.BENCH) as aside:
            actions.keep_files(aside, files, f"file {came.sha256_hex}", BY, now)
        uploads.noted_refused(program, came, why, now)
        raise


def sentence(answer: RunAnswer | WaitingAnswer) -> str:
    """What came of an import, as somebody reads it beside the file."""
    if isinstance(answer, WaitingAnswer):
        missing = ", ".join(answer.waits_for)
        return f"Plate {answer.plate}: kept. The run is judged when the files of the other filters are there: {missing}."
    counted = f"{answer.readings} readings already known, 0 new" if answer.already_imported else f"{answer.readings} new readings"
    when = f"imported {answer.imported_at:%Y-%m-%d %H:%M} UTC by {answer.imported_by}"
    return f"Plate {answer.plate}, run {answer.run}: {counted}; {when}; controls {answer.control_verdict}."


def put_away(path: Path, into: str, said: str) -> None:
    """Move a file, under a name that is still free, with what came of it beside it. The sentence is there before the file is."""
    folder = path.parent / into
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    target.with_name(f"{target.name}.txt").write_text(f"{said}\n", encoding="utf-8")
    path.rename(target)

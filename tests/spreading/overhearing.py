"""What the program sends to its database while tests run, each statement with the place in the code that sends it."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

from lims.apps.migrate import ROOT
from tests.spreading.asking import in_general

SPOKEN = re.compile(r"(\s|--.*\n)*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE)\b", re.IGNORECASE)
CODE = f"{ROOT}/lims/"
LOCKING = f"{CODE}kernel/locking.py"
NOT_HERE = (f"{CODE}kernel/db.py", f"{CODE}apps/migrate.py", LOCKING)


class Ear:
    """Hears each statement once."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.heard: dict[str, str] = {}  # the statement in general → its place

    def listen(self, _connection: object, _cursor: object, statement: str, _values: Any, _context: object, _many: object) -> None:
        """One statement, about to be sent."""
        if statement in self.seen:
            return
        self.seen.add(statement)
        if SPOKEN.match(statement) and (place := where_from()):
            # Where tables are spread, rows are locked in another way (`lims/kernel/locking.py`): what is left is what is read.
            said = statement.removesuffix(" FOR UPDATE") if is_locking() else statement
            self.heard.setdefault(in_general(said), question(said) or place)


@contextmanager
def overheard() -> Iterator[Ear]:
    """Everything that any engine sends in this block."""
    ear = Ear()
    event.listen(Engine, "before_cursor_execute", ear.listen)
    try:
        yield ear
    finally:
        event.remove(Engine, "before_cursor_execute", ear.listen)


def where_from() -> str | None:
    """The file and the function of ours that is sending; None where it is none of ours."""
    frame = sys._getframe(2)  # noqa: SLF001 - who is sending stands nowhere else
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(CODE) and code.co_filename not in NOT_HERE:
            return f"{code.co_filename.removeprefix(f'{ROOT}/')}:{code.co_qualname}"
        frame = frame.f_back  # type: ignore[assignment]
    return None


def is_locking() -> bool:
    """Whether `lims.kernel.locking` is sending."""
    frame = sys._getframe(2)  # noqa: SLF001 - as above
    while frame is not None and not frame.f_code.co_filename.startswith(CODE):
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None and frame.f_code.co_filename == LOCKING


def question(statement: str) -> str | None:
    """The last of the `.sql` files that a statement is made of."""
    said = tidy(statement)
    found = [(said.index(text), path) for path, text in questions().items() if text in said]
    return max(found)[1] if found else None


@cache
def questions() -> dict[str, str]:
    """Every `.sql` file of the program, as its statement reads when it is sent."""
    files = sorted((ROOT / "lims").rglob("*.sql"))
    return {str(path.relative_to(ROOT)): tidy(path.read_text("utf-8")) for path in files}


def tidy(text: str) -> str:
    """A statement with one kind of space and of parameter."""
    named = re.sub(r"%\((\w+)\)s", r":\1", text.replace("%%", "%")).replace("\\:", ":")
    return " ".join(named.split())

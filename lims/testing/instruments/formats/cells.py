"""What single cells mean: wells, Cts, yes and no."""

import re

from lims.kernel.errors import Refused

# Letters of a cell: more are no number, and are not quoted in full.
LONGEST = 40

WELL = re.compile(r"([A-Pa-p])(0?[1-9]|1[0-9]|2[0-4])", re.ASCII)

# No exponent, no comma, no leading zero, digits on both sides of the point: no instrument writes a Ct otherwise, and a damaged
# one must not become another number ("31." was 31.2, "3e1" was 3.1, "1,234" is anybody's guess).
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)

NO_READING = frozenset({"", "undetermined", "undet.", "nan", "n/a", "noct", "no ct", "-"})

# Nothing crosses a threshold before the first cycle, and no protocol has more than 60 cycles. What lies outside is a threshold,
# a probability, a temperature or a quantity from another column.
FIRST_CYCLE, LAST_CYCLE = 1.0, 60.0

YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})


def well(text: str, line: int) -> str:
    """The canonical name, `A1` to `P24`, of a well written like `A01` or `a1`."""
    match = WELL.fullmatch(text)
    if not match:
        raise Refused("run_file_bad_well", "Line {line}: {well!r} is not a well; wells are A1 to P24.", line=line, well=shown(text))
    return f"{match[1].upper()}{int(match[2])}"


def number(text: str) -> float | None:
    """A plain decimal number, or None if the cell is anything else."""
    return float(text) if NUMBER.fullmatch(text) and len(text) < LONGEST else None


def ct(text: str, line: int, well: str) -> float | None:
    """The Ct in cycles; None where the instrument saw no amplification, which is never written as 0."""
    if text.casefold() in NO_READING:
        return None
    value = number(text)
    if value is None or FIRST_CYCLE > value > 0 or value > LAST_CYCLE:
        raise Refused(
            "run_file_bad_ct",
            "Line {line}, well {well}: {value!r} is not a Ct; a Ct is a number from 1 to 60; the whole file writes decimals in one way.",
            line=line,
            well=well,
            value=shown(text),
        )
    return value if value > 0 else None


def flag(text: str, line: int, well: str) -> bool:
    """Yes or no, as exports write it."""
    word = text.casefold()
    if word not in YES | NO:
        raise Refused(
            "run_file_contradiction",
            "Line {line}, well {well}: {value!r} should be true or false.",
            line=line,
            well=well,
            value=shown(text),
        )
    return word in YES


def shown(text: str) -> str:
    """A cell as a sentence may quote it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

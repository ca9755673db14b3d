"""The label stocks a lab keeps: one TOML file each, read anew at every print, so that an edit takes effect at once."""

import re
import tomllib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lims.kernel.errors import Refused, listed
from lims.sampling.labels.faults import faults
from lims.sampling.labels.stock import Template

# The program runs from a checkout; elsewhere the caller names the folder (LIMS_LABEL_TEMPLATES).
DEFAULT_FOLDER = Path(__file__).resolve().parents[3] / "label_templates"
SHAPE = TypeAdapter(Template)
MOST_FAULTS = 5
# How a fault begins that is about one part of the label.
NAMED = re.compile(r"(?:.*; )?(?:(text|square|line) (\d+)|the bars)")


def names(folder: Path | None = None) -> list[str]:
    """The stocks there are, by name: the file names without their ending."""
    return sorted(path.stem for path in (folder or DEFAULT_FOLDER).glob("*.toml"))


def load(name: str, folder: Path | None = None) -> Template:
    """The stock of this name; Refused where there is none, or its file has a fault."""
    return parsed(name, source(name, folder))


def source(name: str, folder: Path | None = None) -> str:
    """The text of a stock's file; Refused where there is none."""
    # A name is only ever compared with what lies in the folder, never joined to a path: `../` finds nothing.
    known = names(folder)
    if name not in known:
        raise Refused(
            "label_template_unknown",
            "There is no label template {name}; there are: {known}.",
            name=repr(name[:64]),
            known=listed(known, most=20) or "none",
        )
    try:
        # Windows Notepad writes a byte order mark.
        return ((folder or DEFAULT_FOLDER) / f"{name}.toml").read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unusable(name, "the file is not saved as UTF-8") from error


def parsed(name: str, source: str) -> Template:
    """The stock that this text describes; Refused, with line and reason, where it cannot be printed."""
    try:
        described = tomllib.loads(source)
        template = SHAPE.validate_python({**described, "name": name})
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise unusable(name, f"it is not TOML: {error}") from error
    except ValidationError as error:
        raise unusable(name, shape_faults(error, source)) from error
    if found := faults(template):
        raise unusable(name, "; ".join(f"{fault}{at_line(source, *place_in(fault))}" for fault in found))
    return template


def check_all(folder: Path | None = None) -> dict[str, str | None]:
    """Every stock by name, with the sentence that says what is wrong with it, or None: for `lims doctor`."""
    return {name: fault_of(name, folder) for name in names(folder)}


def fault_of(name: str, folder: Path | None) -> str | None:
    """What is wrong with one stock, as a sentence; None where it can be printed."""
    try:
        load(name, folder)
    except Refused as refusal:
        return refusal.detail
    return None


def shape_faults(error: ValidationError, source: str) -> str:
    """The fields whose values cannot be used, in the words of the file: a misspelt one is both missing and unknown."""
    told = []
    for fault in error.errors()[:MOST_FAULTS]:
        table, *rest = fault["loc"]
        number = next((part + 1 for part in rest if isinstance(part, int)), 1)
        field = next((part for part in rest if isinstance(part, str)), "")
        told.append(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}{at_line(source, str(table), number, field)}")
    return "; ".join(told)


def place_in(fault: str) -> tuple[str, int]:
    """The table that a fault names first, and which of its kind."""
    named = NAMED.match(fault)
    return (named[1] or "bars", int(named[2] or 1)) if named else ("", 1)


def at_line(source: str, table: str, number: int = 1, field: str = "") -> str:
    """` (line 12)`: where the so-manieth table of this name stands in the text, or its field, or a field of the label itself."""
    lines = source.splitlines()
    heads = [at for at, line in enumerate(lines, 1) if re.fullmatch(rf"\s*\[+\s*{re.escape(table)}\s*\]+\s*(#.*)?", line)] if table else []
    if len(heads) < number:
        heads, number, field = [0], 1, field or table
    start = heads[number - 1]
    end = next((at for at, line in enumerate(lines, 1) if at > start and line.lstrip().startswith("[")), len(lines) + 1)
    inside = (at for at in range(start + 1, end) if field and re.match(rf"\s*{re.escape(field)}\s*=", lines[at - 1]))
    found = next(inside, start)
    return f" (line {found})" if found else ""


def unusable(name: str, fault: str) -> Refused:
    """The refusal of a stock whose file has a fault."""
    return Refused("label_template_invalid", "Label template {name} cannot be printed: {fault}.", name=name, fault=fault)

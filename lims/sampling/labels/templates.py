"""The label stocks a lab keeps: one TOML file each, read anew at every print, so that an edit takes effect at once."""

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


def names(folder: Path | None = None) -> list[str]:
    """The stocks there are, by name: the file names without their ending."""
    return sorted(path.stem for path in (folder or DEFAULT_FOLDER).glob("*.toml"))


def load(name: str, folder: Path | None = None) -> Template:
    """The stock of this name; Refused where there is none, or its file has a fault."""
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
        described = tomllib.loads(((folder or DEFAULT_FOLDER) / f"{name}.toml").read_text("utf-8-sig"))
        template = SHAPE.validate_python({**described, "name": name})
    except UnicodeDecodeError as error:
        raise unusable(name, "the file is not saved as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise unusable(name, f"it is not TOML: {error}") from error
    except ValidationError as error:
        raise unusable(name, shape_faults(error)) from error
    if found := faults(template):
        raise unusable(name, "; ".join(found))
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


def shape_faults(error: ValidationError) -> str:
    """The fields whose values cannot be used, in the words of the file: a misspelt one is both missing and unknown."""
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()[:MOST_FAULTS])


def unusable(name: str, fault: str) -> Refused:
    """The refusal of a stock whose file has a fault."""
    return Refused("label_template_invalid", "Label template {name} cannot be printed: {fault}.", name=name, fault=fault)

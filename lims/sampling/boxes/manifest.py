"""The manifest of boxes on paper: codes and counts, no person. It comes as PDF through Typst, in both languages.

An empty one is printed before the day, for when all fails: places for labels, lines to write on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from lims.kernel import barcodes
from lims.kernel.db import AnyRow
from lims.sampling.labels.symbols import dark_runs, modules_of

SOURCE = files(__package__).joinpath("manifest.typ").read_bytes()
TITLE = "转运清单 Manifest"
EMPTY_TITLE = "空白转运清单 Empty manifest"
HANDS = (("采样点交出", "Site gives"), ("转运员接收", "Courier takes"), ("实验室接收", "Lab receives"))
LINES = (("姓名", "Name"), ("签字", "Signature"), ("日期时间", "Date, time"), ("温度 °C", "Temperature"), ("车辆", "Vehicle"))
NO_LIST = ("装箱清单尚未上传", "The packing list has not been sent yet")
WRITTEN = (
    ("采样点", "Site"),
    ("转运箱条码", "Box code"),
    ("管数", "Tubes"),
    ("总人数", "People"),
    ("封箱人", "Sealed by"),
    ("封箱时间", "Sealed at"),
)
SLOT = "人数 People ____  时间 Time ______"
UNKNOWN = "-"
UNDERLINE = "________________"
# A cell of the list is 46 mm wide; ten modules of quiet zone stay white on each side.
CELL_MM, MODULE_MM, SMALLEST_MODULE_MM, QUIET_MODULES = 46.0, 0.25, 0.19, 20


@dataclass(frozen=True)
class Packed:
    """A box on paper: its row, its tubes' rows, and the name of its site."""

    box: AnyRow
    tubes: Sequence[AnyRow]
    site: str


@dataclass(frozen=True)
class Journey:
    """What is known of a hand-over when the paper is printed."""

    lab: str
    vehicle: str
    temperature_c: float | None
    given_by: str | None
    taken_by: str | None
    signed_at: datetime | None


def of_boxes(packed: Sequence[Packed], zone: str, now: datetime, journey: Journey | None = None) -> dict[str, Any]:
    """The manifest of some boxes, with what is known of their hand-over."""
    facts = journey_facts(journey, packed, zone) if journey else []
    boxes = [drawn_box(one, zone) for one in packed]
    return document(TITLE, zone, now) | {"facts": facts, "boxes": boxes}


def empty(site: str, slots: int, zone: str, now: datetime) -> dict[str, Any]:
    """A form with this many places for tubes."""
    written = [(words, site if place == 0 and site else UNDERLINE) for place, words in enumerate(WRITTEN)]
    return document(EMPTY_TITLE, zone, now) | {"slots": slots, "written": written}


def document(title: str, zone: str, now: datetime) -> dict[str, Any]:
    """What every manifest has."""
    return {
        "title": title, "printed": f"打印 Printed {moment(now, zone)}", "hands": HANDS, "lines": LINES, "no_list": NO_LIST,
        "facts": [], "boxes": [], "slots": 0, "written": [], "slot": SLOT,
    }  # fmt: skip


def journey_facts(journey: Journey, packed: Sequence[Packed], zone: str) -> list[tuple[tuple[str, str], str]]:
    """The hand-over's line by line; what nobody knows yet is left out, to be written."""
    known = [
        (("实验室", "Lab"), journey.lab),
        (("车辆", "Vehicle"), barcodes.grouped(journey.vehicle)),
        (("箱数", "Boxes"), str(len(packed))),
        (("管数", "Tubes"), str(sum(len(one.tubes) for one in packed))),
        (("温度", "Temperature"), f"{journey.temperature_c} °C" if journey.temperature_c is not None else ""),
        (("交出人", "Given by"), journey.given_by or ""),
        (("接收人", "Taken by"), journey.taken_by or ""),
        (("双方签字", "Signed by both"), moment(journey.signed_at, zone)),
    ]
    return [(words, value) for words, value in known if value]


def drawn_box(one: Packed, zone: str) -> dict[str, Any]:
    """A box with its facts and its tubes."""
    box = one.box
    facts = [
        (("采样点", "Site"), f"{box.site or ''} {one.site}".strip() or UNKNOWN),
        (("管数", "Tubes"), str(len(one.tubes)) if one.tubes else UNKNOWN),
        (("总人数", "People"), str(sum(tube.member_count for tube in one.tubes)) if one.tubes else UNKNOWN),
        (("封箱", "Sealed"), moment(box.sealed_at, zone) or UNKNOWN),
        (("封箱人", "Sealed by"), box.sealed_by or UNKNOWN),
        (("发出", "Left"), moment(box.dispatched_at, zone) or UNKNOWN),
    ]
    tubes = [drawn_code(tube.barcode) | {"people": f"{tube.member_count} 人"} for tube in one.tubes]
    return drawn_code(box.barcode) | {"facts": facts, "tubes": tubes}


def drawn_code(code: str) -> dict[str, Any]:
    """A code as bars that fit a cell; a code too long for bars that can be read is words only."""
    modules = modules_of(code)
    module_mm = min(MODULE_MM, CELL_MM / (len(modules) + QUIET_MODULES))
    readable = module_mm >= SMALLEST_MODULE_MM
    runs = dark_runs(modules) if readable else ()
    return {"grouped": barcodes.grouped(code), "modules": len(modules), "module_mm": module_mm if readable else None, "runs": runs}


def moment(at: datetime | None, zone: str) -> str:
    """A time where it happened: 2022-02-02 09:31."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else ""

"""What figures are called on paper, Chinese and English side by side, and how they are written there."""

from datetime import datetime
from zoneinfo import ZoneInfo

Words = tuple[str, str]

HEADS: dict[str, Words] = {
    "lab": ("实验室", "Lab"),
    "collected_tubes": ("采样管", "Collected tubes"),
    "collected_people": ("采样人数", "People"),
    "dispatched_tubes": ("已发出管", "Dispatched tubes"),
    "received_tubes": ("接收管", "Received tubes"),
    "received_people": ("接收人数", "People"),
    "tested_tubes": ("检测管", "Tested tubes"),
    "tested_people": ("检测人数", "People"),
    "released_tubes": ("发布管", "Released tubes"),
    "released_people": ("发布人数", "People"),
    "negative_tubes": ("阴性管", "Negative tubes"),
    "nonnegative_tubes": ("非阴性管", "Not negative"),
    "invalid_tubes": ("其中无效", "of these invalid"),
    "retest_tubes": ("复检管", "Retests"),
    "rejected_tubes": ("拒收管", "Rejected"),
    "people_positive": ("阳性人数", "People positive"),
    "people_verifying": ("待复核人数", "People verifying"),
    "capacity_tubes": ("检测能力 管/日", "Capacity (tubes/day)"),
    "utilisation": ("利用率", "Utilisation"),
    "backlog_tubes": ("积压管", "Backlog tubes"),
    "oldest_backlog_minutes": ("最久积压 分钟", "Oldest (min)"),
    "in_transit_tubes": ("在途管", "In transit"),
    "fill_rate": ("满管率", "Fill rate"),
    "turnaround_minutes_p50": ("周转 P50 分钟", "Turnaround p50 (min)"),
    "turnaround_minutes_p90": ("周转 P90 分钟", "p90 (min)"),
    "turnaround_minutes_p99": ("周转 P99 分钟", "p99 (min)"),
    "open_cases": ("未结案", "Open cases"),
    "tube": ("混管", "Pool"),
    "site": ("采样点", "Site"),
    "call": ("判读", "Call"),
    "state": ("状态", "State"),
    "opened_at": ("发现", "Opened"),
    "deadline": ("重采期限", "Deadline"),
    "closed_at": ("结案", "Closed"),
    "members": ("人数", "Members"),
    "settled": ("已定", "Settled"),
}

VALUES: dict[str, Words] = {
    "positive": ("阳性", "positive"),
    "inconclusive": ("可疑", "inconclusive"),
    "invalid": ("无效", "invalid"),
    "negative": ("阴性", "negative"),
    "open": ("待处置", "open"),
    "recollecting": ("重采中", "recollecting"),
    "settled": ("待结案", "settled"),
    "closed": ("已结案", "closed"),
    "confirmed": ("确认", "confirmed"),
    "cleared": ("排除", "cleared"),
    "unresolved": ("未能定论", "unresolved"),
    "withdrawn": ("撤销", "withdrawn"),
    "preliminary": ("初步", "preliminary"),
}

TITLE: Words = ("核酸检测日报", "Daily testing report")
PASSED: Words = ("检测量", "Throughput")
FOUND: Words = ("检测结果", "Results")
STOOD: Words = ("检测能力与积压", "Capacity and backlog")
CASES: Words = ("混管异常处置", "Pool cases")
NO_CASES: Words = ("无", "None")
TOTAL: Words = ("合计", "Total")
UNKNOWN_LAB: Words = ("未知实验室", "Lab not known yet")
NOTHING = "—"


def both(words: Words) -> str:
    """Chinese and English in one line."""
    return " ".join(words)


def worded(value: str) -> str:
    """A call or state; the word itself where it has no translation."""
    return both(VALUES[value]) if value in VALUES else value


def counted(name: str, value: float | None) -> str:
    """A figure as it is printed: thousands apart, ratios in per cent, minutes whole."""
    if value is None:
        return NOTHING
    if name in ("utilisation", "fill_rate"):
        return f"{value:.1%}"
    return f"{round(value):,}"


def clock_time(at: datetime | None, zone: str) -> str:
    """A moment where it happened, to the minute."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else NOTHING

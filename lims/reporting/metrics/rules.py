"""Figures as samples of metrics, in Prometheus' text format (exposition format 0.0.4). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lims.reporting.figures import LabLine

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
STAGES = ("collected", "dispatched", "received", "tested", "released", "rejected")
QUANTILES = {"0.5": "turnaround_minutes_p50", "0.9": "turnaround_minutes_p90", "0.99": "turnaround_minutes_p99"}


@dataclass(frozen=True)
class Metric:
    """A gauge: its name, what it says, and a value for each set of labels; a value that is None is left out."""

    name: str
    about: str
    samples: Sequence[tuple[Mapping[str, str], float | None]]


@dataclass(frozen=True)
class Room:
    """How much is taken of what ends: of each queue of a process its fullest in the last minutes (0 to 1), connections, bytes."""

    queues: Mapping[str, float]
    connections: int
    most_connections: int
    free_bytes: int


def room_metrics(room: Room) -> list[Metric]:
    """What tells of an overflow before it happens."""
    queues = [({"queue": name}, taken) for name, taken in room.queues.items()]
    return [
        Metric("lims_queue_taken_ratio", "The largest part of a queue of requests that was taken in the last minutes.", queues),
        Metric("lims_database_connections", "Connections that the database's server has.", [({}, room.connections)]),
        Metric("lims_database_connections_most", "Connections for which it has room.", [({}, room.most_connections)]),
        Metric("lims_disk_free_bytes", "Room on the disk of this host's data folder.", [({}, room.free_bytes)]),
    ]


def metrics_of(labs: Sequence[LabLine], as_of: datetime, sealed_at: datetime | None, now: datetime) -> list[Metric]:
    """The figures of the running day by lab (empty where no lab is known yet), and whether the worker is at work."""

    def by_lab(name: str) -> list[tuple[dict[str, str], float | None]]:
        return [({"lab": line.lab or ""}, getattr(line, name)) for line in labs]

    stages = [({"lab": line.lab or "", "stage": stage}, getattr(line, f"{stage}_tubes")) for line in labs for stage in STAGES]
    calls = [
        ({"lab": line.lab or "", "call": call}, getattr(line, f"{call}_tubes")) for line in labs for call in ("negative", "nonnegative")
    ]
    turnaround = [
        ({"lab": line.lab or "", "quantile": quantile}, getattr(line, name)) for line in labs for quantile, name in QUANTILES.items()
    ]
    return [
        Metric("lims_stage_tubes", "Tubes that passed a stage today, by the lab's day.", stages),
        Metric("lims_released_tubes", "Tubes released today, by call.", calls),
        Metric("lims_capacity_tubes", "Tubes that a lab declares it can test a day.", by_lab("capacity_tubes")),
        Metric("lims_backlog_tubes", "Tubes in a lab that are neither released nor rejected.", by_lab("backlog_tubes")),
        Metric("lims_oldest_backlog_minutes", "How long the oldest of them has been there.", by_lab("oldest_backlog_minutes")),
        Metric("lims_in_transit_tubes", "Tubes on their way to a lab.", by_lab("in_transit_tubes")),
        Metric("lims_turnaround_minutes", "From sealing to release, of the tubes released today.", turnaround),
        Metric("lims_open_cases", "Pools that were not negative and are not closed.", by_lab("open_cases")),
        Metric("lims_verifying_people", "People of pools that are not negative who have no result.", by_lab("people_verifying")),
        Metric("lims_positive_people", "People whose own tube was released positive today.", by_lab("people_positive")),
        Metric("lims_figures_age_seconds", "How old the figures above are.", [({}, (now - as_of).total_seconds())]),
        Metric(
            "lims_seal_age_seconds", "How long ago the audit trail was sealed last; it is sealed when something happens.",
            [({}, (now - sealed_at).total_seconds() if sealed_at else None)],
        ),
    ]  # fmt: skip


def exposed(metrics: Iterable[Metric]) -> str:
    """Metrics as a monitoring system reads them."""
    lines = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.about}", f"# TYPE {metric.name} gauge"]
        lines += [f"{metric.name}{braced(labels)} {value:g}" for labels, value in metric.samples if value is not None]
    return "\n".join(lines) + "\n"


def braced(labels: Mapping[str, str]) -> str:
    """Labels as they follow a name; backslashes, quotes and line ends in them are written as the format wants."""
    quoted = (f'{name}="{escaped(value)}"' for name, value in labels.items())
    return f"{{{','.join(quoted)}}}" if labels else ""


def escaped(value: str) -> str:
    """A label's value without anything that would end it."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

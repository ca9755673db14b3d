"""Progress bars on standard error."""

from collections import Counter
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

PAUSE = 0.5  # seconds between two drawings


class Progress:
    """Says nothing; for tests and for callers with no terminal."""

    def begin(self, stage: str, total: int) -> None:
        """A stage begins, or turns out to be longer: `total` is added to what it has to do."""

    def advance(self, stage: str, count: int = 1) -> None:
        """So many are done."""

    def __enter__(self) -> Self:
        """Start showing."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop showing."""


class Bars(Progress):
    """One bar for each stage."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self.bars = RichProgress(*columns, console=Console(stderr=True), refresh_per_second=2)
        self.tasks: dict[str, int] = {}
        self.totals: dict[str, int] = {}
        # Drawing costs CPU that the server needs, and a stage advances thousands of times a second.
        self.counted: Counter[str] = Counter()
        self.drawn = 0.0

    def begin(self, stage: str, total: int) -> None:
        """A stage begins, or turns out to be longer."""
        if stage not in self.tasks:
            self.tasks[stage] = int(self.bars.add_task(stage, total=0))
        self.totals[stage] = self.totals.get(stage, 0) + total
        self.bars.update(TaskID(self.tasks[stage]), total=self.totals[stage])

    def advance(self, stage: str, count: int = 1) -> None:
        """So many are done."""
        self.counted[stage] += count
        if monotonic() - self.drawn > PAUSE:
            self.draw()

    def draw(self) -> None:
        """Show what has been counted since the last time."""
        for stage, count in self.counted.items():
            if stage in self.tasks:
                self.bars.advance(TaskID(self.tasks[stage]), count)
        self.counted.clear()
        self.drawn = monotonic()

    def __enter__(self) -> Self:
        """Start showing."""
        self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop showing."""
        self.draw()
        self.bars.stop()

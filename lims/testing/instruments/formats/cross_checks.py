"""What an instrument's table says more than once, so that moved columns and shifted rows betray themselves.

A swapped header would otherwise turn baselines, thresholds or means into Cts that look right.
"""

from collections import defaultdict
from collections.abc import Iterable

from lims.kernel.errors import Refused
from lims.testing.instruments.formats import cells
from lims.testing.instruments.formats.grids import Record

MEAN = ("ct mean", "crt mean", "cq mean", "ct avg", "avg ct")
SPREAD = ("ct sd", "crt sd", "cq sd", "cq std. dev", "stddev ct")

FLAGS = frozenset({"omit", "automatic ct threshold", "automatic crt threshold", "automatic baseline", "auto threshold", "auto baseline"})
WHOLE = frozenset({"baseline start", "baseline end", "baseline stop"})
SHARES = frozenset({"cq conf", "cq confidence"})
WORDS = frozenset({"task", "flag", "detector type", "reporter", "quencher", "fluor", "content", "amp status"})
NEVER_UNDETERMINED = (
    FLAGS
    | WHOLE
    | SHARES
    | WORDS
    | {
        "sample name",
        "sample",
        "target name",
        "target",
        "amp score",
        "rn",
        "threshold",
        "threshold value",
        "ct threshold",
        "crt threshold",
    }
)

# The largest distance of one of n values from their mean is (n - 1)/sqrt(n) standard deviations: below 20 for a plate of 384.
MOST_DEVIATIONS, ROUNDING = 20, 0.02

ROW_LENGTHS = (24, 12, 8)  # of plates with 384, 96 and 48 wells


def columns_hold_what_they_say(record: Record, well: str) -> None:
    """Refused if a cell can not belong to the column it stands in."""
    for name, cell in record.pairs():
        value = cells.number(cell)
        wrong = (
            (name in FLAGS and value not in (None, 0, 1))
            or (name in WHOLE and value is not None and not value.is_integer())
            or (name in SHARES and value is not None and not 0 <= value <= 1)
            or (name in WORDS and value is not None)
            or (name in NEVER_UNDETERMINED and cell.casefold() == "undetermined")
        )
        if wrong:
            raise Refused(
                "run_file_contradiction",
                "Line {line}, well {well}: {value!r} cannot be in column {column!r}; were columns moved?",
                line=record.line,
                well=well,
                value=cells.shown(cell),
                column=name,
            )


def ct_is_near_its_mean(record: Record, well: str, written: str) -> None:
    """Refused if the Ct is further from the mean of its replicates than their standard deviation allows."""
    value, mean, spread = cells.number(written), cells.number(record.text(*MEAN)), cells.number(record.text(*SPREAD))
    if mean is None or mean <= 0 or (value is None and written):
        return
    # A replicate without a reading says so in a word; only a moved column leaves the Ct empty, or 0, beside a mean.
    if value is None or value <= 0 or abs(value - mean) > MOST_DEVIATIONS * (spread or 0) + ROUNDING:
        raise Refused(
            "run_file_contradiction",
            "Line {line}, well {well}: a Ct of {value} does not fit the mean of {mean} beside it; were columns moved?",
            line=record.line,
            well=well,
            value=written or "nothing",
            mean=mean,
        )


def means_come_from_cts(replicates: Iterable[tuple[tuple[str, ...], Record, str]]) -> None:
    """Refused if replicates have one Ct and different means, or the file has means and no Cts: then columns changed places.

    Takes the key of the replicate group, the row, and its Ct as written.
    """
    groups: dict[tuple[str, ...], list[tuple[Record, str, str]]] = defaultdict(list)
    lonely: list[Record] = []
    for key, record, written in replicates:
        mean = record.text(*MEAN)
        if cells.number(mean):
            if cells.number(written):
                groups[key].append((record, written, mean))
            else:
                lonely.append(record)
    mixed = [group[0][0] for group in groups.values() if len({ct for _, ct, _ in group}) == 1 < len({mean for _, _, mean in group})]
    for record in mixed or (lonely if not groups else []):
        raise Refused(
            "run_file_contradiction",
            "Line {line}: the mean of the replicates cannot come from these Cts; were columns moved?",
            line=record.line,
        )


def rows_are_equally_long(records: Iterable[Record]) -> None:
    """Refused if a row has fewer or more cells than the first: something is lost or was moved up from the next line."""
    usual = 0
    for record in records:
        usual = usual or len(record.cells)
        if len(record.cells) != usual:
            raise Refused(
                "run_file_truncated",
                "Line {line} has {count} cells, the rows before it {usual}; it is damaged.",
                line=record.line,
                count=len(record.cells),
                usual=usual,
            )


def some_ct_is_written(written: Iterable[str], line: int) -> None:
    """Refused if the whole column is empty: these instruments write a word where there is no Ct."""
    if not any(written):
        raise Refused("run_file_no_ct", "The column of Cts named in line {line} is empty throughout.", line=line)


class WellNumbers:
    """The running number beside a well's name, against the name, for whichever plate size fits the whole file."""

    def __init__(self) -> None:
        self._row_lengths = set(ROW_LENGTHS)

    def agree(self, number: str, well: str, line: int) -> None:
        """Refused if number and name are not the same well."""
        row, column, count = ord(well[0]) - ord("A"), int(well[1:]), cells.number(number)
        self._row_lengths &= {length for length in ROW_LENGTHS if column <= length and count == row * length + column}
        if not self._row_lengths:
            raise Refused(
                "run_file_bad_well",
                "Line {line}: the well is number {number} but named {well}, which is another well.",
                line=line,
                number=cells.shown(number),
                well=well,
            )

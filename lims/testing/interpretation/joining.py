"""One read-out that an instrument writes as several files, one for each dye. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lims.catalog.rules import Assay
from lims.kernel.errors import Refused
from lims.testing.instruments.rules import ParsedRun
from lims.testing.qc.matching import placed, targets_of_dyes


@dataclass(frozen=True)
class Part:
    """One file of a read-out: its target is that of the assay, not the dye."""

    sha256: bytes
    target: str
    dye: str
    experiment: str
    file: ParsedRun


def part(sha256: bytes, file: ParsedRun, plate: str, wells: Mapping[str, Mapping[str, str]], assay: Assay) -> Part:
    """A file as a part; Refused as a whole run would be where it is not this plate's."""
    if file.experiment is None:
        raise Refused(
            "run_files_unrelated", "Several files are taken together only where an instrument writes one for each filter; send this alone."
        )
    named = targets_of_dyes(file, assay)
    placed(plate, wells, assay, named)
    return Part(sha256, named.readings[0].target, file.readings[0].target, file.experiment, named)


def related(parts: Sequence[Part]) -> Sequence[Part]:
    """The same parts; Refused where they are of several experiments, or two are of one filter."""
    seen: dict[str, str] = {}
    for one in parts:
        if one.experiment != parts[0].experiment:
            raise Refused(
                "run_files_unrelated", "The files are of different experiments: {first} and {other}.",
                first=parts[0].experiment or "(none)", other=one.experiment or "(none)",
            )  # fmt: skip
        if seen.setdefault(one.target, one.sha256.hex()) != one.sha256.hex():
            raise Refused("run_file_doubled", "Two of the files are of the filter in which {target} is read.", target=one.target)
    return list({one.sha256: one for one in parts}.values())


def completed(sent: Sequence[Part], kept: Iterable[Part]) -> list[Part]:
    """The parts sent now, and of those kept, oldest first, the last one for each target that is not among them."""
    by_target = {one.target: one for one in (*kept, *sent)}
    return list(by_target.values())


def lacking(parts: Iterable[Part], assay: Assay) -> dict[str, str]:
    """Targets of which there is no part yet, with the dye they are read in."""
    there = {one.target for one in parts}
    return {target: dye for target, dye in assay.channels.items() if target not in there}


def joined(parts: Sequence[Part]) -> ParsedRun:
    """The parts as one file of the whole plate."""
    first = parts[0].file
    return replace(
        first,
        readings=tuple(reading for one in parts for reading in one.file.readings),
        omitted=tuple(dict.fromkeys(well for one in parts for well in one.file.omitted)),
        curves=tuple(curve for one in parts for curve in one.file.curves),
    )


def manifest(parts: Iterable[Part]) -> bytes:
    """What stands for the parts as one file: their SHA-256, in an order that does not depend on who came first."""
    return "".join(f"{digest}\n" for digest in sorted(one.sha256.hex() for one in parts)).encode()

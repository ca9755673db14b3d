"""Which plate a file is of, where nobody says so."""

import re

from sqlalchemy import Connection

from lims.kernel import barcodes
from lims.kernel.db import AnyRow
from lims.kernel.errors import Refused
from lims.testing.instruments import formats
from lims.testing.instruments.rules import ParsedRun
from lims.testing.plates import queries

WORD = re.compile(r"[0-9A-Za-z]{6,}")


def plate_of(connection: Connection, content: bytes, name: str, lab: str | None) -> AnyRow:
    """The plate that the file names, or else its experiment, or its own name; or else the one its tubes stand on.

    Refused where it is none, or more than one, of this lab (of all labs where none is given).
    """
    file = formats.read(content, name)
    if file.plate is not None:
        found = queries.plates(connection, [barcodes.normalise(file.plate)])
    else:
        words = WORD.findall(f"{file.experiment or ''} {name}")
        found = queries.plates(connection, [barcodes.normalise(word) for word in words]) or queries.plates_holding(connection, tubes(file))
    here = [row for row in found if lab is None or row.lab == lab]
    if len(here) != 1:
        raise Refused(
            "run_plate_unknown",
            "Nothing shows which plate of this lab {name} is of: put the plate's barcode into the file's name.",
            name=name,
        )
    return here[0]


def tubes(file: ParsedRun) -> list[str]:
    """The codes of samples in a file."""
    return sorted({barcodes.normalise(reading.sample) for reading in file.readings if reading.sample})

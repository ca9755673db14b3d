"""What no Citus takes, as far as it is seen in files alone; `tests/spreading` judges the statements themselves (docs/decisions/0023).

Whoever adds a place writes it there, with the way it goes on a spread database.
"""

import re

import pytest

from lims.apps.migrate import ROOT

ROOMS = ("lims", "migrations/versions")
PLACES = {
    # Nobody may use these at all.
    r"GROUPING SETS|\bROLLUP\s*\(|\bCUBE\s*\(|\bMERGE INTO\b|FULL (OUTER )?JOIN|full=True|TABLESAMPLE": set(),
    # No statement of the program.
    r"CREATE TRIGGER": {"migrations/versions/2026-11-22-0411_0026_what_a_release_rests_on.py"},
    # Rows of several barcodes are locked in one way; a lock on one tube, or on what is everywhere, goes.
    r"(?s)barcode\.in_\([^\n]*\n?[^\n]*Tube[^\n]*with_for_update": set(),
}


def having(pattern: str) -> set[str]:
    """The files in which this occurs."""
    files = [path for room in ROOMS for ending in ("*.py", "*.sql") for path in (ROOT / room).rglob(ending)]
    return {str(path.relative_to(ROOT)) for path in files if re.search(pattern, path.read_text("utf-8"))}


@pytest.mark.parametrize("pattern", PLACES)
def test_every_place_that_a_spread_database_refuses_is_known(pattern: str) -> None:
    assert having(pattern) == PLACES[pattern]

"""What Citus refuses, or cannot do over several shards, and where the program does it: docs/decisions/0023 says what becomes of each.

Whoever adds a place writes it there, with the way it goes on a spread database.
"""

import re

import pytest

from lims.apps.migrate import ROOT

ROOMS = ("lims", "migrations/versions")
# Nobody may use these at all.
NOWHERE = r"GROUPING SETS|\bROLLUP\s*\(|\bCUBE\s*\(|\bMERGE INTO\b|FULL (OUTER )?JOIN|full=True|TABLESAMPLE"
PLACES = {
    r"CREATE TRIGGER": {"migrations/versions/2026-11-22-0411_0026_what_a_release_rests_on.py"},
    r"skip_locked=True|SKIP LOCKED": {
        "lims/apps/placement.py",
        "lims/interop/subscribers/actions.py",
        "lims/reporting/schedule/queries.py",
    },
    r"recursive=True|WITH RECURSIVE": {
        "lims/deconvolution/callbacks/queries.py",
        "lims/deconvolution/members/queries.py",
        "lims/deconvolution/over/queries.py",
        "lims/reporting/casework/sql/pools.sql",
        "lims/reporting/sql/account_touched.sql",
        "lims/reporting/sql/counted.sql",
        "lims/reporting/sql/once.sql",
        "lims/reporting/sql/within.sql",
        "lims/retention/queries.py",
        "lims/testing/morning/queries.py",
        "migrations/versions/2026-11-21-2150_0004_access_and_views.py",
        "migrations/versions/2026-11-22-0150_0016_amended_results.py",
        "migrations/versions/2026-11-22-0721_0037_results_by_the_page.py",
        "migrations/versions/2026-11-22-1200_0051_accounts_by_lab.py",
    },
    # Rows of several tubes at once; a lock on one tube, or on what is everywhere, goes.
    r"(?s)Tube\.barcode\.in_\([^\n]*\n?[^\n]*with_for_update": {
        "lims/deconvolution/plans/queries.py",
        "lims/sampling/boxes/queries.py",
        "lims/sampling/sync/queries.py",
        "lims/testing/accession/queries.py",
        "lims/testing/interpretation/queries.py",
        "lims/testing/layout/queries.py",
        "lims/testing/storage/queries.py",
    },
}


def having(pattern: str) -> set[str]:
    """The files in which this occurs."""
    files = [path for room in ROOMS for ending in ("*.py", "*.sql") for path in (ROOT / room).rglob(ending)]
    return {str(path.relative_to(ROOT)) for path in files if re.search(pattern, path.read_text("utf-8"))}


def test_what_no_citus_can_do_is_nowhere() -> None:
    assert having(NOWHERE) == set()


@pytest.mark.parametrize("pattern", PLACES)
def test_every_place_that_a_spread_database_refuses_is_known(pattern: str) -> None:
    assert having(pattern) == PLACES[pattern]

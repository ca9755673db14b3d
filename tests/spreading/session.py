"""What a run of tests sent to the database, judged at its end: every place that a spread database would refuse must be known.

`LIMS_SPREADING=<folder> make test` judges every statement of the whole suite, and writes there what each process found, as JSON:
place → rule → statements.
"""

import json
import os
import re
from collections import defaultdict
from pathlib import Path

import psycopg
import pytest

from tests.spreading.asking import asking
from tests.spreading.judge import RULES, judge
from tests.spreading.open_places import OPEN

Verdicts = dict[str, dict[str, list[str]]]
# Sent only where tables are spread, to what is there only then: Citus's own, of which it has the say, and `lock_rows`, of which
# `test_functions.py` hears what it asks in its turn.
OF_A_SPREAD_DATABASE = re.compile(r"SELECT (create_(reference|distributed)_table|lock_rows)\(|SELECT relname FROM pg_dist_partition\b")


def verdicts(url: str, heard: dict[str, str]) -> Verdicts:
    """By place in the code, then by rule, the statements that a spread database would refuse. `unread`: PostgreSQL could not read it so."""
    found: Verdicts = defaultdict(lambda: defaultdict(list))
    with asking(url) as asker:
        for statement, place in heard.items():
            if OF_A_SPREAD_DATABASE.match(statement):
                continue
            try:
                rules = {finding.rule for finding in judge(asker.tree(statement), asker.catalogue)}
            except psycopg.Error as unread:
                rules = {f"unread: {unread}"}
            for rule in rules:
                found[place][rule].append(statement)
    return found


def hold_to_the_list(url: str, heard: dict[str, str], folder: Path | None = None) -> Verdicts:
    """Fail where a statement is refused at a place that `open_places.py` does not name; what is refused."""
    found = verdicts(url, heard)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{os.getpid()}.json").write_text(json.dumps(found, indent=1), "utf-8")
    fresh = [
        f"{place}: {RULES.get(rule, rule)}\n    {' '.join(statements[0].split())[:300]}"
        for place, rules in sorted(found.items())
        for rule, statements in sorted(rules.items())
        if rule not in OPEN.get(place, ())
    ]
    if fresh:
        pytest.fail("\n".join(["A spread database would refuse this (docs/decisions/0023):", *fresh]), pytrace=False)
    return found

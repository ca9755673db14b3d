"""The judge of statements, on sentences of which Citus's documentation or its own tests say what becomes of them."""

from collections.abc import Iterator

import pytest

from lims.kernel.program import Program
from tests.spreading.asking import Asker, asking, in_general
from tests.spreading.judge import RULES, judge
from tests.spreading.overhearing import question, tidy

CARRIED_OUT = {
    "one tube": "SELECT * FROM tube WHERE barcode = $1",
    "one tube, locked": "SELECT * FROM tube WHERE barcode = $1 FOR UPDATE",
    "one tube and what lies beside it, whatever is done": (
        "SELECT DISTINCT ON (r.ct) r.ct, row_number() OVER (), (SELECT max(c.day) FROM call c WHERE c.barcode = t.barcode LIMIT 1)"
        " FROM tube t JOIN reading r ON r.barcode = t.barcode WHERE t.barcode = $1"
    ),
    "recursion in one shard": (
        "WITH RECURSIVE again AS (SELECT barcode FROM tube WHERE barcode = $1"
        " UNION ALL SELECT t.barcode FROM tube t JOIN again ON again.barcode = t.retest_of WHERE t.barcode = $1) SELECT * FROM again"
    ),
    "tubes beside their trail": "SELECT t.barcode, e.verb FROM tube t JOIN event e ON e.subject = t.barcode",
    "tubes beside their readings": "SELECT t.lab, count(*), max(r.ct) FROM tube t JOIN reading r USING (barcode) GROUP BY t.lab",
    "tubes that may have a reading": "SELECT t.barcode, r.ct FROM tube t LEFT JOIN reading r ON r.barcode = t.barcode AND r.day = $1",
    "tubes and the box they lie in": "SELECT t.barcode, b.site FROM tube t LEFT JOIN box b ON b.barcode = t.box WHERE t.lab = $1",
    "boxes and what lies in them": "SELECT b.barcode, t.barcode FROM box b LEFT JOIN tube t ON t.box = b.barcode",
    "an EXISTS beside": "SELECT barcode FROM tube t WHERE NOT EXISTS (SELECT FROM reading r WHERE r.barcode = t.barcode)",
    "an IN that stands alone": "SELECT barcode FROM tube WHERE box IN (SELECT box FROM tube WHERE lab = $1)",
    "an aggregate beside": "SELECT barcode, (SELECT max(ct) FROM reading r WHERE r.barcode = t.barcode) FROM tube t",
    "the last one beside": "SELECT t.barcode, l.ct FROM tube t CROSS JOIN LATERAL"
    " (SELECT ct FROM reading r WHERE r.barcode = t.barcode ORDER BY day DESC LIMIT 1) AS l",
    "rows of two groups, each by itself first": (
        "WITH who AS MATERIALIZED (SELECT person_id FROM person) SELECT m.barcode FROM tube_member m JOIN who USING (person_id)"
    ),
    "a subquery that groups by another column": (
        "SELECT t.barcode FROM tube t JOIN (SELECT box, count(*) AS many FROM tube GROUP BY box) AS b ON b.box = t.box WHERE b.many > 1"
    ),
    "recursion over a result": (
        "WITH links AS MATERIALIZED (SELECT barcode, retest_of FROM tube WHERE retest_of IS NOT NULL), chain AS MATERIALIZED ("
        " WITH RECURSIVE again AS (SELECT barcode, retest_of FROM links UNION ALL"
        " SELECT links.barcode, again.retest_of FROM links JOIN again ON again.barcode = links.retest_of) SELECT * FROM again)"
        " SELECT t.barcode, chain.retest_of FROM tube t LEFT JOIN chain ON chain.barcode = t.barcode"
    ),
    "recursion over what is everywhere": (
        "WITH RECURSIVE up AS (SELECT code, parent FROM area WHERE code = $1 UNION ALL"
        " SELECT area.code, area.parent FROM area JOIN up ON up.parent = area.code) SELECT * FROM up"
    ),
    "boxes, locked": "SELECT * FROM box WHERE barcode IN ($1, $2) FOR UPDATE",
    "a queue, locked": "SELECT * FROM delivery FOR UPDATE SKIP LOCKED",
    "a union of tubes by tube": "SELECT count(*) FROM (SELECT barcode FROM tube UNION SELECT barcode FROM reading) AS both_of_them",
    "a union at the top": "SELECT barcode FROM tube UNION ALL SELECT barcode FROM box",
    "rows given": "INSERT INTO stored_tube (barcode, rack) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
    "rows that come with the statement": "UPDATE tube SET box = given.box FROM unnest($1::text[], $2::text[]) AS given (barcode, box)"
    " WHERE tube.barcode = given.barcode RETURNING tube.barcode",
    "what was written goes into what is everywhere": "WITH gone AS (UPDATE tube SET box = NULL WHERE box = $1 RETURNING box)"
    " INSERT INTO wall (id) SELECT gen_random_uuid() FROM gone",
    "a time of now": "UPDATE tube SET received_at = now() WHERE box = $1",
    "a catalogue that grows by what tubes say": "UPDATE box SET site = $1 WHERE barcode IN (SELECT box FROM tube WHERE lab = $2)",
}
REFUSED = {
    "several tubes, locked": ("lock", "SELECT * FROM tube WHERE barcode IN ($1, $2) ORDER BY barcode FOR UPDATE"),
    "a list of tubes, locked": ("lock", "SELECT * FROM tube WHERE barcode = ANY ($1) FOR UPDATE"),
    "locked in a part": ("lock", "WITH mine AS (SELECT barcode FROM tube WHERE lab = $1 FOR UPDATE) SELECT * FROM mine"),
    "tubes by another column": ("join", "SELECT t.barcode, p.call FROM tube t JOIN tube p ON p.barcode = t.pool"),
    "tubes and people": ("join", "SELECT m.barcode, p.hidden FROM tube_member m JOIN person p USING (person_id)"),
    "tubes and messages": ("join", "SELECT t.barcode, m.verb FROM tube t JOIN message m ON m.id = t.record_id"),
    "an EXISTS by another column": ("join", "SELECT barcode FROM tube t WHERE EXISTS (SELECT FROM tube r WHERE r.retest_of = t.barcode)"),
    "an aggregate by another column": ("join", "SELECT barcode, (SELECT count(*) FROM tube r WHERE r.retest_of = t.barcode) FROM tube t"),
    "one tube here, another there": ("join", "SELECT * FROM tube a JOIN tube b ON b.barcode = $2 WHERE a.barcode = $1"),
    "recursion over shards": (
        "recursion",
        (
            "WITH RECURSIVE again AS (SELECT barcode FROM tube WHERE lab = $1 UNION ALL"
            " SELECT t.barcode FROM tube t JOIN again ON again.barcode = t.retest_of) SELECT * FROM again"
        ),
    ),
    "boxes with a tube": ("recurring_from", "SELECT b.barcode FROM box b WHERE EXISTS (SELECT FROM tube t WHERE t.box = b.barcode)"),
    "boxes and how many are in them": ("recurring_from", "SELECT barcode, (SELECT count(*) FROM tube WHERE box = b.barcode) FROM box b"),
    "of each box the first tube": (
        "lateral",
        "SELECT b.barcode, t.barcode FROM box b CROSS JOIN LATERAL (SELECT barcode FROM tube WHERE box = b.barcode LIMIT 1) AS t",
    ),
    "of each box the first tube, if any": (
        "lateral_outer",
        "SELECT b.barcode, t.barcode FROM box b LEFT JOIN LATERAL (SELECT barcode FROM tube WHERE box = b.barcode LIMIT 1) AS t ON true",
    ),
    "a subquery after summing up": ("after_aggregate", "SELECT count(*) + (SELECT count(*) FROM box) FROM tube"),
    "grouping sets": ("grouping_sets", "SELECT lab, count(*) FROM tube GROUP BY ROLLUP (lab)"),
    "a sample": ("sample", "SELECT * FROM tube TABLESAMPLE SYSTEM (1)"),
    "a tube of another code": ("moved", "UPDATE tube SET barcode = $1 WHERE barcode = $2"),
    "a time of this very moment": ("volatile", "UPDATE tube SET received_at = clock_timestamp() WHERE barcode = $1"),
    "a stable function of a column": ("stable", "UPDATE tube SET box = to_char(received_at, 'YYYY') WHERE barcode = $1"),
    "boxes by their tubes": ("everywhere", "UPDATE box SET site = tube.site FROM tube WHERE tube.box = box.barcode"),
    "a merge": ("merge", "MERGE INTO tube USING box ON box.barcode = tube.box WHEN MATCHED THEN DELETE"),
    "where a row lies": ("one_server", "SELECT ctid FROM tube"),
    "what a snapshot saw": ("one_server", "SELECT * FROM event WHERE NOT pg_visible_in_snapshot(txid, pg_current_snapshot())"),
}


@pytest.fixture
def asker(program: Program) -> Iterator[Asker]:
    """Reads statements for us."""
    with asking(program.database.url) as found:
        yield found


@pytest.mark.parametrize("statement", CARRIED_OUT.values(), ids=CARRIED_OUT.keys())
def test_what_citus_carries_out(asker: Asker, statement: str) -> None:
    assert judge(asker.tree(statement), asker.catalogue) == []


@pytest.mark.parametrize(("rule", "statement"), REFUSED.values(), ids=REFUSED.keys())
def test_what_citus_refuses(asker: Asker, rule: str, statement: str) -> None:
    assert [finding.rule for finding in judge(asker.tree(statement), asker.catalogue)] == [rule]


def test_every_rule_that_is_broken_has_a_sentence(asker: Asker) -> None:
    told = {finding.rule for _, statement in REFUSED.values() for finding in judge(asker.tree(statement), asker.catalogue)}
    assert told <= RULES.keys()


def test_a_list_of_one_is_judged_as_a_list() -> None:
    one, three = "x IN (%(x_1_1)s::VARCHAR)", "x IN (%(x_1_1)s::VARCHAR, %(x_1_2)s::VARCHAR, %(x_1_3)s::VARCHAR)"
    assert in_general(one) == in_general(three) == "x IN (%(x_1_1)s::VARCHAR, %(x_1_2)s::VARCHAR)"


def test_a_question_of_a_file_is_known_by_it() -> None:
    assert question("SELECT 1") is None
    assert tidy("a  = %(b)s\n  AND '%%'") == "a = :b AND '%'"

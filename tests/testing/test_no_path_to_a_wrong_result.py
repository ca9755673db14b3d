"""No path releases a result without readings in a run with passed controls, in a valid batch, and two people.

Every way there is to write a release is tried on every result that must not leave the lab (`wrong_results.py`): by the program's
routes, by the database itself as each of its roles, by repeating what was allowed, and by two people at once.
"""

import ast
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from lims.apps import ends
from lims.custody.tables import Tube
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.ids import uuid7
from lims.testing.extraction import queries as extraction
from lims.testing.extraction.tables import ExtractionFailure
from lims.testing.interpretation.tables import CallRow
from lims.testing.review.tables import Release
from tests.architecture.reach import coming_to
from tests.architecture.source import ROOT, calls, dotted, modules
from tests.architecture.test_routes import routes_of
from tests.bench import done, extract, lay_out, message, refused, review, together
from tests.deconvolution.plans.at_work import choose
from tests.factories import Town, code
from tests.testing import wrong_results as wrong
from tests.testing.kits import compare, decide, version
from tests.testing.wrong_results import KINDS, SITUATIONS, Situation, Told, Wrong

NOW = datetime(2022, 2, 2, 10, tzinfo=UTC)
NOT_THE_BENCH = tuple(set(Access) - {Access.BENCH, Access.OWNER})


def reviewed(town: Town, it: Wrong) -> list[tuple[Response, Told]]:
    """Sign it off by naming it."""
    return [(review(it.run, it.by, tubes=[it.tube]), it.review)]


def amended(town: Town, it: Wrong) -> list[tuple[Response, Told]]:
    """Put it in the place of what stands."""
    return [(it.by.post(f"/testing/api/tubes/{it.tube}/amend", message(run=it.run, reason="seen again")), it.amend)]


def judged_again(town: Town, it: Wrong) -> list[tuple[Response, Told]]:
    """Have its readings judged by another version, and apply what comes of it."""
    for number, cutoff, grey_to in ((1, 38, 40), (2, 39.7, 41), (3, 33, 39)):
        version(town, number, cutoff, grey_to)
    asks = it.by if it.decide[1] == "rejudge_own" else town.bo if it.by is town.bea else town.bea
    asked = done(compare(town, it.to, by=asks))
    return [(decide(town, asked, it.tube, by=it.by), it.decide)]


def resolved_by_a_scheme(town: Town, it: Wrong) -> list[tuple[Response, None]]:
    """Choose schemes for its case, which release whom their sub-pools clear. Where it has a case they may be chosen, and clear nobody."""
    return [(choose(town, it.case or it.tube, kind), None) for kind in ("halving", "individual")]


def beside_one_set_aside(town: Town, it: Wrong) -> list[tuple[Response, None]]:
    """Set a member of its case aside, after which the scheme goes on."""
    path = f"/testing/api/cases/{it.case or it.tube}/tubes/{it.sibling or it.tube}/aside"
    return [(town.ben.post(path, message()), None)]


def beside_one_sampled_again(town: Town, it: Wrong) -> list[tuple[Response, None]]:
    """Have a member of its case sampled again instead of retested, after which the scheme goes on."""
    path = f"/testing/api/cases/{it.case or it.tube}/recollect"
    return [(town.ben.post(path, message(tubes=[it.sibling or it.tube])), None)]


# Every route that comes to writing a release, and how it is tried. A new one fails the test below until it stands here.
ROUTES: dict[str, Callable[[Town, Wrong], Sequence[tuple[Response, Told | None]]]] = {
    "POST /testing/api/runs/{run}/review": reviewed,
    "POST /testing/api/tubes/{barcode}/amend": amended,
    "POST /testing/api/rejudgements/{rejudgement}/decide": judged_again,
    "POST /testing/api/cases/{case_id}/scheme": resolved_by_a_scheme,
    "POST /testing/api/cases/{case_id}/tubes/{barcode}/aside": beside_one_set_aside,
    "POST /testing/api/cases/{case_id}/recollect": beside_one_sampled_again,
}


def writes_a_release(node: ast.AST) -> bool:
    """Whether this is a statement that writes into the table of releases, or the function that takes their standing."""
    if not isinstance(node, ast.Call):
        return False
    if dotted(node.func).endswith("supersede_release"):
        return True
    about = {dotted(argument) for argument in node.args}
    return dotted(node.func).rpartition(".")[2] in {"insert", "update", "delete", "upsert"} and bool(about & {"Release", "tables.Release"})


def test_every_route_that_comes_to_a_release_is_tried_here(town: Town) -> None:
    doing, reached = coming_to(writes_a_release)
    assert doing == {
        "lims.testing.review.actions.release",
        "lims.testing.amending.actions.replace",
        "lims.testing.amending.queries.supersede",
    }
    routes = routes_of(ends.create(town.program))
    writing = {name for name, route in routes.items() if f"{route.endpoint.__module__}.{route.endpoint.__name__}" in reached}
    assert writing == set(ROUTES)
    endpoints = {f"{route.endpoint.__module__}.{route.endpoint.__name__}" for name, route in routes.items() if name in writing}
    rooms = ("lims.testing.review.", "lims.testing.amending.", "lims.testing.rejudging.", "lims.deconvolution.plans.actions.")
    assert {name for name in reached - endpoints if not name.startswith(rooms)} == set(), "a command or a worker releases, too"


def test_no_statement_of_the_program_names_the_table_in_a_text() -> None:
    written = re.compile(r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|copy)\s+release\b", re.IGNORECASE)
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in (ROOT / "lims").rglob("*.sql")}
    texts |= {
        f"{module.path}:{node.lineno}": node.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [place for place, said in texts.items() if written.search(said)] == []
    assert any(dotted(call.func) == "func.supersede_release" for module in modules() for call in calls(module.tree))


def state(town: Town, tube: str) -> tuple[Any, ...]:
    """What is told of a tube, and everything that was ever released of it."""
    with town.program.database.transaction(Access.OWNER) as connection:
        told = connection.execute(select(Tube.released_call, Tube.released_at, Tube.amended_at).where(Tube.barcode == tube)).one()
        rows = connection.execute(select(Release.__table__).where(Release.barcode == tube).order_by(Release.revision)).all()
    return (*told, rows)


@pytest.fixture
def lenient(town: Town) -> Iterator[Town]:
    """The town; whatever is to be verified today is not for the tests that follow."""
    yield town
    wrong.policy(town, required=False)


def write_by_hand(connection: Connection, it: Wrong, run: Any, call: str, standing: int | None) -> None:
    """Release, or amend, around the program; everything as true as it can be said."""
    if standing is not None:
        connection.execute(select(func.supersede_release(it.tube, standing)))
    row = {"barcode": it.tube, "run": run.id, "review": uuid7(), "call": call, "controls_passed": run.controls_passed}
    row |= {"imported_by": run.imported_by, "released_by": it.by.name, "at": NOW, "released_at": NOW, "revision": (standing or 0) + 1}
    row |= {"supersedes": standing, "reason": "because"} if standing else {}
    connection.execute(insert(Release).values(row))
    told = {"released_call": call, "released_at": NOW, "bench_state": "released", "run": run.id, "call": call}
    connection.execute(update(Tube).where(Tube.barcode == it.tube).values(told))


def by_hand(town: Town, it: Wrong, access: Access) -> str:
    """What the database says to it, as a code or the name of a constraint."""
    with town.program.database.transaction(Access.OWNER) as connection:
        run = connection.execute(text("SELECT id, controls_passed, imported_by FROM run WHERE id = :run"), {"run": it.run}).one()
        said = connection.execute(select(CallRow.call).where(CallRow.barcode == it.tube, CallRow.run == run.id)).scalar()
        standing = connection.execute(select(Release.revision).where(Release.barcode == it.tube, Release.standing.is_(True))).scalar()
    with pytest.raises((Refused, DBAPIError)) as no, town.program.database.transaction(access) as connection:
        write_by_hand(connection, it, run, said or "negative", standing)
    return no.value.code if isinstance(no.value, Refused) else str(no.value)


def tried(town: Town, situation: Situation, kind: str) -> None:
    """Every route refuses it as is said, then the database as each of its roles; together with others it does not slip out either."""
    it = situation(town, kind)
    before = state(town, it.tube)
    answers = [answer for way in ROUTES.values() for answer in way(town, it)]
    refusals = [((answer.status_code, answer.json().get("code")), told) for answer, told in answers if told is not None]
    assert [said for said, _ in refusals] == [told for _, told in refusals]
    assert max(answer.status_code for answer, _ in answers) < 500
    assert it.tube not in review(it.run, it.by).json().get("released", [])
    if it.by_hand is not None:
        assert [role for role in (Access.BENCH, Access.OWNER) if it.by_hand not in by_hand(town, it, role)] == []
        assert [role for role in NOT_THE_BENCH if not re.search("permission denied|read-only", by_hand(town, it, role))] == []
    assert state(town, it.tube) == before


@pytest.mark.parametrize(("situation", "kind"), [*zip(SITUATIONS, itertools.cycle(KINDS))], ids=lambda it: getattr(it, "__name__", it))
def test_no_path_lets_it_out(lenient: Town, situation: Situation, kind: str) -> None:
    tried(lenient, situation, kind)


@pytest.mark.proof
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_no_path_lets_it_out_whatever_kind_of_tube_it_is(lenient: Town, situation: Situation, kind: str) -> None:
    tried(lenient, situation, kind)


def healed(connection: Connection, failed: str, **values: Any) -> None:
    """Take back by hand what makes a batch invalid."""
    connection.execute(update(ExtractionFailure).where(ExtractionFailure.batch == failed).values(values))


def remapped(connection: Connection, plate: str, statement: str) -> None:
    """Change by hand what a plate says of its batches."""
    connection.execute(text(f"UPDATE plate SET {statement} WHERE barcode = :plate"), {"plate": plate})


def taken(town: Town, access: Access, deed: Callable[[Connection], Any]) -> bool:
    """Whether the database takes it from this role."""
    try:
        with town.program.database.transaction(access) as connection:
            deed(connection)
    except (Refused, DBAPIError):
        return False
    return True


def test_no_statement_makes_an_invalid_batch_valid_or_hides_it(town: Town) -> None:
    tube = wrong.tube_of(town, "single")
    town.received(tube)
    batch, first, alone = wrong.batch_on_two_plates(town, tube)
    run = UUID(done(town.imported(alone))["run"])
    wrong.batch_fails(town, batch, first)
    with town.program.database.transaction(Access.OWNER) as connection:
        cause = connection.execute(select(ExtractionFailure.cause).where(ExtractionFailure.batch == batch["barcode"])).scalar()
    tricks: dict[str, Callable[[Connection], Any]] = {
        "superseded by nothing": lambda c: healed(c, batch["barcode"], superseded_by=uuid7()),
        "superseded by itself": lambda c: healed(c, batch["barcode"], superseded_by=cause),
        "superseded by another plate's run": lambda c: healed(c, batch["barcode"], superseded_by=run),
        "no longer of its plate": lambda c: healed(c, batch["barcode"], plate=None, well=""),
        "of another batch": lambda c: healed(c, batch["barcode"], batch=tube),
        "the wells forget their batch": lambda c: remapped(c, alone["barcode"], "wells = wells #- '{A1,batch}'"),
        "the plate forgets its batches": lambda c: remapped(c, alone["barcode"], "batches = '{}'"),
        "the failure removed": lambda c: c.execute(text("DELETE FROM extraction_failure")),
        "the guard removed": lambda c: c.execute(text("ALTER TABLE release DISABLE TRIGGER ALL")),
        "as a replica": lambda c: c.execute(text("SET session_replication_role = replica")),
    }
    assert [trick for trick, deed in tricks.items() for access in (Access.BENCH, *NOT_THE_BENCH) if taken(town, access, deed)] == []
    refused(review(str(run), town.bea, tubes=[tube]), 409, "extraction_failed")


def test_what_somebody_declared_invalid_stays_so(town: Town) -> None:
    it = wrong.batch_declared_invalid(town, "single")
    with town.program.database.transaction(Access.OWNER) as connection:
        row = connection.execute(text("SELECT batch FROM extraction_failure ORDER BY noted_at DESC LIMIT 1")).one()
    with pytest.raises(DBAPIError, match="superseded_by_a_run"), town.program.database.transaction(Access.BENCH) as connection:
        healed(connection, row.batch, superseded_by=UUID(it.run))


def test_readings_judged_again_are_not_signed_by_who_imported_them_not_even_by_hand(town: Town) -> None:
    """A run of a comparison carries who asked for it; whose readings they are is asked of the run that was judged again."""
    it = wrong.rejudged_by_the_importer(town, "single")
    version(town, 2, 39.7, 41)
    rhea = town.somebody("rhea", "reviewer", lab=town.lab)
    done(decide(town, done(compare(town)), it.tube, by=rhea))
    with town.program.database.transaction(Access.OWNER) as connection:
        again = connection.execute(text("SELECT id FROM run WHERE rejudges = :run"), {"run": it.run}).scalar_one()
    forged = Wrong(it.tube, str(again), town.bo, it.review)
    for access in (Access.BENCH, Access.OWNER):
        assert by_hand(town, forged, access) == "own_import"


def test_an_expired_lot_keeps_everything_from_being_laid_out_and_so_from_being_released(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    for kind in ("amplification_kit", "extraction_kit"):
        lot = message(lab=town.lab, kind=kind, product="kit", number=kind, expires_on="2022-02-01", opened=True)
        done(town.ben.post("/testing/api/lots", lot | ({"assay": "ncov2"} if kind == "amplification_kit" else {})))
    refused(lay_out(town), 409, "lot_expired")
    refused(extract(town), 409, "lot_expired")
    assert state(town, tube)[0] is None


def test_the_id_of_one_decision_is_not_good_for_another(town: Town) -> None:
    """An approval, an amendment and a decision on a comparison, each sent again as either of the others."""
    tube, plate, run = wrong.released(town, "single", "grey_zone")
    version(town, 2, 39.7, 41)
    asked, second = done(compare(town)), str(done(town.imported(plate, {tube: "negative"}, hours=6))["run"])
    same = message(run=second, reason="seen again")
    done(town.bo.post(f"/testing/api/tubes/{tube}/amend", same))
    refused(review(second, town.bo, tubes=[tube], id=same["id"]), 409, "id_reused")
    refused(decide(town, asked, tube, id=same["id"]), 409, "id_reused")
    refused(town.bo.post(f"/testing/api/tubes/{tube}/amend", same | {"run": run}), 409, "id_reused")
    refused(town.bea.post(f"/testing/api/tubes/{tube}/amend", same), 409, "id_reused")
    assert len(state(town, tube)[-1]) == 2


@pytest.mark.parametrize("attempt", range(2))
def test_two_reviewers_decide_on_one_difference_at_once_and_one_is_told(town: Town, attempt: int) -> None:
    tube, _, _ = wrong.released(town, "single", "grey_zone")
    version(town, 2, 39.7, 41)
    asked, bo, rhea = done(compare(town)), town.bo, town.somebody("rhea", "reviewer", lab=town.lab)
    answers = together(*[lambda who=who: decide(town, asked, tube, by=who) for who in (bo, rhea)])
    assert sorted(answer.status_code for answer in answers) == [200, 409], attempt
    assert [row.standing for row in state(town, tube)[-1]] == [None, True]


def test_a_batch_that_fails_while_it_is_released_holds_the_release_back(town: Town) -> None:
    """Ben's import has noted the failure and is not done yet: whoever releases meanwhile waits for it, and is refused."""
    tube = wrong.tube_of(town, "single")
    town.received(tube)
    batch, first, alone = wrong.batch_on_two_plates(town, tube)
    run, bea = done(town.imported(alone))["run"], town.bea
    it = Wrong(tube, run, bea, (409, "extraction_failed"))
    failure = {"batch": batch["barcode"], "cause": uuid7(), "well": "H1", "plate": first["barcode"], "code": "negative_amplified"}
    with town.program.database.engine(Access.BENCH).connect() as connection:
        extraction.lock_batches(connection, [batch["barcode"]])
        connection.execute(insert(ExtractionFailure).values(failure | {"sentence": "s", "at": NOW, "noted_at": NOW, "by": "ben"}))
        answers = together(
            lambda: review(run, bea, tubes=[tube]).json()["code"],
            lambda: review(run, bea).json()["released"],
            lambda: by_hand(town, it, Access.BENCH),
            connection.commit,
        )
    assert answers[:3] == ["extraction_failed", [], "extraction_failed"]
    assert state(town, tube)[0] is None


@pytest.mark.parametrize("attempt", range(3))
def test_a_release_and_a_run_that_invalidates_its_controls_at_once(town: Town, attempt: int) -> None:
    """The plate's next run is in control and says otherwise: what left the lab left it before, and whole."""
    tube = wrong.tube_of(town, "swab_pool")
    plate, run = wrong.called(town, tube)
    again, ben, bea = town.run_file(plate, {tube: "positive"}), town.ben, town.bea
    approved, imported = together(
        lambda: review(run, bea, tubes=[tube]), lambda: town.upload(plate["barcode"], again, by=ben, hours=5 + attempt)
    )
    assert imported.status_code == 201
    told, rows = state(town, tube)[0], state(town, tube)[-1]
    assert (approved.status_code, told, len(rows)) in [(200, "negative", 1), (409, None, 0)]

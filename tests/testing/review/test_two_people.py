"""Promise 20: two people sign."""

from datetime import UTC, datetime

import pytest

from lims.kernel.auth import actions as auth
from lims.kernel.barcodes import Kind
from lims.kernel.db import Access
from lims.kernel.ids import uuid7
from tests.bench import another_town, bench_state, done, refused, review
from tests.factories import Somebody, Town, code


def imported(town: Town, by: Somebody | None = None) -> tuple[str, str]:
    """A run of one negative tube, and the tube."""
    tube = code(Kind.TUBE)
    town.received(tube)
    return str(done(town.imported(town.plated(), by=by))["run"]), tube


def set_roles(town: Town, somebody: Somebody, *roles: str) -> None:
    """The administrator gives somebody other roles."""
    with town.program.database.transaction(Access.OWNER) as connection:
        auth.add_user(connection, datetime.now(UTC), somebody.name, roles, lab=town.lab)


@pytest.mark.parametrize("decision", ["approve", "reject"])
@pytest.mark.parametrize("named", [True, False])
def test_bo_who_imported_a_run_does_not_decide_on_it(town: Town, decision: str, named: bool) -> None:
    run, tube = imported(town, by=town.bo)
    refused(review(run, town.bo, decision, [tube] if named else None), 403, "own_import", "another reviewer")
    assert bench_state(town, tube) == "called"
    assert done(review(run, town.bea))["released"] == [tube]


def test_bo_may_sign_what_ben_imported(town: Town) -> None:
    run, tube = imported(town)
    assert done(review(run, town.bo))["released"] == [tube]


def test_sending_the_same_file_again_does_not_make_bea_bos_second_person_nor_bo_his_own(town: Town) -> None:
    tube = code(Kind.TUBE)
    town.received(tube)
    plate = town.plated()
    run = done(town.imported(plate, by=town.bo))["run"]
    assert done(town.imported(plate, by=town.ben))["run"] == run
    refused(review(run, town.bo), 403, "own_import")


def test_ben_who_only_works_at_the_bench_signs_nothing(town: Town) -> None:
    run, tube = imported(town, by=town.bo)
    refused(review(run, town.ben), 403, "role_missing", "reviewer", town.ben.name)
    assert bench_state(town, tube) == "called"


def test_a_reviewer_of_another_lab_does_not_see_the_run(town: Town) -> None:
    other = another_town(town)
    run, tube = imported(town)
    refused(review(run, other.bea), 404, "not_found", run)
    assert bench_state(town, tube) == "called"


def test_nobody_who_is_not_signed_in_signs(town: Town) -> None:
    run, _ = imported(town)
    nobody = Somebody("nobody", town.web, "lims_made-up")
    refused(review(run, nobody), 401, "not_signed_in", "Sign in first")


def test_a_reviewer_whose_role_was_taken_away_meanwhile_signs_no_more_with_the_same_token(town: Town) -> None:
    run, tube = imported(town)
    rhea = town.somebody("rhea", "reviewer", lab=town.lab)
    assert rhea.get(f"/testing/api/runs/{run}").status_code == 200
    set_roles(town, rhea, "official")
    refused(review(run, rhea), 403, "role_missing", "reviewer")
    assert bench_state(town, tube) == "called"


def test_a_reviewer_who_was_revoked_is_nobody(town: Town) -> None:
    run, tube = imported(town)
    rhea = town.somebody("rhea", "reviewer", lab=town.lab)
    with town.program.database.transaction(Access.OWNER) as connection:
        auth.revoke_user(connection, datetime.now(UTC), rhea.name, "tests")
    refused(review(run, rhea), 401, "not_signed_in")
    assert bench_state(town, tube) == "called"


def test_an_approval_replayed_by_another_reviewer_is_not_theirs(town: Town) -> None:
    run, tube = imported(town)
    same = str(uuid7())
    done(review(run, town.bea, id=same))
    refused(review(run, town.bo, id=same), 409, "id_reused", same)
    assert bench_state(town, tube) == "released"


def test_an_approval_replayed_by_the_importer_is_refused_before_anything_is_said_of_it(town: Town) -> None:
    run, _ = imported(town, by=town.bo)
    same = str(uuid7())
    done(review(run, town.bea, id=same))
    refused(review(run, town.bo, id=same), 403, "own_import")


def test_an_approval_replayed_on_another_run_is_refused(town: Town) -> None:
    same = str(uuid7())
    first, _ = imported(town)
    done(review(first, town.bea, id=same))
    second, tube = imported(town)
    refused(review(second, town.bea, id=same), 409, "id_reused")
    assert bench_state(town, tube) == "called"


def test_an_approval_replayed_as_a_rejection_is_refused(town: Town) -> None:
    run, tube = imported(town)
    same = str(uuid7())
    done(review(run, town.bea, id=same))
    refused(review(run, town.bea, "reject", id=same), 409, "id_reused")
    assert bench_state(town, tube) == "released"

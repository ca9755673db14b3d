"""A run that comes after a release and sees the tube otherwise is nobody's secret."""

from datetime import UTC, datetime

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.db import Access
from tests.bench import done, members, message, mix, refused, review
from tests.deconvolution.plans.at_work import singles
from tests.factories import Town
from tests.interop.telling import kinds, told

KEPT = {"from": "2022-01-01", "negative_days": 3, "other_days": 30, "rejected_days": 7, "source": "tests"}


def test_a_pool_released_negative_and_then_run_positive_has_a_preliminary_case_again(town: Town) -> None:
    pool = town.collected(2)
    town.received(pool["barcode"])
    plate = town.plated()
    first = town.imported(plate).json()["run"]
    assert town.reviewed(first).json()["released"] == [pool["barcode"]]
    assert town.case(pool["barcode"]) is None
    assert town.imported(plate, {pool["barcode"]: "positive"}, hours=6).status_code == 201
    case = town.case(pool["barcode"])
    assert case is not None
    assert (case["state"], case["outcome"], case["preliminary"]) == ("open", None, True)
    # What was released stays released until somebody amends it.
    assert set(town.results(pool).values()) == {"negative"}


def test_members_of_an_aliquot_pool_doubted_after_its_tubes_were_thrown_away_stay_negative_and_officials_are_told(
    town: Town,
) -> None:
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"retention_policy": [KEPT]}), datetime.now(UTC), "tests")
    tubes = singles(town, 2)
    pool = str(done(mix(town, *tubes))["barcode"])
    plate = town.plated()
    done(review(done(town.imported(plate))["run"], town.bea))
    thrown = done(town.ben.post("/testing/api/discards", message(lab=town.lab, reason="kept long enough", tubes=[pool, *tubes])))
    assert (sorted(thrown["discarded"]), told(town)) == (sorted([pool, *tubes]), [])
    assert town.imported(plate, {pool: "positive"}, hours=6).status_code == 201
    assert kinds(told(town)) == ["case.preliminary", "case.doubted"]
    case = done(town.bea.get(f"/testing/api/cases/{pool}"))
    assert (case["state"], case["outcome"], case["preliminary"]) == ("recollecting", None, True)
    assert members(town, pool) == ["negative", "negative"]
    assert set(town.results(*({"barcode": tube} for tube in tubes)).values()) == {"negative"}
    assert done(town.ana.get("/sampling/api/recollections"))["items"] == []
    closing = message(outcome="unresolved", reason="x")
    refused(town.bea.post(f"/testing/api/cases/{pool}/close", closing), 409, "case_preliminary", pool)
    assert town.bea.get(f"/testing/cases/{pool}").status_code == 200

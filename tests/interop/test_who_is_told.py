"""Who is told of a case is policy: by zone and group, as it was when the case began. What a policy leaves open is told to everybody."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.apps.delivering import deliver
from lims.catalog.policies import CasePolicy
from lims.catalog.rules import Catalog, Site
from lims.interop.subscribers.rules import Wish, unheard, wants
from lims.kernel import clock, ids
from lims.kernel.program import Program
from tests.bench import close, done, note, refused
from tests.deconvolution.plans.at_work import load_policy
from tests.factories import Town, at, person, tube
from tests.interop.receiver import Receiver, receiving
from tests.interop.telling import answered, subscribed, told
from tests.interop.test_reminders import reminded

DAY, A_DAY = date(2022, 2, 2), timedelta(days=1)
ADDRESS = "https://8.8.8.8/cases"


def named(*audiences: str) -> list[str]:
    """Names of audiences that no other test has."""
    return [f"{audience} {ids.uuid7()}" for audience in audiences]


def heard(receiver: Receiver) -> list[str]:
    """What a receiver was told, in order."""
    return [one["type"] for one in receiver.taken]


def reactive(town: Town, *groups: str, **how: Any) -> tuple[dict[str, Any], str]:
    """A pool of one person of each group, just found positive, and the run."""
    pool = town.collected([person(group=group) for group in groups], **how)
    town.received(pool["barcode"])
    return pool, str(town.imported(town.plated(), {pool["barcode"]: "positive"}).json()["run"])


def test_each_of_the_four_moments_goes_to_those_whom_the_policy_names_and_to_nobody_else(
    town: Town, sender: Program, receiver: Receiver
) -> None:
    cdc, hospital = named("CDC", "hospital")
    load_policy(town, group=(ours := str(ids.uuid7())), tell=[cdc])
    load_policy(town, group="theirs " + ours, tell=[hospital])
    with receiving() as other, receiving() as everybody:
        webhooks = [
            subscribed(sender, receiver, town, audience=cdc),
            subscribed(sender, other, town, audience=hospital),
            subscribed(sender, everybody, town),
        ]
        pool, run = reactive(town, ours, ours)
        told(town)
        town.reviewed(run, tubes=[pool["barcode"]])
        told(town)
        answered(town, pool, ["positive", "negative"])
        told(town)
        assert [deliver(sender, webhook) for webhook in webhooks] == [4, 0, 4]
    assert heard(receiver) == ["case.preliminary", "case.firm", "member.positive", "case.closed"]
    assert heard(everybody) == heard(receiver)


@pytest.mark.parametrize("policy", [None, {"tell": []}], ids=["no policy", "a policy that names nobody"])
def test_where_the_policy_names_nobody_everybody_is_told(
    town: Town, sender: Program, receiver: Receiver, policy: dict[str, Any] | None
) -> None:
    (cdc,) = named("CDC")
    load_policy(town, group=str(ids.uuid7()), tell=[cdc])
    ours = str(ids.uuid7())
    if policy is not None:
        load_policy(town, group=ours, **policy)
    webhook = subscribed(sender, receiver, town, audience=cdc)
    reactive(town, ours)
    (notice,) = told(town)
    assert notice["tell"] == []
    assert deliver(sender, webhook) == 1


def test_a_positive_single_of_no_case_is_told_to_everybody(town: Town, sender: Program, receiver: Receiver) -> None:
    (cdc,) = named("CDC")
    load_policy(town, group=str(ids.uuid7()), tell=[cdc])
    webhook = subscribed(sender, receiver, town, audience=cdc)
    single = town.collected([person()], size=1)
    town.tested(single["barcode"], truth={single["barcode"]: "positive"})
    told(town)
    deliver(sender, webhook)
    assert heard(receiver) == ["tube.positive"]


def test_a_pool_of_two_groups_is_told_to_whom_either_policy_names(town: Town) -> None:
    cdc, hospital = named("CDC", "hospital")
    load_policy(town, group=(ours := str(ids.uuid7())), tell=[cdc], recollect_within_hours=3)
    load_policy(town, group="theirs " + ours, tell=[hospital])
    pool, _ = reactive(town, ours, "theirs " + ours)
    (notice,) = told(town)
    assert notice["tell"] == [cdc, hospital]
    case = done(town.olga.get(f"/testing/api/cases/{pool['barcode']}"))
    assert case["tell"] == [cdc, hospital]
    assert f"To be told: {cdc}, {hospital}" in town.olga.get("/reporting/notices", lang="en").text


def test_who_is_named_only_once_the_people_are_known_hears_of_the_first_sign_too_and_the_others_not_again(
    town: Town, sender: Program, receiver: Receiver
) -> None:
    hospital, cdc = named("hospital", "CDC")
    load_policy(town, group=(ours := str(ids.uuid7())), tell=[cdc])
    load_policy(town, group="key " + ours, tell=[hospital])
    with receiving() as ward:
        webhooks = [subscribed(sender, receiver, town, audience=cdc), subscribed(sender, ward, town, audience=hospital)]
        pool, _ = reactive(town, ours, state="open", sealed_at=None)
        told(town)
        assert [deliver(sender, webhook) for webhook in webhooks] == [1, 0]
        both = tube(town.site, [*pool["members"], person(group="key " + ours)])["members"]
        (outcome,) = town.sync(pool | {"revision": 2, "state": "sealed", "sealed_at": at(0.1), "members": both})
        assert outcome["outcome"] == "accepted"
        (notice,) = told(town)
        assert notice["tell"] == sorted([cdc, hospital])
        assert [deliver(sender, webhook) for webhook in webhooks] == [0, 1]
        assert ward.ids == receiver.ids, "the same notice"


def test_a_case_goes_on_being_told_by_the_policy_it_began_under(town: Town) -> None:
    cdc, new = named("CDC", "new CDC")
    load_policy(town, group=(ours := str(ids.uuid7())), tell=[cdc])
    pool, run = reactive(town, ours)
    told(town)
    load_policy(town, group=ours, tell=[new], **{"from": clock.local_day(clock.now(), "Asia/Shanghai").isoformat()})
    town.reviewed(run, tubes=[pool["barcode"]])
    done(note(town, pool["barcode"], 1, "refused"))
    done(close(town, pool["barcode"], "unresolved", "refused"))
    assert [notice["tell"] for notice in told(town)] == [[cdc], [cdc], [cdc]]


def test_a_reminder_goes_to_those_whom_the_policy_names(town: Town) -> None:
    (cdc,) = named("CDC")
    load_policy(town, group=(ours := str(ids.uuid7())), tell=[cdc])
    reactive(town, ours)
    (notice,) = reminded(town, 30)
    assert notice["tell"] == [cdc]


def test_a_replay_sends_only_what_the_policy_names(town: Town, sender: Program, receiver: Receiver) -> None:
    cdc, hospital = named("CDC", "hospital")
    load_policy(town, group=(ours := str(ids.uuid7())), tell=[cdc])
    load_policy(town, group="theirs " + ours, tell=[hospital])
    webhook = subscribed(sender, receiver, town, audience=cdc)
    reactive(town, ours)
    reactive(town, "theirs " + ours)
    told(town)
    body = {"id": str(ids.uuid7()), "since": "2022-01-01T00:00:00Z"}
    done(town.ada.post(f"/reporting/api/webhooks/{webhook}/replay", body))
    assert deliver(sender, webhook) == 1


def test_ada_adds_somebody_as_an_audience_and_a_name_that_no_policy_has_is_refused(town: Town, sender: Program) -> None:
    assert sender
    cdc, hospital = named("CDC", "hospital")
    load_policy(town, group=str(ids.uuid7()), tell=[cdc, hospital])
    body = {"id": str(ids.uuid7()), "address": ADDRESS, "audience": "CDX"}
    refused(town.ada.post("/reporting/api/webhooks", body), 422, "audience_unknown", "CDX")
    number = done(town.ada.post("/reporting/api/webhooks", body | {"audience": cdc}))["number"]
    listed = done(town.ada.get("/reporting/api/webhooks"))["items"]
    assert next(one["audience"] for one in listed if one["number"] == number) == cdc
    page = town.ada.get("/reporting/webhooks", lang="en").text
    assert f"as {cdc}" in page
    assert f"<option>{hospital}</option>" in page
    assert "nobody is told as such" in page


@given(st.lists(st.sampled_from("ab"), unique=True), st.sampled_from([None, "a", "b", "c"]))
def test_whoever_is_named_or_no_audience_is_told_and_everybody_where_nobody_is_named(tell: list[str], audience: str | None) -> None:
    assert wants(Wish(audience=audience), "case.firm", set(), tell) == (audience is None or not tell or audience in tell)


def test_of_two_sites_in_one_pool_one_without_a_policy_everybody_is_told() -> None:
    policy = CasePolicy(DAY, "normal", "key", "s", tell=("CDC",))
    known = Catalog(1, case_policies=(policy,))
    assert known.audiences([(None, "key")], DAY) == ("CDC",)
    assert known.audiences([(None, "key"), (None, "community")], DAY) == ()
    assert known.audiences([], DAY) == ()


def test_an_audience_of_a_policy_that_another_has_replaced_is_named_no_more() -> None:
    old, new = CasePolicy(DAY, "normal", "*", "s", tell=("old",)), CasePolicy(DAY + A_DAY, "normal", "*", "s", tell=("new",))
    known = Catalog(1, case_policies=(old, new))
    assert known.audiences_named(DAY) == ["new", "old"]
    assert known.audiences_named(DAY + A_DAY) == ["new"]


def test_an_audience_is_named_for_as_long_as_its_policy_is_in_force_somewhere() -> None:
    old, new = CasePolicy(DAY, "normal", "*", "s", tell=("old",)), CasePolicy(DAY + A_DAY, "normal", "*", "s", tell=("new",))
    sites = {"W": Site("W", "west", "A", "America/New_York"), "E": Site("E", "east", "A", "Asia/Shanghai")}
    known = Catalog(1, sites=sites, case_policies=(old, new))
    late_in_the_west = datetime.combine(DAY + A_DAY, time(4, 30), UTC)
    assert known.days(late_in_the_west) == [DAY, DAY + A_DAY]
    assert known.audiences_named(known.days(late_in_the_west)[0]) == ["new", "old"]


def test_nobody_is_missed_where_nobody_is_told_by_name() -> None:
    assert unheard(["CDC", "hospital"], [None]) == []
    assert unheard(["CDC", "hospital"], [None, "CDC"]) == ["hospital"]

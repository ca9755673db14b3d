"""Any number of hosts on one database are one program: whom a device or a browser happens to ask makes no difference."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text

from lims.kernel.audit import queries as audit
from lims.kernel.auth import actions
from lims.kernel.auth.door import COOKIE
from lims.kernel.db import Access
from tests.factories import Town, at, tube
from tests.proofs.hosts import Site, a_site, browser, until
from tests.proofs.load import lost, syncing

pytestmark = pytest.mark.proof
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with a_site() as made:
        yield made


@pytest.fixture(scope="module")
def doors(site: Site) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Two hosts with folders of their own; only the first has a worker."""
    with browser(site.host().start()) as left, browser(site.host().start("--no-worker")) as right:
        yield left, right


@pytest.fixture
def town(site: Site, doors: tuple[httpx.Client, httpx.Client]) -> Town:
    return Town.build(site.program, doors[0])  # type: ignore[arg-type]  # the others' is a TestClient


def sent(town: Town, door: httpx.Client, *tubes: object) -> list[str]:
    """The outcomes of what Ana's device sends to one of the hosts."""
    body = {"device": "dev-1", "sent_at": at(20), "tubes": list(tubes)}
    answer = door.post("/sampling/api/sync", json=body, headers=town.ana.headers)
    assert answer.status_code == 202, answer.text
    return [told["outcome"] for told in answer.json()["tubes"]]


def newest_seal(site: Site) -> object:
    """The newest seal of the trail, which one host's worker makes."""
    with site.program.database.transaction(Access.OWNER) as connection:
        return audit.newest_seal(connection)


def test_a_device_may_tell_one_host_of_an_open_tube_and_the_other_that_it_is_sealed(
    town: Town, doors: tuple[httpx.Client, httpx.Client]
) -> None:
    left, right = doors
    tubes = [tube(town.site, 2) for _ in range(20)]
    for made in tubes:
        opened = made | {"state": "open", "sealed_at": None, "members": made["members"][:1]}
        assert sent(town, left, opened) == ["accepted"]
        assert sent(town, right, made | {"revision": 2}) == ["accepted"]
        assert sent(town, left, made | {"revision": 2}) == ["already_have"]
        assert sent(town, right, opened) == ["already_have"]
    for door, made in zip((left, right) * 10, tubes, strict=True):
        told = door.get(f"/sampling/api/tubes/{made['barcode']}", headers=town.ana.headers).json()
        assert (told["state"], len(told["members"])) == ("sealed", 2)


def test_an_official_sees_on_one_host_at_once_what_was_told_to_the_other(town: Town, doors: tuple[httpx.Client, httpx.Client]) -> None:
    left, right = doors
    sent(town, left, tube(town.site, 3))
    asked = f"/reporting/api/throughput?from=2022-02-02&to=2022-02-02&by=site&site={town.site}"
    counts = []
    for number, (told, read) in enumerate([(left, right), (right, left)] * 3):
        sent(town, told, tube(town.site, 1, hours=number / 10))
        rows = read.get(asked, headers=town.olga.headers).json()["rows"]
        counts.append(sum(row["collected_tubes"] for row in rows if row["site"] == town.site))
    assert counts == [2, 3, 4, 5, 6, 7]


def test_a_catalogue_that_is_loaded_is_in_force_on_every_host(site: Site, town: Town, doors: tuple[httpx.Client, httpx.Client]) -> None:
    for door in doors:
        assert sent(town, door, tube(town.site, 1)) == ["accepted"]
    later = Town.build(site.program, doors[0])  # type: ignore[arg-type]  # as above
    for door in doors:
        assert sent(later, door, tube(later.site, 1)) == ["accepted"]


def test_a_table_that_somebody_rebuilds_takes_no_host_out_and_loses_no_sync(
    site: Site, town: Town, doors: tuple[httpx.Client, httpx.Client]
) -> None:
    with syncing(town, [str(door.base_url).rstrip("/") for door in doors]) as load:
        load.wait_for(20)
        with site.program.database.transaction(Access.OWNER) as somebody:
            somebody.execute(text("LOCK TABLE tube IN ACCESS EXCLUSIVE MODE"))
            until(lambda: load.again >= 4, "devices are not told to come again")
            assert [door.get("/readyz").status_code for door in doors] == [200, 200]
        load.wait_for(20)
    assert load.wrong == []
    assert lost(site.program.database, load) == {}


def test_who_signed_in_here_is_known_there_and_signed_out_here_is_signed_out_there(
    site: Site, town: Town, doors: tuple[httpx.Client, httpx.Client]
) -> None:
    left, right = doors
    name = f"dora-{town.site}"
    with site.program.database.transaction(Access.OWNER) as connection:
        actions.add_user(connection, datetime.now(UTC), name, ["sampler"], site=town.site, password=PASSWORD)
    signed = left.post("/auth/token", data={"username": name, "password": PASSWORD}).json()
    headers = {"Authorization": f"Bearer {signed['access_token']}"}
    asked = f"/sampling/api/recollections?site={town.site}"
    assert right.get(asked, headers=headers).status_code == 200
    cookies = {"Cookie": f"{COOKIE}={signed['access_token']}", "Origin": str(left.base_url).rstrip("/")}
    left.post("/auth/sign-out", headers=cookies)
    assert right.get(asked, headers=headers).status_code == 401


def test_wrong_passwords_are_counted_together_whichever_host_is_asked(
    site: Site, town: Town, doors: tuple[httpx.Client, httpx.Client]
) -> None:
    name = f"dan-{town.site}"
    with site.program.database.transaction(Access.OWNER) as connection:
        actions.add_user(connection, datetime.now(UTC), name, ["sampler"], site=town.site, password=PASSWORD)
    tries = [door.post("/auth/token", data={"username": name, "password": f"wrong {n}"}).status_code for n in range(5) for door in doors]
    assert tries == [401] * 10
    for door in doors:
        refused = door.post("/auth/token", data={"username": name, "password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (429, "sign_in_limited")


def test_a_host_with_another_secret_key_does_not_start(site: Site, doors: tuple[httpx.Client, httpx.Client], town: Town) -> None:
    sent(town, doors[0], tube(town.site, 1))
    until(lambda: newest_seal(site) is not None, "nobody sealed")
    refused = site.lims("serve", "--port", str(site.host().port), LIMS_SECRET_KEY="another secret")
    assert refused.returncode == 1
    assert "another secret key" in refused.stderr

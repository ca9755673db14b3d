"""What the people of the tests do with schemes, each in one line."""

from typing import Any

from httpx import Response

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import Kind
from lims.kernel.clock import now
from lims.kernel.db import Access
from tests.bench import done, message, mix, review
from tests.factories import Somebody, Town, code, person


def singles(town: Town, count: int, group: str = "community") -> list[str]:
    """Single tubes that wait in the lab, by barcode."""
    codes = sorted(str(town.collected([person(group=group)], size=1)["barcode"]) for _ in range(count))
    town.received(*codes)
    return codes


def reactive(town: Town, count: int, *, call: str = "positive", group: str = "community") -> tuple[str, list[str]]:
    """An aliquot pool of so many tubes that was released with this call, and its members."""
    tubes = singles(town, count, group)
    pool = str(done(mix(town, *tubes))["barcode"])
    run = str(done(town.imported(town.plated(), {pool: call}))["run"])
    done(review(run, town.bea, tubes=[pool]))
    return pool, tubes


def choose(town: Town, case: str, kind: str, *, by: Somebody | None = None, **more: Any) -> Response:
    """Bea chooses a scheme."""
    return (by or town.bea).post(f"/testing/api/cases/{case}/scheme", message(kind=kind, reason="few are expected") | more)


def stands(town: Town, case: str, **more: Any) -> dict[str, Any]:
    """How the scheme of a case stands."""
    return done(town.ben.get(f"/testing/api/cases/{case}/scheme", **more))


def sub_pool(town: Town, case: str, tubes: list[str] | str = "next", **changes: Any) -> str:
    """Ben mixes a sub-pool; its code."""
    said = message(barcode=code(Kind.TUBE), members=tubes) | changes
    done(town.ben.post(f"/testing/api/cases/{case}/sub-pools", said))
    return str(said["barcode"])


def to_mix(town: Town, case: str) -> list[list[str]]:
    """The members of the sub-pools that are to be mixed now."""
    return [sorted(each["tube"] for each in wish) for wish in stands(town, case)["to_mix"]]


def read_out(town: Town, truth: dict[str, str]) -> list[str]:
    """Whatever waits is plated, read and released; the tubes of the plate."""
    plate = town.plated()
    on_it = [what["tube"] for what in plate["wells"].values() if "tube" in what]
    run = str(done(town.imported(plate, {code: call for code, call in truth.items() if code in on_it}))["run"])
    done(review(run, town.bea))
    if odd := [code for code in on_it if truth.get(code, "negative") != "negative"]:
        done(review(run, town.bea, tubes=odd))
    return on_it


def resolved(town: Town, case: str, positive: set[str]) -> int:
    """The scheme is followed to its end, each sub-pool mixed and each plate tested; how many tests that took."""
    tests = 0
    while (view := stands(town, case))["standing"] != "done":
        held = {sub_pool(town, case): {each["tube"] for each in wish} for wish in view["to_mix"]}
        truth = {pool: "positive" for pool, members in held.items() if members & positive} | dict.fromkeys(positive, "positive")
        tests += len(read_out(town, truth))
    return tests


def load_policy(town: Town, **policy: Any) -> None:
    """The catalogue says from now on how cases are handled."""
    form = CatalogForm.model_validate({"case_policy": [{"from": "2022-01-01", "zone": "controlled", "source": "tests"} | policy]})
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, form, now(), "tests")

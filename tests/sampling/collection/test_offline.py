"""What a device keeps of the tube screen: one version of page, files and words, and nobody's name in it."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel.barcodes import serial_of
from lims.kernel.db import Access
from tests.factories import Town


def test_the_worker_names_files_that_exist_and_the_version_of_the_page(town: Town, web: TestClient) -> None:
    answer = web.get("/sampling/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    known = json.loads(answer.text.partition("\n")[0].removeprefix("const SCREEN = ").removesuffix(";"))
    assert [name for name in known["files"] if web.get(name).status_code != 200] == []
    page = town.ana.get("/sampling/")
    assert (page.headers["x-lims-screen"], page.headers["cache-control"]) == (known["version"], "no-store")


def test_the_page_can_be_installed(web: TestClient) -> None:
    manifest = web.get("/sampling/manifest.webmanifest", headers={"Accept-Language": "zh-CN"}).json()
    assert (manifest["short_name"], manifest["start_url"], manifest["display"]) == ("采样", "/sampling/", "standalone")
    assert all(web.get(icon["src"]).headers["content-type"] == "image/png" for icon in manifest["icons"])


def test_a_device_knows_the_pooling_policies_of_its_zone(town: Town) -> None:
    policy = {"from": "2022-01-01", "zone": "controlled", "pool_max": 10, "source": "tests"}
    rules = [policy | {"group": "school", "pool_max": 1}, policy | {"zone": "sealed", "group": "guests", "pool_max": 1}]
    with town.program.database.transaction(Access.OWNER) as connection:
        catalog.load(connection, CatalogForm.model_validate({"pooling_policy": rules}), datetime.now(UTC), "tests")
    screen = carried(town.ana.get("/sampling/").text)
    assert screen["zone"] == "controlled"
    assert {"from": "2022-01-01", "group": "school", "pool_max": 1, "household": False} in screen["policies"]
    assert "guests" not in {rule["group"] for rule in screen["policies"]}
    assert {"school", "guests"} <= set(screen["groups"])


def test_a_device_knows_which_labels_its_site_has_reserved(town: Town) -> None:
    ranges = [town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 5}).json() for _ in range(2)]
    town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 5, "kind": "box"})
    serials = [(serial_of(one["first"]), serial_of(one["last"])) for one in ranges]
    blocks = carried(town.ana.get("/sampling/").text)["blocks"]
    inside = [any(first <= serial <= last for first, last in blocks) for ends in serials for serial in ends]
    assert all(inside)
    assert sum(last - first + 1 for first, last in blocks) == 10


def carried(text: str) -> dict[str, Any]:
    """What the page tells its scripts of the site."""
    scripts = re.findall(r'<script type="application/json" class="words">(.*?)</script>', text, re.DOTALL)
    found: list[dict[str, Any]] = [words["screen"] for words in map(json.loads, scripts) if "screen" in words]
    return found[0]

"""What a device keeps of the tube screen: one version of page, files and words, and nobody's name in it."""

import json

from fastapi.testclient import TestClient

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


def test_a_device_knows_the_pooling_policy_of_the_next_days(town: Town) -> None:
    text = town.ana.get("/sampling/").text
    sizes = text.partition('"pool_max_on": {')[2].partition("}")[0]
    assert len(sizes.split(",")) == 7

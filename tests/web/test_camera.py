"""Which pages may use the camera, and which may compile the reader that was installed; no other page may do either."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from lims.apps import ends
from lims.web import camera
from tests.factories import Town

BROWSER = {"Accept": "text/html"}
SCANNING = [("ana", "/sampling/"), ("ana", "/sampling/boxes"), ("ada", "/sampling/import"), ("ben", "/testing/boxes")]


@pytest.mark.parametrize(("who", "path"), SCANNING)
def test_a_page_with_a_scan_field_may_use_the_camera(town: Town, who: str, path: str) -> None:
    somebody = getattr(town, who)
    answer = town.web.get(path, headers=BROWSER | somebody.headers)
    assert answer.headers["permissions-policy"] == "camera=(self), geolocation=(), microphone=()"
    assert '"frames": "/sampling/api/frames"' in answer.text


@pytest.mark.parametrize(("who", "path"), [("ana", "/"), ("ana", "/sampling/labels"), ("ben", "/testing/plates"), ("olga", "/reporting/")])
def test_any_other_page_may_not(town: Town, who: str, path: str) -> None:
    answer = town.web.get(path, headers=BROWSER | getattr(town, who).headers)
    assert answer.headers["permissions-policy"].startswith("camera=(), ")
    assert "wasm" not in answer.headers["content-security-policy"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader would lie."""
    monkeypatch.setattr(camera, "READER", tmp_path)
    return tmp_path


def test_with_a_reader_installed_the_page_may_compile_it_and_is_told_where_it_lies(town: Town, folder: Path) -> None:
    for name in (camera.MODULE, "share.js", camera.BINARY):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    answer = town.ana.get("/sampling/boxes")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "default-src 'self'" in policy
    assert f"/static/reader/{camera.MODULE}" in answer.text
    assert sorted(path.name for path in camera.reader_files()) == ["index.js", "share.js", camera.BINARY]


def test_without_one_nothing_may_be_compiled(town: Town, folder: Path) -> None:
    answer = town.ana.get("/sampling/boxes")
    assert "wasm" not in answer.headers["content-security-policy"]
    assert '"reader": null' in answer.text
    assert camera.reader_files() == []


def test_where_the_sampling_end_is_not_served_no_picture_is_sent_to_it(town: Town) -> None:
    alone = TestClient(ends.create(town.program, ("testing",)))
    assert '"frames": null' in alone.get("/testing/boxes", headers=town.ben.headers).text

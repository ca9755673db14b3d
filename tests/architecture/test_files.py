"""Files stay short enough to be read in one sitting, and name no machine."""

import re

import pytest

from tests.architecture.source import ROOT, files

LONGEST = 400
WRITTEN_BY_HAND = (".py", ".js", ".css", ".html", ".sql", ".toml", ".typ")
# Paths of somebody's machine. Folders that belong to every system (/tmp, /usr/lib, …) are not among them.
MACHINES = re.compile(r"(?<![\w.])/(?:work|home|Users|root)/[\w.]")


def texts(*endings: str) -> list[tuple[str, str]]:
    """Files with these endings and what is in them."""
    return [(path, (ROOT / path).read_text("utf-8")) for path in files() if path.endswith(endings)]


def test_no_file_is_longer_than_can_be_read_in_one_sitting() -> None:
    assert {path: lines for path, text in texts(*WRITTEN_BY_HAND) if (lines := text.count("\n")) > LONGEST} == {}


@pytest.mark.parametrize("ending", [".py", ".js", ".md", ".toml", ".html", ".ini", ".yml"])
def test_no_file_names_a_path_of_one_machine(ending: str) -> None:
    mine = "tests/architecture/test_files.py"
    assert [f"{path}: {found[0]}" for path, text in texts(ending) if path != mine and (found := MACHINES.search(text))] == []


def test_pages_fetch_nothing_from_elsewhere() -> None:
    """No page loads a script, a style, a font or a picture from another machine."""
    away = re.compile(r"""(?:src|href)=["'](?:https?:)?//|@import\s|url\(["']?https?:""")
    assert [path for path, text in texts(".html", ".css", ".js") if path.startswith("lims/") and away.search(text)] == []

"""The house is built one way: the contracts of `pyproject.toml` hold."""

import pytest
from importlinter.cli import lint_imports

from tests.architecture.source import ROOT


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0

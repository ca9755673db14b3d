"""The house is built one way: the contracts of `pyproject.toml` hold."""

import subprocess
import sys

from tests.architecture.source import ROOT


def test_imports_go_one_way() -> None:
    # In a process of its own: the linter switches off every logger that is there before it.
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

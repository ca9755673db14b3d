"""The product's own files, as text and as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root of the repository, its dotted name, its syntax tree."""

    path: str
    name: str
    tree: ast.Module

    @property
    def stem(self) -> str:
        """`queries` for `lims/custody/queries.py`."""
        return self.name.rpartition(".")[2]

    @property
    def folder(self) -> str:
        """`lims.custody` for `lims/custody/queries.py`."""
        return self.name.rpartition(".")[0]

    def imports(self) -> set[str]:
        """The dotted names of everything that is imported: modules, and what is taken out of them."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        return found


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the package."""
    paths = sorted(path.relative_to(ROOT) for path in (ROOT / "lims").rglob("*.py"))
    return tuple(
        Module(str(path), ".".join(path.with_suffix("").parts).removesuffix(".__init__"), ast.parse((ROOT / path).read_text("utf-8")))
        for path in paths
    )


@cache
def files() -> tuple[str, ...]:
    """Every file that is, or is about to be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    paths = listed.stdout.splitlines() if listed.returncode == 0 else [module.path for module in modules()]
    return tuple(path for path in paths if (ROOT / path).is_file())


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> str:
    """`datetime.now` of such an expression; of anything that is not a chain of names, what of it is one."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".removeprefix(".")
    return ""


def text_of(node: ast.AST | None) -> str | None:
    """The text of a literal; None of anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

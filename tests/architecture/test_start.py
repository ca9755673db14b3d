"""What every server process loads before its first request: each of them pays for it in memory, most of them for nothing."""

import ast

from tests.architecture.source import Module, modules

SERVERS = ("lims.apps.serving", "lims.apps.worker")
HEAVY = {"pandas", "numpy", "highspy"}


def loaded_at_once(module: Module) -> set[str]:
    """What a module imports as it is loaded, not when one of its functions is called; and the folders that it lies in."""
    imports = [node for node in module.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return Module(module.path, module.name, ast.Module([*imports], [])).imports() | {module.folder}


def test_no_server_loads_what_few_requests_need() -> None:
    """Import it in the function that uses it, with the reason on the line."""
    known = {module.name: module for module in modules()}
    waiting, seen, libraries = [*SERVERS], set[str](), set[str]()
    while waiting:
        name = waiting.pop()
        if name in known and name not in seen:
            seen.add(name)
            waiting += loaded_at_once(known[name])
        libraries.add(name.partition(".")[0])
    assert "lims.reporting.diversion.board" in seen
    assert libraries & HEAVY == set()

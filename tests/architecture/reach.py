"""Which functions of the product come to a deed, however many others stand between: by their names, as the files import them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from tests.architecture.source import Module, dotted, modules

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def functions() -> Iterator[tuple[str, Module, Function]]:
    """Every function and class at the top of a file, by its dotted name."""
    for module in modules():
        for node in module.tree.body:
            if isinstance(node, Function):
                yield f"{module.name}.{node.name}", module, node


@cache
def names_in(module: Module) -> Mapping[str, str]:
    """What the names at the top of a file stand for."""
    own = {node.name: f"{module.name}.{node.name}" for node in module.tree.body if isinstance(node, Function)}
    taken = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return taken | own


@cache
def mentions() -> Mapping[str, frozenset[str]]:
    """Of each function every other that it names, called there or handed on."""
    return {
        name: frozenset(
            dotted(part).replace(root, names[root], 1)
            for part in ast.walk(node)
            if isinstance(part, ast.Name | ast.Attribute) and (root := dotted(part).partition(".")[0]) in names
        )
        for name, module, node in functions()
        for names in [names_in(module)]
    }


def coming_to(deed: Callable[[ast.AST], bool]) -> tuple[set[str], set[str]]:
    """The functions that do it themselves, and all that come to it."""
    doing = {name for name, _, node in functions() if any(deed(part) for part in ast.walk(node))}
    reached, edge = set(doing), doing
    while edge:
        edge = {name for name, named in mentions().items() if named & edge} - reached
        reached |= edge
    return doing, reached

"""Every verb declares what it writes into the trail."""

import ast
import importlib
import string
from collections import defaultdict
from functools import cache

from lims.kernel.audit.rules import VERBS
from tests.architecture.source import Module, calls, dotted, modules, text_of

# The arguments through which something can be written.
HANDS = {"connection", "desk"}


@cache
def taken() -> dict[str, set[str]]:
    """The full names of what each file takes out of others, by itself or through a module's name, each with the files that do.

    Every file is read once: asked of each function by itself, this was the longest test of the architecture.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for caller in modules():
        nodes = list(ast.walk(caller.tree))
        names: dict[str, set[str]] = defaultdict(set)
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name].add(f"{node.module}.{alias.name}")
        for name in caller.imports():
            found[name].add(caller.name)
        for node in nodes:
            if isinstance(node, ast.Attribute):
                first, _, rest = dotted(node).partition(".")
                for module in names[first]:
                    found[f"{module}.{rest}"].add(caller.name)
    return found


def verbs_of(module: Module) -> dict[str, ast.FunctionDef]:
    """The public functions of a file of actions that are given a connection and are called by another file.

    What only its own file calls is a part of such a verb, and covered by what the verb declares.
    """
    functions = {node.name: node for node in module.tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    with_hands = {name: node for name, node in functions.items() if HANDS & {argument.arg for argument in node.args.args}}
    return {name: node for name, node in with_hands.items() if taken()[f"{module.name}.{name}"] - {module.name}}


def test_every_verb_declares_its_audit() -> None:
    silent = []
    for module in modules():
        if module.stem == "actions":
            loaded = importlib.import_module(module.name)
            silent += [f"{module.path} {name}" for name in verbs_of(module) if not hasattr(getattr(loaded, name), "__audit__")]
    assert silent == []


def test_whoever_declares_no_verb_says_why() -> None:
    silent = []
    for module in modules():
        for call in calls(module.tree):
            if dotted(call.func) == "unaudited" and len((text_of(call.args[0]) if call.args else None) or "") < len("a reason"):
                silent.append(f"{module.path}:{call.lineno}")
            if dotted(call.func) == "audited" and not call.args:
                silent.append(f"{module.path}:{call.lineno}")
    assert silent == []


def written() -> set[str]:
    """The verbs that are written somewhere; of one that is put together, the part that is known."""
    found: set[str] = set()
    for module in modules():
        for call in calls(module.tree):
            if dotted(call.func) == "Happening" and len(call.args) > 1:
                found |= {node.value for node in ast.walk(call.args[1]) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        found |= {
            node.value
            for assigned in ast.walk(module.tree)
            if isinstance(assigned, ast.Assign) and any(dotted(target) == "verb" for target in assigned.targets)
            for node in ast.walk(assigned.value)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def test_every_declared_verb_is_written_and_every_written_verb_declared() -> None:
    for module in modules():
        if module.stem in {"actions", "conflicts"}:
            importlib.import_module(module.name)
    words = written()
    beginnings = tuple(word for word in words if word.endswith("."))
    assert {verb for verb in VERBS if verb not in words and not verb.startswith(beginnings)} == set()
    assert {word for word in words if "." in word and not word.endswith(".") and word not in VERBS} == set()


def test_a_verb_is_an_object_and_what_happened_to_it() -> None:
    letters = set(string.ascii_lowercase + "_.")
    assert {verb for verb in VERBS if verb.count(".") != 1 or set(verb) - letters} == set()

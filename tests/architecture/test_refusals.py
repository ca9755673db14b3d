"""Every refusal has its code in the catalogue, and its sentence has its facts."""

import ast
import string
from collections.abc import Iterator

from lims.apps.schema import METADATA
from lims.kernel.refusals import CATALOGUE, OF_CONSTRAINT, OF_GUARD
from tests.architecture.source import ROOT, calls, dotted, modules, text_of

# What makes a refusal of a code and a sentence, and what else may be told beside them.
MAKERS = {"Refused", "conflict", "problem"}
CATALOGUE_FILE = "lims/kernel/refusals.py"


def refusals() -> Iterator[tuple[str, ast.Call, str]]:
    """Every refusal with its code spelt out: the place, the call, the code."""
    for module in modules():
        for call in calls(module.tree):
            if dotted(call.func).rpartition(".")[2] in MAKERS and call.args and (code := text_of(call.args[0])) is not None:
                yield f"{module.path}:{call.lineno}", call, code


def test_every_code_is_in_the_catalogue() -> None:
    assert [f"{place} {code}" for place, _, code in refusals() if code not in CATALOGUE] == []
    assert {code for code, _ in (OF_CONSTRAINT | OF_GUARD).values()} - set(CATALOGUE) == set()


def test_every_code_of_the_catalogue_is_used() -> None:
    words = {code for code, _ in (OF_CONSTRAINT | OF_GUARD).values()} | {
        node.value
        for module in modules()
        if module.path != CATALOGUE_FILE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(CATALOGUE) - words == set()


def test_every_constraint_that_is_translated_exists() -> None:
    known = {constraint.name for table in METADATA.tables.values() for constraint in table.constraints}
    assert set(OF_CONSTRAINT) - {str(name) for name in known} == set()


def test_every_guard_that_is_translated_is_raised_by_a_trigger() -> None:
    raised = " ".join(path.read_text("utf-8") for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert [name for name in OF_GUARD if f"CONSTRAINT = '{name}'" not in raised] == []


def test_a_translated_constraint_says_its_sentence_without_facts() -> None:
    assert [name for name, (_, sentence) in (OF_CONSTRAINT | OF_GUARD).items() if "{" in sentence] == []


def test_every_sentence_is_given_the_facts_it_names() -> None:
    wrong = []
    for place, call, _ in refusals():
        sentence = text_of(call.args[1]) if len(call.args) > 1 else None
        if sentence is None or any(keyword.arg is None for keyword in call.keywords) or dotted(call.func) == "problem":
            continue
        named = {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}
        given = {str(keyword.arg) for keyword in call.keywords}
        if named != given:
            wrong.append(f"{place}: names {sorted(named)}, is given {sorted(given)}")
    assert wrong == []


def test_a_sentence_ends() -> None:
    sentences = [(place, text_of(call.args[1])) for place, call, _ in refusals() if len(call.args) > 1]
    open_ended = [place for place, sentence in sentences if sentence and not sentence.endswith((".", "?", "}"))]
    assert open_ended == []


def test_statuses_say_that_something_was_refused() -> None:
    odd = {code: kind.status for code, kind in CATALOGUE.items() if kind.status < 400 and code != "held_for_tube"}
    assert odd == {}

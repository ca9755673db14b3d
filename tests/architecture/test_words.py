"""Words that stand in one place only, or nowhere."""

import ast

import pytest

from lims.web.extraction import KEYWORDS
from tests.architecture.source import Module, calls, dotted, modules, text_of

CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
RANDOM_IDS = {"uuid1", "uuid3", "uuid4", "uuid5"}


def places(words: set[str], *, besides: tuple[str, ...] = ()) -> list[str]:
    """Where one of these is called, as file and line; a word with a dot in front is a method of anything."""
    return [
        f"{module.path}:{call.lineno} {dotted(call.func)}"
        for module in modules()
        if module.path not in besides
        for call in calls(module.tree)
        if dotted(call.func) in words or any(word.startswith(".") and dotted(call.func).endswith(word) for word in words)
    ]


def test_only_the_clock_reads_the_clock() -> None:
    anywhere = CLOCKS | {f".{word}" for word in CLOCKS}
    assert places(anywhere, besides=("lims/kernel/clock.py",)) == []


def test_ids_sort_by_time() -> None:
    assert places(RANDOM_IDS | {f".{word}" for word in RANDOM_IDS}) == []
    assert [module.path for module in modules() if {f"uuid.{word}" for word in RANDOM_IDS} & module.imports()] == []


def test_nothing_is_printed_past_the_command_line() -> None:
    assert places({"print"}) == []


def test_nobody_commits_but_the_transaction_itself() -> None:
    assert places({".commit"}, besides=("lims/kernel/db.py",)) == []


def named_selects(function: ast.AST) -> dict[str, ast.Call]:
    """The local names that a select was given to."""
    found: dict[str, ast.Call] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and (call := reading(node.value, {})):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: call for target in targets if isinstance(target, ast.Name)}
    return found


def reading(node: ast.AST, named: dict[str, ast.Call]) -> ast.Call | None:
    """The select that a statement begins with, itself or under a name; None where it begins otherwise."""
    if isinstance(node, ast.IfExp):
        return reading(node.body, named) or reading(node.orelse, named)
    root: ast.AST = node
    while isinstance(root, ast.Call | ast.Attribute):
        if isinstance(root, ast.Call) and isinstance(root.func, ast.Name):
            return root if root.func.id == "select" else None
        root = root.func if isinstance(root, ast.Call) else root.value
    return named.get(root.id) if isinstance(root, ast.Name) else None


def calls_a_function(select: ast.Call) -> bool:
    """`select(func.pg_advisory_xact_lock(…))` reads no table."""
    return bool(select.args) and all(isinstance(column, ast.Call) and dotted(column.func).startswith("func.") for column in select.args)


def executed_selects(module: Module) -> list[str]:
    """Where a module reads: a statement that begins with a select is executed."""
    named = named_selects(module.tree)
    return [
        f"{module.path}:{call.lineno}"
        for call in calls(module.tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"execute", "scalar", "scalars", "stream"} and call.args
        if (select := reading(call.args[0], named)) is not None and not calls_a_function(select)
    ]


def test_every_read_stands_in_queries() -> None:
    """Elsewhere a select may feed a write (`from_select`, `exists`, a value), but is never executed; only database functions are."""
    assert [place for module in modules() if module.stem != "queries" for place in executed_selects(module)] == []


def test_sql_as_text_stands_in_sql_files_and_in_the_operators_commands() -> None:
    found = [
        f"{module.path}:{call.lineno}"
        for module in modules()
        if module.stem != "queries" and not module.path.startswith("lims/apps/")
        for call in calls(module.tree)
        if dotted(call.func).rpartition(".")[2] in {"text", "exec_driver_sql"} and call.args
        if (text_of(call.args[0]) or "").upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("connection.execute(select(Tube.barcode)).all()", True),
        ("query = select(Tube).where(x)\nconnection.execute(query.where(y) if z else query)", True),
        ("connection.execute(insert(Tube).from_select(['barcode'], select(source.c.barcode)))", False),
        ("connection.execute(select(func.pg_advisory_xact_lock(1)))", False),
        ("connection.execute(update(Tube).values(call=select(Release.call).scalar_subquery()))", False),
    ],
)
def test_the_rule_sees_a_read_where_there_is_one(source: str, reads: bool) -> None:
    assert bool(executed_selects(Module("x.py", "x", ast.parse(source)))) == reads


def hidden_sentences(module: Module) -> list[str]:
    """Where a sentence stands in an f-string, or is one: whoever gathers sentences for translation sees no call in it, or no sentence."""
    inside = [call for text in ast.walk(module.tree) if isinstance(text, ast.JoinedStr) for call in calls(text)]
    themselves = [call for call in calls(module.tree) if any(isinstance(word, ast.JoinedStr) for word in call.args)]
    spoken = [*(call for call in inside if text_of(next(iter(call.args), None)) is not None), *themselves]
    return [f"{module.path}:{call.lineno}" for call in spoken if dotted(call.func) in KEYWORDS]


def test_every_sentence_can_be_found_for_translation() -> None:
    assert [place for module in modules() for place in hidden_sentences(module)] == []


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        ("title = f'''{_('Plate')} {code}'''", True),
        ("title = N_(f'Plate {code}')", True),
        ("raise Refused('code', f'Plate {code}.')", True),
        ("title = f'{word} {code}'", False),
        ("raise Refused('code', 'Plate {code}.', code=f'{code}')", False),
    ],
)
def test_the_rule_sees_a_hidden_sentence_where_there_is_one(source: str, hidden: bool) -> None:
    assert bool(hidden_sentences(Module("x.py", "x", ast.parse(source)))) == hidden

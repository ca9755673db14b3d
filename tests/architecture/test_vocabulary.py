"""Files of a feature have fixed names, and each imports only what stands below it.

    pages | api       routes
    actions           verbs
    queries | writes  reads; and the statements of an action that are too bulky to stand in it
    tables | forms    mapped classes; shapes of requests and answers (actions take them, pages show them)
    rules             decisions; pure

A file with another name stands as high as the highest file that it imports: one that imports only rules is more rules (stock,
wording), one that imports queries is put together from reads (board, lookup, views, verify), one that imports actions is a
second file of verbs (conflicts, door). Files of one height with a fixed name do not know each other; nobody goes in a circle.
"""

import pytest

from tests.architecture.source import Module, modules

ORDER = {"rules": 0, "tables": 1, "forms": 1, "queries": 2, "writes": 2, "actions": 3, "pages": 4, "api": 4}
MARKS = {"actions", "queries", "tables", "api", "pages"}
# Where these names mean something else: the program's own frame, and the world outside.
NO_FEATURES = ("lims.apps", "lims.simulate")
IMPURE = ("sqlalchemy", "fastapi", "starlette", "httpx", "psycopg", "subprocess", "jinja2")


def features() -> dict[str, list[Module]]:
    """Every folder that holds a feature, with its files."""
    found: dict[str, list[Module]] = {}
    for module in modules():
        if not module.folder.startswith(NO_FEATURES):
            found.setdefault(module.folder, []).append(module)
    return {folder: members for folder, members in found.items() if MARKS & {member.stem for member in members}}


def imported_siblings(module: Module) -> set[str]:
    """The names of the other files of its own feature that a module imports."""
    inside = {name.removeprefix(f"{module.folder}.").partition(".")[0] for name in module.imports() if name.startswith(f"{module.folder}.")}
    return inside - {module.stem}


def test_the_features_are_found() -> None:
    assert {"lims.custody", "lims.sampling.sync", "lims.testing.review", "lims.deconvolution", "lims.kernel.audit"} <= set(features())


def test_nobody_goes_in_a_circle() -> None:
    for folder, members in features().items():
        names = {member.stem for member in members}
        knows = {member.stem: imported_siblings(member) & names for member in members}
        while knows:
            free = {name for name, others in knows.items() if not others & set(knows)}
            assert free, f"{folder}: {sorted(knows)} import each other"
            knows = {name: others for name, others in knows.items() if name not in free}


def height(name: str, knows: dict[str, set[str]]) -> int:
    """How high a file stands: by its name, or as high as what it imports."""
    return ORDER[name] if name in ORDER else max((height(other, knows) for other in knows[name]), default=0)


def test_each_file_imports_only_what_stands_below_it() -> None:
    wrong = []
    for members in features().values():
        names = {member.stem for member in members}
        knows = {member.stem: imported_siblings(member) & names for member in members}
        for module in members:
            for other in knows[module.stem]:
                above = height(other, knows) - height(module.stem, knows)
                if above > 0 or (above == 0 and {module.stem, other} <= set(ORDER)):
                    wrong.append(f"{module.path} imports {other}")
    assert wrong == []


@pytest.mark.parametrize("module", [module for module in modules() if module.stem == "rules"], ids=lambda module: module.name)
def test_rules_are_pure(module: Module) -> None:
    assert {name for name in module.imports() if name.startswith(IMPURE)} == set()


@pytest.mark.parametrize("module", [module for module in modules() if module.stem == "forms"], ids=lambda module: module.name)
def test_forms_do_not_know_the_database(module: Module) -> None:
    assert {name for name in module.imports() if name.startswith("sqlalchemy") or name.endswith((".tables", ".queries"))} == set()


def test_there_is_no_room_for_odds_and_ends() -> None:
    assert [
        module.path for module in modules() if module.stem in {"utils", "helpers", "common", "misc", "base", "manager", "services"}
    ] == []

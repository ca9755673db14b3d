"""Files of a feature have fixed names, and each imports only what stands below it.

    pages | api    routes
    door           what routes share: the transaction, the caller; and `conflicts`, a second file of verbs
    actions        verbs
    (any other)    what is put together: board, callbacks, lookup, views, verify, inbox, exports, …
    queries        reads; and `writes`, the statements of an action that are too bulky to stand in it
    forms          shapes of requests and answers
    tables         mapped classes
    rules          decisions; pure

Forms stand low because actions take them and pages show them; they know rules only. A file without a fixed name composes
what was read or is to be written, so it stands between queries and actions; such files may know each other, in one direction.
"""

import pytest

from tests.architecture.source import Module, modules

ORDER = {"rules": 0, "tables": 1, "forms": 1, "queries": 2, "writes": 2, "actions": 4, "door": 5, "conflicts": 5, "pages": 6, "api": 6}
COMPOSED = 3
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


def test_each_file_imports_only_what_stands_below_it() -> None:
    wrong = []
    for members in features().values():
        names = {member.stem for member in members}
        for module in members:
            place = ORDER.get(module.stem, COMPOSED)
            for sibling in imported_siblings(module) & names:
                below = ORDER.get(sibling, COMPOSED)
                if below > place or (below == place and place != COMPOSED):
                    wrong.append(f"{module.path} imports {sibling}")
    assert wrong == []


def test_composed_files_do_not_import_each_other_in_a_circle() -> None:
    for folder, members in features().items():
        knows = {
            m.stem: imported_siblings(m) & {other.stem for other in members if other.stem not in ORDER}
            for m in members
            if m.stem not in ORDER
        }
        while knows:
            free = {name for name, others in knows.items() if not others & set(knows)}
            assert free, f"{folder}: {sorted(knows)} import each other"
            knows = {name: others for name, others in knows.items() if name not in free}


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

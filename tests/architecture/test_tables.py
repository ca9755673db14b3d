"""Tables: registered, named, and cut so that they can be spread over several machines (decision 10)."""

from collections.abc import Iterable

from sqlalchemy import Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from lims.apps.placement import EVERYWHERE, LOCAL, SPREAD, group_of, spread_by
from lims.apps.schema import METADATA, TABLES
from tests.architecture.source import modules


def columns_of(key: Constraint) -> set[str]:
    """The names of the columns in a key; of an exclusion also those in its expressions."""
    if isinstance(key, ExcludeConstraint):
        return {str(column) for column in key.columns.keys()}  # noqa: SIM118 - a collection of columns, iterated as columns
    return {column.name for column in key.columns} if isinstance(key, PrimaryKeyConstraint | UniqueConstraint) else set()


def tables() -> Iterable[Table]:
    """Every table there is."""
    return METADATA.tables.values()


def test_every_module_of_tables_is_known_to_the_migrations() -> None:
    known = {module.__name__ for module in TABLES}
    assert {module.name for module in modules() if module.stem == "tables"} == known


def test_every_table_has_a_place_among_the_groups() -> None:
    placed = [*EVERYWHERE, *LOCAL, *(table for _, members in SPREAD.values() for table in members)]
    assert len(placed) == len(set(placed))
    assert {table.name for table in tables()} == set(placed)


def test_every_key_carries_the_column_by_which_its_table_is_spread() -> None:
    without = []
    for table in tables():
        column = spread_by(table.name)
        keys = [
            columns_of(each) for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint | ExcludeConstraint)
        ]
        keys += [{part.name for part in index.columns} for index in table.indexes if index.unique]
        without += [f"{table.name} {sorted(key)}" for key in keys if column is not None and column not in key]
    assert without == []


def test_foreign_keys_stay_within_their_group_or_point_at_what_is_everywhere() -> None:
    crossing = []
    for table in tables():
        for key in table.foreign_key_constraints:
            target, group = key.referred_table.name, group_of(table.name)
            if target in LOCAL and table.name not in LOCAL:
                crossing.append(f"{table.name} → {target}, which is on one machine only")
            if group_of(target) is None:
                continue
            column = spread_by(table.name)
            pairs = {(part.parent.name, part.column.name) for part in key.elements}
            if group_of(target) != group or (column, spread_by(target)) not in pairs:
                crossing.append(f"{table.name} → {target} {sorted(pairs)}")
    assert crossing == []


def test_every_constraint_has_a_name() -> None:
    nameless = [(table.name, type(each).__name__) for table in tables() for each in table.constraints if not each.name]
    assert nameless == []


def test_names_of_constraints_are_unique_and_fit_postgresql() -> None:
    names = [str(each.name) for table in tables() for each in table.constraints] + [str(i.name) for t in tables() for i in t.indexes]
    assert [name for name in names if len(name) > 63] == []
    assert len(names) == len(set(names))


def test_every_foreign_key_is_named_by_the_table_that_has_it() -> None:
    odd = [str(key.name) for table in tables() for key in table.constraints if isinstance(key, ForeignKeyConstraint)]
    assert [name for name in odd if not name.endswith("_fkey")] == []


def test_columns_that_can_be_told_apart_by_name_have_one_meaning() -> None:
    """`barcode` is text wherever it stands, `person_id` a UUID, and every time carries its offset."""
    wrong = []
    for table in tables():
        for column in table.columns:
            kind = str(column.type).upper()
            if (column.name == "barcode" and kind != "TEXT") or (column.name == "person_id" and kind not in {"UUID", "CHAR(32)"}):
                wrong.append(f"{table.name}.{column.name} {kind}")
            if kind in {"DATETIME", "TIMESTAMP"} and not getattr(column.type, "timezone", False):
                wrong.append(f"{table.name}.{column.name} has no offset")
    assert wrong == []

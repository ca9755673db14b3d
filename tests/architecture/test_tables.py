"""Tables: registered, named, and cut so that they can be spread over several machines (decision 10)."""

from collections.abc import Iterable

from sqlalchemy import Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from lims.apps.schema import METADATA, TABLES
from tests.architecture.source import modules

# A tube's facts are spread by its barcode, a person's by person_id; what is in one group lies together.
SPREAD = {
    "tube": (
        "barcode",
        {
            "tube",
            "tube_member",
            "reading",
            "call",
            "release",
            "rejudged",
            "returned",
            "inbox",
            "case_contact",
            "case_closure",
            "case_plan",
            "stored_tube",
        },
    ),
    "person": ("person_id", {"person"}),
    "box": ("barcode", {"box", "handover_box"}),
    "rack": ("rack", {"rack_position"}),
    "message": ("id", {"message"}),
    "trail": ("subject", {"event"}),
}
# Small, and the same on every machine: everybody may point at these.
EVERYWHERE = {
    "area", "site", "lab", "lab_capacity", "assay", "pooling_policy", "transport_policy", "barcode_format", "catalog_revision",
    "app_user", "token", "attempt", "seal", "plate", "run", "rejudgement", "run_file", "run_part", "run_curves", "run_alarm",
    "label_block", "label_range",
    "print_job", "label_void", "label_printer", "device", "handover",
    "lot", "extraction_batch", "extraction_failure", "extraction_settlement", "verification", "time_limit",
    "rack", "retention_policy", "forgotten_day", "import_report",
    "case_policy",
    "lab_resources", "lab_opening", "lab_move", "sampling_plan", "diversion",
    "notice", "notice_seen", "notice_reader", "notice_due", "subscriber", "delivery", "delivery_attempt",
    "kept_day", "kept_line", "kept_reader", "kept_round", "kept_pool", "kept_pool_day", "expected_people", "wall", "report_sending",
}  # fmt: skip


def spread_by(table: str) -> str | None:
    """The column by which a table is spread; None where it is everywhere."""
    return next((column for column, tables in SPREAD.values() if table in tables), None)


def group_of(table: str) -> str | None:
    """The group a table belongs to; None where it is everywhere."""
    return next((group for group, (_, tables) in SPREAD.items() if table in tables), None)


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
    placed = [*EVERYWHERE, *(table for _, members in SPREAD.values() for table in members)]
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

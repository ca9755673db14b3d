"""Where each table belongs when the database is spread over several machines (Citus); on one machine nothing of this is done.

The architecture test holds every table, key and foreign key against this.
"""

# A tube's facts are spread by its barcode, a person's by person_id; what is in one group lies together.
SPREAD: dict[str, tuple[str, frozenset[str]]] = {
    "tube": (
        "barcode",
        frozenset(
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
                "case_over",
                "stored_tube",
            }
        ),
    ),
    "person": ("person_id", frozenset({"person"})),
    "rack": ("rack", frozenset({"rack_position"})),
    "message": ("id", frozenset({"message"})),
    "trail": ("subject", frozenset({"event"})),
}
# Groups that lie beside another, whose codes theirs are: what the trail tells of a tube beside the tube.
BESIDE = {"trail": "tube"}
# Small, and the same on every machine: everybody may point at these.
EVERYWHERE = frozenset({
    "area", "site", "lab", "lab_capacity", "assay", "pooling_policy", "transport_policy", "barcode_format", "catalog_revision",
    "app_user", "token", "attempt", "seal", "plate", "run", "rejudgement", "run_file", "run_part", "run_curves", "run_alarm",
    "label_block", "label_range",
    "print_job", "label_void", "label_printer", "device", "handover",
    "lot", "extraction_batch", "extraction_failure", "extraction_settlement", "verification", "time_limit",
    # Some thousands a day, and tubes are read beside their boxes: an outer join from one group to another would be refused.
    "box", "handover_box",
    "rack", "retention_policy", "forgotten_day", "import_report",
    "case_policy",
    "lab_resources", "lab_opening", "lab_move", "sampling_plan", "diversion",
    "notice", "notice_seen", "notice_reader", "notice_due", "case_over_read",
    "kept_day", "kept_line", "kept_reader", "kept_round", "kept_pool", "kept_pool_day", "kept_account", "kept_tests",
    "expected_people", "wall",
})  # fmt: skip
# Queues, read with SKIP LOCKED, which only one machine can answer: they stay where the program connects to.
LOCAL = frozenset({"subscriber", "delivery", "delivery_attempt", "report_sending"})


def spread_by(table: str) -> str | None:
    """The column by which a table is spread; None where it is not spread."""
    return next((column for column, tables in SPREAD.values() if table in tables), None)


def group_of(table: str) -> str | None:
    """The group that a table lies together with; None where it is not spread."""
    return next((BESIDE.get(group, group) for group, (_, tables) in SPREAD.items() if table in tables), None)

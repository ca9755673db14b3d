"""Print jobs and void labels; blocks of other things than tubes

Why: a printer that stops in the middle of a roll must not print a label twice, and a missing number must have a name: printed,
used, void, in doubt. What was printed so far went to files as a whole and is taken over as such.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

OPEN = sa.text("state IN ('waiting', 'printing', 'broken')")
TAKE_OVER = """
INSERT INTO print_job (id, site, range_id, first_serial, last_serial, printed_through, sent_through, template, format, state, printer,
                       made_at, made_by, changed_at)
SELECT gen_random_uuid(), site, id, first_serial, last_serial, last_serial, last_serial, '', '', 'done', 'file',
       reserved_at, reserved_by, reserved_at
FROM label_range WHERE prints > 0
"""


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("label_range", sa.Column("kind", sa.Text(), server_default=sa.text("'tube'"), nullable=False))
    create_print_job()
    create_label_void()
    op.execute("GRANT SELECT, INSERT, UPDATE ON print_job TO lims_field")
    op.execute("GRANT SELECT, INSERT ON label_void TO lims_field")
    op.execute(TAKE_OVER)


def create_print_job() -> None:
    """Table `print_job`."""
    op.create_table(
        "print_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("range_id", sa.Uuid(), nullable=False),
        sa.Column("first_serial", sa.BigInteger(), nullable=False),
        sa.Column("last_serial", sa.BigInteger(), nullable=False),
        sa.Column("printed_through", sa.BigInteger(), nullable=False),
        sa.Column("sent_through", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("label_text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why labels that were printed before are printed again"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("printer", sa.Text(), nullable=True, comment="who has taken it: a printer's agent, or file"),
        sa.Column("take", sa.Uuid(), nullable=True, comment="the labels handed out and not answered for"),
        sa.Column("last_take", sa.Uuid(), nullable=True, comment="the labels answered for last, so that the answer may be repeated"),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'printing', 'broken', 'done', 'cancelled')", name=op.f("print_job_state_check")),
        sa.CheckConstraint("first_serial <= last_serial", name=op.f("print_job_not_empty_check")),
        sa.CheckConstraint(
            "first_serial - 1 <= printed_through AND printed_through <= sent_through AND sent_through <= last_serial",
            name=op.f("print_job_in_order_check"),
        ),
        sa.CheckConstraint("state <> 'done' OR printed_through = last_serial", name=op.f("print_job_done_is_all_check")),
        sa.CheckConstraint("take IS NULL OR state = 'printing'", name=op.f("print_job_taken_while_printing_check")),
        sa.ForeignKeyConstraint(["range_id"], ["label_range.id"], name=op.f("print_job_range_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("print_job_pkey")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(first_serial, last_serial, '[]')"), "&&"), name="print_job_one_at_a_time", using="gist", where=OPEN
        ),
    )
    op.create_index("print_job_range_id_idx", "print_job", ["range_id"])
    op.create_index("print_job_site_open_idx", "print_job", ["site", "id"], postgresql_where=OPEN)


def create_label_void() -> None:
    """Table `label_void`."""
    op.create_table(
        "label_void",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("range_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["range_id"], ["label_range.id"], name=op.f("label_void_range_id_fkey")),
        sa.PrimaryKeyConstraint("serial", name=op.f("label_void_pkey")),
    )
    op.create_index("label_void_range_id_idx", "label_void", ["range_id"])

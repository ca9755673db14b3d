"""Reports of imports

Why: whoever imports a file must see what was accepted, known and refused, and get the refused back; and a file that a watched folder
could not place must be seen by people, not only lie in a folder. One table for every kind of import, of counts and reasons; the files of
runs lie beside it as they came (`run_file`), refused rows of other files as cells. It holds no person's data.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "import_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lab", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("run", sa.Uuid(), nullable=True, comment="what the file became"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=True, comment="of the file as it came, where it is kept"),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="server time"),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False, comment="names of the cells of refused rows"),
        sa.Column("lines", postgresql.JSONB(), nullable=False, comment="refused rows: line, code, sentence, facts, cells"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.CheckConstraint("accepted >= 0 AND known >= 0 AND refused >= 0", name=op.f("import_report_counts_check")),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("import_report_settled_by_somebody_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("import_report_pkey")),
    )
    op.create_index("import_report_lab_idx", "import_report", ["lab", "at"], unique=False)
    still_open = sa.text("refused > 0 AND settled_at IS NULL")
    op.create_index("import_report_open_idx", "import_report", ["lab", "at"], unique=False, postgresql_where=still_open)
    op.execute("GRANT SELECT, INSERT, UPDATE (at, settled_at, settled_by) ON import_report TO lims_bench")
    op.execute("GRANT SELECT, INSERT ON import_report TO lims_field")

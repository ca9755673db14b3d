"""Printers of a site

Why: an operator must see whether the print agent of a printer still lives, choose the printer that a job shall go to, and have a
usual one. An agent's name is all that is known of it; the bench has nothing to do with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Go forward; a lock that is not had in two seconds is not waited for, so that sampling goes on."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    wanted = sa.Column("wanted", sa.Text(), nullable=True, comment="the printer that shall print it; any of the site where null")
    op.add_column("print_job", wanted)
    op.create_table(
        "label_printer",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), server_default=sa.text("'zpl'"), nullable=False),
        sa.Column("dpi", sa.Integer(), server_default=sa.text("203"), nullable=False),
        sa.Column("usual", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("format IN ('zpl', 'tspl')", name=op.f("label_printer_format_check")),
        sa.ForeignKeyConstraint(["site"], ["site.code"], name="label_printer_site_fkey"),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("label_printer_pkey")),
    )
    op.create_index("label_printer_usual_idx", "label_printer", ["site"], unique=True, postgresql_where=sa.text("usual"))
    op.execute("GRANT SELECT, INSERT, UPDATE ON label_printer TO lims_field")

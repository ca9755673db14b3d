"""Print jobs, the printers of a site, and labels that were declared void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, ForeignKeyConstraint, Index, Integer, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base

TIME = DateTime(timezone=True)


class Job(Base):
    """A print of consecutive labels in order: `printed_through` and `sent_through` say the state of each (see `rules`)."""

    __tablename__ = "print_job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'printing', 'broken', 'done', 'cancelled')", name="state"),
        CheckConstraint("first_serial <= last_serial", name="not_empty"),
        CheckConstraint(
            "first_serial - 1 <= printed_through AND printed_through <= sent_through AND sent_through <= last_serial", name="in_order"
        ),
        CheckConstraint("state <> 'done' OR printed_through = last_serial", name="done_is_all"),
        CheckConstraint("take IS NULL OR state = 'printing'", name="taken_while_printing"),
        ForeignKeyConstraint(["range_id"], ["label_range.id"], name="print_job_range_id_fkey"),
        # Two jobs that print the same labels at once would print them twice without knowing of each other.
        ExcludeConstraint(
            (func.int8range(text("first_serial"), text("last_serial"), text("'[]'")), "&&"),
            name="print_job_one_at_a_time",
            using="gist",
            where=text("state IN ('waiting', 'printing', 'broken')"),
        ),
        Index("print_job_range_id_idx", "range_id"),
        Index("print_job_site_open_idx", "site", "id", postgresql_where=text("state IN ('waiting', 'printing', 'broken')")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    range_id: Mapped[UUID] = mapped_column(Uuid)
    first_serial: Mapped[int] = mapped_column(BigInteger)
    last_serial: Mapped[int] = mapped_column(BigInteger)
    printed_through: Mapped[int] = mapped_column(BigInteger)
    sent_through: Mapped[int] = mapped_column(BigInteger)
    template: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    dpi: Mapped[int | None] = mapped_column(Integer)
    label_text: Mapped[str] = mapped_column(Text, server_default=text("''"))
    reason: Mapped[str | None] = mapped_column(Text, comment="why labels that were printed before are printed again")
    state: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str | None] = mapped_column(Text, comment="the printer that shall print it; any of the site where null")
    printer: Mapped[str | None] = mapped_column(Text, comment="who has taken it: a printer's agent, or file")
    take: Mapped[UUID | None] = mapped_column(Uuid, comment="the labels handed out and not answered for")
    last_take: Mapped[UUID | None] = mapped_column(Uuid, comment="the labels answered for last, so that the answer may be repeated")
    trouble: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(TIME)
    made_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(TIME)


class Printer(Base):
    """A printer of a site under the name its agent gives it: when it was heard last, what it speaks, and whether it is the usual one."""

    __tablename__ = "label_printer"
    __table_args__ = (
        CheckConstraint("format IN ('zpl', 'tspl')", name="format"),
        ForeignKeyConstraint(["site"], ["site.code"], name="label_printer_site_fkey"),
        Index("label_printer_usual_idx", "site", unique=True, postgresql_where=text("usual")),
    )

    site: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    format: Mapped[str] = mapped_column(Text, server_default=text("'zpl'"))
    dpi: Mapped[int] = mapped_column(Integer, server_default=text("203"))
    usual: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    heard_at: Mapped[datetime | None] = mapped_column(TIME)


class VoidLabel(Base):
    """A label that will never be used, and why: torn, smeared, thrown away."""

    __tablename__ = "label_void"
    __table_args__ = (
        Index("label_void_range_id_idx", "range_id"),
        ForeignKeyConstraint(["range_id"], ["label_range.id"], name="label_void_range_id_fkey"),
    )

    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    range_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    voided_by: Mapped[str] = mapped_column(Text)
    voided_at: Mapped[datetime] = mapped_column(TIME)

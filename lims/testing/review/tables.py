"""Decisions of reviewers: what was released, amended, and sent back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Release(Base):
    """A result that left the lab, resting on a call of a run in control, signed by another than its importer.

    An amendment is one more row, with the reason, the same evidence and the same two people; of a tube one release stands.
    """

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("controls_passed", name="in_control"),
        CheckConstraint("imported_by <> released_by", name="two_people"),
        ForeignKeyConstraint(
            ["barcode", "run", "call", "controls_passed", "imported_by"],
            ["call.barcode", "call.run", "call.call", "call.controls_passed", "call.imported_by"],
            name="release_evidence_fkey",
        ),
        # Null is no second standing release, so any number of superseded ones may be of the same call.
        UniqueConstraint("barcode", "standing", name="release_one_stands_key"),
        UniqueConstraint("barcode", "call", "standing", name="release_result_key"),
        CheckConstraint("standing", name="standing"),
        CheckConstraint(
            "CASE WHEN revision = 1 THEN supersedes IS NULL ELSE supersedes IS NOT DISTINCT FROM revision - 1 END", name="amends_the_last"
        ),
        CheckConstraint("(revision = 1) = (reason IS NULL) AND btrim(reason) <> ''", name="amended_with_reason"),
        ForeignKeyConstraint(["barcode", "supersedes"], ["release.barcode", "release.revision"], name="release_supersedes_fkey"),
        Index("release_review_idx", "review"),
        Index("release_amended_idx", "released_at", postgresql_where=text("revision > 1")),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, server_default=text("1"))
    run: Mapped[UUID] = mapped_column(Uuid)
    review: Mapped[UUID] = mapped_column(Uuid, comment="the id of the reviewer's message")
    call: Mapped[str] = mapped_column(Text)
    controls_passed: Mapped[bool] = mapped_column(Boolean)
    imported_by: Mapped[str] = mapped_column(Text)
    released_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="server time")
    supersedes: Mapped[int | None] = mapped_column(Integer, comment="the revision that it amends")
    reason: Mapped[str | None] = mapped_column(Text, comment="why the older one was amended")
    standing: Mapped[bool | None] = mapped_column(Boolean, server_default=text("true"), comment="true, or null once superseded")


class Returned(Base):
    """A tube sent back to the queue: for a repeat, to be extracted again, or to be verified with another kit."""

    __tablename__ = "returned"
    __table_args__ = (
        CheckConstraint("reason IN ('repeat', 're_extraction', 'verification')", name="reason"),
        Index("returned_review_idx", "review"),
        Index("returned_at_idx", "at"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True)
    review: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    run: Mapped[UUID | None] = mapped_column(Uuid, comment="null where no run had called it")
    reason: Mapped[str] = mapped_column(Text, server_default=text("'repeat'"))
    lab: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

"""By which schemes cases of aliquot pools are resolved. How far a scheme has come is not stored: it follows from the tubes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, Double, Index, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lims.kernel.db import Base


class Plan(Base):
    """A scheme that was chosen for a case, or for a group of them, with what it was to cost. Numbered from 1: the last counts."""

    __tablename__ = "case_plan"
    __table_args__ = (
        CheckConstraint("kind IN ('individual', 'halving', 'halving_by_deduction', 'sub_pools', 'square', 'design')", name="kind"),
        CheckConstraint("(kind = 'sub_pools') = (size IS NOT NULL)", name="sub_pools_have_a_size"),
        CheckConstraint("(kind = 'design') = (design IS NOT NULL)", name="imported_design"),
        CheckConstraint("btrim(reason) <> ''", name="has_reason"),
        Index("case_plan_pools_idx", "pools", postgresql_using="gin"),
    )

    barcode: Mapped[str] = mapped_column(Text, primary_key=True, comment="the pool of the case; of a group the first one")
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, comment="from 1; the last one counts")
    id: Mapped[UUID] = mapped_column(Uuid)
    pools: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="the pools of all cases that it is to resolve")
    members: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="their tubes, in the order in which the scheme takes them")
    kind: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(SmallInteger, comment="how many go into a sub-pool, where the scheme is of sub-pools")
    design: Mapped[list[list[int]] | None] = mapped_column(
        JSONB(none_as_null=True), comment="of an imported design each pool's members, as places from 0"
    )
    prevalence: Mapped[float] = mapped_column(Double, comment="what the cost was reckoned with, as the next two")
    sensitivity: Mapped[float] = mapped_column(Double)
    specificity: Mapped[float] = mapped_column(Double)
    expected: Mapped[float] = mapped_column(Double, comment="tests still to be made, on average")
    worst: Mapped[int] = mapped_column(Integer, comment="and at worst")
    stages: Mapped[int] = mapped_column(SmallInteger, comment="plates that follow each other, at most")
    reason: Mapped[str] = mapped_column(Text)
    by_policy: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)

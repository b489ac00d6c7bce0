"""Tables of a household's plan: its needs (cases), the steps that were agreed with it, and who looks after it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, Sealed
from . import Case

SHE, OFFICE = "she", "office"


class Plan(Base):
    """Several needs of one household under one number. `owner_id`: the one official who looks after all of it, at
    `office`. `address_id`, `answer_by`, `language`: how its people are reminded, as in the case with which it began.
    `closed_at`: since when it is over; `forgotten_at`: since when nothing of a person is in it."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    answer_by: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(12))
    begun_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    forgotten_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_plans_office_closed_at", "office", "closed_at"),)


class Need(Base):
    """A case that is one of the needs of a plan; of one plan at most."""

    __tablename__ = "plan_needs"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), index=True)


class PlanStep(Base):
    """What was agreed: `what`, by whom (SHE or OFFICE), until `due_on`. `said_at`: when she said that she has done it;
    `done_at`, `done_by`: when the office found it done. `next_at`: when somebody is reminded next. `once`: the form
    that made it: a second click makes no other."""

    __tablename__ = "plan_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), index=True)
    what: Mapped[str | None] = mapped_column(Sealed("plan_steps.what"))
    who: Mapped[str] = mapped_column(String(8))
    due_on: Mapped[date]
    agreed_at: Mapped[datetime] = mapped_column(Moment)
    said_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (Index("ix_plan_steps_next_at", "next_at"),)


def plan_of(db: Session, case_id: int) -> Plan | None:
    """The plan of which a case is a need."""
    return db.scalar(select(Plan).join(Need, Need.plan_id == Plan.id).where(Need.case_id == case_id))


def plan_numbered(db: Session, reference: str) -> Plan | None:
    return db.scalar(select(Plan).where(Plan.reference == reference))


def needs_of(db: Session, plan_id: int) -> list[Case]:
    return list(db.scalars(select(Case).join(Need, Need.case_id == Case.id).where(Need.plan_id == plan_id)))


def steps_of(db: Session, plan_id: int) -> list[PlanStep]:
    """The steps of a plan, the nearest first."""
    mine = select(PlanStep).where(PlanStep.plan_id == plan_id)
    return list(db.scalars(mine.order_by(PlanStep.due_on, PlanStep.id)))


def plans_at(db: Session, offices: Collection[str], owner_id: int, limit: int = 100) -> list[tuple[Plan, date | None]]:
    """The open plans of some offices, and those of an owner, with the day that comes next; that day first."""
    open_steps = select(PlanStep.plan_id, func.min(PlanStep.due_on).label("day")).where(PlanStep.done_at.is_(None))
    first = open_steps.group_by(PlanStep.plan_id).subquery()
    rows = select(Plan, first.c.day).outerjoin(first, first.c.plan_id == Plan.id)
    rows = rows.where(Plan.closed_at.is_(None), or_(Plan.office.in_(offices), Plan.owner_id == owner_id))
    rows = rows.order_by(first.c.day.is_(None), first.c.day, Plan.id).limit(limit)
    return [(plan, day) for plan, day in db.execute(rows)]


def count_due(db: Session, owner_id: int, today: date) -> int:
    """How many steps of her plans are due today or late, or were said to be done and not looked at."""
    rows = select(func.count()).select_from(PlanStep).join(Plan, Plan.id == PlanStep.plan_id)
    due = or_(PlanStep.due_on <= today, PlanStep.said_at.is_not(None))
    mine = rows.where(Plan.owner_id == owner_id, Plan.closed_at.is_(None), PlanStep.done_at.is_(None), due)
    return db.scalar(mine) or 0


def plans_of_addresses(db: Session, address_ids: Collection[int], ways: Collection[str]) -> list[Plan]:
    """The open plans of some addresses that chose one of these ways of being answered, the newest first."""
    mine = select(Plan).where(Plan.address_id.in_(address_ids), Plan.closed_at.is_(None), Plan.answer_by.in_(ways))
    return list(db.scalars(mine.order_by(Plan.id.desc())))


def to_remind(db: Session, now: datetime, skip: Collection[int] = (), limit: int = 50) -> list[int]:
    """Steps of which somebody is to be reminded now."""
    due = select(PlanStep.id).where(PlanStep.next_at <= now, PlanStep.id.not_in(skip))
    return list(db.scalars(due.order_by(PlanStep.next_at).limit(limit)))

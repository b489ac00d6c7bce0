"""Tables of what belongs together: many cases of one event, and the part that another office has in a case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, Sealed
from ..rules import OPEN
from . import Case
from .access import KEPT_FROM, has_access

SAME_TIME = timedelta(days=14)
MANY, MANY_WITHIN = 4, timedelta(days=90)


class Happening(Base):
    """One event about which many complain: a payment day that failed, a list that was lost."""

    __tablename__ = "happenings"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(Sealed("happenings.title"))
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)


class Linked(Base):
    """A case belongs to an event."""

    __tablename__ = "happening_cases"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    happening_id: Mapped[int] = mapped_column(ForeignKey("happenings.id"), index=True)


class Part(Base):
    """What another office is asked for in a case that one office owns. It sees the question, never the case."""

    __tablename__ = "case_parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    question: Mapped[str] = mapped_column(Sealed("case_parts.question"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str | None] = mapped_column(Sealed("case_parts.answer"))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_case_parts_office_answered_at", "office", "answered_at"),)


def happening_of(db: Session, case_id: int) -> Happening | None:
    wanted = select(Happening).join(Linked, Linked.happening_id == Happening.id).where(Linked.case_id == case_id)
    return db.scalar(wanted)


def cases_of(db: Session, happening_id: int, seen: ColumnElement[bool]) -> list[Case]:
    """The cases of an event that somebody may see, oldest first."""
    mine = select(Case).join(Linked, Linked.case_id == Case.id).where(Linked.happening_id == happening_id, seen)
    return list(db.scalars(mine.where(~Case.confidential).order_by(Case.id)))


def happenings_seen(db: Session, seen: ColumnElement[bool]) -> list[Happening]:
    """The events of which somebody may see a case, the latest first."""
    ids = select(Linked.happening_id).join(Case, Case.id == Linked.case_id).where(seen, ~Case.confidential)
    return list(db.scalars(select(Happening).where(Happening.id.in_(ids)).order_by(Happening.id.desc()).limit(20)))


def alike(db: Session, case: Case, seen: ColumnElement[bool]) -> list[Case]:
    """Open cases about the same from the same place and time, that belong to no event yet."""
    linked = select(Linked.case_id)
    near = Case.opened_at.between(case.opened_at - SAME_TIME, case.opened_at + SAME_TIME)
    same = select(Case).where(
        Case.category == case.category, Case.place == case.place, near, Case.id != case.id, ~Case.confidential, seen,
        Case.state.in_(OPEN), Case.id.not_in(linked),
    )  # fmt: skip
    return list(db.scalars(same.order_by(Case.id).limit(50))) if case.place else []


def many_from_one(db: Session, country: str, seen: ColumnElement[bool], since: datetime) -> list[list[Case]]:
    """Cases lodged since then from one number that lodged `MANY` or more, those first that lodged most. Only of cases
    that somebody may see, and whose number their office may know: nobody learns here what she asked to be kept."""
    known = and_(
        Case.country == country, seen, ~Case.confidential, Case.opened_at >= since,
        or_(Case.answer_by.in_(("write", "call")), Case.behalf != ""), Case.address_id.is_not(None),
    )  # fmt: skip
    counted = select(Case.address_id).where(known).group_by(Case.address_id).having(func.count() >= MANY)
    rows = db.scalars(select(Case).where(known, Case.address_id.in_(counted)).order_by(Case.id))
    groups: dict[int, list[Case]] = {}
    for case in rows:
        groups.setdefault(case.address_id or 0, []).append(case)
    return sorted(groups.values(), key=lambda cases: (-len(cases), cases[0].id))


def parts_of(db: Session, case_id: int) -> list[Part]:
    return list(db.scalars(select(Part).where(Part.case_id == case_id).order_by(Part.id)))


def parts_for(db: Session, staff_id: int, offices: Collection[str]) -> list[tuple[Part, Case]]:
    """What these offices are asked for and have not answered, while the case is open; what is due first on top. Whoever
    is kept from a case is asked nothing of it."""
    open_ = select(Part, Case).join(Case, Case.id == Part.case_id)
    open_ = open_.where(Part.office.in_(offices), Part.answered_at.is_(None), Case.state.in_(OPEN), ~Case.confidential)
    open_ = open_.where(~has_access(staff_id, KEPT_FROM))
    return [(part, case) for part, case in db.execute(open_.order_by(Part.due_at, Part.id))]

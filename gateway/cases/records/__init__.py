"""Tables of cases: the case and its timeline. What was promised stands in `promises.py`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, Sealed
from ...hotline.records import Task
from ..rules import DECIDED, OPEN, WORDS


class Case(Base):
    """One complaint. `address_id` is empty where no number is kept. `state`: see `rules.ACTS`. `round`: how often it
    came back (not solved, or appealed). `due_at`: when the next promise that is not kept yet runs out; empty while the
    office waits for her. `next_at`: when the tick looks at it again. `into`: the case with which it was merged.
    `against_office`: the office that is complained of, which never gets it.
    `confidential`: see `access.py`. `programme`, `sex`, `disability`: for the figures alone, where somebody said so.
    `behalf`: who lodged it for her, where she did not herself. `forgotten_at`: since when nothing of a
    person is in it."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    category: Mapped[str] = mapped_column(String(40))
    programme: Mapped[str] = mapped_column(String(40), default="")
    sex: Mapped[str] = mapped_column(String(8), default="")
    disability: Mapped[str] = mapped_column(String(8), default="")
    place: Mapped[str] = mapped_column(String(20), default="")
    village: Mapped[str | None] = mapped_column(Sealed("cases.village"))
    story: Mapped[str | None] = mapped_column(Sealed("cases.story"))
    against: Mapped[str | None] = mapped_column(Sealed("cases.against"))
    against_office: Mapped[str] = mapped_column(String(40), default="")
    answer_by: Mapped[str] = mapped_column(String(10))
    safe_hours: Mapped[str] = mapped_column(String(20), default="")
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    pin_hash: Mapped[str | None] = mapped_column(String(80))
    behalf: Mapped[str] = mapped_column(String(10), default="")
    language: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(40))
    flow: Mapped[str] = mapped_column(String(60))
    pack: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    queue: Mapped[str | None] = mapped_column(ForeignKey("queues.code"))
    confidential: Mapped[bool] = mapped_column(default=False)
    round: Mapped[int] = mapped_column(default=0)
    decision: Mapped[str | None] = mapped_column(String(12))
    cause: Mapped[str | None] = mapped_column(String(20))
    into: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    routed_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    forgotten_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        Index("ix_cases_queue_state_due_at", "queue", "state", "due_at"),
        Index("ix_cases_state_opened_at", "state", "opened_at"),
        Index("ix_cases_next_at", "next_at"),
    )


class CaseEvent(Base):
    """One line of a case's timeline. `data` holds codes and ids, never a person's words: those are `body`. A change of
    state is in it as `from` and `to`."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str | None] = mapped_column(Sealed("case_events.body"))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    once: Mapped[str | None] = mapped_column(String(80), unique=True)

    __table_args__ = (Index("ix_case_events_at", "at"),)


def by_reference(db: Session, reference: str) -> Case | None:
    return db.scalar(select(Case).where(Case.reference == reference))


def of_addresses(db: Session, address_ids: Collection[int], limit: int = 5) -> list[Case]:
    """The cases lodged from some addresses, newest first."""
    mine = select(Case).where(Case.address_id.in_(address_ids)).order_by(Case.id.desc())
    return list(db.scalars(mine.limit(limit)))


def open_cases(db: Session, mine: ColumnElement[bool], limit: int = 200) -> tuple[list[Case], int]:
    """Open cases that somebody may see (`access.visible`), the one due first on top; and how many there are beyond the
    limit too. A confidential one stays until it is closed: no operator tells her of the decision."""
    wanted = and_(mine, or_(Case.state.in_(OPEN), and_(Case.confidential, Case.state.in_(DECIDED))))
    count = db.scalar(select(func.count()).select_from(Case).where(wanted)) or 0
    order = (Case.due_at.is_(None), Case.due_at, Case.id)
    return list(db.scalars(select(Case).where(wanted).order_by(*order).limit(limit))), count


def events_of(db: Session, case_id: int) -> list[CaseEvent]:
    return list(db.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)))


def last_words(db: Session, case_id: int) -> CaseEvent | None:
    """The office's latest words to her: an answer, a question, or what was decided."""
    answers = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(WORDS))
    return db.scalar(answers.order_by(CaseEvent.id.desc()).limit(1))


def not_routed(db: Session, before: datetime, skip: Collection[int] = (), limit: int = 50) -> list[int]:
    """Cases that no worker has routed, opened before then, but those to be skipped."""
    waiting = select(Case.id).where(Case.state == "received", Case.opened_at < before, Case.id.not_in(skip))
    return list(db.scalars(waiting.order_by(Case.opened_at).limit(limit)))


def some_not_routed(db: Session, since: datetime, limit: int) -> list[int]:
    """Cases opened since then that wait for a worker and that no other has taken: they are this one's until it ends."""
    fresh = select(Case.id).where(Case.state == "received", Case.opened_at >= since).order_by(Case.opened_at)
    return list(db.scalars(fresh.limit(limit).with_for_update(skip_locked=True)))


def event_of(db: Session, about: str) -> CaseEvent | None:
    """The line of a timeline that something is about (`event:12`); None for anything else."""
    kind, _, number = about.partition(":")
    return db.get(CaseEvent, int(number)) if kind == "event" and number.isdecimal() else None


def to_look_at(db: Session, now: datetime, skip: Collection[int] = (), limit: int = 50) -> list[int]:
    """Cases whose time has come for the tick: a reminder, the end of a wait, a survey, a closing."""
    due = select(Case.id).where(Case.next_at <= now, Case.id.not_in(skip))
    return list(db.scalars(due.order_by(Case.next_at).limit(limit)))


def some_to_look_at(db: Session, since: datetime, now: datetime, limit: int) -> list[int]:
    """Likewise: cases whose time came since then."""
    due = select(Case.id).where(Case.next_at <= now, Case.next_at >= since).order_by(Case.next_at)
    return list(db.scalars(due.limit(limit).with_for_update(skip_locked=True)))


def told_by(db: Session, task: Task) -> tuple[Case, CaseEvent] | None:
    """The case and the answer that a task of the hotline tells (`event:12`); None for a task of another kind."""
    event = event_of(db, task.about)
    return (db.get_one(Case, event.case_id), event) if event else None

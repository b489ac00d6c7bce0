"""Answers told by voice: put on the hotline's queue, and how each call came out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import audit
from ..hotline import actions as hotline
from ..hotline.records import Task
from ..house import House
from .records import Case, CaseEvent, event_of
from .timeline import note as note_event


def by_voice(db: Session, case: Case, event: CaseEvent, now: datetime) -> None:
    """An operator tells her the answer."""
    hotline.put_task(
        db, case.country, "tell", about=f"event:{event.id}", address_id=case.address_id, language=case.language,
        hours=case.safe_hours, due_at=now + hotline.CALL_BACK_WITHIN, once=f"tell:{event.id}", now=now,
    )  # fmt: skip


def tell_by_voice(db: Session, about: str, now: datetime) -> None:
    """The text about this (`event:12`) has reached nobody: an operator tells it, unless one does already."""
    event = event_of(db, about)
    if event:
        by_voice(db, db.get_one(Case, event.case_id), event, now)


def is_noted(db: Session, once: str) -> bool:
    """Whether this was noted before: a second click."""
    return db.scalar(select(CaseEvent.id).where(CaseEvent.once == once)) is not None


def note_call(
    db: Session, house: House, task: Task, case: Case, outcome: str, note: str, staff_id: int, once: str, now: datetime
) -> None:
    """How a call to tell an answer came out: told, no_answer, wrong_person. Until it is told it is tried again, three
    times in all."""
    if outcome == "told":
        hotline.done(db, task, now)
    else:
        hotline.not_reached(db, house, task, now)
    data: dict[str, object] = {"outcome": outcome, "task": task.id}
    note_event(db, case, "call", now, staff_id, body=note.strip() or None, data=data, once=once)
    audit.write(db, actor=f"staff:{staff_id}", act="case.call", thing=f"case:{case.id}", why=outcome, now=now)


def to_tell(db: Session, event: CaseEvent) -> Task | None:
    """The task by which an answer is told by voice, while it has not been."""
    return db.scalar(select(Task).where(Task.once == f"tell:{event.id}", Task.state.not_in(("done", "dropped"))))

"""Calls: begun by a caller or logged by hand, answered, wrapped up, or left before anybody answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import seal
from ...country import Pack
from ...people import actions as people
from ..records import Call, Task
from .tasks import CALL_BACK_WITHIN, done, put_task

SID = "hotline.sid"


def begin_call(db: Session, pack: Pack, channel: str, sid: str, number: str, language: str, now: datetime) -> Call:
    """A caller who wants a person: her call and its task; the same for a request heard again."""
    mark_ = seal.ring().hashes(sid, SID)
    known = db.scalar(select(Call).where(Call.sid_hash.in_(mark_)))
    if known:
        return known
    address_id = people.hear_from(db, pack.code, number, now).id if number.startswith("+") else None
    call = Call(
        country=pack.code, channel=channel, sid_hash=mark_[0], address_id=address_id, language=language,
        began_at=now,
    )  # fmt: skip
    db.add(call)
    db.flush()
    once = f"call:{call.id}"
    task = put_task(
        db, pack.code, "call", about=once, address_id=address_id, language=language, due_at=now, once=once, now=now
    )
    call.task_id = task.id if task else None
    db.flush()
    return call


def of_sid(db: Session, sid: str) -> Call | None:
    return db.scalar(select(Call).where(Call.sid_hash.in_(seal.ring().hashes(sid, SID))).with_for_update())


def answered(db: Session, call: Call, staff_id: int, now: datetime) -> None:
    """An operator has taken the call."""
    if call.answered_at is None:
        call.answered_at, call.staff_id = now, staff_id
    db.flush()


def left_queue(db: Session, call: Call, now: datetime) -> None:
    """She is no longer on the line. Who hung up while waiting is called back: she has paid for nothing."""
    task = db.get(Task, call.task_id) if call.task_id else None
    call.ended_at = call.ended_at or now
    if call.answered_at is None:
        call.outcome = call.outcome or "abandoned"
        if task and task.state in ("waiting", "taken"):
            _turn_into_call_back(task, now)
    elif task and task.state != "done":
        done(db, task, now)
    db.flush()


def _turn_into_call_back(task: Task, now: datetime) -> None:
    task.state, task.taken_by = "waiting" if task.address_id else "dropped", None
    task.kind = "message" if task.kind == "message" else "call_back"
    task.due_at, task.next_at = now + CALL_BACK_WITHIN, now


def leave_message(db: Session, call: Call, attachment_id: int, now: datetime) -> None:
    """She spoke after the tone: her task is to be heard now."""
    task = db.get(Task, call.task_id) if call.task_id else None
    if task and task.state in ("waiting", "taken"):
        task.kind, task.state, task.taken_by, task.due_at = "message", "waiting", None, now + CALL_BACK_WITHIN
        task.attachment_id = attachment_id
    call.outcome = call.outcome or "message"
    db.flush()


def log_call(db: Session, pack: Pack, channel: str, number: str, staff_id: int, now: datetime) -> Call:
    """A call that an operator has on her ordinary telephone: the number first."""
    address = people.hear_from(db, pack.code, number, now)
    call = Call(
        country=pack.code, channel=channel, address_id=address.id, language=address.language or "", staff_id=staff_id,
        began_at=now, answered_at=now,
    )  # fmt: skip
    db.add(call)
    db.flush()
    return call


def log_silence(db: Session, pack: Pack, channel: str, outcome: str, staff_id: int, now: datetime) -> None:
    """A call of which nothing is kept but that it was, and how it ended."""
    db.add(
        Call(
            country=pack.code,
            channel=channel,
            staff_id=staff_id,
            outcome=outcome,
            began_at=now,
            answered_at=now,
            ended_at=now,
        )
    )
    db.flush()


def wrap_up(db: Session, call: Call, outcome: str, note: str, now: datetime) -> None:
    """The call is over: what it was about, and a word for whoever speaks with her next."""
    call.outcome, call.note, call.ended_at = outcome, note or None, call.ended_at or now
    task = db.get(Task, call.task_id) if call.task_id else None
    if task and task.state in ("waiting", "taken"):
        done(db, task, now)
    db.flush()

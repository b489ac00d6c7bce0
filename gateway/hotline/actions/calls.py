"""Calls: begun by a caller or logged by hand, taken, answered, wrapped up, or left before anybody answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import seal
from ...country import Pack
from ...db import insert_new
from ...people import actions as people
from ..records import Call, Task
from .tasks import CALL_BACK_WITHIN, FRESH, done, put_task

SID = "hotline.sid"
OVER_AFTER = timedelta(minutes=30)
"""Longer than anybody waits: who is still on the line then has hung up, and we were not told."""


def begin_call(
    db: Session, pack: Pack, channel: str, sid: str, number: str, language: str, open_now: bool, now: datetime
) -> Call:
    """A caller who wants a person: her call and its task; the same for a request heard again. Where nobody is there to
    answer, she is to be called back, whatever she does next."""
    mark_ = seal.ring().hashes(sid, SID)
    known = db.scalar(select(Call).where(Call.sid_hash.in_(mark_)))
    if known:
        return known
    address_id = people.hear_from(db, pack.code, number, now).id if number.startswith("+") else None
    values = {"address_id": address_id, "language": language, "began_at": now}
    call, new = _insert(db, mark_[0], country=pack.code, channel=channel, **values)
    if not new:
        return call
    once, due_at = f"call:{call.id}", now if open_now else now + CALL_BACK_WITHIN
    if open_now or address_id:
        task = put_task(
            db, pack.code, "call" if open_now else "call_back", about=once, address_id=address_id, language=language,
            due_at=due_at, once=once, now=now,
        )  # fmt: skip
        call.task_id = task.id if task else None
    db.flush()
    return call


def of_sid(db: Session, sid: str) -> Call | None:
    return db.scalar(select(Call).where(Call.sid_hash.in_(seal.ring().hashes(sid, SID))).with_for_update())


def joined(db: Session, call: Call, now: datetime) -> None:
    """The operator who took it has picked up: she and the caller hear each other."""
    call.answered_at = call.answered_at or now
    db.flush()


def left_queue(db: Session, call: Call, now: datetime) -> None:
    """She is no longer on the line. Who hung up while waiting is called back: she has paid for nothing."""
    task = _task_of(db, call)
    call.ended_at = call.ended_at or now
    if call.answered_at is None:
        call.outcome = call.outcome or "abandoned"
        if task and task.kind == "call":
            _turn_into_call_back(task, now)
    elif task:
        done(db, task, now)
    db.flush()


def waits_no_more(db: Session, call: Call, now: datetime) -> None:
    """Nobody was free. She is still on the line and may leave a message; if she hangs up, she is called back."""
    task = _task_of(db, call)
    if task and task.kind == "call" and call.answered_at is None:
        _turn_into_call_back(task, now)
    db.flush()


def leave_unheard(db: Session, now: datetime) -> int:
    """Callers who seem to be on the line although nobody waits so long: they are called back. How many."""
    old = select(Call).join(Task, Task.id == Call.task_id).where(Task.kind == "call", Task.put_at < now - OVER_AFTER)
    found = list(db.scalars(old.where(Task.state.in_(("waiting", "taken")), Call.answered_at.is_(None))))
    for call in found:
        left_queue(db, call, now)
    return len(found)


def _task_of(db: Session, call: Call) -> Task | None:
    """The task of a call, while it is open; locked."""
    mine = select(Task).where(Task.id == call.task_id, Task.state.in_(("waiting", "taken")))
    return db.scalar(mine.with_for_update().execution_options(**FRESH)) if call.task_id else None


def _turn_into_call_back(task: Task, now: datetime) -> None:
    task.kind, task.state, task.taken_by = "call_back", "waiting" if task.address_id else "dropped", None
    task.due_at, task.next_at = now + CALL_BACK_WITHIN, now


def leave_message(db: Session, call: Call, attachment_id: int, now: datetime) -> None:
    """She spoke after the tone: her task is to be heard now."""
    once = f"call:{call.id}"
    task = _task_of(db, call)
    if task is None:
        task = put_task(
            db, call.country, "message", about=once, address_id=call.address_id, language=call.language,
            due_at=now, once=f"{once}:message", now=now,
        )  # fmt: skip
    if task:
        task.kind, task.state, task.taken_by, task.due_at = "message", "waiting", None, now + CALL_BACK_WITHIN
        task.attachment_id = attachment_id
    call.outcome = call.outcome or "message"
    db.flush()


def log_call(
    db: Session,
    pack: Pack,
    channel: str,
    number: str,
    staff_id: int,
    once: str,
    now: datetime,
    task: Task | None = None,
) -> Call:
    """A call that an operator has on her ordinary telephone: the number first. `once`: the same word logs nothing a
    second time. `task`: we called her, for this."""
    mark_ = seal.ring().hashes(f"logged\0{staff_id}\0{once}", SID)
    known = db.scalar(select(Call).where(Call.sid_hash.in_(mark_)))
    if known:
        return known
    address = people.hear_from(db, pack.code, number, now)
    values = {
        "language": address.speaks(),
        "staff_id": staff_id,
        "began_at": now,
        "answered_at": now,
    }
    values |= {"task_id": task.id if task else None, "outgoing": task is not None, "address_id": address.id}
    return _insert(db, mark_[0], country=pack.code, channel=channel, **values)[0]


def _insert(db: Session, mark_: str, **values: object) -> tuple[Call, bool]:
    """The call of this mark, and whether it is new: two requests may tell of it at once."""
    plain = {"outcome": "", "outgoing": False, "forget": False, **values}
    new = db.scalar(insert_new(db, Call, sid_hash=mark_, **plain).returning(Call.id))
    return db.scalars(select(Call).where(Call.sid_hash == mark_)).one(), new is not None


def log_silence(db: Session, pack: Pack, channel: str, outcome: str, staff_id: int, now: datetime) -> None:
    """A call of which nothing is kept but that it was, and how it ended."""
    moments = {"began_at": now, "answered_at": now, "ended_at": now}
    db.add(Call(country=pack.code, channel=channel, staff_id=staff_id, outcome=outcome, **moments))
    db.flush()


def wrap_up(db: Session, call: Call, outcome: str, note: str, now: datetime) -> None:
    """The call is over: what it was about, and a word for whoever speaks with her next."""
    call.outcome, call.note, call.ended_at = outcome, note or None, call.ended_at or now
    task = _task_of(db, call)
    if task:
        done(db, task, now)
    db.flush()

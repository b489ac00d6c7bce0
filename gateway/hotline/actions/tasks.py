"""What waits for an operator: put, taken, given back, tried, done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...channels import outbox
from ...house import House
from ...language.catalogue import mark
from ...language.tags import SOURCE
from ...people.records import Address
from ..records import Task
from ..rules import NotHers, next_attempt

UNREACHED = mark("sms.unreached", "We tried to call you. Please call {hotline}.")
CALL_BACK_WITHIN, A_DAY = timedelta(hours=4), timedelta(hours=24)
FRESH = {"populate_existing": True}


def put_task(
    db: Session, country: str, kind: str, *, about: str, address_id: int | None, language: str, hours: str = "",
    skill: str = "", attachment_id: int | None = None, due_at: datetime, once: str, now: datetime,
) -> Task | None:  # fmt: skip
    """Something for an operator. `once`: the same word puts nothing a second time."""
    if db.scalar(select(Task.id).where(Task.once == once)):
        return None
    task = Task(
        country=country, kind=kind, about=about, address_id=address_id, language=language, hours=hours, skill=skill,
        attachment_id=attachment_id, put_at=now, due_at=due_at, next_at=now, once=once,
    )  # fmt: skip
    db.add(task)
    db.flush()
    return task


def ask_call(db: Session, country: str, address_id: int, language: str, hours: str, now: datetime) -> None:
    """She asks to be called. Where a call to her waits already, only her hours are noted anew."""
    open_ = select(Task).where(Task.address_id == address_id, Task.kind == "call_back", Task.state == "waiting")
    known = db.scalar(open_.with_for_update())
    if known:
        known.hours = hours
        db.flush()
        return
    once = f"ask:{address_id}:{now.timestamp():.0f}"
    put_task(
        db, country, "call_back", about="", address_id=address_id, language=language, hours=hours,
        due_at=now + A_DAY, once=once, now=now,
    )  # fmt: skip


def take(db: Session, task_id: int, staff_id: int) -> bool:
    """Gives a task to somebody, unless it lies with somebody else; one that was tried in vain, too: she may call
    herself."""
    row = db.scalars(select(Task).where(Task.id == task_id).with_for_update().execution_options(**FRESH)).one()
    if row.state in ("waiting", "unreached"):
        row.state, row.taken_by = "taken", staff_id
        db.flush()
    return row.state == "taken" and row.taken_by == staff_id


def hers(db: Session, task_id: int, country: str, staff_id: int) -> Task | None:
    """The task, locked, that she has taken; None where there is no such task in her country. Raises NotHers."""
    mine = select(Task).where(Task.id == task_id, Task.country == country).with_for_update()
    row = db.scalar(mine.execution_options(**FRESH))
    if row is None:
        return None
    if row.state in ("done", "dropped"):
        raise NotHers("This has already been done.")
    if row.state != "taken" or row.taken_by != staff_id:
        raise NotHers("This does not lie with you. Take it from the list first.")
    return row


def give_back(db: Session, task: Task) -> None:
    """It waits for anybody again."""
    if task.state == "taken":
        task.state, task.taken_by = "waiting", None
    db.flush()


def done(db: Session, task: Task, now: datetime) -> None:
    task.state, task.taken_by, task.ended_at = "done", None, now
    db.flush()


def drop_about(db: Session, abouts: Collection[str], now: datetime) -> None:
    """What is no longer an operator's to do."""
    mine = update(Task).where(Task.about.in_(abouts), Task.state.not_in(("done", "dropped")))
    db.execute(mine.values(state="dropped", taken_by=None, ended_at=now))


def drop_once(db: Session, once: Collection[str], now: datetime) -> None:
    """These, by the words under which they were put, are no longer an operator's to do."""
    mine = update(Task).where(Task.once.in_(once), Task.state.not_in(("done", "dropped")))
    db.execute(mine.values(state="dropped", taken_by=None, ended_at=now))


def call_elsewhere(db: Session, abouts: Collection[str], address_id: int) -> None:
    """What is still to be told about some things is told on another number."""
    mine = update(Task).where(Task.about.in_(abouts), Task.state.in_(("waiting", "taken", "unreached")))
    db.execute(mine.values(address_id=address_id))


def not_reached(db: Session, house: House, task: Task, now: datetime) -> None:
    """A call without an answer: another attempt later, or after the third a neutral text and the end of it."""
    task.attempts, task.tried_at, task.taken_by = task.attempts + 1, now, None
    again = next_attempt(task.attempts, now)
    if again:
        task.state, task.next_at = "waiting", again
    else:
        task.state, task.ended_at = "unreached", now
        _say_we_tried(db, house, task, now)
    db.flush()


def _say_we_tried(db: Session, house: House, task: Task, now: datetime) -> None:
    address = db.get(Address, task.address_id) if task.address_id else None
    if address is None or address.stopped_at or not address.is_phone():
        return
    pack = house.packs[task.country]
    body = house.texts.say(task.language or SOURCE, UNREACHED, hotline=pack.hotline)
    way, once = pack.writes_to(address.number), f"unreached:{task.id}"
    outbox.put(db, way, address.id, body, purpose="news", about=task.about, once=once, now=now)

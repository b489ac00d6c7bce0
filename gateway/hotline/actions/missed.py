"""Missed calls: taken up within their budget, called back, and left to an operator when nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...country import Pack
from ...db import wake_later
from ...people import actions as people
from ...people.records import Address
from ..records import Missed, Task, called_back, last_ring
from ..rules import Beep, prefix_of, refusal_of_beep
from .tasks import CALL_BACK_WITHIN, put_task

RING_BACK_AFTER = timedelta(seconds=20)
TOLD_WITHIN = timedelta(minutes=5)
RING_AGAIN = (timedelta(minutes=2), timedelta(minutes=10))


def ring(db: Session, pack: Pack, channel: str, number: str, beep: Beep, once: str, now: datetime) -> Missed | None:
    """A missed call: it is called back once, within its country's budget. None for a call heard before."""
    if db.scalar(select(Missed.id).where(Missed.once == once)):
        return None
    address = people.hear_from(db, pack.code, number, now)
    prefix, day = prefix_of(number, beep.budgets), now.astimezone(ZoneInfo(pack.zone)).date()
    why = refusal_of_beep(prefix, called_back(db, prefix, day), last_ring(db, address.id), beep, now)
    row = Missed(
        country=pack.code, channel=channel, address_id=address.id, prefix=prefix, state="refused" if why else "waiting",
        why=why, day=day, rang_at=now, due_at=now + RING_BACK_AFTER, once=once,
    )  # fmt: skip
    db.add(row)
    db.flush()
    if not why:
        wake_later(db, "ring_back", row.id)
    return row


def rung_back(db: Session, missed_id: int, state: str, now: datetime) -> None:
    """How our call came out: reached when she pressed a key; else tried again twice, and then left to an operator."""
    row = db.scalars(select(Missed).where(Missed.id == missed_id).with_for_update()).one_or_none()
    if row is None or row.state not in ("calling", "waiting"):
        return
    if state == "reached":
        row.state = "reached"
    elif row.attempts <= len(RING_AGAIN):
        row.state, row.due_at = "waiting", now + RING_AGAIN[row.attempts - 1]
    else:
        row.state = "unreached"
        once = f"missed:{row.id}:{row.rang_at.timestamp():.0f}"
        language = db.get_one(Address, row.address_id).speaks()
        put_task(
            db, row.country, "call_back", about=once, address_id=row.address_id, language=language,
            due_at=now + CALL_BACK_WITHIN, once=once, now=now,
        )  # fmt: skip
    db.flush()


def import_missed(db: Session, pack: Pack, rows: list[tuple[str, datetime]], now: datetime) -> int:
    """The missed-call list of an ordinary telephone exchange. Each number becomes one task, however often it rang, and
    none where one waits already; a list that is given twice puts nothing again."""
    put = 0
    for number, rang_at in rows:
        address = people.hear_from(db, pack.code, number, now)
        if db.scalar(select(Task.id).where(Task.address_id == address.id, Task.state.in_(("waiting", "taken")))):
            continue  # somebody will speak with her anyway
        once = f"exchange:{address.id}:{rang_at.isoformat()}"
        task = put_task(
            db, pack.code, "call_back", about="", address_id=address.id, language=address.speaks(),
            due_at=rang_at + CALL_BACK_WITHIN, once=once, now=now,
        )  # fmt: skip
        put += task is not None
    return put


def claim(db: Session, missed_id: int, now: datetime) -> str | None:
    """Takes a missed call up for calling back; its number, or nothing where it is not to be called now. A call of ours
    whose end nobody told counts as not answered."""
    row = db.scalar(select(Missed).where(Missed.id == missed_id).with_for_update())
    if row is None or row.due_at > now:
        return None
    if row.state == "calling":
        rung_back(db, missed_id, "no_answer", now)
    if row.state != "waiting":
        return None
    row.state, row.attempts, row.due_at = "calling", row.attempts + 1, now + TOLD_WITHIN
    db.flush()
    return db.get_one(Address, row.address_id).number

"""What time brings to an appointment: she is reminded, she did not come, she is asked how it was.

Each row is read again under its lock: what was moved, cancelled or done by somebody else meanwhile is left alone, and a
second look finds nothing due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack
from ...hotline import actions as hotline
from ...house import House
from ...people.asks import Ask
from ..records import Appointment, numbered
from ..records.day import last_number
from ..rules import instant
from ..windows import is_closed, window_of
from .booking import has_begun, unsaid
from .telling import ANSWER, CALL, DIAL, REMIND, VISITED, about, can_answer, raw_facts, raw_when, write
from .times import asked_at, next_moment, waited_until

ASKED_FOR, UNDO_FOR = timedelta(days=7), timedelta(minutes=10)
COMING, VISITED_FLOW, CALL_TASK = "coming", "visited", "remind"


def look_again(db: Session, house: House, appointment_id: int, now: datetime) -> Ask | None:
    """Does what is due for an appointment now. What a conversation is to ask her is given back."""
    mine = select(Appointment).where(Appointment.id == appointment_id, Appointment.next_at <= now)
    one = db.scalar(mine.with_for_update())
    if one is None:
        return None
    pack = house.packs[one.country]
    if one.state == "served":
        return _ask_how(db, house, one, now)
    if one.state != "booked":
        one.next_at = None
        return None
    ask = None
    if not has_begun(pack, one, now):
        if closes(db, pack, one):
            one.next_at = now + UNDO_FOR  # she hears of the closing instead, or it is taken back
            return None
        ask = _remind(db, house, pack, one, now)
    elif now >= waited_until(pack, one):
        _waited(db, one, now)
    one.next_at = next_moment(pack, one, now) if one.state == "booked" else None
    db.flush()
    return ask


def closes(db: Session, pack: Pack, one: Appointment) -> bool:
    """Whether its window is closed then, and she is about to hear of it."""
    window = window_of(db, pack, one.place)
    return window is not None and is_closed(db, pack, window, one.day, one.units())


def _remind(db: Session, house: House, pack: Pack, one: Appointment, now: datetime) -> Ask | None:
    """A text, or a call, the way she chose."""
    if one.address_id is None:
        return None
    what, start = f"remind:{one.next_at:%Y%m%d%H%M}", instant(pack.zone, one.day, one.unit)
    if one.how == "call":
        call_her(db, house, one, "call", start, now)
        return None
    answers = can_answer(db, pack, one.address_id)
    write(db, house, one, (REMIND, ANSWER if answers else DIAL if pack.dial() else CALL), what, now)
    return Ask(one.address_id, COMING, start, raw_facts(db, pack, one))


def call_her(db: Session, house: House, one: Appointment, what: str, due_at: datetime, now: datetime) -> None:
    """An operator tells her."""
    hotline.put_task(
        db, one.country, CALL_TASK, about=about(one), address_id=one.address_id, language=one.language, hours=one.hours,
        due_at=due_at, once=f"{about(one)}:{one.sequence}:{what}", now=now,
    )  # fmt: skip


def _waited(db: Session, one: Appointment, now: datetime) -> None:
    """Her time is over. Where the day is kept here, she did not come; where it is kept on paper, that is entered
    later: nobody is called absent because nobody has typed yet."""
    unsaid(db, one, now)
    if last_number(db, one.place, one.day):
        one.state, one.changed_at = "missed", now
        audit.write(db, actor="system", act="appointment.missed", thing=about(one), now=now)


def _ask_how(db: Session, house: House, one: Appointment, now: datetime) -> Ask | None:
    one.next_at, one.asked_at = None, now
    if one.address_id is None or now > asked_at(house.packs[one.country], one) + ASKED_FOR:
        return None
    write(db, house, one, (VISITED,), "visited", now)
    return Ask(one.address_id, VISITED_FLOW, now + ASKED_FOR, {"booking": one.reference or ""})


def still_asked(db: Session, flow: str, reference: str, when: str) -> bool:
    """Whether what was put to her about an appointment still stands: it was neither moved nor cancelled."""
    one = numbered(db, reference)
    if one is None:
        return False
    if flow == COMING:
        return one.state == "booked" and raw_when(one) == when
    return one.state == "served" and not one.was_done


def keep_visit(db: Session, one: Appointment, came_for: str, easy: str, now: datetime) -> None:
    """What she said of it afterwards: whether she got what she came for, and whether it was easy. Said once."""
    if one.state == "served" and not one.was_done and came_for:
        one.was_done, one.was_easy = came_for, easy
        audit.write(db, actor="citizen", act="appointment.opinion", thing=about(one), now=now)

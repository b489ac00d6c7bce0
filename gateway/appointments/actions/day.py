"""The day at a window: who comes is given a number, and is called, served, sent on or not there.

The order is fair to both: whoever has an appointment is in line from its time, whoever has none from when she came; of
all who are called, people without one get at least the share that the window keeps for them. Priority goes first within
each. Whatever is done here may be done from paper in the afternoon, one tap each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack
from ...country.windows import Window
from ...house import House
from ...people import actions as people
from ..records import Appointment
from ..records.day import DONE, WAITS, Token, last_number, token_of
from ..rules import OPEN, Refusal, instant
from ..turns import Waiter, in_order
from ..windows import today_of
from .booking import unsaid
from .telling import about
from .times import next_moment, waited_until

NOT_TODAY = "This appointment is not for today at this window."


def check_in(db: Session, house: House, window: Window, one: Appointment, staff_id: int, now: datetime) -> Token:
    """She is here. Checked in twice, she keeps her number. After she was waited for, she is in line with those who have
    no appointment. Raises Refusal."""
    pack = house.packs[one.country]
    if one.place != window.code or one.day != today_of(pack, now) or one.state not in (*OPEN, "missed", "served"):
        raise Refusal(NOT_TODAY)
    one_after_another(db, window.code)
    if known := token_of(db, one.id):
        return known
    late = now > waited_until(pack, one)
    start = instant(pack.zone, one.day, one.unit)
    token = _give(
        db, window.code, one.day, f"check:{one.id}", now, one.service, one.priority, late=late, appointment_id=one.id,
        in_line_at=now if late else start, address_id=one.address_id if one.how != "none" else None,
        language=one.language,
    )  # fmt: skip
    one.state, one.changed_at, one.next_at = "came", now, None
    unsaid(db, one, now)
    audit.write(db, actor=f"staff:{staff_id}", act="appointment.came", thing=about(one), now=now)
    return token


def walk_in(
    db: Session, window: Window, pack: Pack, service: str, priority: bool, phone: str, tag: str,
    staff_id: int, once: str, now: datetime,
) -> Token:  # fmt: skip
    """Somebody without an appointment is here. `phone`: where she may be told that it is nearly her turn; `once`: the
    form, so that a second click gives no second number. Raises Refusal."""
    one_after_another(db, window.code)
    if known := db.scalar(select(Token).where(Token.once == once)):
        return known
    if not window.does(service) or service not in pack.at_window:
        raise Refusal("Choose what she comes for.")
    number = pack.e164(phone) if phone.strip() else None
    if phone.strip() and number is None:
        raise Refusal("This is not a telephone number of here. Leave it out, or write it again.")
    address = people.make_known(db, pack.code, number, now) if number else None
    day = today_of(pack, now)
    token = _give(
        db, window.code, day, once, now, service, priority, in_line_at=now,
        address_id=address.id if address else None, language=tag,
    )  # fmt: skip
    audit.write(db, actor=f"staff:{staff_id}", act="window.came", thing=f"token:{token.id}", now=now)
    return token


def _give(
    db: Session, place: str, day: date, once: str, now: datetime, service: str, priority: bool, **more: object
) -> Token:
    """The next number of the day; whoever gives one has waited for the others (`one_after_another`)."""
    token = Token(
        place=place, day=day, number=last_number(db, place, day) + 1, service=service, priority=priority, came_at=now,
        once=once, state=WAITS, **more,
    )  # fmt: skip
    db.add(token)
    db.flush()
    return token


def one_after_another(db: Session, place: str) -> None:
    """Whoever gives a number at a window next waits until this transaction is over: on PostgreSQL; SQLite has one
    writer."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"tokens:{place}"))))


def line_of(tokens: Sequence[Token], window: Window, now: datetime, counter: int | None = None) -> list[Token]:
    """Who waits, in the order in which they are called; for one counter, only those whom it may call."""
    called = [t for t in tokens if t.called_at is not None]
    alone = sum(1 for t in called if is_walk_in(t))
    waiting = [t for t in tokens if t.state == WAITS and (counter is None or waits_for(t, window, counter))]
    ordered = in_order([_waiter(t) for t in waiting], len(called), alone, window.walk_in, now)
    by_number = {t.number: t for t in waiting}
    return [by_number[number] for number in ordered]


def waits_for(token: Token, window: Window, counter: int) -> bool:
    """Whether this counter may call her: whoever was sent on to one waits for that alone, whatever it does else."""
    there = {one.number: one for one in window.counters}
    if token.counter in there:
        return token.counter == counter
    return counter in there and there[counter].does(token.service)


def is_walk_in(token: Token) -> bool:
    return token.appointment_id is None or token.late


def _waiter(token: Token) -> Waiter:
    return Waiter(token.number, is_walk_in(token), token.priority, token.counter > 0, token.in_line_at)


def served(db: Session, pack: Pack, one: Appointment, now: datetime) -> None:
    """She got what she came for, or what could be done today. Later she is asked how it was."""
    if one.state in (*OPEN, "missed"):
        one.state, one.changed_at = "served", now
        one.next_at = next_moment(pack, one, now)
        unsaid(db, one, now)


def enter(db: Session, pack: Pack, one: Appointment, what: str, staff_id: int, now: datetime) -> None:
    """From paper: she was served, or did not come; what was entered wrongly is entered anew. Raises Refusal."""
    known = one.state in (*OPEN, "missed", "served") and what in ("served", "missed")
    if not known or instant(pack.zone, one.day, one.unit) > now:
        raise Refusal("This is not to be entered yet, or was cancelled.")
    if what == "served":
        served(db, pack, one, now)
    elif what == "missed" and one.state != "missed":
        one.state, one.changed_at, one.next_at = "missed", now, None
        unsaid(db, one, now)
    audit.write(db, actor=f"staff:{staff_id}", act=f"appointment.{one.state}", thing=about(one), now=now)


def enter_walk_ins(
    db: Session, window: Window, day: date, service: str, count: int, staff_id: int, once: str, now: datetime
) -> None:
    """From paper: so many came without an appointment. `once`: the form. Raises Refusal."""
    if not window.does(service) or not 1 <= count <= MOST_AT_ONCE:
        raise Refusal("Write for what they came, and how many: from 1 to 200.")
    one_after_another(db, window.code)
    if db.scalar(select(Token.id).where(Token.once == f"{once}:1")):
        return
    for number in range(1, count + 1):
        token = _give(db, window.code, day, f"{once}:{number}", now, service, False, in_line_at=now, paper=True)
        token.state = DONE
    audit.write(db, actor=f"staff:{staff_id}", act="window.paper", thing=window.code, why=f"{service}:{count}", now=now)


MOST_AT_ONCE = 200

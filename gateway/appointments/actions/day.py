"""The day at a window: who comes is given a number, and is called, served, sent on or not there.

The order is fair to both: whoever has an appointment is in line from its time, whoever has none from when she came; of
all who are called, people without one get at least the share that the window keeps for them. Priority goes first within
each. Whatever is done here may be done from paper in the afternoon, one tap each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...country.windows import Window
from ...house import House
from ...language.catalogue import fill
from ...people import actions as people
from ..records import Appointment
from ..records.day import CALLED, DONE, GONE, SERVED, WAITS, Token, last_number, token_of, tokens_of
from ..rules import OPEN, Refusal, instant
from ..turns import Waiter, in_order
from .booking import unsaid
from .telling import NEARLY, about
from .times import next_moment, waited_until

NOT_TODAY = "This appointment is not for today at this window."


def check_in(db: Session, house: House, window: Window, one: Appointment, staff_id: int, now: datetime) -> Token:
    """She is here. Checked in twice, she keeps her number. After she was waited for, she is in line with those who have
    no appointment. Raises Refusal."""
    pack = house.packs[one.country]
    if one.place != window.code or one.day != _today(pack, now) or one.state not in (*OPEN, "missed", "served"):
        raise Refusal(NOT_TODAY)
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
    if known := db.scalar(select(Token).where(Token.once == once)):
        return known
    if not window.does(service) or service not in pack.at_window:
        raise Refusal("Choose what she comes for.")
    number = pack.e164(phone) if phone.strip() else None
    if phone.strip() and number is None:
        raise Refusal("This is not a telephone number of here. Leave it out, or write it again.")
    address = people.make_known(db, pack.code, number, now) if number else None
    day = _today(pack, now)
    token = _give(
        db, window.code, day, once, now, service, priority, in_line_at=now,
        address_id=address.id if address else None, language=tag,
    )  # fmt: skip
    audit.write(db, actor=f"staff:{staff_id}", act="window.came", thing=f"token:{token.id}", now=now)
    return token


def _give(
    db: Session, place: str, day: date, once: str, now: datetime, service: str, priority: bool, **more: object
) -> Token:
    """The next number of the day."""
    token = Token(
        place=place, day=day, number=last_number(db, place, day) + 1, service=service, priority=priority, came_at=now,
        once=once, state=WAITS, **more,
    )  # fmt: skip
    db.add(token)
    db.flush()
    return token


def _today(pack: Pack, now: datetime) -> date:
    return now.astimezone(ZoneInfo(pack.zone)).date()


def line_of(tokens: Sequence[Token], window: Window, counter: int | None = None) -> list[Token]:
    """Who waits, in the order in which they are called; for one counter, only those whose service it does."""
    does = next((one for one in window.counters if one.number == counter), None)
    called = [t for t in tokens if t.called_at is not None]
    alone = sum(1 for t in called if is_walk_in(t))
    waiting = [t for t in tokens if t.state == WAITS and (does is None or does.does(t.service)) and _may(t, counter)]
    ordered = in_order([_waiter(t) for t in waiting], len(called), alone, window.walk_in)
    by_number = {t.number: t for t in waiting}
    return [by_number[number] for number in ordered]


def _may(token: Token, counter: int | None) -> bool:
    """Whoever was sent on waits for one counter alone."""
    return counter is None or token.counter in (0, counter)


def is_walk_in(token: Token) -> bool:
    return token.appointment_id is None or token.late


def _waiter(token: Token) -> Waiter:
    return Waiter(token.number, is_walk_in(token), token.priority, token.counter > 0, token.in_line_at)


def call_next(db: Session, house: House, window: Window, pack: Pack, counter: int, now: datetime) -> Token | None:
    """Calls whoever is next for a counter; what was still open there is finished. Nobody waits: none."""
    day = _today(pack, now)
    finish(db, window, pack, counter, now)
    tokens = tokens_of(db, window.code, day)
    line = line_of(tokens, window, counter)
    if not line:
        return None
    token = db.scalars(
        select(Token).where(Token.id == line[0].id, Token.state == WAITS).with_for_update()
    ).one_or_none()
    if token is None:
        return None
    token.state, token.counter, token.called_at, token.begun_at = CALLED, counter, now, None
    token.waited += max(0, int((now - max(token.came_at, token.in_line_at)).total_seconds()))
    db.flush()
    _nearly(db, house, pack, line_of(tokens_of(db, window.code, day), window), now)
    return token


def _nearly(db: Session, house: House, pack: Pack, line: list[Token], now: datetime) -> None:
    """Whoever is next but one is told on her telephone, once."""
    for token in line[1:2]:
        if token.told_at is None and token.address_id is not None:
            token.told_at = now
            body = fill(house.texts.find(token.language, NEARLY), {"number": str(token.number)})
            way = pack.writes_to(people.number_of(db, token.address_id))
            outbox.put(
                db, way, token.address_id, body, purpose="booked", about=_about(token), once=f"token:{token.id}:near",
                now=now,
            )  # fmt: skip


def _about(token: Token) -> str:
    return f"appointment:{token.appointment_id}" if token.appointment_id else f"token:{token.id}"


def at_counter(tokens: Sequence[Token], counter: int) -> Token | None:
    """Who is called to a counter, or served there."""
    return next((t for t in tokens if t.counter == counter and t.state in (CALLED, SERVED)), None)


def begin(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> None:
    """She has come to the counter."""
    if (token := _open(db, window, pack, counter, now)) and token.state == CALLED:
        token.state, token.begun_at = SERVED, now


def finish(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> None:
    """What she came for is done at this counter."""
    if token := _open(db, window, pack, counter, now):
        _took(token, now)
        token.state, token.ended_at = DONE, now
        _served(db, pack, token, now)


def _took(token: Token, now: datetime) -> None:
    token.took += int((now - (token.begun_at or token.called_at or now)).total_seconds())


def _open(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> Token | None:
    here = select(Token).where(
        Token.place == window.code, Token.day == _today(pack, now), Token.counter == counter,
        Token.state.in_((CALLED, SERVED)),
    )  # fmt: skip
    return db.scalar(here.with_for_update())


def absent(db: Session, window: Window, pack: Pack, counter: int, now: datetime) -> None:
    """She was called, and is not there."""
    token = _open(db, window, pack, counter, now)
    if token is None:
        return
    token.state, token.ended_at = GONE, now
    one = db.get(Appointment, token.appointment_id) if token.appointment_id else None
    if one is not None and one.state == "came":
        one.state, one.changed_at = "missed", now


def come_back(db: Session, token: Token, now: datetime) -> None:
    """She was not there when she was called, and is now: she is in line again, behind those who wait."""
    if token.state != GONE:
        return
    token.state, token.counter, token.late, token.in_line_at, token.called_at = WAITS, 0, True, now, None
    one = db.get(Appointment, token.appointment_id) if token.appointment_id else None
    if one is not None and one.state == "missed":
        one.state, one.changed_at = "came", now


def send_on(db: Session, window: Window, pack: Pack, counter: int, to: int, now: datetime) -> None:
    """She goes on to another counter with the same number, and is called there first. Raises Refusal."""
    if to == counter or to not in {one.number for one in window.counters}:
        raise Refusal("Choose another counter of this window.")
    token = _open(db, window, pack, counter, now)
    if token is None:
        raise Refusal("Nobody is at this counter.")
    _took(token, now)
    token.state, token.counter, token.in_line_at, token.begun_at = WAITS, to, now, None


def _served(db: Session, pack: Pack, token: Token, now: datetime) -> None:
    one = db.get(Appointment, token.appointment_id) if token.appointment_id else None
    if one is not None:
        served(db, pack, one, now)


def served(db: Session, pack: Pack, one: Appointment, now: datetime) -> None:
    """She got what she came for, or what could be done today. Later she is asked how it was."""
    if one.state in (*OPEN, "missed"):
        one.state, one.changed_at = "served", now
        one.next_at = next_moment(pack, one, now)
        unsaid(db, one, now)


def enter(db: Session, pack: Pack, one: Appointment, what: str, staff_id: int, now: datetime) -> None:
    """From paper: she was served, or did not come; what was entered wrongly is entered anew. Raises Refusal."""
    if one.state not in (*OPEN, "missed", "served") or instant(pack.zone, one.day, one.unit) > now:
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
    if db.scalar(select(Token.id).where(Token.once == f"{once}:1")):
        return
    for number in range(1, count + 1):
        token = _give(db, window.code, day, f"{once}:{number}", now, service, False, in_line_at=now, paper=True)
        token.state = DONE
    audit.write(db, actor=f"staff:{staff_id}", act="window.paper", thing=window.code, why=f"{service}:{count}", now=now)


MOST_AT_ONCE = 200

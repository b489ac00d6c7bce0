"""A window that closes: illness, flood, a holiday declared late.

One act closes it, looks for a new time for everybody who is touched, and keeps those times at once; the old ones stay
until the closing is told. Until then it can be undone, and nobody hears of it. When it is told, each appointment is
exchanged in a transaction of the whole closing, or cancelled where no time was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack, lineage
from ...country.windows import Window
from ...house import House
from ...people.asks import Ask
from ..records import Appointment, between
from ..records.around import Closure, Touched, Visit
from ..rules import DAY, UNITS, Closed, Refusal, Slot, Taken, instant
from ..slots import Asking
from ..windows import code_of, free_at, near, visit_of, window_of
from .booking import cancel, exchange, has_begun, must_still_be, stir
from .holding import Comer, Want, drop, hold_at
from .reminding import COMING, UNDO_FOR, call_her
from .telling import ANSWER, CALL, CLOSED, CLOSES_NEW, DIAL, can_answer, raw_facts, write

TRIES = 5
PROPOSED = "offered"
LONGEST, CALL_WITHIN = timedelta(days=60), timedelta(hours=4)
REASONS = ("illness", "flood", "holiday", "other")


@dataclass(frozen=True)
class Closing:
    """What somebody wants to close. `begin`, `end`: units of each day."""

    place: str
    first: date
    last: date
    begin: int = 0
    end: int = UNITS
    below: bool = False
    why: str = "other"

    def closed(self) -> Closed:
        return Closed(self.first, self.last, self.begin, self.end)


def places_of(db: Session, pack: Pack, closing: Closing) -> list[str]:
    """The windows that are closed: the one, or it and all below its office, with the visits that leave from them."""
    offices = [closing.place]
    if closing.below and closing.place in pack.offices:
        offices = [code for code in pack.offices if closing.place in lineage(code, pack.offices)]
    visits = select(Visit).where(Visit.office.in_(offices), Visit.day.between(closing.first, closing.last))
    leave = [code_of(row) for row in db.scalars(visits)] if closing.place in pack.offices else []
    return [*offices, *leave]


def touched_by(db: Session, pack: Pack, closing: Closing, now: datetime) -> list[Appointment]:
    """Who has an appointment then, soonest first; nobody whose time has come already."""
    found = between(db, places_of(db, pack, closing), closing.first, closing.last, ("booked",))
    inside = (one for one in found if closing.closed().touches(one.day, one.units()))
    return [one for one in inside if not has_begun(pack, one, now)]


def close(
    db: Session, house: House, closing: Closing, country: str, staff_id: int, once: str, now: datetime
) -> Closure:
    """Closes it, and keeps a new time for everybody. `once`: the form. Raises Refusal."""
    if known := db.scalar(select(Closure).where(Closure.once == once)):
        return known
    pack = house.packs[country]
    must_make_sense(pack, closing, now)
    row = Closure(
        country=country, place=closing.place, below=closing.below, first=closing.first, last=closing.last,
        begin=closing.begin, end=closing.end, why=closing.why, staff_id=staff_id, made_at=now,
        send_at=now + UNDO_FOR, once=once,
    )  # fmt: skip
    db.add(row)
    db.flush()
    for one in touched_by(db, pack, closing, now):
        proposed = _new_time(db, pack, one, now)
        db.add(Touched(closure_id=row.id, appointment_id=one.id, to_id=proposed.id if proposed else None))
        db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act="window.closed", thing=f"closure:{row.id}", why=closing.why, now=now)
    return row


def must_make_sense(pack: Pack, closing: Closing, now: datetime) -> None:
    """Raises Refusal, with what to write otherwise."""
    today = pack.calendar.local_day(now)
    if closing.last < closing.first or closing.begin >= closing.end:
        raise Refusal("It ends before it begins. Write the days again.")
    if closing.last < today:
        raise Refusal("This is over. Choose days from today on.")
    if closing.last - closing.first > LONGEST:
        raise Refusal("Close at most sixty days at once.")
    if closing.why not in REASONS:
        raise Refusal("Choose why it is closed.")


def _new_time(db: Session, pack: Pack, one: Appointment, now: datetime) -> Appointment | None:
    """The next free time for her, at the same window; where that is no more, or has none, at the nearest other. Never
    before her own day: she comes from far, and may read it late."""
    asking = Asking(one.service, one.minutes, one.priority, now)
    since = max(one.day, pack.calendar.local_day(now) + DAY)
    for window in _windows_for(db, pack, one, now):
        later = (
            slot for slot in free_at(db, pack, window, asking, since) if (slot.day, slot.unit) > (one.day, one.unit)
        )
        for slot in islice(later, TRIES):
            if (found := _keep(db, pack, window, one, slot, now)) is not None:
                return found
    return None


def _windows_for(db: Session, pack: Pack, one: Appointment, now: datetime) -> Iterator[Window]:
    own = window_of(db, pack, one.place)
    visit = visit_of(db, pack, one.place)
    if own is not None and own.on is None:
        yield own
    office = visit.office if visit else one.place
    area = visit.area if visit else pack.offices[office].place if office in pack.offices else ""
    around = near(db, pack, area, one.service, now) if area else []
    yield from (window for window in around if window.code != one.place)
    if office in pack.windows and visit and pack.windows[office].does(one.service):
        yield pack.windows[office]


def _keep(db: Session, pack: Pack, window: Window, one: Appointment, slot: Slot, now: datetime) -> Appointment | None:
    want = Want(window.code, one.service, slot, one.priority)
    comer = Comer(one.address_id, "", one.language, one.channel)
    try:
        return hold_at(db, pack, window, want, comer, now, PROPOSED, now + timedelta(days=1), of=one)
    except Taken:
        return None


def undo(db: Session, closure_id: int, country: str, staff_id: int, now: datetime) -> None:
    """It stays open after all; nobody has been told. Undone twice, it changes nothing. Raises Refusal."""
    row = db.scalar(select(Closure).where(Closure.id == closure_id, Closure.country == country).with_for_update())
    if row is None or row.undone_at is not None:
        return
    if row.sent_at is not None:
        raise Refusal("People have been told already. It cannot be undone; they can book again.")
    row.undone_at = now
    places = _release(db, row)
    for place in places:
        stir(db, place, now)
    audit.write(db, actor=f"staff:{staff_id}", act="window.reopened", thing=f"closure:{row.id}", now=now)


def _release(db: Session, row: Closure) -> set[str]:
    kept = [touched.to_id for touched in touched_of(db, row.id) if touched.to_id]
    places = set(db.scalars(select(Appointment.place).where(Appointment.id.in_(kept))))
    drop(db, kept)
    db.execute(delete(Touched).where(Touched.closure_id == row.id))
    return places


def touched_of(db: Session, closure_id: int) -> list[Touched]:
    return list(db.scalars(select(Touched).where(Touched.closure_id == closure_id)))


def tell_closing(db: Session, house: House, closure_id: int, now: datetime) -> list[Ask]:
    """Exchanges or cancels what a closing touches, and tells everybody. What a conversation is to ask them is given
    back. Safe to run twice: what was moved, cancelled or told meanwhile is left alone."""
    waiting = select(Closure).where(Closure.id == closure_id, Closure.send_at <= now, Closure.sent_at.is_(None))
    row = db.scalar(waiting.where(Closure.undone_at.is_(None)).with_for_update())
    if row is None:
        return []
    pack = house.packs[row.country]
    row.sent_at, asks = now, []
    for one, kept in _touched(db, house, row, now):
        if not row.closed().touches(one.day, one.units()) or one.state != "booked":
            drop(db, [kept.id] if kept else [])
        elif _moved(db, house, one, kept, now):
            asks += _say(db, house, one, now)
        else:
            cancel(db, one, now, actor="system")
            _say(db, house, one, now)
    _call_off(db, pack, row, now)
    return asks


def _touched(db: Session, house: House, row: Closure, now: datetime) -> list[tuple[Appointment, Appointment | None]]:
    """Everybody whom it touches, locked in one order, with the time that is kept for her; also who was booked in the
    moment in which it was closed, or was moved there since."""
    kept = {touched.appointment_id: touched.to_id for touched in touched_of(db, row.id)}
    closing = Closing(row.place, row.first, row.last, row.begin, row.end, row.below, row.why)
    late = [one.id for one in touched_by(db, house.packs[row.country], closing, now) if one.id not in kept]
    mine = select(Appointment).where(Appointment.id.in_([*kept, *late])).order_by(Appointment.id)
    rows = db.scalars(mine.with_for_update().execution_options(populate_existing=True)).all()
    return [(one, db.get(Appointment, to) if (to := kept.get(one.id)) else None) for one in rows]


def _moved(db: Session, house: House, one: Appointment, kept: Appointment | None, now: datetime) -> bool:
    """Whether she has another time now: the one that was kept, unless that is closed too by now; else the next."""
    pack = house.packs[one.country]
    for held in (kept, None):
        to = held or _new_time(db, pack, one, now)
        if to is None:
            return False
        try:
            must_still_be(db, pack, to, now)
            exchange(db, pack, one, to, now, "system")
        except Taken:
            drop(db, [to.id])
            continue
        return True
    return False


def _say(db: Session, house: House, one: Appointment, now: datetime) -> list[Ask]:
    """Everybody hears of it, also who wanted no reminder: she would come to a closed door. Whoever chose calls is
    called as well."""
    if one.address_id is None:
        return []
    pack, moved = house.packs[one.country], one.state == "booked"
    answers = moved and can_answer(db, pack, one.address_id)
    another = ANSWER if answers else DIAL if pack.dial() and moved else CALL
    write(db, house, one, (CLOSES_NEW if moved else CLOSED, another), "closed", now)
    if one.how == "call":
        call_her(db, house, one, "closed", now + CALL_WITHIN, now)
    until = instant(pack.zone, one.day, one.unit)
    return [Ask(one.address_id, COMING, until, raw_facts(db, pack, one))] if moved else []


def _call_off(db: Session, pack: Pack, closure: Closure, now: datetime) -> None:
    """The visits that are closed for all of their time do not take place."""
    codes = places_of(db, pack, Closing(closure.place, closure.first, closure.last, below=closure.below))
    for code in codes:
        visit = visit_of(db, pack, code)
        if visit and closure.closed().covers(visit.day, visit.units()):
            visit.called_off_at = now

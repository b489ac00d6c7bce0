"""Times that are kept for who is choosing, and for those whom we offer one. A hold ends by itself: its end is a column
that is compared with the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ...country import Pack
from ...country.windows import Window
from ...language import fold
from ...people import actions as people
from ..records import Appointment, free, is_who, live_of, take, who_of
from ..records.around import Touched, Waiting
from ..rules import MOST_ON_A_PHONE, OPEN, Same, Slot, Taken, TooMany
from ..slots import Asking
from ..windows import still_free, today_of, window_of
from .times import next_moment

LONGEST_NAME = 60
GONE = "This time is taken. Choose another."


@dataclass(frozen=True)
class Want:
    """A time at a window, for a service."""

    place: str
    service: str
    slot: Slot
    priority: bool = False


@dataclass(frozen=True)
class Comer:
    """Who comes, and how she is spoken to. `address_id`: None where no number is known."""

    address_id: int | None
    name: str
    language: str
    channel: str

    @property
    def called(self) -> str:
        """Her name as it is kept; what has no letter is none: a key was pressed."""
        name = fold.clean(self.name)[:LONGEST_NAME]
        return name if any(map(str.isalpha, name)) else ""


def hold(
    db: Session, pack: Pack, want: Want, comer: Comer, now: datetime, of: Appointment | None = None
) -> Appointment:
    """Keeps a time for who is choosing, for as long as the window says; what this phone held before is free
    again. `of`: the appointment that is to be moved there. Raises Taken; Same and TooMany, where this phone has
    enough."""
    there = alone(db, comer.address_id, today_of(pack, now))
    if of is None:
        may_have(there, want.service, comer)
    window = window_for(db, pack, want)
    return hold_at(db, pack, window, want, comer, now, "held", now + window.hold, of)


def window_for(db: Session, pack: Pack, want: Want) -> Window:
    window = window_of(db, pack, want.place)
    if window is None or want.service not in pack.at_window:
        raise Taken(GONE)
    return window


def alone(db: Session, address_id: int | None, today: date) -> list[Appointment]:
    """From here on one conversation alone speaks for a phone; it holds nothing. What it has."""
    if address_id is None:
        return []
    db.info["speaks"] = people.lock_address(db, address_id)  # kept, so that it is not read again to write to her
    there = live_of(db, [address_id], today)
    if held := [one.id for one in there if one.state == "held"]:
        drop(db, held)
    return [one for one in there if one.state in OPEN]


def may_have(there: list[Appointment], service: str, comer: Comer) -> None:
    """A phone may have one appointment for each name and service, and a few in all. Raises Same, TooMany."""
    who = is_who(comer.called)
    if same := next((one for one in there if one.service == service and one.who in who), None):
        raise Same(same.reference or "")
    if len(there) >= MOST_ON_A_PHONE:
        raise TooMany("So many appointments stand for this phone already that an operator makes the next one.")


def hold_at(
    db: Session, pack: Pack, window: Window, want: Want, comer: Comer, now: datetime, state: str,
    until: datetime | None, of: Appointment | None = None, **more: object,
) -> Appointment:  # fmt: skip
    """Keeps a time at a window until a moment, or for good. `more`: what else is known of it. Raises Taken."""
    minutes = pack.at_window[want.service].minutes if of is None else of.minutes
    counters = still_free(db, pack, window, want.slot, Asking(want.service, minutes, want.priority, now))
    if not counters:
        raise Taken(GONE)
    one = Appointment(
        country=pack.code, place=want.place, service=want.service, day=want.slot.day, unit=want.slot.unit,
        minutes=minutes, counter=counters[0], state=state, address_id=comer.address_id, name=comer.called or None,
        who=who_of(comer.called), priority=want.priority, language=comer.language, channel=comer.channel,
        of=of.id if of else None, made_at=now, changed_at=now, **more,
    )  # fmt: skip
    one.next_at = next_moment(pack, one, now)
    db.add(one)
    db.flush()
    for counter in counters:
        one.counter = counter
        if take(db, one, until, now):
            db.flush()
            return one
    db.delete(one)
    db.flush()
    raise Taken(GONE)


def held_of(db: Session, address_id: int) -> Appointment | None:
    """What this phone is choosing."""
    mine = select(Appointment).where(Appointment.address_id == address_id, Appointment.state == "held")
    return db.scalar(mine.order_by(Appointment.id.desc()).limit(1))


def drop(db: Session, ids: list[int]) -> None:
    """Forgets appointments that were only held."""
    for appointment_id in ids:
        free(db, appointment_id)
    db.execute(update(Waiting).where(Waiting.offer_id.in_(ids)).values(offer_id=None, offer_until=None))
    db.execute(update(Touched).where(Touched.to_id.in_(ids)).values(to_id=None))
    db.execute(delete(Appointment).where(Appointment.id.in_(ids)))

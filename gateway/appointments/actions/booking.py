"""Seats held, booked, moved and given up.

A hold is a row that ends by itself; what was chosen is checked once when it is held and again when it is booked. A move
takes the new seats first, and gives up the old ones in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...country.windows import Window
from ...hotline import actions as hotline
from ...house import House
from ...language import fold
from ...people import actions as people
from ..records import (
    Appointment,
    confirm,
    expected_of,
    free,
    give,
    is_who,
    numbered,
    take,
    who_of,
)
from ..records.around import Touched, Waiting
from ..references import new_number
from ..rules import MOST_ON_A_PHONE, Refusal, Same, Slot, Taken, TooMany, instant
from ..slots import Asking
from ..windows import is_closed, still_free, window_of
from .telling import about, say_booked
from .times import next_moment

LONGEST_NAME = 60
GONE = "This time is taken. Choose another."
OVER = "This appointment is over, or was cancelled. Nothing was changed."


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


def hold(
    db: Session, pack: Pack, want: Want, comer: Comer, now: datetime, of: Appointment | None = None
) -> Appointment:
    """Keeps a time for who is choosing, for as long as the window says; what this phone held before is free
    again. `of`: the appointment that is to be moved there. Raises Taken; Same and TooMany, where this phone has
    enough."""
    if comer.address_id is not None:
        people.lock_address(db, comer.address_id)
        let_go(db, comer.address_id)
    if of is None:
        may_have(db, want.service, comer)
    window = window_of(db, pack, want.place)
    if window is None or want.service not in pack.at_window:
        raise Taken(GONE)
    return hold_at(db, pack, window, want, comer, now, "held", now + window.hold, of)


def hold_at(
    db: Session, pack: Pack, window: Window, want: Want, comer: Comer, now: datetime, state: str,
    until: datetime | None, of: Appointment | None = None,
) -> Appointment:  # fmt: skip
    """Keeps a time at a window until a moment; raises Taken."""
    minutes = pack.at_window[want.service].minutes if of is None else of.minutes
    asking = Asking(want.service, minutes, want.priority, now)
    name = fold.clean(comer.name)[:LONGEST_NAME]
    one = Appointment(
        country=pack.code, place=want.place, service=want.service, day=want.slot.day, unit=want.slot.unit,
        minutes=minutes, counter=0, state=state, address_id=comer.address_id, name=name or None, who=who_of(name),
        priority=want.priority, language=comer.language, channel=comer.channel, of=of.id if of else None,
        made_at=now, changed_at=now,
    )  # fmt: skip
    free_counters = still_free(db, pack, window, want.slot, asking)
    if not free_counters:
        raise Taken(GONE)
    one.counter = free_counters[0]
    db.add(one)
    db.flush()
    for counter in free_counters:
        one.counter = counter
        if take(db, one, until, now):
            db.flush()
            return one
    db.delete(one)
    db.flush()
    raise Taken(GONE)


def may_have(db: Session, service: str, comer: Comer) -> None:
    """A phone may have one appointment for each name and service, and a few in all. Raises Same, TooMany."""
    if comer.address_id is None:
        return
    there, who = expected_of(db, [comer.address_id]), is_who(fold.clean(comer.name)[:LONGEST_NAME])
    if same := next((one for one in there if one.service == service and one.who in who), None):
        raise Same(same.reference or "")
    if len(there) >= MOST_ON_A_PHONE:
        raise TooMany("So many appointments stand for this phone already that an operator makes the next one.")


def held_of(db: Session, address_id: int) -> Appointment | None:
    """What this phone is choosing."""
    mine = select(Appointment).where(Appointment.address_id == address_id, Appointment.state == "held")
    return db.scalar(mine.order_by(Appointment.id.desc()).limit(1))


_HELD = select(Appointment.id).where(Appointment.address_id == bindparam("address"), Appointment.state == "held")


def let_go(db: Session, address_id: int) -> None:
    """Nothing is held for this phone any more."""
    if held := list(db.scalars(_HELD, {"address": address_id})):
        drop(db, held)


def drop(db: Session, ids: list[int]) -> None:
    """Forgets appointments that were only held."""
    for appointment_id in ids:
        free(db, appointment_id)
    db.execute(update(Waiting).where(Waiting.offer_id.in_(ids)).values(offer_id=None, offer_until=None))
    db.execute(update(Touched).where(Touched.to_id.in_(ids)).values(to_id=None))
    db.execute(delete(Appointment).where(Appointment.id.in_(ids)))


def book(
    db: Session, house: House, held: Appointment, how: str, hours: str, now: datetime, *, reads: bool = False
) -> Appointment:
    """Makes what was held an appointment, and sends its number where she is to be written to and does not read it on
    this channel (`reads`). Said again, it changes nothing. Raises Taken, Same, TooMany."""
    if held.state not in ("held", "offered"):
        return held
    pack = house.packs[held.country]
    if held.address_id is not None:
        people.lock_address(db, held.address_id)
    may_have(db, held.service, Comer(held.address_id, held.name or "", held.language, held.channel))
    _must_still_be(db, pack, held, now)
    _confirm(db, held)
    held.state, held.how, held.hours, held.reference = "booked", how, hours, _free_number(db)
    held.made_at = held.changed_at = now
    held.next_at = next_moment(pack, held, now)
    db.flush()
    audit.write(db, actor=_by(held), act="appointment.booked", thing=about(held), now=now)
    if not reads:
        say_booked(db, house, held, now)
    return held


def move(
    db: Session, house: House, held: Appointment, now: datetime, *, reads: bool = False, actor: str = ""
) -> Appointment:
    """Exchanges an appointment's time for the one that was held: the new seats are hers before the old ones are free.
    Said again, it changes nothing. Raises Taken; Refusal, where it is over by now."""
    one = db.scalar(select(Appointment).where(Appointment.id == held.of).with_for_update())
    if one is None or one.state != "booked" or has_begun(house.packs[held.country], one, now):
        raise Refusal(OVER)
    pack = house.packs[held.country]
    _must_still_be(db, pack, held, now)
    exchange(db, pack, one, held, now, actor or _by(one))
    if not reads:
        say_booked(db, house, one, now)
    return one


def exchange(db: Session, pack: Pack, one: Appointment, held: Appointment, now: datetime, actor: str) -> None:
    """An appointment gets the time that was held for it, and gives up its own. Raises Taken, and then keeps its own."""
    _confirm(db, held)
    before = one.place
    give(db, held.id, one.id)
    one.place, one.day, one.unit, one.counter = held.place, held.day, held.unit, held.counter
    one.sequence, one.changed_at, one.coming = one.sequence + 1, now, False
    db.flush()
    drop(db, [held.id])
    one.next_at = next_moment(pack, one, now)
    unsaid(db, one, now)
    stir(db, before, now)
    audit.write(db, actor=actor, act="appointment.moved", thing=about(one), now=now)


def cancel(db: Session, one: Appointment, now: datetime, *, actor: str = "") -> bool:
    """Nobody comes: the seats are free, and whoever waits for one is looked for. Whether anything was changed."""
    if one.state != "booked":
        return False
    one.state, one.sequence, one.changed_at, one.next_at = "cancelled", one.sequence + 1, now, None
    free(db, one.id)
    db.flush()
    unsaid(db, one, now)
    stir(db, one.place, now)
    audit.write(db, actor=actor or _by(one), act="appointment.cancelled", thing=about(one), now=now)
    return True


def comes(db: Session, one: Appointment, now: datetime) -> None:
    """She says that she comes."""
    if one.state == "booked" and not one.coming:
        one.coming = True
        audit.write(db, actor=_by(one), act="appointment.coming", thing=about(one), now=now)


def unsaid(db: Session, one: Appointment, now: datetime) -> None:
    """What still waits to be told of its old time is not told."""
    outbox.take_back(db, about(one), now)
    hotline.drop_about(db, [about(one)], now)


def stir(db: Session, place: str, now: datetime) -> None:
    """Something may be free at a window: whoever waits there is looked at."""
    db.execute(update(Waiting).where(Waiting.place == place, Waiting.offer_id.is_(None)).values(next_at=now))


def has_begun(pack: Pack, one: Appointment, now: datetime) -> bool:
    return instant(pack.zone, one.day, one.unit) <= now


def _confirm(db: Session, held: Appointment) -> None:
    """Its seats are kept without an end. Raises Taken, and then holds none of them."""
    if not confirm(db, held):
        drop(db, [held.id])
        raise Taken(GONE)


def _must_still_be(db: Session, pack: Pack, held: Appointment, now: datetime) -> None:
    """The window is still there and open then, and the time has not come. Raises Taken."""
    window = window_of(db, pack, held.place)
    closed = window is None or is_closed(db, pack, window, held.day, held.units())
    if closed or has_begun(pack, held, now):
        raise Taken(GONE)


def _free_number(db: Session) -> str:
    while numbered(db, number := new_number()):
        continue
    return number


def _by(one: Appointment) -> str:
    return "hotline" if one.channel.endswith("-desk") else "citizen"


def find(db: Session, reference: str, lock: bool = False) -> Appointment | None:
    mine = select(Appointment).where(Appointment.reference == reference)
    return db.scalar(mine.with_for_update() if lock else mine) if reference else None

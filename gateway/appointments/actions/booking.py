"""Seats held, booked, moved and given up.

A hold is a row that ends by itself; what was chosen is checked once when it is held and again when it is booked. A move
takes the new seats first, and gives up the old ones in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...hotline import actions as hotline
from ...house import House
from ...people import actions as people
from ..records import Appointment, confirm, expected_of, free, give, is_given, locked, numbered
from ..records.around import Waiting
from ..references import new_number
from ..rules import Refusal, Taken, instant
from ..windows import is_closed, today_of, window_of
from .holding import GONE, Comer, Want, alone, drop, hold_at, may_have, window_for
from .telling import about, say_booked
from .times import next_moment

OVER = "This appointment is over, or was cancelled. Nothing was changed."


def book(
    db: Session, house: House, held: Appointment, how: str, hours: str, now: datetime, *, reads: bool = False,
    shown: Sequence[str] = (),
) -> Appointment:  # fmt: skip
    """Makes what was held an appointment, and sends its number where she is to be written to and does not read it on
    this channel (`reads`). `shown`: papers that she need not bring. Said again, it changes nothing. Raises Taken, Same,
    TooMany."""
    if held.state not in ("held", "offered"):
        return held
    pack = house.packs[held.country]
    if held.address_id is not None:
        people.lock_address(db, held.address_id)
        comer = Comer(held.address_id, held.name or "", held.language, held.channel)
        may_have(expected_of(db, [held.address_id], today_of(pack, now)), held.service, comer)
    must_still_be(db, pack, held, now)
    _confirm(db, held)
    held.state, held.how, held.hours, held.reference = "booked", how, hours, _free_number(db)
    held.made_at = held.changed_at = now
    held.next_at = next_moment(pack, held, now)
    db.flush()
    return _made(db, house, held, now, reads, shown)


def book_at_once(
    db: Session, house: House, want: Want, comer: Comer, how: str, now: datetime, *, reads: bool = False
) -> Appointment:
    """Holds and books a time in one go: for who has seen the times before, and says which one. Raises Taken, Same,
    TooMany."""
    pack = house.pack_of_channel(comer.channel)
    may_have(alone(db, comer.address_id, today_of(pack, now)), want.service, comer)
    window, number = window_for(db, pack, want), _free_number(db)
    one = hold_at(db, pack, window, want, comer, now, "booked", None, how=how, reference=number)
    return _made(db, house, one, now, reads)


def _made(
    db: Session, house: House, one: Appointment, now: datetime, reads: bool, shown: Sequence[str] = ()
) -> Appointment:
    audit.write(db, actor=_by(one), act="appointment.booked", thing=about(one), now=now)
    if not reads:
        say_booked(db, house, one, now, shown)
    return one


def move(
    db: Session, house: House, held: Appointment, now: datetime, *, reads: bool = False, actor: str = ""
) -> Appointment:
    """Exchanges an appointment's time for the one that was held: the new seats are hers before the old ones are free.
    Said again, it changes nothing. Raises Taken; Refusal, where it is over by now."""
    one = locked(db, held.of)
    if one is None or one.state != "booked" or has_begun(house.packs[held.country], one, now):
        raise Refusal(OVER)
    pack = house.packs[held.country]
    must_still_be(db, pack, held, now)
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


def must_still_be(db: Session, pack: Pack, held: Appointment, now: datetime) -> None:
    """The window is still there and open then, and the time has not come. Raises Taken."""
    window = window_of(db, pack, held.place)
    closed = window is None or is_closed(db, pack, window, held.day, held.units())
    if closed or has_begun(pack, held, now):
        raise Taken(GONE)


def _free_number(db: Session) -> str:
    while is_given(db, number := new_number()):
        continue
    return number


def _by(one: Appointment) -> str:
    return "hotline" if one.channel.endswith("-desk") else "citizen"


def find(db: Session, reference: str, lock: bool = False) -> Appointment | None:
    """The appointment of a number; `lock`: nobody else changes it until this transaction is over."""
    one = numbered(db, reference)
    return locked(db, one.id) if one and lock else one

"""Who waits for a free time: in the order in which they came, a time that becomes free is kept for the first for an
hour in which people are awake, and she is told. What she does not take goes to the next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack
from ...country.windows import Window
from ...house import House
from ...language import formats
from ...people import actions as people
from ...people.asks import Ask
from ..records import Appointment, expected_of, is_who, locked, who_of
from ..records.around import Waiting, waiting_of
from ..rules import MOST_ON_A_PHONE, Slot, Taken
from ..slots import Asking
from ..windows import free_at, today_of, window_of
from .booking import stir
from .holding import GONE, Comer, Want, drop, hold_at
from .telling import OFFER, OFFER_ANSWER, OFFER_DIAL, can_answer, raw_facts, write
from .times import quiet_at

OFFERED = "offered"
OFFER_LASTS = timedelta(hours=1)
WAITS_FOR = timedelta(days=30)
LOOK_AGAIN = timedelta(minutes=10)
MOST_OFFERS = 3
MOST_WAITING = 4


def wait(db: Session, pack: Pack, want: Want, comer: Comer, now: datetime) -> bool:
    """She wants to hear of a free time. Said again, it changes nothing. Whether she waits now."""
    if comer.address_id is None or want.service not in pack.at_window or window_of(db, pack, want.place) is None:
        return False
    people.lock_address(db, comer.address_id)
    name = comer.called
    mine = waiting_of(db, comer.address_id)
    if any(row.place == want.place and row.service == want.service and row.who in is_who(name) for row in mine):
        return True
    if len(mine) >= MOST_WAITING:
        return False
    row = Waiting(
        country=pack.code, place=want.place, service=want.service, priority=want.priority, address_id=comer.address_id,
        who=who_of(name), name=name or None, language=comer.language, channel=comer.channel, since=now,
        until=now + WAITS_FOR, next_at=now + LOOK_AGAIN,
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.write(db, actor="citizen", act="waiting.joined", thing=f"waiting:{row.id}", now=now)
    return True


def offer(db: Session, house: House, waiting_id: int, now: datetime) -> Ask | None:
    """Looks for whoever waits: an offer that ran out is withdrawn, and a time that is free is kept for her, unless
    somebody waits there longer. What a conversation is to ask her is given back. Safe to run twice."""
    row = db.scalar(select(Waiting).where(Waiting.id == waiting_id, Waiting.next_at <= now).with_for_update())
    if row is None:
        return None
    pack = house.packs[row.country]
    if row.offer_id is not None and row.offer_until and now >= row.offer_until:
        _ran_out(db, row, now)
    window = window_of(db, pack, row.place)
    over = now >= row.until or window is None or row.offers >= MOST_OFFERS or row.service not in pack.at_window
    if over or _has_one(db, row, today_of(pack, now)):
        _leave(db, row)
        return None
    row.next_at = now + LOOK_AGAIN
    if window is None or row.offer_id is not None or _is_quiet(pack, now) or _somebody_is_before(db, row):
        return None
    asking = Asking(row.service, pack.at_window[row.service].minutes, row.priority, now)
    for slot in islice(free_at(db, pack, window, asking), MOST_OFFERS):
        if ask := _offered(db, house, window, row, slot, now):
            return ask
    return None


def _offered(db: Session, house: House, window: Window, row: Waiting, slot: Slot, now: datetime) -> Ask | None:
    pack = house.packs[row.country]
    want = Want(row.place, row.service, slot, row.priority)
    comer, until = Comer(row.address_id, row.name or "", row.language, row.channel), now + OFFER_LASTS
    try:
        one = hold_at(db, pack, window, want, comer, now, OFFERED, until)
    except Taken:
        return None
    row.offer_id, row.offer_until, row.next_at, row.offers = one.id, until, until, row.offers + 1
    db.flush()
    answers = can_answer(db, pack, row.address_id)
    last = formats.clock_time(until, pack.zone, row.language, pack.style(row.language))
    write(db, house, one, (OFFER, OFFER_ANSWER if answers else OFFER_DIAL), "offer", now, more={"until": last})
    return Ask(row.address_id, OFFERED, until, {"offer": str(one.id), **raw_facts(db, pack, one)})


def _ran_out(db: Session, row: Waiting, now: datetime) -> None:
    """She has not taken it: it is the next one's; she waits behind them."""
    _release(db, row)
    row.since = now
    db.flush()
    stir(db, row.place, now)
    row.next_at = now + LOOK_AGAIN
    db.flush()


def _release(db: Session, row: Waiting) -> None:
    offered = db.get(Appointment, row.offer_id) if row.offer_id else None
    row.offer_id = row.offer_until = None
    db.flush()
    if offered is not None and offered.state == OFFERED:
        drop(db, [offered.id])


def _somebody_is_before(db: Session, row: Waiting) -> bool:
    """Whether somebody waits longer for the same, has no offer, and is about to be looked for."""
    longer = select(Waiting.id).where(
        Waiting.place == row.place, Waiting.service == row.service, Waiting.priority == row.priority,
        Waiting.offer_id.is_(None), Waiting.id != row.id, Waiting.next_at <= row.next_at,
        (Waiting.since < row.since) | ((Waiting.since == row.since) & (Waiting.id < row.id)),
    )  # fmt: skip
    return db.scalar(longer.limit(1)) is not None


def _has_one(db: Session, row: Waiting, today: date) -> bool:
    """Whether she has booked what she waits for, or her phone has enough."""
    there = expected_of(db, [row.address_id], today)
    who = is_who(row.name or "")
    same = any(one.service == row.service and one.who in who for one in there)
    return same or len(there) >= MOST_ON_A_PHONE


def _leave(db: Session, row: Waiting) -> None:
    _release(db, row)
    db.delete(row)
    db.flush()


def _is_quiet(pack: Pack, now: datetime) -> bool:
    """Whether people sleep now, or will before the hour of an offer is over."""
    return any(quiet_at(pack, moment) is not None for moment in (now, now + OFFER_LASTS))


def offer_of(db: Session, address_id: int, offer_id: int) -> Appointment:
    """What is kept for her. Raises Taken, where it is not any more."""
    db.scalar(select(Waiting.id).where(Waiting.offer_id == offer_id).with_for_update())  # first, as `offer` does
    one = locked(db, offer_id)
    if one is None or one.address_id != address_id or one.state != OFFERED:
        raise Taken(GONE)
    return one


def took(db: Session, offer_id: int) -> None:
    """She has what she waited for."""
    db.execute(delete(Waiting).where(Waiting.offer_id == offer_id))


def leave_offer(db: Session, address_id: int, offer_id: int, now: datetime) -> None:
    """She does not want this one: she waits no longer, and it goes to the next at once."""
    mine = select(Waiting).where(Waiting.offer_id == offer_id, Waiting.address_id == address_id)
    row = db.scalar(mine.with_for_update())
    if row is not None:
        place = row.place
        _leave(db, row)
        stir(db, place, now)


def offer_stands(db: Session, offer_id: str) -> bool:
    one = db.get(Appointment, int(offer_id)) if offer_id.isdecimal() else None
    return one is not None and one.state == OFFERED

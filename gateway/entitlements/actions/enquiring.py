"""A question to a register of elsewhere: put by a conversation, asked by a worker, heard a moment later. Where it is
down or slow, she is told so, and what comes of it is sent to her as a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...db import wake_later
from ...house import House
from ...language import formats
from ...language.catalogue import fill, mark
from ...people import actions as people
from ...people.records import Address
from ..records import current, known_of, papers_of, payments_of
from ..records.lookups import Lookup, waits
from ..sources import ALL, Paid, Sight, from_json, to_json
from .looking import Found, barred_from, settle

KEPT_FOR = timedelta(minutes=30)
"""How long what was found is kept for her to hear it."""

SOON = timedelta(seconds=20)
"""So long after the question she is asked to wait; after that it is sent to her."""

HELD = timedelta(seconds=60)
GIVE_UP = timedelta(hours=24)
A_DAY = timedelta(days=1)
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))

HAS = mark("sms.register.has", "Your card: level {level}. Valid until {valid}.")
UNDATED = mark("sms.register.undated", "Your card: level {level}. Until when is not written.")
NOT_FOUND = mark("sms.register.none", "We did not find your card. Check the number and the year, or call {hotline}.")
LOCKED = mark("sms.register.locked", "Ask your office about your card, or call {hotline}.")
SILENT = mark("sms.register.silent", "The register did not answer. Ask your office, or call {hotline}.")


def ask_elsewhere(
    db: Session, pack: Pack, address_id: int, asked_by: str, language: str, written: str, born: str,
    pins: list[str], now: datetime,
) -> Found:  # fmt: skip
    """Puts the question; a worker asks it. Its number stands in `Found.lookup`."""
    barred = barred_from(db, pack, asked_by, written, now)
    if barred or waits(db, address_id):
        return Found(barred or "wait")
    row = Lookup(
        country=pack.code, address_id=address_id, language=language, put_at=now, next_at=now,
        asked={"by": asked_by, "number": written, "born": born, "pins": pins},
    )  # fmt: skip
    db.add(row)
    db.flush()
    wake_later(db, "lookup", row.id)
    return Found("asked", lookup=row.id)


def hear_elsewhere(db: Session, lookup_id: int, address_id: int, now: datetime) -> Found:
    """What came of it: `found`, `none`, `locked`, `soon` (it is being asked), or `later`: then it is sent to her, and
    that lifts an earlier STOP."""
    row = db.scalar(select(Lookup).where(Lookup.id == lookup_id, Lookup.address_id == address_id).with_for_update())
    if row is None or row.state in ("locked", "given_up"):
        return Found("locked")
    if row.state == "waiting":
        if now < row.put_at + SOON:
            return Found("soon")
        row.send = True
        people.start(db, address_id)
        outbox.go_on(db, address_id, now)
        return Found("later")
    if row.state == "found" and row.sight and row.until and now < row.until:
        return Found("found", row.opens, from_json(row.sight), row.id)
    return Found("none")


def sight_elsewhere(db: Session, lookup_id: int, address_id: int, needs: str, now: datetime) -> Sight | None:
    """What was found, while it is kept, if so much of it is open."""
    row = db.get(Lookup, lookup_id)
    if (
        row is None
        or row.opens not in (needs, ALL)
        or row.address_id != address_id
        or row.sight is None
        or row.until is None
        or now >= row.until
    ):
        return None
    return from_json(row.sight)


def take_question(db: Session, lookup_id: int, now: datetime) -> Lookup | None:
    """Takes one whose time has come: for a minute no other worker does."""
    due = select(Lookup).where(Lookup.id == lookup_id, Lookup.state == "waiting", Lookup.next_at <= now)
    row = db.scalar(due.with_for_update(skip_locked=True))
    if row:
        row.next_at, row.tries = now + HELD, row.tries + 1
    return row


def keep_answer(db: Session, house: House, pack: Pack, lookup_id: int, found: Sight | None, now: datetime) -> None:
    """The register has answered. Safe to run twice."""
    row = db.get_one(Lookup, lookup_id, with_for_update=True)
    if row.state != "waiting":
        return
    asked = row.asked
    if barred_from(db, pack, asked["by"], asked["number"], now) == "locked":
        came = Found("locked")
    else:
        mine = with_ours(db, pack, found) if found else None
        came = settle(db, house, pack, mine, asked["by"], asked["number"], asked["born"], asked["pins"], now)
    row.state, row.opens, row.asked, row.next_at = came.outcome, came.opens, {}, None
    row.sight, row.until = (to_json(came.sight) if came.sight else None), now + KEPT_FOR
    if row.send:
        _send(db, house, pack, row, came, now)


def with_ours(db: Session, pack: Pack, found: Sight) -> Sight:
    """What the register of elsewhere says, with what Sala itself knows: payments, papers, where she is told."""
    known = known_of(db, pack.code, found.key)
    dues = current(db, pack.code, "payments")
    paid = tuple(Paid(p.programme, p.due_on, p.amount, p.state, p.at) for p in payments_of(db, dues, found.key))
    shown = tuple((paper.paper, paper.shown_on) for paper in papers_of(db, known))
    phone = (known.phone if known else None) or found.phone
    as_of = dues.as_of if dues else None
    place = found.place if pack.places.get(found.place) else ""
    return replace(found, payments=paid, papers=shown, phone=phone, paid_as_of=as_of, place=place)


def not_answered(db: Session, house: House, pack: Pack, lookup_id: int, now: datetime) -> None:
    """It is down, or slow: it is asked again after a pause, for a day; then she is told that it did not answer."""
    row = db.get_one(Lookup, lookup_id, with_for_update=True)
    if row.state != "waiting":
        return
    row.next_at = now + PAUSES[min(row.tries, len(PAUSES)) - 1]
    if now >= row.put_at + GIVE_UP:
        row.state, row.asked, row.next_at, row.until = "given_up", {}, None, now + KEPT_FOR
        if row.send:
            _text(db, house, pack, row, SILENT, {}, now)
        audit.write(db, actor="system", act="register.silent", thing=f"lookup:{row.id}", now=now)


def _send(db: Session, house: House, pack: Pack, row: Lookup, came: Found, now: datetime) -> None:
    """What came of it, as a message: the level of the card alone. Her payments are for her to hear, not to stand on
    whichever telephone she used."""
    if came.sight is None:
        _text(db, house, pack, row, LOCKED if came.outcome == "locked" else NOT_FOUND, {}, now)
        return
    tag, sight = row.language, came.sight
    valid = formats.day_and_year(tag, sight.valid_until, pack.style(tag)) if sight.valid_until else ""
    _text(db, house, pack, row, HAS if valid else UNDATED, {"level": sight.level or "-", "valid": valid}, now)


def _text(
    db: Session, house: House, pack: Pack, row: Lookup, sentence: tuple[str, str], facts: dict[str, str], now: datetime
) -> None:
    """Nothing where she has said STOP since."""
    address = db.get(Address, row.address_id)
    if address is None or address.stopped_at is not None:
        return
    body = fill(house.texts.find(row.language, sentence), {"hotline": pack.hotline, **facts})
    way, once = pack.writes_to(address.number), f"lookup:{row.id}"
    outbox.put(db, way, row.address_id, body, purpose="rights", about="", once=once, now=now)


def drop_lookups(db: Session, now: datetime) -> None:
    """What was found is kept no longer than she needs to hear it; what she typed no longer than it is asked."""
    db.execute(delete(Lookup).where(or_(Lookup.until <= now, Lookup.put_at <= now - GIVE_UP - A_DAY)))

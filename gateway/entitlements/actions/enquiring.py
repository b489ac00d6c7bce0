"""A question to a register of elsewhere: put by a conversation, asked by a worker, heard a moment later. Where it is
down or slow, she is told so, and what comes of it is sent to her as a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...db import wake_later
from ...house import House
from ...language import formats
from ...language.catalogue import fill, mark
from ...people import actions as people
from ...people.actions import number_of
from ..records import current, known_of, papers_of, payments_of
from ..records.lookups import Lookup
from ..sources import ALL, Paid, Sight, from_json, to_json
from ..wording import Teller
from .looking import Found, barred_from, settle

KEPT_FOR = timedelta(minutes=30)
"""How long what was found is kept for her to hear it."""

SOON = timedelta(seconds=20)
"""So long after the question she is asked to wait; after that it is sent to her."""

HELD = timedelta(seconds=60)
GIVE_UP = timedelta(hours=24)
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))

HAS = mark("sms.register.has", "Your card: level {level}. Valid until {valid}.")
UNDATED = mark("sms.register.undated", "Your card: level {level}. Until when is not written.")
NOT_FOUND = mark("sms.register.none", "We did not find your card. Check the number and the year, or call {hotline}.")
SILENT = mark("sms.register.silent", "The register did not answer. Ask your office, or call {hotline}.")


def ask_elsewhere(
    db: Session, pack: Pack, address_id: int, asked_by: str, language: str, written: str, born: str,
    pins: list[str], now: datetime,
) -> Found:  # fmt: skip
    """Puts the question; a worker asks it. Its number stands in `Found.lookup`."""
    barred = barred_from(db, pack, asked_by, written, now)
    if barred:
        return Found(barred)
    row = Lookup(
        country=pack.code, address_id=address_id, language=language, put_at=now, next_at=now,
        asked={"by": asked_by, "number": written, "born": born, "pins": pins},
    )  # fmt: skip
    db.add(row)
    db.flush()
    wake_later(db, "lookup", row.id)
    return Found("asked", lookup=row.id)


def hear_elsewhere(db: Session, lookup_id: int, address_id: int, now: datetime) -> Found:
    """What came of it: `found`, `none`, `soon` (it is being asked), or `later`: then it is sent to her."""
    row = db.scalar(select(Lookup).where(Lookup.id == lookup_id, Lookup.address_id == address_id).with_for_update())
    if row is None or row.state == "given_up":
        return Found("later")
    if row.state == "found" and row.sight and row.until and now < row.until:
        return Found("found", row.opens, from_json(row.sight), row.id)
    if row.state == "none":
        return Found("none")
    if row.state == "waiting" and now < row.put_at + SOON:
        return Found("soon")
    row.send = row.state == "waiting"
    return Found("later")


def sight_elsewhere(db: Session, lookup_id: int, address_id: int, now: datetime) -> Sight | None:
    """What was found, while it is kept."""
    row = db.get(Lookup, lookup_id)
    if row is None or row.address_id != address_id or row.sight is None or row.until is None or now >= row.until:
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
    paid = tuple(Paid(p.programme, p.due_on, p.amount, p.state, p.at) for p in payments_of(db, pack.code, found.key))
    shown = tuple((paper.paper, paper.shown_on) for paper in papers_of(db, known))
    phone = (known.phone if known else None) or found.phone
    as_of = dues.as_of if dues else None
    return replace(found, payments=paid, papers=shown, phone=phone, paid_as_of=as_of)


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
    """What came of it, as a message: the level of the card, and where her secret number opened it, the payments."""
    if came.sight is None:
        _text(db, house, pack, row, NOT_FOUND, {}, now)
        return
    tag, sight, today = row.language, came.sight, now.astimezone(ZoneInfo(pack.zone)).date()
    valid = formats.day_and_year(tag, sight.valid_until, pack.style(tag)) if sight.valid_until else ""
    teller = Teller(pack, house.texts, tag, today)
    payments = [teller.last_payment(sight.last_payment(today)), teller.next_payment(sight.next_payment(today))]
    more = " ".join(filter(None, payments)) if came.opens == ALL and sight.payments else ""
    _text(db, house, pack, row, HAS if valid else UNDATED, {"level": sight.level or "-", "valid": valid}, now, more)


def _text(
    db: Session, house: House, pack: Pack, row: Lookup, sentence: tuple[str, str], facts: dict[str, str],
    now: datetime, more: str = "",
) -> None:  # fmt: skip
    body = fill(house.texts.find(row.language, sentence), {"hotline": pack.hotline, **facts})
    people.start(db, row.address_id)
    outbox.go_on(db, row.address_id, now)
    way = pack.writes_to(number_of(db, row.address_id))
    once = f"lookup:{row.id}"
    outbox.put(db, way, row.address_id, f"{body} {more}".strip(), purpose="rights", about="", once=once, now=now)


def drop_lookups(db: Session, now: datetime) -> None:
    """What was found is kept no longer than she needs to hear it."""
    db.execute(delete(Lookup).where(Lookup.until <= now))

"""The road of one message: heard, answered, kept; all in the caller's transaction.

`answer` gives the same turn for the same hop, however often it is heard. `lapse` is what time does to
a conversation that was left.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import msgspec
import phonenumbers
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ... import seal
from ...cases import actions as cases
from ...cases import attachments
from ...channels import Channel, Malformed, Message, Turn, outbox, spending
from ...country import Pack
from ...db import insert_new
from ...hotline import actions as hotline
from ...house import House
from ...outreach import actions as outreach
from ...people import actions as people
from ...people.records import Address
from ..book import Book
from ..records import Conversation, HeardRow, Left
from . import waiting
from .closing import SESSION, session_key
from .closing import forget_if_unneeded as forget_if_unneeded
from .looking import Asked as Asked
from .looking import Looking
from .looking import Standing as Standing
from .sitting import Sitting
from .waiting import ask_elsewhere as ask_elsewhere
from .waiting import ask_later as ask_later

HEARD_FOR = timedelta(hours=48)
HOP = "hop"


def answer(
    db: Session, house: House, book: Book, channel: Channel, message: Message, now: datetime
) -> tuple[Turn, int | None]:
    """Hears a message (its address a normal number) and says what comes next; new conversations begin with
    `book`. With it comes the outbox row that stands for the reply, where it has one. Raises Malformed for a hop that is
    out of step."""
    pack = house.pack_of_channel(channel.name)
    heard_id, known = _hear(db, channel.name, message, now)
    if known:
        return known
    silent = not message.new and not message.inputs and not message.enclosed and not message.event
    if silent and not message.pressed:
        raise Malformed("text is not longer than what this session has sent before")
    address = people.hear_from(db, pack.code, message.address, now)
    if message.event == "blocked":
        people.close(db, address.id, now)
        return NOTHING, None
    people.start_again(db, address.id)
    if message.event == "unblocked":
        return NOTHING, None
    sitting = Sitting(db, house, book, pack, channel.name, address, now)
    official = cases.hear_official(db, house, address, message.inputs, now)
    turn = Turn(official, ends=True) if official else sitting.hear(message, channel)
    row = _reply(db, channel, sitting, turn, heard_id, now)
    heard = db.get_one(HeardRow, heard_id)
    heard.answer = msgspec.json.encode((turn, row)).decode()
    return turn, row


NOTHING = Turn("", ends=True)


def _reply(db: Session, channel: Channel, sitting: Sitting, turn: Turn, heard_id: int, now: datetime) -> int | None:
    """The reply's row in the outbox, where the channel wants one. A number that is kept no longer has none."""
    if channel.replies == "inline" or not turn.text or not people.is_kept(db, sitting.address.id):
        return None
    inline = channel.replies == "recorded"
    once = f"reply:{heard_id}:{now.timestamp():.0f}"
    if inline:
        spending.pay(db, now.date(), sitting.pack.channels[channel.name], sitting.number, channel.parts(turn.text))
    row = outbox.put_reply(db, channel.name, sitting.address.id, turn, once=once, inline=inline, now=now)
    if sitting.forgets:
        outbox.forget_replies(db, sitting.address.id)
    return row


def normal_number(written: str, pack: Pack) -> str:
    """E.164, as a phone number is kept. Foreign numbers are as good as local ones. Raises Malformed."""
    try:
        parsed = phonenumbers.parse(written, pack.phone_region)
    except phonenumbers.NumberParseException:
        raise Malformed("phoneNumber is not a phone number") from None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _hear(db: Session, channel: str, message: Message, now: datetime) -> tuple[int, tuple[Turn, int | None] | None]:
    """Notes the hop; where it was heard before, what it was answered."""
    values = {"channel": channel, "hop_hash": _hop_hash(message), "heard_at": now}
    new = db.scalar(insert_new(db, HeardRow, **values).returning(HeardRow.id))
    if new:
        return new, None
    found = HeardRow.hop_hash.in_(seal.ring().hashes(f"{message.session}\0{message.replay}", HOP))
    row = db.scalars(select(HeardRow).where(HeardRow.channel == channel, found)).one()
    if message.within_seconds and now - row.heard_at > timedelta(seconds=message.within_seconds):
        row.heard_at = now
        return row.id, None
    return row.id, msgspec.json.decode(row.answer, type=tuple[Turn, int | None]) if row.answer else (NOTHING, None)


def _hop_hash(message: Message) -> str:
    return seal.ring().hash(f"{message.session}\0{message.replay}", HOP)


def standing(
    db: Session, house: House, book: Book, channel: Channel, address: Address, tags: list[str], now: datetime
) -> Standing | None:
    """Where the conversation of an address stands, in these languages; the operator's own first."""
    looking = Looking(db, house, book, house.pack_of_channel(channel.name), channel.name, address, now)
    looking.on = channel
    return looking.standing(tags)


def hung_up(db: Session, house: House, book: Book, channel: Channel, message: Message, now: datetime) -> None:
    """The network says that a session was cut. Where something would be lost, and may be named on this phone, she is
    told once how to go on; nothing of what she said is in that text."""
    pack = house.pack_of_channel(channel.name)
    mine = Conversation.session_hash.in_(seal.ring().hashes(session_key(channel.name, message.session), SESSION))
    row = db.scalar(select(Conversation).where(mine))
    address = people.lock_address(db, row.address_id) if row else None
    if row is None or address is None or address.number != message.address:
        return
    Sitting(db, house, book, pack, channel.name, address, now).cut_off(row)


def consumed(db: Session, channel: str, session: str) -> int | None:
    """How many letters of this session's text were answered; None for a session not known."""
    mine = Conversation.session_hash.in_(seal.ring().hashes(session_key(channel, session), SESSION))
    return db.scalar(select(Conversation.consumed).where(mine))


def lapse(db: Session, house: House, book: Book, conversation_id: int, now: datetime) -> None:
    """What happens to a conversation that was left for as long as it lasts. Safe to run twice. The address is
    locked first, as by a hop: the two take turns."""
    address_id = db.scalar(select(Conversation.address_id).where(Conversation.id == conversation_id))
    address = people.lock_address(db, address_id) if address_id else None
    row = db.scalar(select(Conversation).where(Conversation.id == conversation_id).with_for_update())
    if address is None or row is None or row.lapses_at > now:
        return
    pack = house.packs[address.country]
    Sitting(db, house, book, pack, row.channel, address, now).lapse(row)


def lapsed(db: Session, now: datetime, skip: Collection[int] = (), limit: int = 50) -> list[int]:
    """Conversations whose time has run out, but those to be skipped."""
    due = select(Conversation.id).where(Conversation.lapses_at <= now, Conversation.id.not_in(skip))
    return list(db.scalars(due.order_by(Conversation.lapses_at).limit(limit)))


def where_left(db: Session, since: date) -> dict[tuple[str, str], int]:
    """How many conversations ended at each step since a day, by (`flow:path`, how)."""
    counted = select(Left.step, Left.how, func.count()).where(Left.day >= since).group_by(Left.step, Left.how)
    return {(step, how): count for step, how, count in db.execute(counted)}


def purge(db: Session, now: datetime) -> None:
    """Forgets hops after 48 hours, and numbers that nothing needs and nobody used for a month or two."""
    db.execute(delete(HeardRow).where(HeardRow.heard_at < now - HEARD_FOR))
    waiting.forget_old(db, now)
    let_go = outbox.purge(db, now)
    attachments.purge(db, now)
    outreach.purge(db, now)
    for address_id in let_go | set(hotline.purge(db, now)):
        forget_if_unneeded(db, address_id)
    people.forget_quiet(db, now)

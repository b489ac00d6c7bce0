"""Every change to what is told to many: wishes kept, a message written, approved, put out at its pace, stopped,
answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from .. import audit
from ..channels import outbox
from ..country import Pack
from ..db import insert_new
from ..house import House
from ..language import fold
from ..language.catalogue import mark
from ..language.tags import SOURCE
from ..people.records import Address
from .records import Broadcast, CampaignCount, PollAnswer, Wish, audience, poll_counts
from .rules import A_TICK, KINDS, LONGEST, Refused, moved

POLL = mark("sms.poll", "{question} To answer, dial {dial}.")
ANSWERS_KEPT = timedelta(days=60)


def wish(db: Session, address_id: int, place: str, now: datetime) -> None:
    """She wants news of an area; one area for each address, the last she named."""
    db.execute(insert_new(db, Wish, address_id=address_id, place=place, asked_at=now))
    db.execute(update(Wish).where(Wish.address_id == address_id).values(place=place, asked_at=now))


def unwish(db: Session, address_id: int) -> None:
    db.execute(delete(Wish).where(Wish.address_id == address_id))


def wants(db: Session, address_id: int) -> bool:
    return db.get(Wish, address_id) is not None


def write(
    db: Session, pack: Pack, kind: str, place: str, texts: Mapping[str, str], staff_id: int, now: datetime,
    answers_of: int | None = None,
) -> Broadcast:  # fmt: skip
    """A draft. Raises Refused for what nobody should get."""
    kept = {tag: fold.clean(text) for tag, text in texts.items() if fold.clean(text)}
    if kind not in KINDS:
        raise Refused("Choose what it is about.")
    if pack.places.get(place) is None:
        raise Refused("Choose the area.")
    if SOURCE not in kept or pack.languages[0] not in kept:
        raise Refused("Write it in English and in the country's language; the other languages are wished for.")
    if any(len(text) > LONGEST for text in kept.values()):
        raise Refused("It is longer than 400 letters. Make it shorter.")
    row = Broadcast(
        country=pack.code,
        kind=kind,
        place=place,
        texts=kept,
        written_by=staff_id,
        written_at=now,
        answers_of=answers_of,
    )
    db.add(row)
    db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act="broadcast.written", thing=f"broadcast:{row.id}", now=now)
    return row


def act(db: Session, broadcast_id: int, country: str, word: str, staff_id: int, now: datetime) -> None:
    """Approves, drops or stops. What waits in the outbox of a stopped one is taken back. Raises Refused."""
    row = db.scalar(select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update())
    if row is None or row.country != country:
        raise Refused("There is no such message.")
    row.state = moved(row.state, word, row.written_by, staff_id)
    if word == "approve":
        row.approved_by, row.approved_at = staff_id, now
    else:
        row.ended_at = now
    if word == "stop":
        outbox.take_back(db, f"broadcast:{row.id}", now)
    db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act=f"broadcast.{word}", thing=f"broadcast:{row.id}", now=now)


def is_stopped(db: Session, broadcast_id: int) -> bool:
    """Whether staff have stopped it: then nothing more of it is sent or asked."""
    return db.scalar(select(Broadcast.state).where(Broadcast.id == broadcast_id)) == "stopped"


def put_some(db: Session, house: House, broadcast_id: int, now: datetime) -> list[Address]:
    """Puts the next few into the outbox; who they were. The end is reached when there is nobody left."""
    row = db.scalar(select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update())
    if row is None or row.state != "sending":
        return []
    pack = house.packs[row.country]
    some = audience(db, row.country, areas(pack, row.place), row.cursor, row.answers_of, A_TICK)
    for address in some:
        body = body_of(row, house, address.language)
        once, way = f"broadcast:{row.id}:{address.id}", pack.writes_to(address.number)
        if way:
            about = f"broadcast:{row.id}"
            outbox.put(db, way, address.id, body, purpose="broadcast", about=about, once=once, now=now)
            row.put += 1
        row.cursor = address.id
    if not some:
        row.state, row.ended_at = moved(row.state, "end", 0, 0), now
    db.flush()
    return some


def text_for(texts: Mapping[str, str], tag: str | None) -> str:
    """In her language, or in English: never in another alphabet than her phone shows."""
    return texts.get(tag or SOURCE) or texts[SOURCE]


def body_of(row: Broadcast, house: House, tag: str | None) -> str:
    """What goes out to somebody who reads this language: of a poll also how to answer it."""
    words = text_for(row.texts, tag)
    if row.kind != "poll":
        return words
    return house.texts.say(tag or SOURCE, POLL, question=words, dial=house.packs[row.country].dial())


def areas(pack: Pack, place: str) -> Collection[str]:
    """An area and all that lie in it."""
    found, todo = {place}, [place]
    while todo:
        below = [code for code in pack.places.under(todo.pop()) if code not in found]
        found.update(below)
        todo += below
    return found


def keep_answer(db: Session, broadcast_id: int, address_id: int, answer: str, now: datetime) -> None:
    """One answer of each address to a poll; the first counts."""
    db.execute(insert_new(db, PollAnswer, broadcast_id=broadcast_id, address_id=address_id, answer=answer[:10], at=now))


def count_code(db: Session, country: str, code: str, day: date) -> None:
    """Somebody named the code of a campaign."""
    db.execute(insert_new(db, CampaignCount, country=country, code=code, day=day, count=0))
    mine = update(CampaignCount).where(
        CampaignCount.country == country, CampaignCount.code == code, CampaignCount.day == day
    )
    db.execute(mine.values(count=CampaignCount.count + 1))


def purge(db: Session, now: datetime) -> None:
    """Of a poll long over only the counts are kept."""
    over = select(Broadcast).where(Broadcast.kind == "poll", Broadcast.ended_at < now - ANSWERS_KEPT)
    for row in db.scalars(over.where(Broadcast.counts.is_(None))):
        row.counts = poll_counts(db, row.id)
        db.execute(delete(PollAnswer).where(PollAnswer.broadcast_id == row.id))
    db.flush()

"""What is written about an appointment. Never what it is for: the phone may be in other hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...channels import outbox
from ...country import Pack
from ...house import House
from ...language import formats
from ...language.catalogue import Key, Texts, fill, mark
from ...people import actions as people
from ..records import Appointment
from ..references import GROUPS
from ..rules import Slot, clock_of, slot_of
from ..windows import name_of, raw_of, today_of

BOOKED = mark("sms.appointment", "Your appointment: {when}, {where}. Your number: {booking}.")
MOVED = mark("sms.appointment", "New time: {when}, {where}. Your number: {booking}.")
REMIND = mark("sms.appointment", "We wait for you: {when}, {where}. Your number: {booking}.")
ANSWER = mark("sms.appointment", "Answer 1: I come. 2: another time. 3: I do not come.")
DIAL = mark("sms.appointment", "Another time, or not at all: dial {dial}.")
CALL = mark("sms.appointment", "Another time, or not at all: call {hotline}.")
BRING = mark("at_window", "Bring: {papers}.")
COSTS = mark("at_window", "It costs {money}.")
FREE = mark("at_window", "It costs nothing.")
CLOSED = mark("sms.appointment", "The office is closed then: {when}, {where}. We are sorry.")
CLOSES_NEW = mark("sms.appointment", "It is closed on your day. New time: {when}, {where}. Your number: {booking}.")
OFFER = mark("sms.appointment", "Free now: {when}, {where}.")
OFFER_DIAL = mark("sms.appointment", "To take it, dial {dial} before {until}.")
OFFER_ANSWER = mark("sms.appointment", "Answer 1 before {until} to take it, 2 to leave it.")
NEARLY = mark("sms.appointment", "Number {number}: it is nearly your turn.")
VISITED = mark("sms.appointment", "Your appointment {booking}: how was it? Dial {dial} to tell us.")


def about(one: Appointment) -> str:
    return f"appointment:{one.id}"


def when_of(texts: Texts, tag: str, pack: Pack, raw: str) -> str:
    """`Friday 27 November 08:30`, by the clock on the office's wall."""
    slot = slot_of(raw)
    return f"{formats.day(tag, slot.day, pack.style(tag))} {hour_of(tag, pack, slot)}" if slot else ""


def brief_of(texts: Texts, tag: str, pack: Pack, raw: str) -> str:
    """The same for a list on a small screen: `Fri 27/11 08:30`."""
    slot = slot_of(raw)
    return f"{formats.brief_day(tag, slot.day, pack.style(tag))} {hour_of(tag, pack, slot)}" if slot else ""


def hour_of(tag: str, pack: Pack, slot: Slot) -> str:
    return formats.in_digits(tag, f"{clock_of(slot.unit):%H:%M}", pack.style(tag))


def raw_when(one: Appointment) -> str:
    return Slot(one.day, one.unit).raw()


def to_bring(texts: Texts, tag: str, pack: Pack, service: str, today: date, shown: Sequence[str] = ()) -> str:
    """What to bring, and what it costs where a source says so. `shown`: papers that her household has shown before."""
    row = pack.at_window.get(service)
    if row is None:
        return ""
    papers = [texts.say(tag, ("paper", pack.papers[code])) for code in row.papers if code not in shown]
    said = [fill(texts.find(tag, BRING), {"papers": ", ".join(papers)})] if papers else []
    if row.fee and row.fee.may_be_told(today):
        money = formats.money(tag, row.fee.amount, pack.currency, pack.style(tag)) if row.fee.amount else ""
        said.append(fill(texts.find(tag, COSTS), {"money": money}) if money else texts.find(tag, FREE))
    return " ".join(said)


def raw_facts(db: Session, pack: Pack, one: Appointment) -> dict[str, str]:
    """What a conversation keeps of it, to be written in any language: `at` and `there` for small screens."""
    when, where = raw_when(one), raw_of(db, pack, one.place)
    return {"booking": one.reference or "", "when": when, "at": when, "where": where, "there": where}


def facts_about(db: Session, house: House, thing: str, tag: str) -> dict[str, str] | None:
    """What is told of the appointment that something is about, in a language; None where it is about none."""
    kind, _, number = thing.partition(":")
    one = db.get(Appointment, int(number)) if kind == "appointment" and number.isdecimal() else None
    if one is None:
        return None
    return facts_of(db, house, one, tag) | ({"is_cancelled": "yes"} if one.state == "cancelled" else {})


def facts_of(db: Session, house: House, one: Appointment, tag: str = "") -> dict[str, str]:
    """What every text about it may name, in her language or another."""
    pack, tag, texts = house.packs[one.country], tag or one.language, house.texts
    return {
        "when": when_of(texts, tag, pack, raw_when(one)),
        "where": name_of(texts, tag, pack, raw_of(db, pack, one.place)),
        "booking": formats.grouped(one.reference or "", GROUPS),
        "dial": pack.dial(),
        "hotline": pack.hotline,
    }


def can_answer(db: Session, pack: Pack, address_id: int) -> bool:
    """Whether what we write to this address can be answered there."""
    way = pack.channels.get(pack.writes_to(people.number_of(db, address_id)))
    return way is not None and way.can_reply


def write(
    db: Session, house: House, one: Appointment, keys: Sequence[Key], what: str, now: datetime, *,
    more: Mapping[str, str] | None = None, after: str = "", asked: bool = False, purpose: str = "news",
) -> None:  # fmt: skip
    """A text to her of some sentences; nothing where no number is kept. `what`: what is told, so that it is told once;
    `after`: words that are already in her language."""
    if one.address_id is None:
        return
    pack, facts = house.packs[one.country], {**facts_of(db, house, one), **(more or {})}
    body = " ".join(filter(None, (*(fill(house.texts.find(one.language, key), facts) for key in keys), after)))
    way = pack.writes_to(people.number_of(db, one.address_id))
    once = f"{about(one)}:{one.sequence}:{what}"
    outbox.put(
        db, way, one.address_id, body, purpose=purpose, about=about(one), once=once, now=now, asked=asked,
    )  # fmt: skip


def say_booked(db: Session, house: House, one: Appointment, now: datetime, shown: Sequence[str] = ()) -> None:
    """Her number and her time, where she wants to be written to."""
    if one.how == "write":
        pack = house.packs[one.country]
        bring = to_bring(house.texts, one.language, pack, one.service, today_of(pack, now), shown)
        key, another = MOVED if one.sequence else BOOKED, DIAL if pack.dial() else CALL
        write(db, house, one, (key, another), "booked", now, after=bring, asked=True, purpose="booked")

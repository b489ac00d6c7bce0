"""Every change to a case. Each takes the house, the transaction and `now`; none commits or sends.

What a phone is told follows the way the citizen chose to be known: written out, neutral, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import audit, clock, seal
from ..channels import outbox
from ..country import Pack
from ..db import wake_later
from ..house import House
from ..language import fold, formats
from ..language.catalogue import fill, mark
from ..people.actions import number_of
from . import attachments
from .placing import calendar_of as calendar_of
from .placing import holder as holder
from .placing import must_decide, to_queue
from .placing import pass_up as pass_up
from .placing import place_case as place_case
from .placing import who_decides as who_decides
from .records import Case, CaseEvent, by_reference
from .rules import Refusal, known_by, may_write_out, moved, must_be_told, new_reference
from .telling import by_voice
from .telling import is_noted as is_noted
from .telling import note_call as note_call
from .telling import tell_by_voice as tell_by_voice
from .timeline import note

RECEIVED = mark("sms.received", "Your number is {case}. We will answer by {due}.")
NEWS_CALL = mark("sms.news.call", "There is news for number {case}. We will call you.")
NEWS_HOTLINE = mark("sms.news.hotline", "There is news for number {case}. Call {hotline}.")
LONGEST_ANSWER = 1200
DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Signs that turn the direction of a text: they could make an answer read otherwise than it was written."""

WRITTEN = mark("sms.written", "{case}: {answer}")


@dataclass(frozen=True)
class Complaint:
    """What a citizen told us, as codes and words. `answer_by` is empty where she left before choosing. `sent`: the
    attachments that came with it. `reads`: she has the number in writing already. `alone`:
    she had left, and waits for no word of ours."""

    category: str
    place: str
    village: str
    story: str
    against: str
    answer_by: str
    safe_hours: str
    pin: str
    language: str
    channel: str
    flow: str
    sent: tuple[int, ...] = ()
    reads: bool = False
    alone: bool = False


def open_case(db: Session, pack: Pack, told: Complaint, address_id: int, now: datetime) -> Case:
    """Makes the case; a worker routes it. With a PIN, no address is kept."""
    answer_by = known_by(told.answer_by)
    reference = _free_reference(db)
    case = Case(
        country=pack.code,
        reference=reference,
        category=told.category,
        place=told.place,
        village=told.village or None,
        story=told.story or None,
        against=told.against or None,
        answer_by=answer_by,
        safe_hours=told.safe_hours,
        address_id=None if answer_by == "pin" else address_id,
        pin_hash=pin_mark(reference, told.pin) if answer_by == "pin" and told.pin else None,
        language=told.language,
        channel=told.channel,
        flow=told.flow,
        pack=pack.version,
        state="received",
        promise_days=pack.promise(told.category),
        opened_at=now,
        changed_at=now,
    )
    db.add(case)
    db.flush()
    attachments.belong(db, told.sent, case, now)
    note(db, case, "opened", now, data={"left": not told.answer_by, "reads": told.reads, "alone": told.alone})
    audit.write(db, actor="citizen", act="case.opened", thing=f"case:{case.id}", now=now)
    wake_later(db, "route", case.id)
    return case


def _free_reference(db: Session) -> str:
    while by_reference(db, reference := new_reference()):
        continue
    return reference


def pin_mark(reference: str, road_hash: str) -> str:
    """What a case keeps of its PIN: a keyed hash bound to its reference."""
    return seal.ring().hash(f"{reference}:{road_hash}", "cases.pin")


def pin_fits(case: Case, road_hashes: list[str]) -> bool:
    """Whether one of these hashes of a typed PIN is this case's."""
    marks = {m for road in road_hashes for m in seal.ring().hashes(f"{case.reference}:{road}", "cases.pin")}
    return case.pin_hash is not None and case.pin_hash in marks


def route_case(db: Session, house: House, case_id: int, now: datetime) -> bool:
    """Gives a received case its queue and due date, and puts the acknowledgement out. Safe to run twice."""
    case = db.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None or case.state != "received":
        return False
    pack = house.packs[case.country]
    to_queue(db, pack, case, now, staff_id=None)
    case.due_at = clock.due(calendar_of(pack, case), case.opened_at, case.promise_days)
    case.routed_at = now
    opened = db.scalar(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind == "opened"))
    how = opened.data if opened else {}
    if not how.get("reads"):  # else the reply to her own message told the number
        asked, once = not how.get("alone"), f"received:{case.id}"
        _tell_phone(db, house, case, RECEIVED, once=once, purpose="received", now=now, asked=asked)
    return True


def reply(db: Session, house: House, case: Case, text: str, staff_id: int, once: str, now: datetime) -> None:
    """The office answers; the case stays open."""
    _answer(db, house, case, "reply", text, staff_id, once, now)


def resolve(db: Session, house: House, case: Case, what_was_done: str, staff_id: int, once: str, now: datetime) -> None:
    """The office says what was done. Its claim: the citizen hears it the way she chose."""
    _answer(db, house, case, "resolve", what_was_done, staff_id, once, now)


def _answer(
    db: Session, house: House, case: Case, act: str, text: str, staff_id: int, once: str, now: datetime
) -> None:
    if is_noted(db, once):
        return
    text = fold.clean(text.translate(DIRECTIONS))
    if not text:
        raise Refusal("Write what she should hear, then send again.")
    if len(text) > LONGEST_ANSWER:
        raise Refusal("The answer is longer than 1200 letters. Make it shorter, then send again.")
    if act == "resolve":
        must_decide(db, house.packs[case.country], case, staff_id)
    case.state = moved(case.state, act)
    calendar = calendar_of(house.packs[case.country], case)
    working, passed = clock.working_seconds(calendar, case.opened_at, now), int((now - case.opened_at).total_seconds())
    if case.answered_at is None:
        case.answered_at, case.first_answer_working_s, case.first_answer_calendar_s = now, working, passed
    if act == "resolve":
        case.resolved_at, case.resolution_working_s, case.resolution_calendar_s = now, working, passed
    event = note(db, case, act, now, staff_id, body=text, once=once)
    audit.write(db, actor=f"staff:{staff_id}", act=f"case.{act}", thing=f"case:{case.id}", now=now)
    _bring_news(db, house, case, event, now)


def _bring_news(db: Session, house: House, case: Case, event: CaseEvent, now: datetime) -> None:
    once = f"news:{event.id}"
    if may_write_out(case.answer_by):
        _tell_phone(
            db, house, case, WRITTEN, once=once, purpose="answer", now=now, answer=event.body or "", event=event.id
        )
    elif must_be_told(case.answer_by):
        by_voice(db, case, event, now)
        news = NEWS_CALL if case.answer_by == "call" else NEWS_HOTLINE
        _tell_phone(db, house, case, news, once=once, purpose="news", now=now, event=event.id)


def _tell_phone(
    db: Session, house: House, case: Case, sentence: tuple[str, str], *, once: str, purpose: str, now: datetime,
    answer: str = "", event: int = 0, asked: bool = True,
) -> None:  # fmt: skip
    """Puts a text to the citizen's phone in the outbox; nothing where no number is kept."""
    if case.address_id is None or case.answer_by == "pin":
        return
    pack, tag = house.packs[case.country], case.language
    facts = {
        "case": formats.grouped(case.reference),
        "due": formats.day_of(tag, case.due_at, pack.zone) if case.due_at else "",
        "hotline": pack.hotline,
        "answer": answer,
    }
    body = fill(house.texts.find(tag, sentence), facts)
    about = f"event:{event}" if event else f"case:{case.id}"
    way = pack.writes_to(number_of(db, case.address_id))
    outbox.put(db, way, case.address_id, body, purpose=purpose, about=about, once=once, now=now, asked=asked)


def add_words(db: Session, case: Case, words: str, channel: str, now: datetime) -> None:
    """She adds to her case; the office sees it on the timeline."""
    note(db, case, "added", now, body=words, data={"channel": channel})
    audit.write(db, actor="citizen", act="case.added", thing=f"case:{case.id}", now=now)


def keep_opinion(db: Session, case: Case, answers: Mapping[str, str], now: datetime) -> None:
    """What she thinks of how it ended: codes as they were chosen, her words sealed."""
    codes = {name: answer for name, answer in answers.items() if name != "words"}
    note(db, case, "opinion", now, body=answers.get("words"), data=dict(codes))
    audit.write(db, actor="citizen", act="case.opinion", thing=f"case:{case.id}", now=now)

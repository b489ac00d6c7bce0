"""What she is told: a text, neutral where she did not choose writing, or an operator's voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...hotline import actions as hotline
from ...hotline.records import Task
from ...house import House
from ...language import formats
from ...language.catalogue import fill, mark
from ...people.actions import number_of
from ..records import Case, CaseEvent, event_of, events_of
from ..rules import MAY_APPEAL, WORDS, may_write_out, must_be_told
from . import promises
from .deciding import awaits_consent
from .timeline import note as note_event


@dataclass(frozen=True)
class Words:
    """A text to her. `purpose`: what kind of text it is (`channels/posting.py`). `asked`: she did something a moment
    ago, and waits for it. `here`: the sentence where she can write back.
    `apart`: that of a confidential case, which sends her to no operator."""

    sentence: tuple[str, str]
    purpose: str
    asked: bool = False
    here: tuple[str, str] | None = None
    apart: tuple[str, str] | None = None


RECEIVED = Words(mark("sms.received", "Your number is {case}. We will answer by {due}."), "received", asked=True)
NEUTRAL: Mapping[str, Words] = {
    "taken": Words(mark("sms.taken", "Number {case}: an official is looking into it."), "news"),
    "withdrawn": Words(
        mark("sms.withdrawn", "Number {case} is closed because you asked. If you did not, call {hotline}."),
        "news",
        apart=mark("sms.withdrawn.apart", "Number {case} is closed because you asked. If you did not, dial {dial}."),
    ),
    "again": Words(
        mark("sms.again", "Number {case}: we look at it again. We will answer by {due}."), "received", asked=True
    ),
    "merged": Words(mark("sms.merged", "Number {case} is the same as {other}. We answer you under {other}."), "news"),
    "remind": Words(
        mark("sms.remind", "Number {case}: we wait for your answer. Call {hotline}."),
        "news",
        apart=mark("sms.remind.apart", "Number {case}: we wait for your answer. Dial {dial}."),
    ),
    "consent": Words(
        mark(
            "consent.agree.sms",
            "Number {case}: somebody asked us for help in your name. Dial {dial} to say if you agree.",
        ),
        "news",
    ),
    "came": Words(
        mark("sms.came", "Number {case}: did you receive what was granted? Dial {dial} or call {hotline}."),
        "news",
        here=mark("sms.came.here", "Number {case}: did you receive what was granted? Write to us here."),
    ),
    "solved": Words(
        mark("sms.solved", "Number {case}: was it solved? Dial {dial} or call {hotline}."),
        "news",
        here=mark("sms.solved.here", "Number {case}: was it solved? Write to us here."),
    ),
}
"""Texts that tell nothing of what a case is about: they may go to any phone that she let us keep."""

NEWS: Mapping[str, Words] = {
    "call": Words(mark("sms.news.call", "There is news for number {case}. We will call you."), "news"),
    "hotline": Words(mark("sms.news.hotline", "There is news for number {case}. Call {hotline}."), "news"),
}
OUT: Mapping[str, Words] = {
    "written": Words(mark("sms.written", "{case}: {answer}"), "answer"),
    "decided": Words(
        mark(
            "sms.decided",
            "{case}: the office decided: {answer} Not right? Dial {dial} or call {hotline} within {days} days.",
        ),
        "answer",
        here=mark(
            "sms.decided.here", "{case}: the office decided: {answer} Not right? Write to us here within {days} days."
        ),
        apart=mark(
            "sms.decided.apart", "{case}: the office decided: {answer} Not right? Dial {dial} within {days} days."
        ),
    ),
    "asked": Words(
        mark("sms.asked", "{case}: {answer} To answer, dial {dial} or call {hotline}."),
        "answer",
        here=mark("sms.asked.here", "{case}: {answer} To answer, write to us here."),
        apart=mark("sms.asked.apart", "{case}: {answer} To answer, dial {dial}."),
    ),
}
"""The office's own words: to be written out only where she chose so."""


def tell(db: Session, house: House, case: Case, what: str, event: CaseEvent, now: datetime) -> None:
    """Tells her of something that was done, once. Of a confidential case nothing is written to a phone but where she
    chose writing, and no operator tells it: whoever decides it calls her."""
    if case.confidential and not may_write_out(case.answer_by):
        return
    about, other = f"event:{event.id}", str(event.data.get("other", ""))
    if what == "received":
        _received(db, house, case, now)
    elif what in NEUTRAL:
        _text(db, house, case, NEUTRAL[what], about, f"{what}:{event.id}", now, other=other)
    elif may_write_out(case.answer_by):
        _text(db, house, case, OUT[what], about, f"news:{event.id}", now, answer=event.body or "")
    elif must_be_told(case.answer_by):
        _text(db, house, case, NEWS[case.answer_by], about, f"news:{event.id}", now)
    if event.kind in WORDS and to_be_called(house.packs[case.country], case):
        by_voice(db, case, event, now)


def to_be_called(pack: Pack, case: Case) -> bool:
    """Whether an operator tells her the office's words: she chose so, or lodged it by voice and may not read."""
    if case.confidential or case.address_id is None or case.answer_by == "pin":
        return False
    channel = pack.channels.get(case.channel)
    return must_be_told(case.answer_by) or (channel is not None and channel.kind == "voice")


def _received(db: Session, house: House, case: Case, now: datetime) -> None:
    """The number and the promised day; not to her who has read it in the reply to her own message, nor to somebody
    for whom it was lodged and who has not been asked yet."""
    if awaits_consent(db, case):
        return
    opened = db.scalar(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind == "opened"))
    how = opened.data if opened else {}
    if not how.get("reads"):
        words = replace(RECEIVED, asked=not how.get("alone"))
        _text(db, house, case, words, f"case:{case.id}", f"received:{case.id}", now)


def _text(
    db: Session, house: House, case: Case, words: Words, about: str, once: str, now: datetime, **facts: str
) -> None:
    """Puts a text to the citizen's phone in the outbox; nothing where no number is kept."""
    if case.address_id is None or case.answer_by == "pin":
        return
    pack, tag = house.packs[case.country], case.language
    way = pack.writes_to(number_of(db, case.address_id))
    row = pack.channels.get(way)
    sentence = (words.here if row and row.can_reply else None) or (words.apart if case.confidential else None)
    sentence = sentence or words.sentence
    promise = promises.promised(db, case) if "{due}" in sentence[1] else None
    facts |= {
        "case": formats.grouped(case.reference),
        "due": formats.day_of(tag, promise.due_at, pack.zone) if promise and promise.due_at else "",
        "hotline": pack.hotline,
        "dial": pack.dial(),
        "days": str(MAY_APPEAL.days),
        "other": formats.grouped(facts.get("other", "")),
    }
    body = fill(house.texts.find(tag, sentence), facts)
    outbox.put(
        db, way, case.address_id, body, purpose=words.purpose, about=about, once=once, now=now, asked=words.asked
    )


def by_voice(db: Session, case: Case, event: CaseEvent, now: datetime, once: str = "") -> None:
    """An operator tells her the office's words; each time they are put under another word (`once`)."""
    hotline.put_task(
        db, case.country, "tell", about=f"event:{event.id}", address_id=case.address_id, language=case.language,
        hours=case.safe_hours, due_at=now + hotline.CALL_BACK_WITHIN, once=once or f"tell:{event.id}", now=now,
    )  # fmt: skip


def drop_tasks(db: Session, case: Case, now: datetime) -> None:
    """What an operator was to tell of a case, and has not, is told no more."""
    hotline.drop_about(db, abouts_of(db, case), now)


def drop_telling(db: Session, case: Case, now: datetime) -> None:
    """She has been told by somebody else; whoever is to ask her something else asks it."""
    hotline.drop_once(db, [f"tell:{event.id}" for event in events_of(db, case.id) if event.kind in WORDS], now)


def abouts_of(db: Session, case: Case) -> list[str]:
    """What texts and tasks of a case are about: itself, and the lines of its timeline."""
    return [f"case:{case.id}", *(f"event:{event.id}" for event in events_of(db, case.id))]


def tell_by_voice(db: Session, about: str, now: datetime) -> None:
    """The text about this (`event:12`) has reached nobody: an operator tells the office's words, unless one does
    already."""
    event = event_of(db, about)
    case = db.get_one(Case, event.case_id) if event else None
    if event and case and event.kind in WORDS and not case.confidential:
        by_voice(db, case, event, now)


def is_noted(db: Session, once: str) -> bool:
    """Whether this was noted before: a second click."""
    return db.scalar(select(CaseEvent.id).where(CaseEvent.once == once)) is not None


def note_call(
    db: Session, house: House, task: Task, case: Case, outcome: str, note: str, staff_id: int, once: str, now: datetime
) -> None:
    """How a call to tell an answer came out: told, no_answer, wrong_person. Until it is told it is tried again, three
    times in all."""
    if outcome == "told":
        hotline.done(db, task, now)
    else:
        hotline.not_reached(db, house, task, now)
    data: dict[str, object] = {"outcome": outcome, "task": task.id}
    note_event(db, case, "call", now, staff_id, body=note.strip() or None, data=data, once=once)
    audit.write(db, actor=f"staff:{staff_id}", act="case.call", thing=f"case:{case.id}", why=outcome, now=now)


def to_tell(db: Session, event: CaseEvent) -> Task | None:
    """The task by which an answer is told by voice, while it has not been."""
    return db.scalar(select(Task).where(Task.once == f"tell:{event.id}", Task.state.not_in(("done", "dropped"))))

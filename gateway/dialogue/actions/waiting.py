"""Questions of ours that wait for an address: surveys, later reminders and polls. One at a time.

Nobody is asked two things at once, and nothing is asked while she is in the middle of something of her own. The
oldest question comes first when she next begins a conversation; it is asked once. Only what an office waits for is
asked each time until it is answered: a call that was cut is no answer. What she does not answer in its time is
forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...appointments import actions as appointments
from ...cases import actions as cases
from ...outreach import actions as outreach
from ..records import Question

UNTIL_ANSWERED = ("asked", "consent", "coming", "offered")
"""Flows that ask for what somebody waits for."""

PUSHED = ("offered", "coming")
"""Flows whose question, with the numbers of its answers, was written to her: one number may answer it."""


def ask_later(
    db: Session, address_id: int, flow: str, facts: Mapping[str, str], until: datetime, now: datetime
) -> None:
    """Puts a question behind those that wait already. `facts`: what the flow `needs`."""
    db.add(Question(address_id=address_id, flow=flow, facts=dict(facts), put_at=now, until=until))
    db.flush()


def next_question(db: Session, address_id: int, now: datetime) -> Question | None:
    """The oldest question that still waits, taken out of the line, or put at its end where it is asked until it is
    answered; a poll that was stopped is not asked, nor what is settled by now."""
    waiting = select(Question).where(Question.address_id == address_id, Question.until > now)
    for found in db.scalars(waiting.order_by(Question.flow.not_in(PUSHED), Question.id)):
        db.delete(found)
        db.flush()
        if _stands(db, found):
            if found.flow in UNTIL_ANSWERED:
                ask_later(db, address_id, found.flow, found.facts, found.until, found.put_at)
            return found
    return None


def _stands(db: Session, question: Question) -> bool:
    if (poll := question.facts.get("poll", "")).isdecimal():
        return not outreach.is_stopped(db, int(poll))
    if offer := question.facts.get("offer", ""):
        return appointments.offer_stands(db, offer)
    if booking := question.facts.get("booking", ""):
        return appointments.still_asked(db, question.flow, booking, question.facts.get("when", ""))
    case = question.facts.get("case", "")
    return not case or cases.still_asked(db, question.flow, case, question.facts.get("event", ""))


def pushed(db: Session, address_id: int, now: datetime) -> list[Question]:
    """The questions that were written to an address with the numbers of their answers, and still stand."""
    waiting = select(Question).where(Question.address_id == address_id, Question.flow.in_(PUSHED), Question.until > now)
    return [found for found in db.scalars(waiting) if _stands(db, found)]


def is_alone(db: Session, address_id: int, flow: str, now: datetime) -> bool:
    """Whether one question of this kind stands for an address, and no more."""
    waiting = select(Question).where(Question.address_id == address_id, Question.flow == flow, Question.until > now)
    return sum(_stands(db, found) for found in db.scalars(waiting)) == 1


def ask_elsewhere(db: Session, reference: str, before: int, after: int) -> None:
    """A case is answered on another number now: what was to be asked about it is asked there."""
    for found in db.scalars(select(Question).where(Question.address_id == before)):
        if found.facts.get("case") == reference:
            found.address_id = after
    db.flush()


def forget(db: Session, address_id: int) -> None:
    """Nothing more is asked of a number that is to be forgotten."""
    db.execute(delete(Question).where(Question.address_id == address_id))


def forget_old(db: Session, now: datetime) -> None:
    db.execute(delete(Question).where(Question.until <= now))

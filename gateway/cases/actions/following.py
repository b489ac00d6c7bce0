"""What follows on a case when time passes: the question is put to her, she is reminded, the wait ends, she is asked
whether it is solved, the case is closed.

It is closed by time only once she was told, and where she chose a call or lodged it by voice and may not read, only
once an operator told her or called three times. A case with a PIN is closed by time only after she herself has heard
the decision.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import seal
from ...channels import outbox
from ...country import Pack
from ...hotline.records import Task
from ...house import House
from ...people.asks import Ask
from ..records import Case, CaseEvent, events_of
from ..records.requests import Request
from ..rules import (
    DECIDED,
    DECIDES,
    LOOK_AGAIN,
    MAY_APPEAL,
    OVER,
    REMIND_AFTER,
    SAMPLE,
    SAMPLE_AFTER,
    SURVEY_AFTER,
    WAIT_AT_MOST,
    may_write_out,
    must_be_told,
)
from .acting import act
from .deciding import last_of
from .requesting import follow_up_at
from .telling import by_voice, tell, to_be_called
from .timeline import note

HEARD = ("sent", "delivered")
ATTEMPTS = 3
"""Calls of the independent office itself, in vain or not, after which she counts as told."""


def look_again(db: Session, house: House, case_id: int, now: datetime) -> Ask | None:
    """Does what is due for a case now, and says when it is to be looked at again. What a conversation is to ask her is
    given back: the dialogue asks it. Safe to run twice."""
    case = db.scalar(select(Case).where(Case.id == case_id, Case.next_at <= now).with_for_update())
    if case is None:
        return None
    case.next_at = None
    if (
        case.behalf
        and case.state not in OVER
        and not case.confidential
        and last_of(db, case, ("consent_asked",)) is None
    ):
        return _ask_consent(db, house, case, now)
    if case.state == "waiting":
        return _waiting(db, house, case, now)
    if case.state in DECIDED:
        return _decided(db, house, case, now)
    if case.state != "closed" or (decision := last_of(db, case, DECIDES)) is None:
        return None
    if sampled(case):
        _call_sample(db, case, decision, now)
    return _follow_up(db, house, case, now)


def _follow_up(db: Session, house: House, case: Case, now: datetime) -> Ask | None:
    """Asks once, some weeks after it was granted, whether it came; the way she chose."""
    due = follow_up_at(db, case)
    if due is None or case.address_id is None or now < due:
        case.next_at = due if due and case.address_id else None
        return None
    asked = note(db, case, "followed_up", now, aside=True)
    db.get_one(Request, case.id).asked_at = now
    if must_be_told(case.answer_by):
        by_voice(db, case, asked, now)
        return None
    tell(db, house, case, "came", asked, now)
    return Ask(case.address_id, "received", now + MAY_APPEAL, {"case": case.reference})


def wanted_of(db: Session, case: Case) -> str:
    """How she is to be answered once she agrees to what was lodged for her."""
    opened = last_of(db, case, ("opened",))
    return str(opened.data.get("wants", "")) if opened else ""


def _ask_consent(db: Session, house: House, case: Case, now: datetime) -> Ask | None:
    """Somebody lodged it for her: she herself is asked, on her own number, the way that was chosen for her. Of a
    confidential case whoever decides it asks her."""
    if case.state in ("waiting", *DECIDED):
        case.next_at = now
    if case.address_id is None:
        return None
    asked = note(db, case, "consent_asked", now, aside=True)
    if must_be_told(wanted_of(db, case)):
        by_voice(db, case, asked, now)
        return None
    tell(db, house, case, "consent", asked, now)
    return Ask(case.address_id, "consent", now + MAY_APPEAL, {"case": case.reference})


def _waiting(db: Session, house: House, case: Case, now: datetime) -> Ask | None:
    """She was asked something: the question waits on her phone, then a reminder, then the office goes on without."""
    question = last_of(db, case, ("ask",))
    asked_at = question.at if question else now
    if now >= asked_at + WAIT_AT_MOST:
        act(db, house, case, "go_on", now)
    elif question and now >= asked_at + REMIND_AFTER:
        tell(db, house, case, "remind", question, now)
        case.next_at = asked_at + WAIT_AT_MOST
    else:
        case.next_at = asked_at + REMIND_AFTER
        if case.address_id and may_write_out(case.answer_by) and not case.confidential:
            asked = {"answer": question.body or "", "event": str(question.id)} if question else {"answer": ""}
            facts = {"case": case.reference, **asked}
            return Ask(case.address_id, "asked", asked_at + WAIT_AT_MOST, facts)
    return None


def _decided(db: Session, house: House, case: Case, now: datetime) -> Ask | None:
    decision = last_of(db, case, DECIDES)
    if decision is None:
        return None
    told = noticed_at(db, house.packs[case.country], case, decision)
    if told and now >= told + MAY_APPEAL:
        act(db, house, case, "expire", now)
        case.next_at = follow_up_at(db, case)
        return None
    case.next_at = now + LOOK_AGAIN
    if now >= decision.at + SAMPLE_AFTER and sampled(case):
        _call_sample(db, case, decision, now)
    asks = db.get(Request, case.id) is not None  # of what was granted it is asked later whether it came
    due = told is not None and now >= decision.at + SURVEY_AFTER and not asks
    return _survey(db, house, case, decision, now) if due else None


def sampled(case: Case) -> bool:
    """Whether an operator calls her to hear if it is true what the office says: one case of `SAMPLE`, by its number
    under our key. Nobody can choose it, nor know it before."""
    return int.from_bytes(seal.ring().hash(case.reference, "sample").encode()[-4:]) % SAMPLE == 0


def _call_sample(db: Session, case: Case, decision: CaseEvent, now: datetime) -> None:
    """She is called once, where she lets us call; of a confidential case nobody is."""
    if case.confidential or case.address_id is None or not must_be_told(case.answer_by):
        return
    if last_of_round(db, case, "sampled", decision) is None:
        note(db, case, "sampled", now, aside=True)
        by_voice(db, case, decision, now, once=f"sample:{decision.id}")


def _survey(db: Session, house: House, case: Case, decision: CaseEvent, now: datetime) -> Ask | None:
    """Asks once, the way she chose, whether it is solved: on her phone where we write to it, else in a call."""
    if case.confidential or case.address_id is None or last_of_round(db, case, "surveyed", decision):
        return None
    note(db, case, "surveyed", now, aside=True)
    if must_be_told(case.answer_by):
        by_voice(db, case, decision, now, once=f"survey:{decision.id}")
        return None
    tell(db, house, case, "solved", decision, now)
    return Ask(case.address_id, "survey", now + MAY_APPEAL, {"case": case.reference})


def last_of_round(db: Session, case: Case, kind: str, since: CaseEvent) -> CaseEvent | None:
    """A line of this kind that came after another."""
    found = last_of(db, case, (kind,))
    return found if found and found.id > since.id else None


def noticed_at(db: Session, pack: Pack, case: Case, decision: CaseEvent) -> datetime | None:
    """When she was told of a decision: a text of it was sent, an operator told her or called in vain three times, or
    she heard it when she asked; None while none of this happened. Where she is to be called, a text is not enough."""
    times = list(db.scalars(select(CaseEvent.at).where(CaseEvent.once == f"heard:{decision.id}")))
    if case.confidential and case.answer_by == "call":
        vain = [row.at for row in events_of(db, case.id) if row.kind == "call" and row.id > decision.id]
        times += vain[ATTEMPTS - 1 : ATTEMPTS]
    elif to_be_called(pack, case):
        ended = select(Task.ended_at).where(Task.once == f"tell:{decision.id}", Task.state.in_(("done", "unreached")))
        times += [at for at in db.scalars(ended) if at]
    else:
        texts = [row for row in outbox.about(db, [f"event:{decision.id}"]) if row.once == f"news:{decision.id}"]
        times += [row.settled_at for row in texts if row.state in HEARD and row.settled_at]
    return min(times, default=None)


def heard(db: Session, case: Case, now: datetime) -> None:
    """She has asked, and was told the decision."""
    decision = last_of(db, case, DECIDES)
    if decision and case.state in DECIDED and last_of_round(db, case, "heard", decision) is None:
        note(db, case, "heard", now, once=f"heard:{decision.id}", aside=True)

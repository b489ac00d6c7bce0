"""A request for a programme: what was filled in, whether she agrees, and some weeks after it was granted, whether it
came. What the rule had told her is kept beside it, so that both can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ... import audit
from ..records import Case
from ..records.requests import GRANTED, RECEIVED, Request
from .timeline import note

FOLLOW_UP = timedelta(days=28)
"""From the decision that grants it to the question whether it came."""


def keep_request(
    db: Session, case: Case, answers: Mapping[str, str], told: str, rule: str, agreed_at: datetime | None
) -> None:
    """What was filled in for the programme that the case is about. `told`, `rule`: what a rule had said to her, and
    which (`Programme.rule_mark`); `agreed_at`: empty where somebody else filled it in."""
    mark = rule if told else ""
    db.add(
        Request(
            case_id=case.id, programme=case.programme, answers=dict(answers), told=told, rule=mark, agreed_at=agreed_at
        )
    )
    db.flush()


def agreed(db: Session, case: Case, now: datetime) -> None:
    """She agrees to what somebody else filled in."""
    form = db.get(Request, case.id)
    if form and form.agreed_at is None:
        form.agreed_at = now


def follow_up_at(db: Session, case: Case) -> datetime | None:
    """When she is to be asked whether what was granted came; None where nothing was, or she has been asked."""
    form = db.get(Request, case.id)
    if form is None or form.asked_at or case.decision not in GRANTED or case.decided_at is None:
        return None
    return case.decided_at + FOLLOW_UP


def awaits_word(db: Session, case: Case) -> bool:
    """Whether she was asked if it came, and has not said."""
    form = db.get(Request, case.id)
    return form is not None and form.asked_at is not None and not form.received


def keep_received(db: Session, case: Case, said: str, now: datetime) -> None:
    """What she says: it came, not yet, or it is not given where she lives."""
    form = db.get(Request, case.id)
    if form is None or said not in RECEIVED:
        return
    form.received = said
    note(db, case, "received", now, data={"said": said})
    audit.write(db, actor="citizen", act="case.received", thing=f"case:{case.id}", why=said, now=now)

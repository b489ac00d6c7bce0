"""What the office does with a case: takes it up, answers, asks, decides, notes that she withdrew it, finds it to be the
same as another of hers. `once` marks what was done: whoever asks looks (`is_noted`) whether it was done before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ... import audit
from ...country import APPLY
from ...house import House
from ...language import fold
from ..records import Case
from ..records.requests import Request
from ..rules import ACTS, CAUSES, DECISIONS, FIGURES, LOOK_AGAIN, NO_FAULT, Refusal, act_of
from .acting import act
from .deciding import awaits_consent, decided_before, holder, last_of, must_decide
from .planning import given_up
from .telling import drop_tasks

LONGEST_ANSWER = 1200
NOT_SAVED: Mapping[str, object] = MappingProxyType({})
DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Signs that turn the direction of a text: they could make an answer read otherwise than it was written."""


def take(db: Session, house: House, case: Case, staff_id: int, once: str, now: datetime) -> None:
    """Somebody of the office has it in hand, and she is told so."""
    act(db, house, case, "take", now, staff_id, once=once)


def reply(
    db: Session, house: House, case: Case, text: str, staff_id: int, once: str, now: datetime,
    saved: Mapping[str, object] = NOT_SAVED,
) -> None:  # fmt: skip
    """The office answers; the case stays open. `saved`: which saved reply it is, if any (`cases/saved.py`)."""
    _say(db, house, case, "reply", text, staff_id, once, now, saved)


def ask(
    db: Session, house: House, case: Case, question: str, staff_id: int, once: str, now: datetime,
    saved: Mapping[str, object] = NOT_SAVED,
) -> None:  # fmt: skip
    """The office asks her; what it promised waits while she is asked."""
    _say(db, house, case, "ask", question, staff_id, once, now, saved)
    case.next_at = now


def note_aside(db: Session, house: House, case: Case, words: str, staff_id: int, once: str, now: datetime) -> None:
    """A note for whoever works with the case; she does not see it."""
    words = fold.clean(words)[:LONGEST_ANSWER]
    if not words:
        raise Refusal("Write the note, then send again.")
    act(db, house, case, "note", now, staff_id, text=words, once=once)


def decide(
    db: Session, house: House, case: Case, decision: str, cause: str, what_was_done: str, staff_id: int, once: str,
    now: datetime, saved: Mapping[str, object] = NOT_SAVED,
) -> None:  # fmt: skip
    """The office decides, and says what was done or why not. Its claim: she hears it the way she chose, and may say
    that it is not solved, or appeal."""
    if decision not in DECISIONS:
        raise Refusal("Choose how the case ends.")
    name, asks = act_of(decision), house.packs[case.country].is_request(case.category)
    if asks and not cause:
        cause = NO_FAULT  # a request is no fault of anybody
    if decision in ("upheld", "partly") and cause == NO_FAULT and not asks:
        raise Refusal("She is right, so something went wrong. Choose what it came from.")
    if (cause or "cause" in ACTS[name].takes) and cause not in CAUSES:
        raise Refusal("Choose what it came from.")
    must_decide(db, house.packs[case.country], case, staff_id)
    if awaits_consent(db, case) and (case.category == APPLY or db.get(Request, case.id) is not None):
        raise Refusal("She has not agreed yet that somebody asks for this in her name. Ask her first, then decide.")
    _must_have_heard(db, house, case, decision)
    data: dict[str, object] = {**saved, "decision": decision, "office": holder(db, house.packs[case.country], case)}
    _say(db, house, case, name, what_was_done, staff_id, once, now, data | ({"cause": cause} if cause else {}))
    case.decision, case.cause, case.decided_at = decision, cause or None, now
    case.next_at = now + LOOK_AGAIN


def other_side(db: Session, house: House, case: Case, words: str, staff_id: int, once: str, now: datetime) -> None:
    """What the one complained of says, or why nobody could be asked. An allegation is not a finding."""
    words = fold.clean(words)[:LONGEST_ANSWER]
    if not words:
        raise Refusal("Write what the one complained of says, or why nobody can be asked, then send again.")
    act(db, house, case, "other_side", now, staff_id, text=words, once=once)


def note_figures(db: Session, house: House, case: Case, told: Mapping[str, str], staff_id: int, now: datetime) -> None:
    """What the case is counted by, as far as somebody said so: the programme it is about, and of whom it is. It changes
    nothing of how the case is treated."""
    if told["programme"] and told["programme"] not in house.packs[case.country].programmes:
        raise Refusal("Choose the programme from the list.")
    if any(told[name] not in known for name, known in FIGURES.items()):
        raise Refusal("Choose from the list.")
    case.programme, case.sex, case.disability = told["programme"], told["sex"], told["disability"]
    audit.write(db, actor=f"staff:{staff_id}", act="case.counted_as", thing=f"case:{case.id}", now=now)


def _must_have_heard(db: Session, house: House, case: Case, decision: str) -> None:
    """Raises Refusal where somebody would be found to have done wrong and was not heard."""
    category = house.packs[case.country].categories.get(case.category)
    finds = decision in ("upheld", "partly") and category is not None and category.accuses
    if finds and last_of(db, case, ("other_side",)) is None:
        raise Refusal("Before you find this true, note what the one complained of says, or why nobody can be asked.")


def _say(
    db: Session, house: House, case: Case, name: str, text: str, staff_id: int, once: str, now: datetime,
    data: Mapping[str, object] = NOT_SAVED,
) -> None:  # fmt: skip
    text = fold.clean(text.translate(DIRECTIONS))
    if not text:
        raise Refusal("Write what she should hear, then send again.")
    if len(text) > LONGEST_ANSWER:
        raise Refusal("The answer is longer than 1200 letters. Make it shorter, then send again.")
    act(db, house, case, name, now, staff_id, text=text, data=dict(data), once=once)


def withdraw(db: Session, house: House, case: Case, how: str, staff_id: int, once: str, now: datetime) -> None:
    """She does not want it gone on with, and said so to somebody, who notes how. She is told, should it be untrue."""
    how = fold.clean(how)[:LONGEST_ANSWER]
    if not how:
        raise Refusal("Write when and how she said so, then send again.")
    if staff_id in decided_before(db, case):
        raise Refusal("You decided this case before she appealed. Somebody else must decide now. Nothing was changed.")
    act(db, house, case, "withdraw", now, staff_id, text=how, once=once)
    given_up(db, case, now)
    case.next_at = None
    drop_tasks(db, case, now)


def twins(db: Session, case: Case, seen: ColumnElement[bool]) -> list[Case]:
    """Cases of the same address about the same thing, to be answered the same way, that this one may be the same as;
    the oldest first. Only of what whoever asks may see (`seen`), and only where the office may know the number: else
    it would learn it here."""
    if case.address_id is None or case.answer_by not in ("write", "call"):
        return []
    same = select(Case).where(
        Case.address_id == case.address_id, Case.category == case.category, Case.id != case.id, seen,
        Case.answer_by == case.answer_by, Case.confidential == case.confidential,
    )  # fmt: skip
    return list(db.scalars(same.where(Case.state.in_(ACTS["merge"].before)).order_by(Case.id).limit(5)))


def merge(db: Session, house: House, case: Case, into: Case | None, staff_id: int, once: str, now: datetime) -> None:
    """Notes that a case is the same as one of its twins (None: it is none). Both numbers go on to answer: the one by
    the other."""
    if into is None:
        raise Refusal("Only two open cases of the same person about the same thing can be one. Nothing was changed.")
    data: dict[str, object] = {"into": into.id, "other": into.reference}
    act(db, house, case, "merge", now, staff_id, data=data, once=once)
    case.into, case.next_at = into.id, None
    drop_tasks(db, case, now)

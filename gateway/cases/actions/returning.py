"""What she does with her case: adds to it, answers the office, says whether it is solved, appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ... import audit
from ...country import lineage
from ...house import House
from ..records import Case, CaseEvent
from ..rules import ACTS, DECIDED, DECIDES, MAY_APPEAL, WORDS, Refusal
from .acting import act
from .deciding import last_of
from .following import noticed_at
from .timeline import note

SHE = "citizen"
BACK = ("reopen", "appeal")


def main_of(db: Session, case: Case) -> Case:
    """The case that is gone on with: itself, or the one with which it was merged."""
    while case.into is not None:
        case = db.get_one(Case, case.into)
    return case


def add_words(
    db: Session, house: House, case: Case, words: str, channel: str, now: datetime, staff_id: int | None = None
) -> None:
    """She adds to her case, or answers what the office asked; it is on the timeline, and what was promised runs on. An
    operator may do so in her words."""
    name = "answered" if case.state == "waiting" else "added"
    act(db, house, case, name, now, staff_id, text=words, data={"channel": channel}, actor=SHE)
    case.next_at = None


def words_now(db: Session, case: Case) -> CaseEvent | None:
    """The office's latest words since the case last came back to it; None while there are none."""
    words, back = last_of(db, case, WORDS), last_of(db, case, BACK)
    return words if words and (back is None or words.id > back.id) else None


def confirm(db: Session, house: House, case: Case, now: datetime, staff_id: int | None = None) -> None:
    """She says that it is solved, or lets the decision stand: the case is closed. Said twice, it stays closed."""
    if case.state in DECIDED:
        act(db, house, case, "confirm", now, staff_id, actor=SHE)
        case.next_at = None


def may_come_back(db: Session, case: Case, now: datetime) -> bool:
    """Whether she may still say that it is not solved, or appeal: within `MAY_APPEAL` of being told, and while nobody
    has told her, always."""
    if case.state not in ACTS["reopen"].before:
        return False
    decision = last_of(db, case, DECIDES)
    told = noticed_at(db, decision) if decision else None
    return told is None or now <= told + MAY_APPEAL


def reopen(db: Session, house: House, case: Case, words: str, now: datetime, staff_id: int | None = None) -> None:
    """She says that it is not solved: it comes back to the office that said it was. Raises Refusal when it is too
    late."""
    _come_back(db, house, case, "reopen", words, now, staff_id)


def appeal(db: Session, house: House, case: Case, words: str, now: datetime, staff_id: int | None = None) -> None:
    """She does not agree with the decision: somebody else decides, at the next office above that may, and where there
    is none, somebody else at the same. Raises Refusal when it is too late."""
    pack, decision = house.packs[case.country], last_of(db, case, DECIDES)
    if case.state in ACTS["appeal"].before and decision and may_come_back(db, case, now):
        right, first = pack.rights.get(case.category), str(decision.data.get("office", ""))
        above = [up for up in lineage(first, pack.offices) if up != first]
        case.queue = next((up for up in above if not right or right.reaches(pack.offices[up].level)), case.queue)
    _come_back(db, house, case, "appeal", words, now, staff_id)


def _come_back(
    db: Session, house: House, case: Case, name: str, words: str, now: datetime, staff_id: int | None
) -> None:
    if case.state in ACTS[name].before and not may_come_back(db, case, now):
        raise Refusal("It is too late for this: more than 14 days have passed since she was told.")
    act(db, house, case, name, now, staff_id, text=words or None, data={"queue": case.queue}, actor=SHE)
    case.decision, case.cause, case.decided_at, case.next_at = None, None, None, None


def keep_opinion(db: Session, case: Case, answers: Mapping[str, str], now: datetime) -> None:
    """What she thinks of how it ended: codes as they were chosen, her words sealed."""
    codes = {name: answer for name, answer in answers.items() if name != "words"}
    note(db, case, "opinion", now, body=answers.get("words"), data=dict(codes))
    audit.write(db, actor=SHE, act="case.opinion", thing=f"case:{case.id}", now=now)

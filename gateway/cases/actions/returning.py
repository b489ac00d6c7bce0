"""What she does with her case: adds to it, answers the office, says whether it is solved, appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import APPLY, DECIDERS, Pack, lineage
from ...hotline import actions as hotline
from ...house import House
from ...language import formats
from ...language.catalogue import fill, mark
from ...people.actions import number_of
from ..records import Case, CaseEvent, by_reference, events_of
from ..records.access import kept_from
from ..rules import ACTS, BACK, DECIDED, DECIDES, MAY_APPEAL, OVER, SAMPLE_AFTER, WORDS, Refusal, may_write_out
from .acting import act
from .deciding import awaits_consent, holder, last_of, who_works_at
from .following import noticed_at, sampled, wanted_of
from .opening import start_writing
from .placing import to_queue
from .planning import follow_case, given_up
from .requesting import agreed, awaits_word, follow_up_at, keep_received
from .telling import abouts_of, drop_tasks
from .timeline import note

SHE, OPERATOR = "citizen", "hotline"


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
    if name == "answered":
        case.next_at = None


def words_now(db: Session, case: Case) -> CaseEvent | None:
    """The office's words to her that stand: an answer, a question that waits for her, a decision; None while there are
    none since the case last came back."""
    words, back = last_of(db, case, WORDS), last_of(db, case, BACK)
    if words is None or (back and words.id < back.id):
        return None
    return words if words.kind != "ask" or case.state == "waiting" else None  # a question that was answered is no news


def still_asked(db: Session, flow: str, reference: str, event: str = "") -> bool:
    """Whether a question that was put to her about a case still stands: what the office asked (`asked`) while it waits,
    whether it is solved (`survey`) while it is decided and she has not said. `event`: the line of the timeline by which
    the office asked: a later question takes the place of an earlier one."""
    case = by_reference(db, reference)
    if case is not None and flow == "consent":
        return case.state not in OVER and last_of(db, case, ("agree",)) is None
    if case is not None and flow == "received":
        return awaits_word(db, case)
    if case is None or flow not in ("asked", "survey"):
        return case is not None
    if flow == "asked":
        last = last_of(db, case, ("ask",))
        return case.state == "waiting" and last is not None and event in ("", str(last.id))
    asked, said = last_of(db, case, ("surveyed",)), last_of(db, case, ("opinion",))
    return case.state in DECIDED and (said is None or asked is None or said.id < asked.id)


def confirm(db: Session, house: House, case: Case, now: datetime, staff_id: int | None = None) -> None:
    """She says that it is solved, or lets the decision stand: the case is closed. Said twice, it stays closed."""
    if case.state in DECIDED:
        act(db, house, case, "confirm", now, staff_id, actor=SHE)
        case.next_at = case.decided_at + SAMPLE_AFTER if case.decided_at and sampled(case) else follow_up_at(db, case)


def may_come_back(db: Session, pack: Pack, case: Case, now: datetime) -> bool:
    """Whether she may still say that it is not solved, or appeal: within `MAY_APPEAL` of being told, and while nobody
    has told her, always."""
    if case.state not in ACTS["reopen"].before:
        return False
    decision = last_of(db, case, DECIDES)
    told = noticed_at(db, pack, case, decision) if decision and case.state != "withdrawn" else None
    return told is None or now <= told + MAY_APPEAL


def reopen(db: Session, house: House, case: Case, words: str, now: datetime, staff_id: int | None = None) -> None:
    """She says that it is not solved: it comes back to the office that said it was. Raises Refusal when it is too
    late."""
    _come_back(db, house, case, "reopen", words, now, staff_id)


def appeal(db: Session, house: House, case: Case, words: str, now: datetime, staff_id: int | None = None) -> None:
    """She does not agree with the decision: somebody else decides, at the next office above that may, and where there
    is none, somebody else at the same. Raises Refusal when it is too late."""
    if case.state in ACTS["appeal"].before and may_come_back(db, house.packs[case.country], case, now):
        case.queue = _who_judges(db, house.packs[case.country], case) or case.queue
    _come_back(db, house, case, "appeal", words, now, staff_id)


def _who_judges(db: Session, pack: Pack, case: Case) -> str:
    """The office to which an appeal goes: the next above the one that decided at which somebody works who may decide
    and has not decided it before; where there is none, that office itself if somebody else works there, else the
    next above all the same: whoever comes to work there finds it."""
    decision, right = last_of(db, case, DECIDES), pack.rights.get(case.category)
    first = str(decision.data.get("office") or "") if decision else ""
    first = first if first in pack.offices else holder(db, pack, case)
    upward = [up for up in lineage(first, pack.offices) if not right or right.reaches(pack.offices[up].level)]
    higher = [up for up in upward if up != first]
    before = {event.staff_id for event in events_of(db, case.id) if event.kind in DECIDES and event.staff_id}
    able = who_works_at(db, upward, right.roles if right else DECIDERS, before | kept_from(db, case.id))
    return next((up for up in (*higher, first) if up in able), higher[0] if higher else first)


def _come_back(
    db: Session, house: House, case: Case, name: str, words: str, now: datetime, staff_id: int | None
) -> None:
    """What an operator was still to tell her of what was before is told no more."""
    if case.state in ACTS[name].before and not may_come_back(db, house.packs[case.country], case, now):
        raise Refusal("It is too late for this: more than 14 days have passed since she was told.")
    act(db, house, case, name, now, staff_id, text=words or None, data={"queue": case.queue}, actor=SHE)
    case.decision, case.cause, case.decided_at = None, None, None
    case.next_at = now if awaits_consent(db, case) else None
    drop_tasks(db, case, now)


def said_to_operator(
    db: Session, house: House, case: Case, event: CaseEvent, said: str, words: str, staff_id: int, now: datetime
) -> bool:
    """What she answered when an operator told her something (`event`): to a question of the office; or `solved`,
    `not_solved`, `appeal`. Whether it could be done: what comes too late, or is about words that no longer stand, is
    added to the case all the same."""
    if event.kind == "followed_up":
        keep_words(db, case, words, OPERATOR, now, staff_id)
        keep_received(db, case, said, now)
        return True
    if event.kind == "consent_asked":
        keep_words(db, case, words, OPERATOR, now, staff_id)
        if said in ("agrees", "refuses"):
            consent(db, house, case, said == "agrees", now, staff_id)
        return True
    current = words_now(db, case)
    stands = current is not None and current.id == event.id
    try:
        if stands and case.state == "waiting" and words:
            add_words(db, house, case, words, OPERATOR, now, staff_id)
        elif stands and said == "solved":
            keep_words(db, case, words, OPERATOR, now, staff_id)
            confirm(db, house, case, now, staff_id)
        elif stands and said == "not_solved":
            reopen(db, house, case, words, now, staff_id)
        elif stands and said == "appeal":
            appeal(db, house, case, words, now, staff_id)
        else:
            keep_words(db, case, words, OPERATOR, now, staff_id)
            return not said
    except Refusal:
        keep_words(db, case, words or said, OPERATOR, now, staff_id)
        return False
    return True


def consent(
    db: Session, house: House, case: Case, agrees: bool, now: datetime, staff_id: int | None = None, *,
    how: str = "", once: str | None = None,
) -> None:  # fmt: skip
    """Whether she agrees to what somebody lodged for her: from then on she is answered as was chosen for her. Where she
    does not, nobody goes on with it. Said twice, or too late, it changes nothing. `how`: when and where she said so to
    whoever noted it."""
    if case.state in OVER or not case.behalf or (agrees and not awaits_consent(db, case)):
        return
    act(db, house, case, "agree" if agrees else "refuse", now, staff_id, text=how or None, once=once, actor=SHE)
    if agrees:
        agreed(db, case, now)
    if not agrees:
        case.next_at = None
        drop_tasks(db, case, now)
        given_up(db, case, now)
    elif case.address_id is None and case.category == APPLY and case.state in ACTS["send_on"].before:
        to_queue(db, house, case, "send_on", now, staff_id)
    elif case.address_id and not case.confidential:
        case.answer_by = wanted_of(db, case)
        follow_case(db, case)
        if may_write_out(case.answer_by):
            start_writing(db, case.address_id, now)


def keep_words(db: Session, case: Case, words: str, channel: str, now: datetime, staff_id: int | None = None) -> None:
    """Words of hers that change nothing any more, but are not lost."""
    if words:
        note(db, case, "added", now, staff_id, body=words, data={"channel": channel})
        audit.write(db, actor=SHE, act="case.added", thing=f"case:{case.id}", now=now)


MOVED = mark(
    "sms.moved", "Number {case} is answered on another phone now. If you did not ask for this, call {hotline}."
)


def move_to(db: Session, house: House, case: Case, address_id: int, staff_id: int, now: datetime) -> None:
    """She has a new number, or works abroad, and has shown that the case is hers: it is answered there from now on. The
    old number is told, should it be untrue."""
    old, pack = case.address_id, house.packs[case.country]
    if old is None or old == address_id:
        return
    case.address_id = address_id
    follow_case(db, case)
    event = note(db, case, "moved", now, staff_id)
    audit.write(db, actor=f"staff:{staff_id}", act="case.moved", thing=f"case:{case.id}", now=now)
    abouts = abouts_of(db, case)
    outbox.send_elsewhere(db, abouts, pack.writes_to(number_of(db, address_id)), address_id)
    hotline.call_elsewhere(db, abouts, address_id)
    facts = {"case": formats.grouped(case.reference), "hotline": pack.hotline}
    body, way = fill(house.texts.find(case.language, MOVED), facts), pack.writes_to(number_of(db, old))
    about, once = f"event:{event.id}", f"moved:{event.id}"
    outbox.put(db, way, old, body, purpose="news", about=about, once=once, now=now, asked=False)


def keep_opinion(db: Session, case: Case, answers: Mapping[str, str], now: datetime) -> None:
    """What she thinks of how it ended: codes as they were chosen, her words sealed."""
    codes = {name: answer for name, answer in answers.items() if name != "words"}
    note(db, case, "opinion", now, body=answers.get("words"), data=dict(codes))
    audit.write(db, actor=SHE, act="case.opinion", thing=f"case:{case.id}", now=now)

"""Officials in a chat: told that a case has come or runs out, without anything of a person; they take it up, answer and
decide there. Of a confidential case nothing is told, and nothing is known.

She names a case by its number. What is to be done is a digit, with her words behind it: no letter of any alphabet is
needed but those of her own sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...house import House
from ...language import fold, formats
from ...language.catalogue import fill, mark
from ...people import actions as people
from ...people.records import Address, Staff, StaffChat
from ...people.rules import may
from ..reach import seen_by
from ..records import Case
from ..references import REFERENCE_DIGITS, is_reference
from ..rules import CAUSES, NO_FAULT, Refusal
from .answering import decide, reply, take
from .deciding import must_decide
from .noticing import facts_of

WORD = "staff"
WRONG_CODES, WRONG_WINDOW = 5, timedelta(hours=1)
LINKED = mark(
    "console", "This chat is linked with {name}. Cases are told here until you sign out. Send a case's number."
)
NO_CODE = mark("console", "This code is not good, or too old. Make a new one on the page.")
MENU = mark(
    "console",
    "{case}: {what}, {office}. Answer before {due}.\n1 I take it up\n2 and your answer to her\n3 and what was done: she"
    " is right\n4 and why: she is not right\nWhat she said is on the page alone.",
)
CHANGED = mark("console", "Somebody changed this case a moment ago. Read it again before you send.")
NAME_IT = mark("console", "Send the number of a case first.")
NO_CASE = mark("console", "There is no such case with your office.")
WHICH_CAUSE = mark(
    "console",
    "What did it come from?\n1 The rules leave her out\n2 The rules were not followed, or too late\n3 She was not told,"
    " or told wrongly\n4 The service does not exist there\n5 Nothing went wrong",
)
DONE = mark("console", "{case}: done.")
NOT_UNDERSTOOD = mark("console", "Send 1, 2, 3 or 4, with your words behind it.")


def hear_official(db: Session, house: House, address: Address, inputs: Sequence[str], now: datetime) -> str | None:
    """What a chat is answered whose owner works here, or links it just now; None where it is a citizen's."""
    if address.is_phone():
        return None
    said = fold.clean(" ".join(inputs))
    linked = people.staff_of_chat(db, address.id, now)
    first, _, rest = said.partition(" ")
    if first.lower() == WORD and fold.digits(rest).strip().isdecimal():
        return _link(db, house, address, fold.digits(rest).strip(), now)
    if linked is None:
        return None
    chat, staff = linked
    return _said(db, house, chat, staff, said, now) if may(staff.role, "answer") else None


def _link(db: Session, house: House, address: Address, code: str, now: datetime) -> str:
    key = str(address.id)
    if people.tries(db, "staff.code", key, since=now - WRONG_WINDOW) >= WRONG_CODES:
        return house.texts.find(address.language or "en", NO_CODE)
    staff = people.link_chat(db, address, code, now)
    if staff is None:
        people.count_try(db, "staff.code", key, now=now)
        return house.texts.find(address.language or "en", NO_CODE)
    return fill(house.texts.find(staff.language, LINKED), {"name": staff.name})


def _said(db: Session, house: House, chat: StaffChat, staff: Staff, said: str, now: datetime) -> str:
    """One message of an official. What cannot be done is said, and her words stay in the chat."""
    texts, tag = house.texts, staff.language
    digits = "".join(c for c in fold.digits(said) if c.isdigit())
    if is_reference(digits) and len(said) < 2 * REFERENCE_DIGITS:
        return _named(db, house, chat, staff, digits)
    case = _case(db, staff, int(chat.doing.get("case", 0)))
    if case is None:
        chat.doing = {}
        return texts.find(tag, NAME_IT)
    if chat.doing.get("version") != case.version:
        return f"{texts.find(tag, CHANGED)}\n{_named(db, house, chat, staff, case.reference)}"
    try:
        return _do(db, house, chat, staff, case, said, now)
    except Refusal as refusal:
        _keep(db, chat, case)
        return texts.find(tag, ("console", refusal.sentence))


def _case(db: Session, staff: Staff, case_id: int) -> Case | None:
    """A case of hers, locked; never a confidential one, whoever she is."""
    mine = select(Case).where(Case.id == case_id, seen_by(db, staff), ~Case.confidential)
    return db.scalar(mine.with_for_update(of=Case))


def _named(db: Session, house: House, chat: StaffChat, staff: Staff, reference: str) -> str:
    found = db.scalar(select(Case.id).where(Case.reference == reference))
    case = _case(db, staff, found or 0)
    if case is None:
        return house.texts.find(staff.language, NO_CASE)
    _keep(db, chat, case)
    return fill(house.texts.find(staff.language, MENU), facts_of(db, house, staff, case))


def _causes(decision: str) -> tuple[str, ...]:
    """What a decision may come from: where she is right, something went wrong."""
    return tuple(cause for cause in CAUSES if decision == "not_upheld" or cause != NO_FAULT)


def _which_cause(house: House, staff: Staff, count: int) -> str:
    return "\n".join(house.texts.find(staff.language, WHICH_CAUSE).split("\n")[: count + 1])


def _keep(db: Session, chat: StaffChat, case: Case, **asked: str) -> None:
    """What is being done to which case, as it stands now: what changes meanwhile is read before it is gone on with."""
    db.flush()
    chat.doing = {"case": case.id, "version": case.version, **asked}


def _do(db: Session, house: House, chat: StaffChat, staff: Staff, case: Case, said: str, now: datetime) -> str:
    act, words = fold.digits(said[:1]), said[1:].lstrip(" .:,-").strip()
    if fold.digits(said[1:2]).isdecimal():  # "22 November": her words, with nothing said of what is to be done
        return house.texts.find(staff.language, NOT_UNDERSTOOD)
    once = f"chat:{staff.id}:{case.id}:{now.timestamp():.3f}"
    if chat.doing.get("done") and not words:
        causes = _causes(str(chat.doing["decision"]))
        cause = causes[int(act) - 1] if act in map(str, range(1, len(causes) + 1)) else ""
        if not cause:
            return _which_cause(house, staff, len(causes))
        decide(db, house, case, str(chat.doing["decision"]), cause, str(chat.doing["done"]), staff.id, once, now)
    elif act == "1" and not words:
        take(db, house, case, staff.id, once, now)
    elif act == "2":
        reply(db, house, case, words, staff.id, once, now)
    elif act in ("3", "4") and words:
        decision = "upheld" if act == "3" else "not_upheld"
        must_decide(db, house.packs[case.country], case, staff.id)
        _keep(db, chat, case, decision=decision, done=words)
        return _which_cause(house, staff, len(_causes(decision)))
    else:
        return house.texts.find(staff.language, NOT_UNDERSTOOD)
    _keep(db, chat, case)
    return fill(house.texts.find(staff.language, DONE), {"case": formats.grouped(case.reference)})

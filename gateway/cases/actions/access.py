"""Who may see a confidential case: named one by one, with a reason, and so is whoever is kept from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...language import fold
from ...people.records import Staff
from ..records import Case
from ..records.access import KEPT_FROM, LISTED, Access
from ..rules import Refusal, may_write_out
from . import promises
from .following import heard
from .noticing import chat_about
from .telling import abouts_of, drop_tasks, drop_telling
from .timeline import note


def give_access(db: Session, case: Case, name: str, kind: str, reason: str, by_staff: int, now: datetime) -> None:
    """Lists a member of staff for a confidential case, or keeps her from any case: she may be the one complained of.
    Only a supervisor does; nobody who is kept from a case is let back into it. Raises Refusal."""
    staff = db.scalar(select(Staff).where(Staff.name == name, Staff.country == case.country))
    reason = fold.clean(reason)[:600]
    if staff is None or kind not in (LISTED, KEPT_FROM):
        raise Refusal("Choose who it is.")
    if not reason:
        raise Refusal("Write why. It is kept with the case.")
    if kind == LISTED and not case.confidential:
        raise Refusal("Only a confidential case has a list. Nothing was changed.")
    before, by = db.get(Access, (case.id, staff.id)), db.get_one(Staff, by_staff)
    let_back = before is not None and before.kind == KEPT_FROM and kind == LISTED
    if staff.id == by_staff or by.role != "supervisor" or let_back:
        raise Refusal("Somebody else must do this for you. Nothing was changed.")
    db.merge(Access(case_id=case.id, staff_id=staff.id, kind=kind, reason=reason, by_staff=by_staff, at=now))
    data: dict[str, object] = {"kind": kind, "staff": staff.id}
    note(db, case, "access", now, by_staff, body=reason, data=data)
    if kind == KEPT_FROM:
        outbox.take_back(db, chat_about(case), now)
    audit.write(db, actor=f"staff:{by_staff}", act=f"case.{kind}", thing=f"case:{case.id}", why=str(staff.id), now=now)


def seclude(db: Session, pack: Pack, case: Case, staff_id: int, now: datetime) -> None:
    """An ordinary case becomes a confidential one: no operator tells it any more, and what still waits to be written to
    a phone that she did not choose is not sent. Where its kind is promised in hours, they run from here."""
    case.confidential = True
    if case.behalf and case.answer_by == "hotline":
        case.answer_by = "call"  # no operator may ask her any more: whoever decides it does
    drop_tasks(db, case, now)
    outbox.take_back(db, chat_about(case), now)
    if not may_write_out(case.answer_by):
        for about in abouts_of(db, case):
            outbox.take_back(db, about, now)
    promises.hasten(db, pack, case, now)
    audit.write(db, actor=f"staff:{staff_id}", act="case.secluded", thing=f"case:{case.id}", now=now)


def note_own_call(db: Session, case: Case, outcome: str, words: str, staff_id: int, once: str, now: datetime) -> None:
    """Somebody of the office has called her herself: `told`, `no_answer` or `wrong_person`. What she said to it is
    `returning.said_to_operator`. Where she was told, no operator tells it any more; one
    who is to ask her whether it is true does all the same."""
    note(db, case, "call", now, staff_id, body=fold.clean(words)[:600] or None, data={"outcome": outcome}, once=once)
    audit.write(db, actor=f"staff:{staff_id}", act="case.call", thing=f"case:{case.id}", why=outcome, now=now)
    if outcome == "told":
        heard(db, case, now)
        drop_telling(db, case, now)

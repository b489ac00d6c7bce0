"""What people said is forgotten some time after their case was over. Codes and times stay, for the figures; nothing
that leads to a person does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...hotline import actions as hotline
from ..attachments import Attachment
from ..records import Case, CaseEvent
from ..records.access import Access
from ..records.linked import Part
from ..records.requests import Request
from ..rules import DECIDED, OPEN, OVER
from .noticing import chat_about
from .planning import leave_plan
from .returning import main_of
from .telling import abouts_of

AT_ONCE = 50


def forget_old(db: Session, pack: Pack, now: datetime) -> set[int]:
    """Empties the cases that have been closed, or decided, for as long as the pack says, some at a time; the addresses
    that they let go. Safe to run twice."""
    old = select(Case).where(
        Case.country == pack.code, Case.forgotten_at.is_(None), Case.changed_at < now - pack.keep,
        or_(Case.state.in_(OVER), and_(Case.state.in_(DECIDED), Case.decided_at < now - pack.keep)),
    ).order_by(Case.id).limit(AT_ONCE).with_for_update(skip_locked=True)  # fmt: skip
    over = [case for case in db.scalars(old).all() if main_of(db, case).state not in OPEN]
    return {address for case in over for address in _forget(db, case, now)}


def _forget(db: Session, case: Case, now: datetime) -> list[int]:
    let_go = [case.address_id] if case.address_id else []
    abouts = abouts_of(db, case)
    outbox.forget_about(db, [*abouts, chat_about(case)])
    hotline.forget_about(db, abouts)
    db.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(body=None))
    db.execute(delete(Attachment).where(Attachment.case_id == case.id))
    db.execute(delete(Part).where(Part.case_id == case.id))
    leave_plan(db, case, now)
    for event in db.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)):
        if "household" in event.data:
            event.data = {name: value for name, value in event.data.items() if name != "household"}
    for form in db.scalars(select(Request).where(Request.case_id == case.id)):
        form.answers = {}
    db.execute(update(Access).where(Access.case_id == case.id).values(reason=""))
    case.village = case.story = case.against = case.address_id = case.pin_hash = None
    case.safe_hours, case.forgotten_at, case.next_at = "", now, None
    audit.write(db, actor="system", act="case.forgotten", thing=f"case:{case.id}", now=now)
    db.flush()
    return let_go

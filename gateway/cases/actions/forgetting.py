"""What people said is forgotten some time after their case was over. Codes and times stay, for the figures; nothing
that leads to a person does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ... import audit
from ...channels import outbox
from ...country import Pack
from ...hotline import actions as hotline
from ..attachments import Attachment
from ..records import Case, CaseEvent
from ..records.linked import Part
from ..rules import OPEN
from .telling import abouts_of

AT_ONCE = 50


def forget_old(db: Session, pack: Pack, now: datetime) -> set[int]:
    """Empties the cases that have been over for as long as the pack says, some at a time; the addresses that they let
    go. Safe to run twice."""
    old = select(Case).where(
        Case.country == pack.code, Case.state.not_in(OPEN), Case.changed_at < now - pack.keep,
        Case.forgotten_at.is_(None),
    )  # fmt: skip
    return {address for case in db.scalars(old.order_by(Case.id).limit(AT_ONCE)) for address in _forget(db, case, now)}


def _forget(db: Session, case: Case, now: datetime) -> list[int]:
    let_go = [case.address_id] if case.address_id else []
    abouts = abouts_of(db, case)
    outbox.forget_about(db, abouts)
    hotline.forget_about(db, abouts)
    db.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(body=None))
    db.execute(delete(Attachment).where(Attachment.case_id == case.id))
    db.execute(delete(Part).where(Part.case_id == case.id))
    case.village = case.story = case.against = case.address_id = case.pin_hash = None
    case.safe_hours, case.forgotten_at, case.next_at = "", now, None
    audit.write(db, actor="system", act="case.forgotten", thing=f"case:{case.id}", now=now)
    db.flush()
    return let_go

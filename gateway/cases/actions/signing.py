"""A register is signed: as it stands, by a supervisor of the office, once, when its month is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack
from ...people.records import Staff
from ..periods import months
from ..records.paper import Register, register_of
from ..registers import lines_of
from ..rules import Refusal


def sign(db: Session, pack: Pack, office: str, month: str, staff: Staff, now: datetime) -> Register:
    """Keeps the register as it stands. Raises Refusal."""
    if staff.role != "supervisor":
        raise Refusal("A supervisor signs the register.")
    if months(month, month, pack.zone)[1] > now:
        raise Refusal("The month is not over yet.")
    if register_of(db, office, month):
        raise Refusal("This register is signed already.")
    lines = {"lines": lines_of(db, pack, office, month, now)}
    row = Register(office=office, month=month, staff_id=staff.id, signed_at=now, lines=lines)
    db.add(row)
    db.flush()
    thing = f"register:{office}:{month}"
    audit.write(db, actor=f"staff:{staff.id}", act="register.signed", thing=thing, now=now)
    return row

"""One thing done to a case, as the table of `rules.py` has it: state, timeline, promises, audit, and what she is told.

Every change of a state passes here, whatever channel it came by.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ... import audit
from ...house import House
from ..records import Case, CaseEvent
from ..rules import ACTS, COMES, after
from . import noticing, promises
from .telling import tell
from .timeline import note


def act(
    db: Session, house: House, case: Case, name: str, now: datetime, staff_id: int | None = None, *,
    text: str | None = None, data: dict[str, object] | None = None, once: str | None = None, why: str = "",
    actor: str = "",
) -> CaseEvent:  # fmt: skip
    """Does it. `staff_id`: by whom, where it was somebody of the staff; `actor` names anybody else (`citizen`).
    Raises Refusal where the case does not stand so."""
    before, line = case.state, ACTS[name]
    case.state = after(before, name)
    moved: dict[str, object] = {"from": before, "to": case.state} if case.state != before else {}
    event = note(db, case, name, now, staff_id, body=text, data={**moved, **(data or {})}, once=once)
    promises.follow(db, house.packs[case.country], case, before, line.keeps, now)
    who = f"staff:{staff_id}" if staff_id else actor or "system"
    audit.write(db, actor=who, act=f"case.{name}", thing=f"case:{case.id}", why=why, now=now)
    if name in COMES:
        noticing.came(db, house, case, event.id, now)
    if line.tells:
        tell(db, house, case, line.tells, event, now)
    return event

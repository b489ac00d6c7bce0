"""One more line on a case's timeline: the only place where one is written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ..records import Case, CaseEvent


def note(
    db: Session, case: Case, kind: str, now: datetime, staff_id: int | None = None, *,
    body: str | None = None, data: dict[str, object] | None = None, once: str | None = None, aside: bool = False,
) -> CaseEvent:  # fmt: skip
    """`aside`: it changes nothing of the case, and disturbs nobody who is writing to it."""
    if not aside:
        case.changed_at = now
    event = CaseEvent(case_id=case.id, kind=kind, at=now, staff_id=staff_id, body=body, data=data or {}, once=once)
    db.add(event)
    db.flush()
    return event

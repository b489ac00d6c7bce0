"""With which office a case lies, and who may decide it there. An appeal is decided by somebody else than the first
decision."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import clock
from ...country import Pack, lineage
from ...people.actions import parents_of
from ...people.records import QueueRow, Staff, StaffOffice
from ...people.rules import lineage as upward
from ..records import Case, CaseEvent, events_of
from ..records.access import kept_from
from ..rules import DECIDES, Refusal


def holder(db: Session, pack: Pack, case: Case) -> str:
    """The office with which a case lies; where it has left the pack, the nearest above it that has not; empty where
    there is none."""
    row = db.get(QueueRow, case.queue) if case.queue else None
    above = upward(row.office, parents_of(db, case.country)) if row else []
    return next((office for office in above if office in pack.offices), "")


def who_decides(db: Session, pack: Pack, case: Case) -> str | None:
    """The nearest office, from the holder upward, that may decide the case and at which somebody works who may; where
    nobody does, the nearest that may; None where there is none."""
    right, here = pack.rights.get(case.category), holder(db, pack, case)
    if right is None:
        return here or None
    able = [up for up in lineage(here, pack.offices) if right.reaches(pack.offices[up].level)]
    staffed = who_works_at(db, able, right.roles, kept_from(db, case.id))
    return next((up for up in able if up in staffed or up == here), able[0] if able else None)


def who_works_at(db: Session, offices: Collection[str], roles: Collection[str], but: Collection[int] = ()) -> set[str]:
    """Those of some offices at which somebody in one of these roles works and is not away, other than
    `but`."""
    rows = select(StaffOffice.office).join(Staff, Staff.id == StaffOffice.staff_id)
    return set(db.scalars(rows.where(
        Staff.active, ~Staff.away, Staff.role.in_(roles), StaffOffice.office.in_(offices), Staff.id.not_in(but)
    )))  # fmt: skip


def may_decide(db: Session, pack: Pack, case: Case, staff: Staff) -> bool:
    """Whether this member of staff may decide the case where it lies."""
    if staff.id in decided_before(db, case):
        return False
    return pack.may_decide(case.category, holder(db, pack, case), staff.role)


def must_decide(db: Session, pack: Pack, case: Case, staff_id: int) -> None:
    """Raises Refusal where this member of staff may not decide the case."""
    if staff_id in decided_before(db, case):
        raise Refusal("You decided this case before she appealed. Somebody else must decide now. Nothing was changed.")
    if not may_decide(db, pack, case, db.get_one(Staff, staff_id)):
        raise Refusal("You may not decide this case. Pass it up, or let a supervisor close it. Nothing was changed.")


def decided_before(db: Session, case: Case) -> set[int]:
    """Who decided this case before the appeal against it; nobody where there was none."""
    appeal = last_of(db, case, ("appeal",))
    if appeal is None:
        return set()
    before = [event for event in events_of(db, case.id) if event.kind in DECIDES and event.id < appeal.id]
    return {event.staff_id for event in before if event.staff_id}


def last_of(db: Session, case: Case, kinds: tuple[str, ...]) -> CaseEvent | None:
    """The latest line of a case of one of these kinds."""
    mine = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_(kinds))
    return db.scalar(mine.order_by(CaseEvent.id.desc()).limit(1))


def awaits_consent(db: Session, case: Case) -> bool:
    """Whether somebody lodged it for her, and she has not agreed."""
    return bool(case.behalf) and last_of(db, case, ("agree",)) is None


def calendar_of(pack: Pack, case: Case) -> clock.Calendar:
    """When the office works with which the case lies."""
    queue = pack.queues.get(case.queue or "")
    return pack.calendar_of(queue.office) if queue else pack.calendar

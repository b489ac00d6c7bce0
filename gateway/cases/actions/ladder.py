"""The ladder: who is told that a promise runs out, or has run out. It also catches a case that nobody took.

A step is told once, however many workers run, and after a standstill only the highest that is due: of what one reader
has not seen yet of one case, the highest alone is shown.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ... import audit, clock
from ...country import Pack, lineage
from ...db import insert_new
from ...house import House
from ...people.records import Staff, StaffOffice
from ..records import Case
from ..records.promises import Notice, Promise
from . import promises
from .deciding import holder

log = structlog.get_logger()


def tell_of(db: Session, house: House, promise_id: int, now: datetime) -> bool:
    """Tells of a promise that runs out, if it is time to. Safe to run twice."""
    due = select(Promise).where(Promise.id == promise_id, Promise.state == "open", Promise.next_at <= now)
    row = db.scalar(due.with_for_update())
    if row is None:
        return False
    case = db.get_one(Case, row.case_id)
    pack = house.packs[case.country]
    coming = promises.shares(pack, row, promises.pauses_of(db, case.id))
    reached = [(step, percent) for step, percent, at in coming if at <= now]
    row.next_at = next((at for _, _, at in coming if at > now), None)
    if reached:
        step, row.step = reached[-1]
        _put(db, pack, case, row, step, now)
    db.flush()
    return bool(reached)


def _put(db: Session, pack: Pack, case: Case, row: Promise, step: str, now: datetime) -> None:
    office, role = reader(db, pack, case, step)
    hers = (Notice.case_id == case.id, Notice.office == office, Notice.role == role, Notice.seen_at.is_(None))
    higher = db.scalar(select(Notice.id).where(*hers, Notice.percent > row.step).limit(1))
    db.execute(update(Notice).where(*hers, Notice.percent <= row.step).values(seen_at=now))
    show_at = now if row.hours else clock.next_open(pack.calendar_of(office), now)
    db.execute(insert_new(
        db, Notice, case_id=case.id, promise_id=row.id, clock=row.clock, percent=row.step, office=office, role=role,
        put_at=now, show_at=show_at, seen_at=now if higher else None, once=f"{row.id}:{row.step}",
    ))  # fmt: skip
    audit.write(db, actor="system", act="case.late", thing=f"case:{case.id}", why=f"{row.clock} {row.step} %", now=now)


def reader(db: Session, pack: Pack, case: Case, step: str) -> tuple[str, str]:
    """The office and the role that are told at a step. Where nobody works in them, the next that somebody does."""
    here = holder(db, pack, case) or pack.queues[pack.triage].office
    above = list(lineage(here, pack.offices))
    staffed = _staffed(db, above)
    if step == "holder" and {(here, "officer"), (here, "supervisor")} & staffed:
        return here, "officer"
    watched = [office for office in above if (office, "supervisor") in staffed]
    if not watched:
        log.warning("ladder.nobody", office=here, step=step, case=case.id)
        return above[-1], "supervisor"
    if step == "top":
        return watched[-1], "supervisor"
    return watched[1 if step == "above" and len(watched) > 1 else 0], "supervisor"


def _staffed(db: Session, offices: list[str]) -> set[tuple[str, str]]:
    """Which of these offices have somebody, and in which role."""
    rows = select(StaffOffice.office, Staff.role).join(Staff, Staff.id == StaffOffice.staff_id)
    return {(office, role) for office, role in db.execute(rows.where(Staff.active, StaffOffice.office.in_(offices)))}


def see(db: Session, notice: Notice, staff_id: int, now: datetime) -> None:
    """Somebody has seen it: nobody else of her office is told any more."""
    if notice.seen_at is None:
        notice.seen_at, notice.seen_by = now, staff_id
    db.flush()

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
from ..records import Case
from ..records.access import kept_from
from ..records.promises import Notice, Promise
from . import noticing, promises
from .deciding import holder, who_works_at

log = structlog.get_logger()


def tell_of(db: Session, house: House, promise_id: int, now: datetime) -> bool:
    """Tells of a promise that runs out, if it is time to. Safe to run twice."""
    promise = db.get(Promise, promise_id)
    if promise is None:
        return False
    # The case first, as whoever acts on it does: else each of the two could wait for the other.
    case = db.scalars(select(Case).where(Case.id == promise.case_id).with_for_update()).one()
    due = select(Promise).where(Promise.id == promise_id, Promise.state == "open", Promise.next_at <= now)
    row = db.scalar(due.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return False
    pack = house.packs[case.country]
    coming = list(promises.shares(pack, row, promises.pauses_of(db, case.id)))
    reached = [(step, percent) for step, percent, at in coming if at <= now]
    row.next_at = next((at for _, _, at in coming if at > now), None)
    if reached:
        step, row.step = reached[-1]
        _put(db, house, case, row, step, now)
    db.flush()
    return bool(reached)


def _put(db: Session, house: House, case: Case, row: Promise, step: str, now: datetime) -> None:
    pack = house.packs[case.country]
    office, role = reader(db, pack, case, step)
    once = f"{row.id}:{row.step}:{office}"
    hers = (Notice.case_id == case.id, Notice.office == office, Notice.role == role, Notice.seen_at.is_(None))
    stand = select(Promise.id).where(Promise.case_id == case.id, Promise.state == "open")
    higher = select(Notice.id).where(*hers, Notice.percent > row.step, Notice.promise_id.in_(stand))
    hidden = db.scalar(higher.limit(1)) is not None
    db.execute(update(Notice).where(*hers, Notice.percent <= row.step, Notice.once != once).values(seen_at=now))
    show_at = now if row.hours else clock.next_open(pack.calendar_of(office), now)
    db.execute(insert_new(
        db, Notice, case_id=case.id, promise_id=row.id, clock=row.clock, percent=row.step, office=office, role=role,
        put_at=now, show_at=show_at, seen_at=now if hidden else None, once=once,
    ))  # fmt: skip
    if not hidden:
        noticing.runs_out(db, house, case, office, role, row.step, once, show_at, now)
    audit.write(db, actor="system", act="case.late", thing=f"case:{case.id}", why=f"{row.clock} {row.step} %", now=now)


def reader(db: Session, pack: Pack, case: Case, step: str) -> tuple[str, str]:
    """The office and the role that are told at a step. Where nobody works in them, the next that somebody does: above,
    then anybody of the case's own line, then whoever watches the triage of last resort."""
    here = holder(db, pack, case) or _nowhere(pack, case)
    above, kept = list(lineage(here, pack.offices)), kept_from(db, case.id)
    supervised = who_works_at(db, above, ("supervisor",), kept)
    if step == "holder" and who_works_at(db, [here], ("officer", "supervisor"), kept):
        return here, "officer"
    if watched := [office for office in above if office in supervised]:
        if step == "top":
            return watched[-1], "supervisor"
        return watched[1 if step == "above" and len(watched) > 1 else 0], "supervisor"
    worked = who_works_at(db, above, ("officer",), kept)
    if anybody := next((office for office in above if office in worked), None):
        return anybody, "officer"
    log.warning("ladder.nobody", office=here, step=step)
    last = [] if case.confidential else list(lineage(pack.queues[pack.triage].office, pack.offices))
    supervised = who_works_at(db, last, ("supervisor",), kept)
    return next((office for office in last if office in supervised), here), "supervisor"


def _nowhere(pack: Pack, case: Case) -> str:
    """Who is told of a case that lies nowhere yet."""
    apart = (office.code for office in pack.offices.values() if office.independent and case.confidential)
    return next(apart, pack.queues[pack.triage].office)


def see(db: Session, notice: Notice, staff_id: int, now: datetime) -> None:
    """Somebody has seen it: nobody else of her office is told any more."""
    if notice.seen_at is None:
        notice.seen_at, notice.seen_by = now, staff_id
    db.flush()

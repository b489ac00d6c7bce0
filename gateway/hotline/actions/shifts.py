"""Shifts: who is there, in which state, what she speaks; and the handover, after which nothing stays with her."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ... import audit
from ...db import changed, insert_new
from ..records import Flag, Handover, Shift, Spell, Task
from ..rules import FLAG_LASTS, STATES

GRACE = timedelta(minutes=5)


def of_staff(db: Session, staff_id: int) -> Shift | None:
    """Her shift, if she is on one."""
    return db.scalar(select(Shift).where(Shift.staff_id == staff_id, Shift.ended_at.is_(None)))


def begin(
    db: Session, country: str, staff_id: int, languages: Collection[str], skills: Collection[str], phone: str,
    now: datetime,
) -> Shift:  # fmt: skip
    """She is on shift; where she is already, what she speaks is noted anew."""
    new = {"country": country, "staff_id": staff_id, "languages": [], "skills": [], "state": "off", "began_at": now}
    db.execute(insert_new(db, Shift, **new))
    shift = db.scalars(
        select(Shift).where(Shift.staff_id == staff_id, Shift.ended_at.is_(None)).with_for_update()
    ).one()
    shift.languages, shift.skills, shift.phone = sorted(languages), sorted(skills), phone or None
    db.flush()
    if shift.state == "off":
        change(db, shift, "ready", now)
    return shift


def change(db: Session, shift: Shift, state: str, now: datetime) -> None:
    """Ready, talking, wrap-up, break; each spell is kept, for the figures."""
    if state not in STATES or state == shift.state:
        return
    running = update(Spell).where(Spell.shift_id == shift.id, Spell.ended_at.is_(None))
    db.execute(running.values(ended_at=now))
    shift.state = state
    if state != "off":
        db.add(Spell(shift_id=shift.id, state=state, began_at=now))
    db.flush()


def end(db: Session, shift: Shift, note: str, now: datetime, by_herself: bool = True) -> Handover:
    """She goes home: whatever lay with her is free again, and stands on the list that the next one accepts by name."""
    mine = select(Task).where(Task.taken_by == shift.staff_id, Task.state == "taken").with_for_update()
    tasks = list(db.scalars(mine))
    for task in tasks:
        task.state, task.taken_by = "waiting", None
    change(db, shift, "off", now)
    shift.ended_at = now
    row = Handover(
        country=shift.country,
        from_staff=shift.staff_id,
        note=note or None,
        tasks=[task.id for task in tasks],
        put_at=now,
    )
    db.add(row)
    db.flush()
    actor = f"staff:{shift.staff_id}" if by_herself else "system"
    audit.write(db, actor=actor, act="shift.ended", thing=f"handover:{row.id}", now=now)
    return row


def end_of_those_gone(db: Session, present: Collection[int], now: datetime) -> int:
    """Ends the shifts of whoever is signed in no more: nothing stays with somebody who is not there. How many."""
    gone = select(Shift).where(Shift.ended_at.is_(None), Shift.began_at < now - GRACE, Shift.staff_id.not_in(present))
    shifts = list(db.scalars(gone))
    for shift in shifts:
        end(db, shift, "", now, by_herself=False)
    return len(shifts)


def accept(db: Session, handover_id: int, country: str, staff_id: int, now: datetime) -> bool:
    """Somebody takes over, by name; whether it was still open."""
    free = update(Handover).where(
        Handover.id == handover_id, Handover.country == country, Handover.accepted_by.is_(None)
    )
    done = bool(changed(db, free.values(accepted_by=staff_id, accepted_at=now)))
    if done:
        audit.write(db, actor=f"staff:{staff_id}", act="shift.accepted", thing=f"handover:{handover_id}", now=now)
    return done


def flag(db: Session, address_id: int, staff_id: int, now: datetime, note: str = "") -> None:
    """Abuse on the line: a flag that a supervisor looks at, and that ends by itself."""
    db.add(Flag(address_id=address_id, staff_id=staff_id, note=note or None, put_at=now, until=now + FLAG_LASTS))
    db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act="caller.flagged", thing=f"address:{address_id}", now=now)


def review(db: Session, flag_id: int, staff_id: int, stands: bool, now: datetime) -> None:
    """A supervisor lets a flag stand, or lifts it."""
    row = db.get_one(Flag, flag_id)
    row.reviewed_by, row.reviewed_at = staff_id, now
    if not stands:
        row.until = now
    db.flush()
    why = "stands" if stands else "lifted"
    audit.write(db, actor=f"staff:{staff_id}", act="flag.reviewed", thing=f"flag:{flag_id}", why=why, now=now)

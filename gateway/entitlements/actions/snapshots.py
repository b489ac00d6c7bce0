"""Files of a register: sent, read and shown, then taken in whole or not at all.

A worker writes a snapshot in parts, so that nobody waits for it; it counts from the one moment in which it is made the
current one. Whatever a killed worker left is taken away before the next begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import IO

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from ... import audit
from ...db import changed, wake_later
from ..records import Household, Member, Number, Payment, Snapshot, SnapshotPiece, mark_of
from ..report import Due, Person
from ..rules import Refusal

PIECE = 256 * 1024
HELD_FOR = timedelta(minutes=5)
KEPT_FOR = timedelta(days=2)
A_PART = 2000


def send(
    db: Session, country: str, kind: str, file: IO[bytes], name: str, as_of: date, staff_id: int | None, now: datetime,
    *, by_night: bool = False,
) -> Snapshot:  # fmt: skip
    """Keeps a file to be read by a worker. Raises Refusal where it was taken in already."""
    digest = _digest(file)
    same = select(Snapshot.id).where(Snapshot.country == country, Snapshot.digest == digest)
    if db.scalar(same if by_night else same.where(Snapshot.state.in_(("current", "old", "wanted")))):
        raise Refusal("This file has been taken in already. Nothing was changed.")
    row = Snapshot(
        country=country, kind=kind, state="sent", as_of=as_of, name=name[:120], digest=digest, staff_id=staff_id,
        put_at=now, by_night=by_night,
    )  # fmt: skip
    db.add(row)
    db.flush()
    file.seek(0)
    number = 0
    while body := file.read(PIECE):
        db.add(SnapshotPiece(snapshot_id=row.id, number=number, body=body))
        db.flush()
        number += 1
    who = f"staff:{staff_id}" if staff_id else "system"
    audit.write(db, actor=who, act="register.sent", thing=f"snapshot:{row.id}", why=kind, now=now)
    wake_later(db, "register", row.id)
    return row


def _digest(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while body := file.read(PIECE):
        found.update(body)
    return found.hexdigest()


def take_up(db: Session, snapshot_id: int, now: datetime) -> Snapshot | None:
    """A worker takes a file up, or goes on with it; None where another has it, or nothing is to be done."""
    free = or_(Snapshot.held_until.is_(None), Snapshot.held_until < now)
    mine = update(Snapshot).where(Snapshot.id == snapshot_id, Snapshot.state.in_(("sent", "wanted")), free)
    if not changed(db, mine.values(held_until=now + HELD_FOR)):
        return None
    return db.get_one(Snapshot, snapshot_id, populate_existing=True)


def keep_report(db: Session, snapshot_id: int, report: dict[str, object], now: datetime) -> None:
    """What a worker read in it. A faulty file is refused; what came by night goes on by itself."""
    row = db.get_one(Snapshot, snapshot_id, with_for_update=True)
    if row.state != "sent":
        return  # another worker was quicker
    counts = report["counts"]
    faulty = isinstance(counts, dict) and counts.get("faults", 0) > 0
    row.report, row.held_until = report, None
    row.state = "refused" if faulty else "wanted" if row.by_night else "read"
    if faulty:
        row.done_at = now
        db.execute(delete(SnapshotPiece).where(SnapshotPiece.snapshot_id == row.id))
    elif row.by_night:
        wake_later(db, "register", row.id)


def want(db: Session, country: str, snapshot_id: int, staff_id: int, now: datetime) -> None:
    """Somebody has seen what is in it, and wants it taken in. Raises Refusal."""
    row = db.get(Snapshot, snapshot_id, with_for_update=True)
    if row is None or row.country != country or row.state != "read":
        raise Refusal("This file is not there any more. Send it again.")
    row.state = "wanted"
    audit.write(db, actor=f"staff:{staff_id}", act="register.wanted", thing=f"snapshot:{row.id}", now=now)
    wake_later(db, "register", row.id)


def unload(db: Session, snapshot_id: int, limit: int = A_PART) -> bool:
    """Takes away a part of what a snapshot holds; whether there may be more."""
    people = list(db.scalars(select(Household.id).where(Household.snapshot_id == snapshot_id).limit(limit)))
    paid = list(db.scalars(select(Payment.id).where(Payment.snapshot_id == snapshot_id).limit(limit)))
    if people:
        db.execute(delete(Number).where(Number.household_id.in_(people)))
        db.execute(delete(Member).where(Member.household_id.in_(people)))
        db.execute(delete(Household).where(Household.id.in_(people)))
    if paid:
        db.execute(delete(Payment).where(Payment.id.in_(paid)))
    return len(people) == limit or len(paid) == limit


def load(
    db: Session, snapshot_id: int, part: Iterable[Person | Due], households: dict[str, int], now: datetime
) -> None:
    """Writes a part of a snapshot. `households`: the rows of those that were written before, by key."""
    rows = list(part)
    people, dues = [row for row in rows if isinstance(row, Person)], [row for row in rows if isinstance(row, Due)]
    fresh: dict[str, Person] = {}
    for person in people:
        if person.household not in households:
            fresh.setdefault(person.household, person)
    if fresh:
        values = [
            {
                "snapshot_id": snapshot_id,
                "key": key,
                "level": p.level,
                "valid_until": p.valid_until,
                "place": p.place,
                "phone": p.numbers.get("phone"),
                "enrolled": ",".join(p.enrolled)[:400],
            }
            for key, p in fresh.items()
        ]
        made = db.scalars(insert(Household).returning(Household.id, sort_by_parameter_order=True), values)
        households.update(zip(fresh, made, strict=True))
    if people:
        db.execute(insert(Member), [_member(person, households) for person in people])
        marks = {(households[p.household], mark_of(kind, number)) for p in people for kind, number in p.numbers.items()}
        if marks:
            db.execute(insert(Number), [{"household_id": one, "mark": mark} for one, mark in sorted(marks)])
    if dues:
        db.execute(insert(Payment), [_due(snapshot_id, due) for due in dues])
    db.execute(update(Snapshot).where(Snapshot.id == snapshot_id).values(held_until=now + HELD_FOR))


def _member(person: Person, households: dict[str, int]) -> dict[str, object]:
    about = {"name": person.name, "born": person.born, **person.facts, "has": sorted(person.numbers)}
    return {"household_id": households[person.household], "key": person.key, "about": about}


def _due(snapshot_id: int, due: Due) -> dict[str, object]:
    return {
        "snapshot_id": snapshot_id, "household": due.household, "programme": due.programme, "due_on": due.due_on,
        "amount": due.amount, "state": due.state, "at": due.at,
    }  # fmt: skip


def make_current(db: Session, snapshot_id: int, now: datetime) -> None:
    """From this moment it counts, and the one before no longer."""
    row = db.get_one(Snapshot, snapshot_id, with_for_update=True)
    if row.state != "wanted":
        return
    before = update(Snapshot).where(
        Snapshot.country == row.country, Snapshot.kind == row.kind, Snapshot.state == "current"
    )
    db.execute(before.values(state="old"))
    row.state, row.done_at, row.held_until = "current", now, None
    db.execute(delete(SnapshotPiece).where(SnapshotPiece.snapshot_id == row.id))
    who = f"staff:{row.staff_id}" if row.staff_id else "system"
    audit.write(db, actor=who, act="register.taken_in", thing=f"snapshot:{row.id}", why=row.kind, now=now)


def drop_old(db: Session, now: datetime) -> bool:
    """Takes away a part of what replaced snapshots hold, and files that nobody wanted; whether there may be more."""
    stale = select(Snapshot.id).where(Snapshot.state == "read", Snapshot.put_at < now - KEPT_FOR)
    for snapshot_id in db.scalars(stale).all():
        row = db.get_one(Snapshot, snapshot_id)
        row.state = "refused"
        db.execute(delete(SnapshotPiece).where(SnapshotPiece.snapshot_id == snapshot_id))
    replaced = db.scalars(select(Snapshot.id).where(Snapshot.state == "old")).all()
    return any(unload(db, snapshot_id) for snapshot_id in replaced)

"""Files of a register: sent, read and shown, then taken in whole or not at all.

A worker writes a snapshot in parts, so that nobody waits for it; it counts from the one moment in which it is made the
current one. Whatever a killed worker left is taken away before the next begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import IO

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from ... import audit
from ...db import changed, wake_later
from ..records import Household, Member, Number, Payment, Snapshot, SnapshotPiece, current, mark_of
from ..report import FEWER, NOT_TAKEN, OLDER, Due, Person, Report, Told
from ..rules import Refusal

PIECE = 256 * 1024
HELD_FOR = timedelta(minutes=5)
KEPT_FOR = timedelta(days=2)
A_PART = 2000
A_DAY = timedelta(days=1)
MOST_HOLDS = 6
"""How often a file is taken up before it is given up."""


class Lost(Exception):
    """Another worker has taken the file up: whoever had it before leaves it."""


def send(
    db: Session, country: str, kind: str, file: IO[bytes], name: str, as_of: date, staff_id: int | None, now: datetime,
    *, by_night: bool = False,
) -> Snapshot:  # fmt: skip
    """Keeps a file to be read by a worker. Of one that counts already only the day may be newer: it is noted. Raises
    Refusal where it is of a day to come, or waits or counts already; by night also where it is older than what counts,
    or was sent before."""
    if as_of > now.date() + A_DAY:
        raise Refusal("The register is of a day that has not come. Nothing was changed.")
    digest = _digest(file)
    mine = select(Snapshot).where(Snapshot.country == country, Snapshot.kind == kind, Snapshot.digest == digest)
    before = current(db, country, kind)
    if before and before.digest == digest and before.as_of < as_of:
        before.as_of = as_of
        who = f"staff:{staff_id}" if staff_id else "system"
        audit.write(db, actor=who, act="register.still", thing=f"snapshot:{before.id}", why=str(as_of), now=now)
        return before
    if db.scalar(mine.where(Snapshot.state.in_(("sent", "read", "wanted", "current"))).limit(1)):
        raise Refusal("This file has been taken in already. Nothing was changed.")
    older = before is not None and as_of < before.as_of
    if by_night and (older or db.scalar(mine.where(Snapshot.as_of == as_of).limit(1))):
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
    if not changed(db, mine.values(held_until=now + HELD_FOR, hold=Snapshot.hold + 1)):
        return None
    return db.get_one(Snapshot, snapshot_id, populate_existing=True)


def still_mine(db: Session, snapshot_id: int, hold: int, now: datetime) -> Snapshot:
    """The file, locked, and held for as long again. Raises Lost where somebody else has taken it up since."""
    row = db.get_one(Snapshot, snapshot_id, with_for_update=True, populate_existing=True)
    if row.hold != hold or row.state not in ("sent", "wanted"):
        raise Lost
    row.held_until = now + HELD_FOR
    return row


def keep_report(db: Session, snapshot_id: int, hold: int, report: Report, now: datetime) -> None:
    """What a worker read in it. A faulty file is refused; what came by night goes on by itself, unless it holds far
    fewer households than what counts: then somebody looks."""
    row = still_mine(db, snapshot_id, hold, now)
    before = current(db, row.country, row.kind)
    older = before is not None and row.as_of < before.as_of
    if before and older:
        report.remark(Told(0, OLDER, {"day": before.as_of.isoformat()}))
    alone = row.by_night and not _fewer(before, report) and not older
    row.report, row.held_until = report.raw(), None
    row.state = "refused" if report.counts["faults"] else "wanted" if alone else "read"
    if row.state == "refused":
        _let_go(db, row, now)
    elif row.state == "wanted":
        wake_later(db, "register", row.id)


def _fewer(before: Snapshot | None, report: Report) -> bool:
    """Whether a register of people has lost more than one household of twenty; it is told."""
    had = int(before.report.get("counts", {}).get("households", 0)) if before else 0
    has = report.counts["households"]
    if not had or has * 20 >= had * 19:
        return False
    report.remark(Told(0, FEWER, {"now": str(has), "before": str(had)}))
    return True


def _let_go(db: Session, row: Snapshot, now: datetime) -> None:
    row.state, row.done_at, row.held_until = "refused", now, None
    db.execute(delete(SnapshotPiece).where(SnapshotPiece.snapshot_id == row.id))


def give_up(db: Session, snapshot_id: int, hold: int, report: Report | None, now: datetime) -> None:
    """It cannot be taken in: it says so, and nothing of it counts. `report`: why, where that is known."""
    row = still_mine(db, snapshot_id, hold, now)
    said = report or Report()
    if report is None:
        said.fault(Told(0, NOT_TAKEN))
    row.report = said.raw()
    _let_go(db, row, now)
    audit.write(db, actor="system", act="register.refused", thing=f"snapshot:{row.id}", why=row.kind, now=now)


def discard(db: Session, country: str, snapshot_id: int, staff_id: int, now: datetime) -> None:
    """Somebody has seen what is in it, and does not want it. Raises Refusal."""
    row = db.get(Snapshot, snapshot_id, with_for_update=True)
    if row is None or row.country != country or row.state != "read":
        raise Refusal("This file is not there any more. Send it again.")
    _let_go(db, row, now)
    audit.write(db, actor=f"staff:{staff_id}", act="register.discarded", thing=f"snapshot:{row.id}", now=now)


def want(db: Session, country: str, snapshot_id: int, staff_id: int, now: datetime) -> None:
    """Somebody has seen what is in it, and wants it taken in. Raises Refusal."""
    row = db.get(Snapshot, snapshot_id, with_for_update=True)
    if row is None or row.country != country or row.state != "read":
        raise Refusal("This file is not there any more. Send it again.")
    row.state = "wanted"
    audit.write(db, actor=f"staff:{staff_id}", act="register.wanted", thing=f"snapshot:{row.id}", now=now)
    wake_later(db, "register", row.id)


def unload_mine(db: Session, snapshot_id: int, hold: int, now: datetime) -> bool:
    """Takes away a part of what a killed worker had written; whether there may be more. Raises Lost."""
    still_mine(db, snapshot_id, hold, now)
    return unload(db, snapshot_id)


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
    db: Session, snapshot_id: int, hold: int, part: Iterable[Person | Due], households: dict[str, int], now: datetime
) -> None:
    """Writes a part of a snapshot. `households`: the rows of those that were written before, by key. Raises Lost."""
    still_mine(db, snapshot_id, hold, now)
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


def _member(person: Person, households: dict[str, int]) -> dict[str, object]:
    about = {"name": person.name, "born": person.born, **person.facts, "has": sorted(person.numbers)}
    return {"household_id": households[person.household], "key": person.key, "about": about}


def _due(snapshot_id: int, due: Due) -> dict[str, object]:
    return {
        "snapshot_id": snapshot_id, "household": due.household, "programme": due.programme, "due_on": due.due_on,
        "amount": due.amount, "state": due.state, "at": due.at,
    }  # fmt: skip


def make_current(db: Session, snapshot_id: int, hold: int, now: datetime) -> None:
    """From this moment it counts, and the one before no longer; what was sent before it and nobody wanted is let go.
    Raises Lost."""
    row = still_mine(db, snapshot_id, hold, now)
    mine = select(Snapshot).where(Snapshot.country == row.country, Snapshot.kind == row.kind, Snapshot.id != row.id)
    counts = db.scalars(mine.where(Snapshot.state == "current").with_for_update()).all()
    if row.by_night and any(before.as_of > row.as_of for before in counts):
        _let_go(db, row, now)  # a newer one was quicker; what was written of this one is swept
        return
    for before in counts:
        before.state = "old"
    for waits in db.scalars(
        mine.where(Snapshot.state == "read", Snapshot.put_at <= row.put_at).with_for_update()
    ).all():
        _let_go(db, waits, now)
    db.flush()
    row.state, row.done_at, row.held_until = "current", now, None
    db.execute(delete(SnapshotPiece).where(SnapshotPiece.snapshot_id == row.id))
    who = f"staff:{row.staff_id}" if row.staff_id else "system"
    audit.write(db, actor=who, act="register.taken_in", thing=f"snapshot:{row.id}", why=row.kind, now=now)


def drop_old(db: Session, now: datetime) -> bool:
    """Takes away a part of what replaced and refused snapshots hold, and files that nobody wanted; whether there may be
    more."""
    stale = select(Snapshot).where(Snapshot.state == "read", Snapshot.put_at < now - KEPT_FOR)
    for row in db.scalars(stale.with_for_update(skip_locked=True)).all():
        _let_go(db, row, now)
    written = or_(
        exists().where(Household.snapshot_id == Snapshot.id), exists().where(Payment.snapshot_id == Snapshot.id)
    )
    left = select(Snapshot.id).where(Snapshot.state.in_(("old", "refused")), written).limit(1)
    found = db.scalar(left)
    if found is None:
        return False
    unload(db, found)
    return True

"""Daily logs and monthly digests: planned as rows when a day or a month of an office is over, made by a worker."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from ...country import Pack, lineage
from ...db import insert_new, wake_later
from ...house import House
from ...people.records import QueueRow
from ..logged import counted, sums
from ..records import Case, CaseEvent
from ..records.access import KEPT_FROM, Access
from ..records.counted import roads_of
from ..records.kept import Digest
from ..rules import OPEN

BACK_DAYS, BACK_MONTHS = 7, 2
"""How far back a log is made after a standstill."""

DAILY = ("national", "province", "district")


def plan_digests(db: Session, pack: Pack, now: datetime) -> None:
    """A row for each day and each month that is over and has none yet; a worker fills it."""
    today = now.astimezone(ZoneInfo(pack.zone)).date()
    days = [today - timedelta(days=ago) for ago in range(1, BACK_DAYS + 1)]
    firsts = [today.replace(day=1)]
    while len(firsts) <= BACK_MONTHS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    wanted = {(code, "month", first) for code in pack.offices for first in firsts[1:]}
    wanted |= {(o.code, "day", day) for o in pack.offices.values() if o.level in DAILY for day in days}
    there = select(Digest.office, Digest.kind, Digest.begins).where(Digest.begins >= min(firsts))
    first = _began(db, pack)
    for code, kind, begins in sorted(wanted - set(map(tuple, db.execute(there))), key=str):
        if first is not None and _end(kind, begins) > first:
            made = insert_new(db, Digest, office=code, kind=kind, begins=begins, state="waiting", put_at=now, body={})
            for row_id in db.scalars(made.returning(Digest.id)):
                wake_later(db, "digest", row_id)


def _began(db: Session, pack: Pack) -> date | None:
    """The day on which the first case was put down: before it there is nothing to tell of."""
    first = db.scalar(select(func.min(CaseEvent.at)).join(Case).where(Case.country == pack.code))
    return first.astimezone(ZoneInfo(pack.zone)).date() if first else None


def _end(kind: str, begins: date) -> date:
    return begins + timedelta(days=1) if kind == "day" else (begins + timedelta(days=31)).replace(day=1)


def digest_body(db: Session, house: House, digest_id: int, now: datetime) -> dict[str, object] | None:
    """What it says; None where it is made already. It only reads."""
    row = db.get(Digest, digest_id)
    if row is None or row.state != "waiting":
        return None
    pack = next((pack for pack in house.packs.values() if row.office in pack.offices), None)
    return _body(db, pack, row, now) if pack else {}


def keep_digest(db: Session, digest_id: int, body: dict[str, object], now: datetime) -> None:
    """Keeps what was made. Safe to run twice."""
    row = db.scalar(select(Digest).where(Digest.id == digest_id, Digest.state == "waiting").with_for_update())
    if row is not None:
        row.body, row.state, row.made_at = body, "done", now


def _body(db: Session, pack: Pack, row: Digest, now: datetime) -> dict[str, object]:
    zone = ZoneInfo(pack.zone)
    begin, end = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (row.begins, _end(row.kind, row.begins))
    )
    below = [code for code in pack.offices if row.office in lineage(code, pack.offices)]
    queues = set(db.scalars(select(QueueRow.code).where(QueueRow.office.in_(below))))
    kept = exists().where(Access.case_id == Case.id, Access.kind == KEPT_FROM)  # whoever reads may be one of those
    scope = and_(Case.country == pack.code, ~Case.confidential, ~kept)
    body = sums(counted(roads_of(db, scope, begin, end), queues, begin, end))
    lying = and_(scope, Case.queue.in_(queues))
    return body | {
        "open": _count(db, and_(lying, Case.state.in_(OPEN))),
        "late": _count(db, and_(lying, Case.due_at <= now)),
    }


def _count(db: Session, cases: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(Case).where(cases)) or 0

"""Daily logs and monthly digests: planned as rows when a day or a month of an office is over, made by a worker."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from ...country import Pack, lineage
from ...db import insert_new, wake_later
from ...house import House
from ...people.records import QueueRow
from ..records import Case, CaseEvent
from ..records.access import KEPT_FROM, Access
from ..records.kept import Digest
from ..records.promises import Promise
from ..rules import OPEN
from .returning import BACK

BACK_DAYS, BACK_MONTHS = 7, 2
"""How far back a log is made after a standstill."""

DAILY = ("national", "province", "district")
CLOCKS = {"taken": "acknowledge", "answered": "answer", "decided": "resolve"}


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
    """The day of the first case: before it there is nothing to tell of."""
    first = db.scalar(select(func.min(Case.opened_at)).where(Case.country == pack.code))
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
    queues = list(db.scalars(select(QueueRow.code).where(QueueRow.office.in_(below))))
    kept = exists().where(Access.case_id == Case.id, Access.kind == KEPT_FROM)  # whoever reads may be one of those
    scope = and_(~Case.confidential, ~kept, Case.queue.in_(queues))
    keyed_in = and_(CaseEvent.case_id == Case.id, CaseEvent.kind == "opened")
    lodged = select(Case.category, Case.programme).join(CaseEvent, keyed_in)
    lodged = lodged.where(scope, CaseEvent.at >= begin, CaseEvent.at < end)
    rows = db.execute(lodged).all()
    body: dict[str, object] = {
        "lodged": len(rows),
        "came_back": _count(db, _events(scope, begin, end).where(CaseEvent.kind.in_(BACK))),
        "open": _count(db, select(func.count()).select_from(Case).where(scope, Case.state.in_(OPEN))),
        "late": _count(db, select(func.count()).select_from(Case).where(scope, Case.due_at <= now)),
        "categories": dict(sorted(Counter(found.category for found in rows).items())),
        "programmes": dict(sorted(Counter(found.programme for found in rows).items())),
    }
    for name, clock in CLOCKS.items():
        met = select(func.count()).select_from(Promise).join(Case, Case.id == Promise.case_id)
        met = met.where(scope, Promise.clock == clock, Promise.met_at >= begin, Promise.met_at < end)
        body |= {name: _count(db, met), f"{name}_in_time": _count(db, met.where(Promise.kept.is_(True)))}
    return body


def _events(scope: ColumnElement[bool], begin: datetime, end: datetime) -> Select[int]:
    found = select(func.count()).select_from(CaseEvent).join(Case, Case.id == CaseEvent.case_id)
    return found.where(scope, CaseEvent.at >= begin, CaseEvent.at < end)


def _count(db: Session, counted: Select[int]) -> int:
    return db.scalar(counted) or 0

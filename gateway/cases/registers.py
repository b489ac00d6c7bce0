"""The register that replaces the paper book: a line for each case that came to an office, in the order in which they
came. No names, no numbers of phones, nothing of a confidential case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ..country import Pack
from ..people.records import QueueRow
from .periods import months
from .records import Case, CaseEvent
from .records.promises import Promise

HOPS = ("route", "send_on", "seclude", "pass_up", "appeal")
Line = dict[str, Any]


def lines_of(db: Session, pack: Pack, office: str, month: str, now: datetime) -> list[Line]:
    """The lines of an office for a month: of each case that came to it first in that month, whenever it was lodged.
    Those that went on to a higher office are among them, with since when they have lain there and whether they are
    late."""
    offices = {row.code: row.office for row in db.scalars(select(QueueRow))}
    queues = {code for code, of in offices.items() if of == office}
    begin, end = months(month, month, pack.zone)
    moved = and_(CaseEvent.kind.in_(HOPS), CaseEvent.at >= begin, CaseEvent.at < end)
    wanted = select(Case).where(~Case.confidential, Case.country == pack.code)
    wanted = wanted.where(Case.id.in_(select(CaseEvent.case_id).where(moved)))
    found = {case.id: case for case in db.scalars(wanted)}
    hops, promises = _of(db, CaseEvent, found), _of(db, Promise, found)
    lines = []
    for case in found.values():
        path = [(event.at, str(event.data.get("queue", ""))) for event in hops[case.id] if event.kind in HOPS]
        came = next((at for at, queue in path if queue in queues), None)
        if came is not None and begin <= came < end:
            line = _line(pack, offices, case, promises.get(case.id, ()), came, path[-1][0], office, now)
            lines.append((came, case.id, line))
    return [line for _, _, line in sorted(lines, key=lambda found: found[:2])]


def _of(db: Session, table: Any, cases: Mapping[int, Case]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    ids = list(cases)
    for start in range(0, len(ids), 1000):
        part = select(table).where(table.case_id.in_(ids[start : start + 1000])).order_by(table.id)
        for row in db.scalars(part):
            found.setdefault(row.case_id, []).append(row)
    return found


def _line(
    pack: Pack, offices: Mapping[str, str], case: Case, promises: Sequence[Promise], came: datetime,
    since: datetime, office: str, now: datetime,
) -> Line:  # fmt: skip
    zone = ZoneInfo(pack.zone)

    def day(moment: datetime | None) -> str:
        return moment.astimezone(zone).date().isoformat() if moment else ""

    first = {row.clock: row for row in promises if row.round == 0}
    decide = first.get("resolve")
    holder = offices.get(case.queue or "", "")
    late = bool(case.due_at and case.due_at <= now)
    return {
        "reference": case.reference,
        "lodged": day(case.opened_at),
        "came": day(came),
        "category": case.category,
        "place": case.place,
        "channel": case.channel,
        **{name: day(first[name].met_at) if name in first else "" for name in ("acknowledge", "answer", "resolve")},
        "before": day(decide.first_due_at) if decide else "",
        "kept": decide.kept if decide else None,
        "decision": case.decision or "",
        "state": case.state,
        "holder": holder if holder != office else "",
        "since": day(since) if holder != office else "",
        "late": late,
    }

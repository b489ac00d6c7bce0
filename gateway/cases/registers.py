"""The register that replaces the paper book: a line for each case that lay with an office, in the order of lodging. No
names, no numbers of phones, nothing of a confidential case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ..country import Pack
from ..people.records import QueueRow
from .counting import months
from .records import Case, CaseEvent
from .records.promises import Promise

HOPS = ("route", "send_on", "seclude", "pass_up", "appeal")
Line = dict[str, Any]


def lines_of(db: Session, pack: Pack, office: str, month: str, now: datetime) -> list[Line]:
    """The lines of an office for a month: of all cases lodged in it, or keyed in from paper, that
    lay there once. Those that went on to a higher
    office are among them, with since when they have lain there and whether they are late."""
    offices = {row.code: row.office for row in db.scalars(select(QueueRow))}
    queues = [code for code, of in offices.items() if of == office]
    begin, end = months(month, month, pack.zone)
    keyed_in = and_(CaseEvent.case_id == Case.id, CaseEvent.kind == "opened")
    lodged = and_(~Case.confidential, Case.country == pack.code, CaseEvent.at >= begin, CaseEvent.at < end)
    wanted = select(Case).join(CaseEvent, keyed_in).where(lodged).order_by(CaseEvent.at, Case.id)
    cases = db.scalars(wanted).all()
    found = {case.id: case for case in cases}
    hops = _of(db, CaseEvent, found)
    promises = _of(db, Promise, found)
    lines = []
    for case in cases:
        path = [(event.at, str(event.data.get("queue", ""))) for event in hops.get(case.id, ()) if event.kind in HOPS]
        if case.queue in queues or any(queue in queues for _, queue in path):
            since = path[-1][0] if path else case.opened_at
            lines.append(_line(pack, offices, case, promises.get(case.id, ()), since, office, now))
    return lines


def _of(db: Session, table: Any, cases: Mapping[int, Case]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    ids = list(cases)
    for start in range(0, len(ids), 1000):
        part = select(table).where(table.case_id.in_(ids[start : start + 1000])).order_by(table.id)
        for row in db.scalars(part):
            found.setdefault(row.case_id, []).append(row)
    return found


def _line(
    pack: Pack, offices: Mapping[str, str], case: Case, promises: Sequence[Promise], since: datetime, office: str,
    now: datetime,
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

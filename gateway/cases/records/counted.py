"""The rows from which cases are counted: codes and times, nobody's words. What the figures are: see `counting.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from ... import clock
from ...country import Pack
from ...people.records import QueueRow
from ..counting import Fact, Kept, Spell
from ..logged import Met, Moment, Road
from ..rules import DECIDES, OPEN, OVER
from . import Case, CaseEvent
from .promises import Promise

BATCH = 1000
Row = Any
"""A row of codes and times, as the queries below name them."""

Rows = Mapping[int, Sequence[Row]]


def facts_of(
    db: Session, pack: Pack, scope: ColumnElement[bool], begin: datetime, end: datetime, now: datetime, *,
    stood: bool = False,
) -> Iterator[Fact]:  # fmt: skip
    """What is counted of the cases in `scope` that were lodged in [begin, end); a thousand of them at a time. Whatever
    the scope, confidential ones are not among them. `stood`: also where each stood how long, which takes longest."""
    offices = {row.code: row.office for row in db.scalars(select(QueueRow))}
    after = 0
    while ids := _some(db, pack, scope, begin, end, after):
        promises = _by_case(db, _PROMISES.where(Promise.case_id.in_(ids)).order_by(Promise.round))
        events = _by_case(db, _EVENTS.where(CaseEvent.case_id.in_(ids)).order_by(CaseEvent.id))
        for case in db.execute(_CASES.where(Case.id.in_(ids)).order_by(Case.id)):
            yield _fact(pack, offices, case, promises.get(case.id, ()), events.get(case.id, ()), now, stood)
        after = ids[-1]


_CASES = select(
    Case.id, Case.queue, Case.category, Case.programme, Case.language, Case.channel, Case.sex, Case.disability,
    Case.opened_at, Case.state,
)  # fmt: skip
_PROMISES = select(
    Promise.case_id, Promise.clock, Promise.state, Promise.due_at, Promise.kept, Promise.working_s, Promise.calendar_s
)
_EVENTS = select(CaseEvent.case_id, CaseEvent.kind, CaseEvent.at, CaseEvent.data)


def _some(db: Session, pack: Pack, scope: ColumnElement[bool], begin: datetime, end: datetime, after: int) -> list[int]:
    counted = and_(Case.country == pack.code, ~Case.confidential, scope)
    return list(db.scalars(_next(and_(Case.opened_at >= begin, Case.opened_at < end), counted, after)))


def roads_of(db: Session, scope: ColumnElement[bool], begin: datetime, end: datetime) -> Iterator[Road]:
    """What happened, from the beginning on, to the cases in `scope` to which anything happened in [begin, end)."""
    after = 0
    touched = select(CaseEvent.case_id).where(CaseEvent.at >= begin, CaseEvent.at < end)
    while ids := list(db.scalars(_next(Case.id.in_(touched), scope, after))):
        promises = _by_case(db, _PROMISES.add_columns(Promise.met_at).where(Promise.case_id.in_(ids)))
        events = _by_case(db, _EVENTS.where(CaseEvent.case_id.in_(ids)).order_by(CaseEvent.id))
        for case in db.execute(_CASES.where(Case.id.in_(ids)).order_by(Case.id)):
            moments = [Moment(e.kind, e.at, str(e.data.get("queue") or "")) for e in events.get(case.id, ())]
            met = [Met(p.clock, p.met_at, bool(p.kept)) for p in promises.get(case.id, ()) if p.state == "met"]
            yield Road(case.category, case.programme, moments, met)
        after = ids[-1]


def _next(those: ColumnElement[bool], scope: ColumnElement[bool], after: int) -> Select[int]:
    return select(Case.id).where(those, scope, Case.id > after).order_by(Case.id).limit(BATCH)


def _by_case(db: Session, wanted: Any) -> Rows:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in db.execute(wanted):
        found[row.case_id].append(row)
    return found


def _fact(
    pack: Pack, offices: Mapping[str, str], case: Row, promises: Sequence[Row], events: Sequence[Row],
    now: datetime, stood: bool,
) -> Fact:  # fmt: skip
    open_ = case.state in OPEN
    decide = _met(promises, "resolve")
    appeal = next((index for index, event in enumerate(events) if event.kind == "appeal"), None)
    judged = [event for event in events[appeal or 0 :] if event.kind in DECIDES] if appeal is not None else []
    return Fact(
        labels=labels(pack, offices, case, _decided_in(events) or case.queue or ""),
        age_days=(now - case.opened_at).days if open_ else None,
        answer=_met(promises, "answer"),
        decide=decide,
        late=decide is None and any(row.clock == "resolve" and _is_late(row, now) for row in promises),
        reopened=any(event.kind == "reopen" for event in events),
        appealed=appeal is not None,
        upheld=any(event.data.get("decision") in ("upheld", "partly") for event in judged),
        followed=_followed(promises, now),
        spells=tuple(_spells(pack, offices, case, events, now)) if stood else (),
    )


def labels(pack: Pack, offices: Mapping[str, str], case: Row, queue: str) -> dict[str, str]:
    """What a case is, by dimension; empty where it is not known. It counts for the office that decided it first, also
    when somebody else decides now; while nobody has, for the one with which it lies."""
    return {
        "office": offices.get(queue, ""),
        "queue": queue,
        "category": case.category,
        "programme": case.programme,
        "language": case.language,
        "channel": case.channel,
        "sex": case.sex,
        "disability": case.disability,
        "month": f"{case.opened_at.astimezone(ZoneInfo(pack.zone)):%Y-%m}",
    }


def _decided_in(events: Sequence[Row]) -> str:
    """The queue in which a case lay when it was first decided; empty while it was not."""
    queue = ""
    for event in events:
        queue = str(event.data.get("queue", queue))
        if event.kind in DECIDES:
            return queue
    return ""


def _met(promises: Sequence[Row], name: str) -> Kept | None:
    met = (row for row in promises if row.clock == name and row.state == "met")
    row = next(met, None)
    return Kept(row.working_s, row.calendar_s, bool(row.kept)) if row else None


def _is_late(row: Row, now: datetime) -> bool:
    """Whether it ran out unkept: also one that waits for her now, or is void, and had run out before."""
    if row.state == "met":
        return False
    return row.kept is False or (row.state == "open" and row.due_at is not None and row.due_at <= now)


def _followed(promises: Sequence[Row], now: datetime) -> bool | None:
    """Whether each promise was met in time; None while one may still be, or where none was to be met."""
    counted = [row for row in promises if row.state != "void" or row.kept is False]
    if not counted or not all(row.state == "met" or _is_late(row, now) for row in counted):
        return None
    return all(row.state == "met" and row.kept for row in counted)


def _spells(pack: Pack, offices: Mapping[str, str], case: Row, events: Sequence[Row], now: datetime) -> Iterator[Spell]:
    """Where the case stood, from when it was lodged until it was over or is now, read off its timeline."""
    state, holder, since = "received", "", case.opened_at
    for event in events:
        to = event.data.get("to", state)
        office = offices.get(str(event.data.get("queue", "")), holder)
        if (to, office) != (state, holder):
            if state not in OVER:
                yield _spell(pack, state, holder, since, event.at)
            state, holder, since = to, office, event.at
    if state not in OVER:
        yield _spell(pack, state, holder, since, now)


def _spell(pack: Pack, state: str, holder: str, begin: datetime, end: datetime) -> Spell:
    return Spell(state, holder, clock.working_seconds(pack.calendar_of(holder), begin, end))

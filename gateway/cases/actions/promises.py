"""Promises: made when a case is opened and whenever it comes back, paused while the office waits for her, met, or void.

A promise runs in the working time of the office with which the case lay when it was made; one in hours runs at night
too. Its pauses are read off the timeline. A calendar that changes later moves nothing by itself: `recompute` does, when
somebody says so, and the audit has her reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit, clock
from ...country import Pack
from ..records import Case, events_of
from ..records.promises import Promise, promises_of
from ..rules import CLOCKS, OPEN
from .deciding import holder


def make(db: Session, pack: Pack, case: Case, office: str, now: datetime) -> None:
    """Makes the promises of this round."""
    for name, term in pack.terms(case.category).items():
        row = Promise(
            case_id=case.id, clock=name, round=case.round, policy=pack.version, days=term.days, hours=term.hours,
            made_at=now,
        )  # fmt: skip
        _set_due(pack, row, office)
        db.add(row)
    db.flush()
    _note_next(case, promises_of(db, case.id, case.round))


def place(db: Session, pack: Pack, case: Case, office: str) -> None:
    """The case has reached its office: from when it was lodged, what was promised runs in that office's time."""
    rows = promises_of(db, case.id, case.round)
    for row in rows:
        if not row.office and row.state == "open":
            _set_due(pack, row, office)
    _note_next(case, rows)


def _set_due(pack: Pack, row: Promise, office: str) -> None:
    row.office, row.step = office, 0
    row.first_due_at = row.due_at = due_of(pack, row)
    row.next_at = next_share(pack, row, [])


def hasten(db: Session, pack: Pack, case: Case, now: datetime) -> None:
    """The case turned out to be of a kind that is promised in hours: what is not kept yet is so from now on."""
    terms, rows = pack.terms(case.category), promises_of(db, case.id, case.round)
    for row in rows:
        term = terms[row.clock]
        if row.state == "open" and term.hours:
            row.days, row.hours, row.made_at, row.policy = term.days, term.hours, now, pack.version
            _set_due(pack, row, row.office)
    _note_next(case, rows)


def calendar_for(pack: Pack, row: Promise) -> clock.Calendar:
    return clock.always(pack.zone) if row.hours else pack.calendar_of(row.office)


def due_of(pack: Pack, row: Promise) -> datetime:
    """When a promise is due by the calendar as it is now, without pauses."""
    if row.hours:
        return row.made_at + timedelta(hours=row.hours)
    return clock.due(calendar_for(pack, row), row.made_at, row.days)


def shares(pack: Pack, row: Promise, pauses: list[clock.Pause]) -> Iterator[tuple[str, int, datetime]]:
    """The steps of the ladder that are still to come, in order: the step, its percent, its moment. Each is reckoned
    when it is looked at: most promises are kept before their first."""
    calendar = calendar_for(pack, row)
    for step, percent in pack.ladder.items():
        if percent > row.step:
            at = clock.share_at(calendar, row.made_at, row.first_due_at, percent, pauses)
            if at is not None:
                yield step, percent, at


def next_share(pack: Pack, row: Promise, pauses: list[clock.Pause]) -> datetime | None:
    return next((at for _, _, at in shares(pack, row, pauses)), None)


def pauses_of(db: Session, case_id: int) -> list[clock.Pause]:
    """When the office waited for her, as the timeline has it; the last without an end while it does."""
    found: list[clock.Pause] = []
    for event in events_of(db, case_id):
        if event.data.get("to") == "waiting":
            found.append((event.at, None))
        elif event.data.get("from") == "waiting" and found:
            found[-1] = (found[-1][0], event.at)
    return found


def follow(db: Session, pack: Pack, case: Case, before: str, keeps: Collection[str], now: datetime) -> None:
    """What a change of state means for the promises: kept ones are met, waiting stops them, an end voids the rest; a
    case that comes back is promised anew."""
    if before not in OPEN and case.state in OPEN:
        case.round += 1
        make(db, pack, case, holder(db, pack, case), now)
        return
    rows = [row for row in promises_of(db, case.id, case.round) if row.state in ("open", "paused")]
    pauses = pauses_of(db, case.id)
    for row in rows:
        if row.clock in keeps:
            _meet(pack, row, pauses, now)
        elif case.state not in OPEN:
            _note_late(row, now)
            row.state, row.next_at = "void", None
        elif case.state == "waiting":
            _note_late(row, now)
            row.state, row.due_at, row.next_at = "paused", None, None
        elif before == "waiting":
            row.state = "open"
            row.due_at = clock.paused_due(calendar_for(pack, row), row.made_at, row.first_due_at, pauses)
            row.next_at = next_share(pack, row, pauses)
    db.flush()
    _note_next(case, rows)


def _note_late(row: Promise, now: datetime) -> None:
    """It had run out before it was stopped: that stays so."""
    if row.due_at is not None and row.due_at <= now:
        row.kept = False


def _meet(pack: Pack, row: Promise, pauses: list[clock.Pause], now: datetime) -> None:
    row.state, row.met_at, row.next_at = "met", now, None
    row.working_s = clock.working_seconds(calendar_for(pack, row), row.made_at, now, pauses)
    row.calendar_s = max(0, int((now - row.made_at).total_seconds()))
    row.kept = row.working_s <= clock.working_seconds(calendar_for(pack, row), row.made_at, row.first_due_at)


def _note_next(case: Case, rows: Collection[Promise]) -> None:
    case.due_at = min((row.due_at for row in rows if row.state == "open" and row.due_at), default=None)


def promised(db: Session, case: Case, name: str = CLOCKS[1]) -> Promise | None:
    """What this round promised by one clock; by itself, the answer."""
    wanted = select(Promise).where(Promise.case_id == case.id, Promise.clock == name, Promise.round == case.round)
    return db.scalar(wanted)


def recompute(db: Session, pack: Pack, actor: str, why: str, now: datetime) -> int:
    """Counts the open promises of a country anew by its calendars as they are now; how many moved. What somebody was
    told of stays told."""
    moved = 0
    open_ = select(Promise, Case).join(Case, Case.id == Promise.case_id)
    open_ = open_.where(Case.country == pack.code, Promise.state.in_(("open", "paused")))
    for row, case in db.execute(open_.order_by(Promise.id)).all():
        due = due_of(pack, row)
        if due == row.first_due_at:
            continue
        row.first_due_at, row.policy, moved = due, pack.version, moved + 1
        if row.state == "open":
            pauses = pauses_of(db, case.id)
            row.due_at = clock.paused_due(calendar_for(pack, row), row.made_at, due, pauses)
            row.next_at = next_share(pack, row, pauses)
            db.flush()
            _note_next(case, promises_of(db, case.id, case.round))
        audit.write(db, actor=actor, act="promise.moved", thing=f"case:{case.id}", why=why, now=now)
    audit.write(db, actor=actor, act="promises.recomputed", thing=f"country:{pack.code}", why=why, now=now)
    return moved

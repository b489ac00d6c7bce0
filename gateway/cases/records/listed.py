"""Cases one line each, for a table to take away: codes, times and figures. No words of anybody, no number, nothing of a
confidential case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from ...country import Pack
from ...people.records import QueueRow
from . import Case
from .promises import Promise

COLUMNS = (
    "reference", "office", "queue", "category", "programme", "place", "language", "channel", "sex", "disability",
    "state", "decision", "cause", "times_came_back", "lodged", "taken_up", "answered", "decided", "decide_before",
    "answer_working_hours", "decide_working_hours", "decided_in_time",
)  # fmt: skip


def lines_of(
    db: Session, pack: Pack, scope: ColumnElement[bool], begin: datetime, end: datetime
) -> Iterator[list[str | float | int | bool | None]]:
    """The names of the columns, then a line for each case lodged in [begin, end), in the order of lodging. Times are of
    the first round, local, to the minute."""
    taken, answer, decide = (aliased(Promise) for _ in range(3))
    wanted = select(
        Case.reference, QueueRow.office, Case.queue, Case.category, Case.programme, Case.place, Case.language,
        Case.channel, Case.sex, Case.disability, Case.state, Case.decision, Case.cause, Case.round, Case.opened_at,
        taken.met_at.label("taken_at"), answer.met_at.label("answered_at"), decide.met_at.label("decided_at"),
        decide.first_due_at, answer.working_s.label("answer_s"), decide.working_s.label("decide_s"), decide.kept,
    ).outerjoin(QueueRow, QueueRow.code == Case.queue)  # fmt: skip
    for row, clock in ((taken, "acknowledge"), (answer, "answer"), (decide, "resolve")):
        wanted = wanted.outerjoin(row, and_(row.case_id == Case.id, row.clock == clock, row.round == 0))
    lodged = and_(Case.country == pack.code, ~Case.confidential, scope, Case.opened_at >= begin, Case.opened_at < end)
    yield list(COLUMNS)
    zone = ZoneInfo(pack.zone)
    for found in db.execute(wanted.where(lodged).order_by(Case.opened_at, Case.id).execution_options(yield_per=500)):
        yield _line(found, zone)


def _line(row: Any, zone: ZoneInfo) -> list[str | float | int | bool | None]:
    def local(moment: datetime | None) -> str | None:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else None

    return [
        *row[:14], local(row.opened_at), local(row.taken_at), local(row.answered_at), local(row.decided_at),
        local(row.first_due_at), _hours(row.answer_s), _hours(row.decide_s), row.kept,
    ]  # fmt: skip


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 2)

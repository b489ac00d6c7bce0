"""The figures of windows: by office and by service, over some days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from ...country import Pack
from ...country.windows import GRAIN, Window
from ...people.rules import SEES_ALL_OFFICES
from ...web import house, page_language, render, staff_page
from ..counting import Came, Line, total
from ..records import Appointment, between
from ..records.day import Token, came_between
from ..rules import bits
from ..slots import Asking, kept_units, open_units
from ..windows import calendar_of, closed_at, free_at, today_of
from . import bp
from .reach import offices_near, pack_here

STATES = ("booked", "came", "served", "missed", "cancelled")
OVER = ("served", "missed", "cancelled")
USUAL, LONGEST = timedelta(days=30), timedelta(days=366)
EARLIEST = date(2025, 1, 1)
ALL_SEEN = ("coordinator", "admin", *SEES_ALL_OFFICES)


@staff_page(bp, "/console/window-figures", needs="counts")
def figures() -> Any:
    """Use of time, who did not come, waiting, and how many days until the next free time."""
    pack, now = pack_here(), datetime.now(UTC)
    today = today_of(pack, now)
    first, last = _day("first", today - USUAL), _day("last", today)
    first = max(first, last - LONGEST)
    with house().database.reading() as db:
        near = list(pack.windows) if g.staff.role in ALL_SEEN else offices_near(db)
        codes = [code for code in near if code in pack.windows]
        offices, services = _count(db, pack, codes, first, last, now)
    return render(
        "window_figures.html", first=first, last=last, offices=offices, services=services, whole=total(offices, ""),
        pack=pack, tag=page_language(),
    )  # fmt: skip


def _day(name: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return min(max(found, EARLIEST), otherwise + LONGEST)


def _count(
    db: Session, pack: Pack, codes: list[str], first: date, last: date, now: datetime
) -> tuple[list[Line], list[Line]]:
    """Lines by office, of those where anything happened or can be booked; and by service."""
    today = today_of(pack, now)
    rows = between(db, codes, first, last, STATES)
    by_office: dict[str, Line] = {}
    by_service = {code: Line(code) for code in pack.at_window}
    tokens = came_between(db, codes, first, last)
    spent = {token.appointment_id: token for token in tokens if token.appointment_id}
    came: list[tuple[str, str, Came]] = [
        (row.place, row.service, _came(row, spent.get(row.id), today))
        for row in rows
        if row.state in OVER or row.day < today
    ]
    came += [
        (token.place, token.service, Came("walk_in", 0, *_times(token)))
        for token in tokens
        if token.appointment_id is None
    ]
    for place, service, one in came:
        by_office.setdefault(place, Line(place)).add(one)
        by_service.setdefault(service, Line(service)).add(one)
    for code, line in by_office.items():
        window = pack.windows[code]
        line.offered = _offered(db, pack, window, first, min(last, today - timedelta(days=1)))
        line.next_free = _next_free(db, pack, window, now)
    return sorted(by_office.values(), key=lambda line: line.name), [s for s in by_service.values() if s.counts]


def _came(row: Appointment, token: Token | None, today: date) -> Came:
    state = row.state if row.state in OVER else "open"
    waited, took = _times(token) if token else (None, None)
    return Came(state, row.minutes, waited, took, row.was_done, row.was_easy, row.day < today)


def _times(token: Token) -> tuple[int | None, int | None]:
    if token.paper or token.called_at is None:
        return None, None
    return token.waited, token.took if token.state == "done" else None


def _offered(db: Session, pack: Pack, window: Window, first: date, last: date) -> int:
    """Minutes that could be booked, over some days that are past."""
    closed, calendar, found, day = closed_at(db, pack, window, first), calendar_of(pack, window), 0, first
    while day <= last:
        for place, counter in enumerate(window.counters):
            own = open_units(window, counter, calendar, closed, day)
            found += GRAIN * sum(1 for _ in bits(own & ~kept_units(window.slot, window.walk_in, place, own)))
        day += timedelta(days=1)
    return found


def _next_free(db: Session, pack: Pack, window: Window, now: datetime) -> int | None:
    """Days until somebody without priority can come, for whichever service is soonest."""
    today = today_of(pack, now)
    does = (row for row in pack.at_window.values() if window.does(row.code))
    shortest = min(does, key=lambda row: row.minutes, default=None)
    if shortest is None:
        return None
    asking = Asking(shortest.code, shortest.minutes, False, now)
    slot = next(free_at(db, pack, window, asking), None)
    return (slot.day - today).days if slot else None

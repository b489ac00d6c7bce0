"""The paper of a window: the sheet of a day to print, and what was written on it entered in the afternoon, one press
each. The calendar that an office subscribes to is made here as well."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy.orm import Session

from ... import audit
from ...web import actor, house, render, staff_page
from ..actions import day as acts
from ..actions import find, new_feed
from ..records import on_day
from ..records.around import Feed
from ..records.day import tokens_of
from ..rules import Refusal
from . import bp
from .reach import PLACE, Here, day_asked, here, places_near, services_of, stands

BLANKS = 12
"""Lines for people without an appointment at the foot of a sheet."""

SHOWN = ("booked", "came", "served", "missed")


@staff_page(bp, f"{PLACE}/sheet", needs="window")
def sheet(place: str) -> Any:
    """Who comes on a day, to be printed and written on. Whoever printed it is in the audit: it holds names."""
    with house().database.transaction() as db:
        found = here(db, place)
        day = day_asked(found)
        rows = on_day(db, place, day, SHOWN)
        audit.write(db, actor=actor(), act="sheet.read", thing=place, why=str(day), now=datetime.now(UTC))
    return render("window_sheet.html", here=found, day=day, rows=rows, blanks=BLANKS)


@staff_page(bp, f"{PLACE}/catch-up", needs="window")
def catch_up(place: str) -> Any:
    return _catch_up(place)


def _catch_up(place: str, status: int = 200, **more: Any) -> Any:
    with house().database.reading() as db:
        found = here(db, place, must_stand=False)
        day = day_asked(found)
        rows = on_day(db, place, day, SHOWN)
        walked = [token for token in tokens_of(db, place, day) if token.appointment_id is None and token.paper]
        places = places_near(db)
    values: dict[str, Any] = {
        "here": found,
        "day": day,
        "places": places,
        "rows": rows,
        "walked": len(walked),
        "services": services_of(found.pack, found.window) if found.window else {},
        "once": secrets.token_hex(8),
        "refusal": None,
    }
    return render("window_catch_up.html", status, **{**values, **more})


@staff_page(bp, f"{PLACE}/catch-up", needs="window", methods=("POST",))
def enter(place: str) -> Any:
    """One line of the sheet, or how many came without an appointment."""
    form, now = request.form, datetime.now(UTC)
    try:
        with house().database.transaction() as db:
            found = here(db, place, must_stand=False)
            day = day_asked(found)
            if "count" in form:
                _walk_ins(db, found, day, now)
            else:
                one = find(db, form.get("reference", ""), lock=True)
                if one is None or one.place != place:
                    raise Refusal("No appointment of this day has this number.")
                acts.enter(db, found.pack, one, form.get("what", ""), g.staff.id, now)
    except Refusal as refusal:
        return _catch_up(place, 409, refusal=refusal.sentence)
    return redirect(url_for("appointments.catch_up", place=place, day=day.isoformat()))


def _walk_ins(db: Session, found: Here, day: date, now: datetime) -> None:
    if day > found.today:
        raise Refusal("This day has not come yet.")
    count = request.form.get("count", type=int) or 0
    once = f"paper:{found.place}:{request.form.get('once', '')}"[:70]
    service = request.form.get("service", "")
    acts.enter_walk_ins(db, stands(found), day, service, count, g.staff.id, once, now)


@staff_page(bp, f"{PLACE}/calendar", needs="window")
def calendar(place: str) -> Any:
    """The address of the calendar of a window, if there is one."""
    with house().database.reading() as db:
        found = here(db, place)
        feed = db.get(Feed, place)
    address = f"{house().settings.public_base_url}{url_for('appointments.ics', token=feed.token)}" if feed else ""
    return render("window_calendar.html", here=found, feed=feed, address=address)


@staff_page(bp, f"{PLACE}/calendar", needs="window", methods=("POST",))
def make_calendar(place: str) -> Any:
    """A new address; an old one opens nothing any more."""
    with house().database.transaction() as db:
        found = here(db, place)
        new_feed(db, found.pack.code, place, g.staff.id, datetime.now(UTC))
    return redirect(url_for("appointments.calendar", place=place))

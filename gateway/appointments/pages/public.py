"""What everybody may see: the numbers that are called at a window now, and an office's calendar behind its address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, abort
from sqlalchemy.orm import Session

from ...country import Pack
from ...web import house, limiter, public, render
from ..actions import counters, feed_of
from ..actions import day as acts
from ..ical import calendar_of
from ..records import between
from ..records.day import tokens_of
from ..windows import today_of, window_of
from . import bp

BACK, AHEAD = timedelta(days=30), timedelta(days=200)
NEXT = 5
IN_CALENDARS = ("booked", "came", "served", "missed", "cancelled")


@bp.get("/office/<code>/now")
@limiter.limit("120 per minute")
@public
def now_served(code: str) -> Any:
    """Numbers alone, large, for a screen on the wall: it loads itself anew."""
    now = datetime.now(UTC)
    with house().database.reading() as db:
        pack, name = _pack_of(db, code)
        window = window_of(db, pack, code) if pack else None
        if pack is None or window is None:
            abort(404)
        tokens = tokens_of(db, code, today_of(pack, now))
    rows = [(counter.number, counters.at_counter(tokens, counter.number)) for counter in window.counters]
    line = [token.number for token in acts.line_of(tokens, window, now)[:NEXT]]
    tag = next((tag for tag in house().languages(pack) if house().traits[tag].staff), "en")
    return render("now.html", rows=rows, line=line, name=name, tag=tag)


def _pack_of(db: Session, code: str) -> tuple[Pack | None, str]:
    packs = house().packs.values()
    return next(((pack, code) for pack in packs if window_of(db, pack, code) is not None), (None, ""))


@bp.get("/calendar/<token>.ics")
@limiter.limit("60 per minute")
@public
def ics(token: str) -> Any:
    """The calendar of a window: what is booked, without a name; what was cancelled, for a month."""
    now = datetime.now(UTC)
    with house().database.reading() as db:
        feed = feed_of(db, token)
        if feed is None:
            abort(404)
        pack = house().packs.get(feed.country) or abort(404)
        today = today_of(pack, now)
        rows = between(db, [feed.place], today - BACK, today + AHEAD, IN_CALENDARS)
        body = calendar_of(db, house(), pack, feed.place, rows)
    told = {"Cache-Control": "private, max-age=300", "Content-Disposition": f'inline; filename="{feed.place}.ics"'}
    return Response(body, content_type="text/calendar; charset=utf-8", headers=told)

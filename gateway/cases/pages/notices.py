"""Notices: promises that run out, told to whoever is to know. One line a case, the highest step only."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, redirect, request, url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ...web import house, render, staff_page
from .. import actions
from ..reach import READS
from ..records import Case
from ..records.plans import count_due
from ..records.promises import Notice, count_notices, notices_for
from . import bp
from .desk import mine


def told_of(db: Session) -> ColumnElement[bool]:
    """The cases of which she may be told: those she may see, and those that lie nowhere yet."""
    return or_(mine(db), Case.queue.is_(None))


def how_many() -> int:
    """For the head of every page; none where nobody is signed in who reads any."""
    if g.get("staff") is None or g.staff.role not in READS:
        return 0
    with suppress(SQLAlchemyError), house().database.reading() as db:  # the page of an error has this head too
        return count_notices(db, told_of(db), g.staff.office_codes(), READS[g.staff.role], datetime.now(UTC))
    return 0


@bp.app_context_processor
def for_the_head() -> dict[str, Any]:
    return {"notices_waiting": how_many, "plans_due": how_many_steps}


def how_many_steps() -> int:
    """Steps of the plans she looks after that are due, late, or said to be done; for the head of every page."""
    if g.get("staff") is None or g.staff.role not in READS:
        return 0
    today = datetime.now(UTC).astimezone(ZoneInfo(house().packs[g.staff.country].zone)).date()
    with suppress(SQLAlchemyError), house().database.reading() as db:
        return count_due(db, g.staff.id, today)
    return 0


@staff_page(bp, "/console/notices", needs="queue")
def notices() -> Any:
    """What nobody has seen yet."""
    with house().database.reading() as db:
        roles = READS.get(g.staff.role, ())
        rows = notices_for(db, told_of(db), g.staff.office_codes(), roles, datetime.now(UTC))
    return render("notices.html", rows=rows, pack=house().packs[g.staff.country])


@staff_page(bp, "/console/notices/<int(max=2147483647):notice_id>/seen", needs="queue", methods=("POST",))
def seen(notice_id: int) -> Any:
    """She has seen it; with `open`, she goes on to the case."""
    now = datetime.now(UTC)
    with house().database.transaction() as db:
        row = db.get(Notice, notice_id)
        if row is None or row.office not in g.staff.office_codes() or row.role not in READS.get(g.staff.role, ()):
            abort(404)
        if db.scalar(select(Case.id).where(Case.id == row.case_id, told_of(db))) is None:
            abort(404)
        actions.see(db, row, g.staff.id, now)
    if request.form.get("open"):
        return redirect(url_for("cases.case", case_id=row.case_id))
    return redirect(url_for("cases.notices"))

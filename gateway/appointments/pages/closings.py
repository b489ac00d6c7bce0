"""The pages of closings: what would be touched, closing it, and taking that back while nobody has been told."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time
from typing import Any

from flask import abort, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...country import Pack, lineage
from ...web import house, render, staff_page
from .. import actions
from ..actions.closing import REASONS, must_make_sense
from ..records import Appointment
from ..records.around import Closure
from ..rules import UNITS, Refusal, unit_of
from ..windows import raw_of
from . import bp
from .reach import PLACE, Here, here, offices_near

CLOSURE = "/console/closing/<int(max=2147483647):closure_id>"
READ = "Write the days and hours as the page shows them."


def unit_asked(written: str, otherwise: int) -> int:
    """`08:30` as a unit of the day. Raises Refusal."""
    if not written:
        return otherwise
    try:
        clock = time.fromisoformat(written)
    except ValueError:
        raise Refusal(READ) from None
    return unit_of(clock)


def _asked(place: str) -> actions.Closing:
    form = request.values
    try:
        first = date.fromisoformat(form.get("first", ""))
        last = date.fromisoformat(form.get("last", "") or form.get("first", ""))
    except ValueError:
        raise Refusal(READ) from None
    begin, end = unit_asked(form.get("begin", ""), 0), unit_asked(form.get("end", ""), UNITS)
    return actions.Closing(place, first, last, begin, end, form.get("below") == "yes", form.get("why", ""))


@staff_page(bp, f"{PLACE}/close", needs="window")
def closing(place: str) -> Any:
    """Days and hours; then who would be touched, before anything is done."""
    return _page(place)


def _page(place: str, status: int = 200, refusal: str | None = None) -> Any:
    now, touched, asked = datetime.now(UTC), None, request.values.get("first", "")
    with house().database.reading() as db:
        found = here(db, place, must_stand=False)
        if asked and refusal is None:
            try:
                closing = _hers(db, found, _asked(place))
                must_make_sense(found.pack, closing, now)
                touched = actions.touched_by(db, found.pack, closing, now)
            except Refusal as why:
                status, refusal = 400, why.sentence
        mine = select(Closure).where(Closure.country == found.pack.code, Closure.place == place)
        near = set(offices_near(db))
        rows = list(db.scalars(mine.order_by(Closure.id.desc()).limit(10)))
        below = _below(found.pack, place)
    values: dict[str, Any] = {
        "here": found,
        "touched": touched,
        "typed": request.values,
        "reasons": REASONS,
        "rows": rows,
        "has_below": bool(below) and below <= near,
        "units": UNITS,
        "once": secrets.token_hex(8),
        "refusal": refusal,
    }
    return render("window_close.html", status, **values)


def _below(pack: Pack, place: str) -> set[str]:
    """The offices below one that have a window."""
    return {code for code in pack.windows if code != place and place in lineage(code, pack.offices)}


def _hers(db: Session, found: Here, closing: actions.Closing) -> actions.Closing:
    """What she may close: all below an office only where all of it is hers. Raises Refusal."""
    if closing.below and not _below(found.pack, found.place) <= set(offices_near(db)):
        raise Refusal("The offices below are not yours. Close your own window.")
    return closing


@staff_page(bp, f"{PLACE}/close", needs="window", methods=("POST",))
def close(place: str) -> Any:
    """Closes it. Nobody is told for some minutes."""
    try:
        with house().database.transaction() as db:
            found = here(db, place, must_stand=False)
            once = f"close:{place}:{request.form.get('once', '')}"[:80]
            made = actions.close(
                db, house(), _hers(db, found, _asked(place)), found.pack.code, g.staff.id, once, datetime.now(UTC)
            )
    except Refusal as refusal:
        return _page(place, 409, refusal.sentence)
    return redirect(url_for("appointments.closure", closure_id=made.id))


def _mine(db: Session, closure_id: int) -> Closure:
    row = db.get(Closure, closure_id)
    if row is None or row.country != g.staff.country:
        abort(404)
    here(db, row.place, must_stand=False)
    return row


@staff_page(bp, CLOSURE, needs="window")
def closure(closure_id: int) -> Any:
    return _one(closure_id)


def _one(closure_id: int, status: int = 200, refusal: str | None = None) -> Any:
    """A closing: who gets which new time, or is cancelled; and how long it can be taken back."""
    now = datetime.now(UTC)
    with house().database.reading() as db:
        row = _mine(db, closure_id)
        found = here(db, row.place, must_stand=False)
        lines = []
        for touched in sorted(actions.touched_of(db, closure_id), key=lambda row: row.appointment_id):
            one = db.get_one(Appointment, touched.appointment_id)
            to = db.get(Appointment, touched.to_id) if touched.to_id else None
            lines.append((one, to, raw_of(db, found.pack, to.place if to else one.place)))
    waits = row.sent_at is None and row.undone_at is None
    return render(
        "window_closure.html", status, row=row, here=found, lines=lines, units=UNITS, waits=waits,
        refusal=refusal, now=now,
    )  # fmt: skip


@staff_page(bp, f"{CLOSURE}/undo", needs="window", methods=("POST",))
def undo(closure_id: int) -> Any:
    """It stays open after all."""
    try:
        with house().database.transaction() as db:
            _mine(db, closure_id)
            actions.undo(db, closure_id, g.staff.country, g.staff.id, datetime.now(UTC))
    except Refusal as refusal:
        return _one(closure_id, 409, refusal.sentence)
    return redirect(url_for("appointments.closure", closure_id=closure_id))

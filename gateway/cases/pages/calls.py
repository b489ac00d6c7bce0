"""The operator's list "tell her the answer": calls to those who chose a call, or hotline only."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...people.actions import number_of
from ...web import actor, house, render, staff_page
from .. import actions
from ..records import Case, CaseEvent, Telling, waiting_tellings
from ..rules import Refusal

bp = Blueprint("calls", __name__)
OUTCOMES = ("told", "no_answer", "wrong_person")


@staff_page(bp, "/console/calls", needs="calls")
def waiting() -> Any:
    with house().database.reading() as db:
        rows = waiting_tellings(db, g.staff.country)
    return render("calls.html", rows=rows, pack=house().packs[g.staff.country])


def _telling(db: Session, telling_id: int) -> tuple[Telling, Case, CaseEvent]:
    """An answer to be told, with its case, which is locked: an official may be writing at the same moment."""
    telling = db.get(Telling, telling_id)
    if telling is None:
        abort(404)
    case = db.scalars(select(Case).where(Case.id == telling.case_id).with_for_update()).one()
    db.refresh(telling)
    if case.country != g.staff.country:
        abort(404)
    return telling, case, db.get_one(CaseEvent, telling.event_id)


@staff_page(bp, "/console/calls/<int(max=2147483647):telling_id>", needs="calls")
def one(telling_id: int) -> Any:
    return _page(telling_id)


def note_so_far() -> str:
    """What she had typed when the form was refused."""
    return request.form.get("note", "")


def _page(telling_id: int, status: int = 200, **more: Any) -> Any:
    with house().database.transaction() as db:
        telling, case, event = _telling(db, telling_id)
        audit.write(db, actor=actor(), act="case.read", thing=f"case:{case.id}", why="telling", now=datetime.now(UTC))
    values = {
        "telling": telling,
        "case": case,
        "event": event,
        "pack": house().packs[case.country],
        "number": None,
        "refusal": None,
        "once": secrets.token_hex(8),
        "note": note_so_far(),
    }
    return render("telling.html", status, **{**values, **more})


@staff_page(bp, "/console/calls/<int(max=2147483647):telling_id>/number", needs="calls", methods=("POST",))
def number(telling_id: int) -> Any:
    """Shows the number to call; the look is in the audit."""
    with house().database.transaction() as db:
        telling, case, _ = _telling(db, telling_id)
        if case.address_id is None or telling.state != "waiting":
            abort(404)
        audit.write(db, actor=actor(), act="number.read", thing=f"case:{case.id}", now=datetime.now(UTC))
        shown = number_of(db, case.address_id)
    return _page(telling_id, number=shown)


@staff_page(bp, "/console/calls/<int(max=2147483647):telling_id>/outcome", needs="tell", methods=("POST",))
def outcome(telling_id: int) -> Any:
    """Notes how the call came out."""
    came_out, note = request.form.get("outcome", ""), request.form.get("note", "")
    if came_out not in OUTCOMES:
        return _page(telling_id, 400, refusal="Choose how the call came out.")
    try:
        with house().database.transaction() as db:
            telling, case, _ = _telling(db, telling_id)
            once = f"{g.staff.id}:{telling_id}:{request.form.get('once', '')}"[:80]
            actions.note_call(db, telling, case, came_out, note, g.staff.id, once, datetime.now(UTC))
    except Refusal as refusal:
        return _page(telling_id, 409, refusal=refusal.sentence)
    return redirect(url_for("calls.waiting"))

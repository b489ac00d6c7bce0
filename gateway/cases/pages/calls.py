"""An operator tells an answer by voice: to those who chose a call, or hotline only, or whom no text has reached."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...hotline import actions as hotline
from ...hotline.records import Task
from ...language import fold
from ...people.actions import number_of
from ...web import actor, house, render, staff_page
from .. import actions
from ..records import Case, CaseEvent, told_by
from ..rules import DECIDES
from .acting import LONGEST, OUTCOMES

bp = Blueprint("calls", __name__)


def _telling(db: Session, task_id: int) -> tuple[Task, Case, CaseEvent]:
    """An answer that she is to tell, with its case, which is locked: an official may be writing at the same moment. The
    case first, then the task, as whoever drops the tasks of a case does. Raises NotHers."""
    known = db.get(Task, task_id)
    found = told_by(db, known) if known else None
    if found is None:
        abort(404)
    case, event = found
    db.scalars(select(Case).where(Case.id == case.id).with_for_update().execution_options(populate_existing=True)).one()
    task = hotline.hers(db, task_id, g.staff.country, g.staff.id) or abort(404)
    return task, case, event


@staff_page(bp, "/console/calls/tell/<int(max=2147483647):task_id>", needs="calls")
def one(task_id: int) -> Any:
    return _page(task_id)


def note_so_far() -> str:
    """What she had typed when the form was refused."""
    return request.form.get("note", "")


def _page(task_id: int, status: int = 200, **more: Any) -> Any:
    with house().database.transaction() as db:
        task, case, event = _telling(db, task_id)
        audit.write(db, actor=actor(), act="case.read", thing=f"case:{case.id}", why="telling", now=datetime.now(UTC))
    values = {
        "task": task,
        "case": case,
        "event": event,
        "pack": house().packs[case.country],
        "number": None,
        "refusal": None,
        "once": secrets.token_hex(8),
        "note": note_so_far(),
        "words": request.form.get("words", ""),
        "decides": event.kind in DECIDES,
    }
    return render("telling.html", status, **{**values, **more})


@staff_page(bp, "/console/calls/tell/<int(max=2147483647):task_id>/number", needs="calls", methods=("POST",))
def number(task_id: int) -> Any:
    """Shows the number to call; the look is in the audit."""
    with house().database.transaction() as db:
        _, case, _ = _telling(db, task_id)
        if case.address_id is None:
            abort(404)
        audit.write(db, actor=actor(), act="number.read", thing=f"case:{case.id}", now=datetime.now(UTC))
        shown = number_of(db, case.address_id)
    return _page(task_id, number=shown)


@staff_page(bp, "/console/calls/tell/<int(max=2147483647):task_id>/outcome", needs="tell", methods=("POST",))
def outcome(task_id: int) -> Any:
    """Notes how the call came out."""
    came_out, note = request.form.get("outcome", ""), request.form.get("note", "")
    said, words = request.form.get("said", ""), fold.clean(request.form.get("words", ""))[:LONGEST]
    once = f"{g.staff.id}:{task_id}:{request.form.get('once', '')}"[:80]
    if came_out not in OUTCOMES:
        return _page(task_id, 400, refusal="Choose how the call came out.")
    with house().database.transaction() as db:
        if not actions.is_noted(db, once):
            task, case, event = _telling(db, task_id)
            now = datetime.now(UTC)
            actions.note_call(db, house(), task, case, came_out, note, g.staff.id, once, now)
            if came_out == "told" and not actions.said_to_operator(
                db, house(), case, event, said, words, g.staff.id, now
            ):
                return redirect(url_for("hotline.queue", noted="late"))
    return redirect(url_for("hotline.queue"))

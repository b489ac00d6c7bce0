"""One task: a caller on the line, somebody to call back, a message to hear, a story to write down. An answer to tell
has a page of its own. Whatever is done to a task is done by the operator who took it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...appointments.actions.telling import facts_about
from ...cases import attachments
from ...cases.attachments import Attachment
from ...cases.pages.desk import served
from ...channels import NotSent
from ...channels.twilio_voice import TwilioVoice
from ...hotline import actions as hotline
from ...hotline.actions import shifts
from ...hotline.records import Call, Task
from ...hotline.rules import NotHers
from ...language import fold
from ...people.actions import number_of
from ...ringing import connect
from ...web import actor, house, page_language, render, staff_page
from . import bp
from .queue import DESK
from .queue import page as queue_page


@bp.app_errorhandler(NotHers)
def not_hers(refusal: NotHers) -> Any:
    return queue_page(409, refusal=refusal.sentence)


def _hers(db: Session, task_id: int) -> Task:
    return hotline.hers(db, task_id, g.staff.country, g.staff.id) or abort(404)


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>/take", needs="calls", methods=("POST",))
def take(task_id: int) -> Any:
    """Takes a task. A caller on the line is joined with the operator's own telephone."""
    with house().database.transaction() as db:
        found = db.get(Task, task_id)
        if found is None or found.country != g.staff.country:
            abort(404)
        shift, kind = shifts.of_staff(db, g.staff.id), found.kind
        if shift is None:
            raise NotHers("Begin your shift first; then take it.")
        if kind == "call" and not shift.phone:
            raise NotHers("Write under your shift on which telephone you can be reached; then take the call.")
        if not hotline.take(db, task_id, g.staff.id):
            raise NotHers("Somebody else has taken this. Choose another.")
        call = db.scalar(select(Call).where(Call.task_id == task_id)) if kind == "call" else None
        if call:
            call.staff_id = g.staff.id
            shifts.change(db, shift, "talking", datetime.now(UTC))
    if kind == "tell":
        return redirect(url_for("calls.one", task_id=task_id))
    return _join(task_id, call, shift.phone or "") if call else redirect(url_for("hotline.task", task_id=task_id))


def _join(task_id: int, call: Call, phone: str) -> Any:
    """Outside any transaction: the operator's telephone rings. Where it cannot, the caller waits for somebody else."""
    channel = current_app.config["CHANNELS"].get(call.channel)
    try:
        if isinstance(channel, TwilioVoice):
            connect(house(), channel, call.id, phone)
    except NotSent:
        with house().database.transaction() as db:
            hotline.give_back(db, _hers(db, task_id))
        return queue_page(502, refusal="Your telephone could not be called. Look at its number under your shift.")
    return redirect(url_for("hotline.task", task_id=task_id))


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>", needs="calls")
def task(task_id: int) -> Any:
    return _page(task_id)


def _page(task_id: int, status: int = 200, **more: Any) -> Any:
    with house().database.transaction() as db:
        found = _hers(db, task_id)
        spoken = db.get(Attachment, found.attachment_id) if found.attachment_id else None
        comes = facts_about(db, house(), found.about, page_language())
    values = {"task": found, "spoken": spoken, "number": None, "refusal": None, "appointment": comes}
    return render("hotline_task.html", status, **{**values, **more})


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>/number", needs="calls", methods=("POST",))
def number(task_id: int) -> Any:
    """Shows the number to call; the look is in the audit."""
    with house().database.transaction() as db:
        found = _hers(db, task_id)
        if found.address_id is None or found.kind == "write_down":
            abort(404)
        audit.write(db, actor=actor(), act="number.read", thing=f"task:{task_id}", now=datetime.now(UTC))
        shown = number_of(db, found.address_id)
    return _page(task_id, number=shown)


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>/outcome", needs="tell", methods=("POST",))
def outcome(task_id: int) -> Any:
    """No answer: tried again, three times in all. Reached: the call goes on with its script."""
    came_out, now = request.form.get("outcome", ""), datetime.now(UTC)
    with house().database.transaction() as db:
        found = _hers(db, task_id)
        if came_out == "no_answer" and found.kind != "call":
            hotline.not_reached(db, house(), found, now)
        elif came_out == "done":
            hotline.done(db, found, now)
        elif came_out == "reached" and found.address_id:
            return redirect(url_for("hotline.call", call_id=_call_of(db, found, now).id))
        else:
            abort(400)
    return redirect(url_for("hotline.queue"))


def _call_of(db: Session, found: Task, now: datetime) -> Call:
    """The call she is in: the caller's own, or ours to her."""
    hers = db.scalar(select(Call).where(Call.task_id == found.id, Call.outgoing.is_(False)))
    if hers and found.kind == "call":
        return hers
    pack = house().packs[g.staff.country]
    desk = next(row.name for row in pack.channels.values() if row.kind == DESK)
    to, once = number_of(db, found.address_id or 0), f"task:{found.id}:{found.attempts}"
    return hotline.log_call(db, pack, desk, to, g.staff.id, once, now, task=found)


def _voice(db: Session, attachment_id: int) -> tuple[Task, Attachment]:
    """A voice, and the task of hers that it belongs to."""
    mine = select(Task.id).where(Task.attachment_id == attachment_id, Task.taken_by == g.staff.id)
    task_id = db.scalar(mine.where(Task.state == "taken"))
    row = db.get(Attachment, attachment_id)
    if task_id is None or row is None:
        abort(404)
    return _hers(db, task_id), row


@staff_page(bp, "/console/hotline/voice/<int(max=2147483647):attachment_id>", needs="calls")
def voice(attachment_id: int) -> Any:
    """The sound itself, for the operator who has it on her task; the look is in the audit."""
    with house().database.transaction() as db:
        _, row = _voice(db, attachment_id)
        if row.state != "kept":
            abort(404)
        audit.write(db, actor=actor(), act="voice.heard", thing=f"attachment:{attachment_id}", now=datetime.now(UTC))
        return served(row)


@staff_page(bp, "/console/hotline/voice/<int(max=2147483647):attachment_id>/words", needs="calls", methods=("POST",))
def words(attachment_id: int) -> Any:
    """An operator writes down what was said."""
    text = fold.clean(request.form.get("words", ""))[:4000]
    with house().database.transaction() as db:
        mine, row = _voice(db, attachment_id)
        attachments.write_down(db, row, text, g.staff.id)
        task_id = mine.id
    return redirect(url_for("hotline.task", task_id=task_id))

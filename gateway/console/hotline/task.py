"""One task: a caller on the line, somebody to call back, a message to hear. An answer to tell has a page of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...cases import attachments
from ...cases.attachments import Attachment
from ...cases.pages.desk import served
from ...channels import NotSent
from ...channels.twilio_voice import TwilioVoice
from ...hotline import actions as hotline
from ...hotline.actions import shifts
from ...hotline.records import Call, Task
from ...language import fold
from ...people.actions import number_of
from ...ringing import connect
from ...web import actor, house, render, staff_page
from . import bp
from .queue import DESK
from .queue import page as queue_page


def _task(db: Session, task_id: int) -> Task:
    task = db.get(Task, task_id)
    if task is None or task.country != g.staff.country:
        abort(404)
    return task


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>/take", needs="calls", methods=("POST",))
def take(task_id: int) -> Any:
    """Takes a task. A caller on the line is joined with the operator's own telephone, where she named one."""
    with house().database.transaction() as db:
        task = _task(db, task_id)
        taken = hotline.take(db, task_id, g.staff.id)
        shift, kind, about = shifts.of_staff(db, g.staff.id), task.kind, task.about
        if taken and kind == "call":
            call = db.get(Call, int(about.partition(":")[2]))
            if call:
                hotline.answered(db, call, g.staff.id, datetime.now(UTC))
            if shift:
                shifts.change(db, shift, "talking", datetime.now(UTC))
    if not taken:
        return queue_page(409, refusal="Somebody else has taken this. Choose another.")
    if kind == "tell":
        return redirect(url_for("calls.one", task_id=task_id))
    if kind == "call" and shift and shift.phone:
        return _join(task_id, int(about.partition(":")[2]), shift.phone)
    return redirect(url_for("hotline.task", task_id=task_id))


def _join(task_id: int, call_id: int, phone: str) -> Any:
    """Outside any transaction: the operator's telephone rings."""
    with house().database.reading() as db:
        call = db.get_one(Call, call_id)
    channel = current_app.config["CHANNELS"].get(call.channel)
    try:
        if isinstance(channel, TwilioVoice):
            connect(house(), channel, call_id, phone)
    except NotSent:
        return _page(task_id, 502, refusal="Your telephone could not be called. Call her back at the number below.")
    return redirect(url_for("hotline.task", task_id=task_id))


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>", needs="calls")
def task(task_id: int) -> Any:
    return _page(task_id)


def _page(task_id: int, status: int = 200, **more: Any) -> Any:
    with house().database.reading() as db:
        found = _task(db, task_id)
        spoken = db.get(Attachment, found.attachment_id) if found.attachment_id else None
    values = {"task": found, "spoken": spoken, "number": None, "refusal": None}
    return render("hotline_task.html", status, **{**values, **more})


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>/number", needs="calls", methods=("POST",))
def number(task_id: int) -> Any:
    """Shows the number to call; the look is in the audit."""
    with house().database.transaction() as db:
        found = _task(db, task_id)
        if found.address_id is None or found.state not in ("waiting", "taken"):
            abort(404)
        audit.write(db, actor=actor(), act="number.read", thing=f"task:{task_id}", now=datetime.now(UTC))
        shown = number_of(db, found.address_id)
    return _page(task_id, number=shown)


@staff_page(bp, "/console/hotline/task/<int(max=2147483647):task_id>/outcome", needs="tell", methods=("POST",))
def outcome(task_id: int) -> Any:
    """No answer: tried again, three times in all. Reached: the call goes on with its script."""
    came_out, now, pack = request.form.get("outcome", ""), datetime.now(UTC), house().packs[g.staff.country]
    with house().database.transaction() as db:
        found = _task(db, task_id)
        if found.state not in ("waiting", "taken"):
            return _page(task_id, 409, refusal="This has already been done.")
        if came_out == "no_answer":
            hotline.not_reached(db, house(), found, now)
        elif came_out == "done":
            hotline.done(db, found, now)
        elif came_out == "reached" and found.address_id:
            desk = next(row.name for row in pack.channels.values() if row.kind == DESK)
            call = hotline.log_call(db, pack, desk, number_of(db, found.address_id), g.staff.id, now)
            call.task_id = found.id
            db.flush()
            return redirect(url_for("hotline.call", call_id=call.id))
        else:
            abort(400)
    return redirect(url_for("hotline.queue"))


def _with(db: Session, attachment_id: int) -> Task | None:
    """The task of this country that a voice belongs to."""
    return db.scalar(select(Task).where(Task.attachment_id == attachment_id, Task.country == g.staff.country))


@staff_page(bp, "/console/hotline/voice/<int(max=2147483647):attachment_id>", needs="calls")
def voice(attachment_id: int) -> Any:
    """The sound itself, for the operator who has it on her task; the look is in the audit."""
    with house().database.transaction() as db:
        mine = _with(db, attachment_id)
        row = db.get(Attachment, attachment_id)
        if mine is None or row is None or row.state != "kept":
            abort(404)
        audit.write(db, actor=actor(), act="voice.heard", thing=f"attachment:{attachment_id}", now=datetime.now(UTC))
        return served(row)


@staff_page(bp, "/console/hotline/voice/<int(max=2147483647):attachment_id>/words", needs="calls", methods=("POST",))
def words(attachment_id: int) -> Any:
    """An operator writes down what was said."""
    text = fold.clean(request.form.get("words", ""))[:4000]
    with house().database.transaction() as db:
        mine = _with(db, attachment_id)
        row = db.get(Attachment, attachment_id)
        if mine is None or row is None:
            abort(404)
        attachments.write_down(db, row, text, g.staff.id)
        task_id = mine.id
    return redirect(url_for("hotline.task", task_id=task_id))

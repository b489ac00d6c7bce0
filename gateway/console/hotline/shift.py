"""The shift: who is there, in which state; going home, after which nothing lies with her; taking over by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import g, redirect, request, url_for

from ...channels import Malformed
from ...dialogue import actions as dialogue
from ...hotline.actions import shifts
from ...language import fold
from ...web import house, staff_page
from . import bp
from .queue import page

LONGEST_NOTE = 1000


@staff_page(bp, "/console/hotline/shift", needs="calls", methods=("POST",))
def begin() -> Any:
    """Begins a shift, or says anew which languages she speaks and where calls reach her."""
    written = request.form.get("phone", "").strip()
    phone = _own_phone(written) if written else ""
    if phone is None:
        return page(400, refusal="That is not a telephone number of this country. Type it as it is dialled here.")
    known = {*house().traits}
    languages = [tag for tag in request.form.getlist("language") if tag in known]
    skills = [skill for skill in request.form.getlist("skill") if skill == "woman"]
    with house().database.transaction() as db:
        shifts.begin(db, g.staff.country, g.staff.id, languages, skills, phone, datetime.now(UTC))
    return redirect(url_for("hotline.queue"))


def _own_phone(written: str) -> str | None:
    """A telephone of this country; None for anything else: it is called at our cost."""
    pack = house().packs[g.staff.country]
    try:
        number = dialogue.normal_number(fold.digits(written), pack)
    except Malformed:
        return None
    return number if pack.is_own_phone(number) else None


@staff_page(bp, "/console/hotline/state", needs="calls", methods=("POST",))
def state() -> Any:
    with house().database.transaction() as db:
        mine = shifts.of_staff(db, g.staff.id)
        if mine:
            shifts.change(db, mine, request.form.get("state", ""), datetime.now(UTC))
    return redirect(url_for("hotline.queue"))


@staff_page(bp, "/console/hotline/home", needs="calls", methods=("POST",))
def home() -> Any:
    """She goes home: what lay with her is free, and her note waits for whoever takes over."""
    note = fold.clean(request.form.get("note", ""))
    if len(note) > LONGEST_NOTE:
        return page(400, refusal="The note is longer than 1000 letters. Make it shorter.", note=note)
    with house().database.transaction() as db:
        mine = shifts.of_staff(db, g.staff.id)
        if mine:
            shifts.end(db, mine, note, datetime.now(UTC))
    return redirect(url_for("hotline.queue"))


@staff_page(bp, "/console/hotline/handover/<int(max=2147483647):handover_id>", needs="calls", methods=("POST",))
def take_over(handover_id: int) -> Any:
    """Accepts what a shift has left, by name."""
    with house().database.transaction() as db:
        taken = shifts.accept(db, handover_id, g.staff.country, g.staff.id, datetime.now(UTC))
    if not taken:
        return page(409, refusal="Somebody has taken this over a moment ago.")
    return redirect(url_for("hotline.queue"))

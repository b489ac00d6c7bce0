"""Who works where: absences, handing over, leaving; offices at which nobody works. And the official's own chat."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...country import Pack
from ...people import actions as people
from ...people.actions import parents_of
from ...people.records import Staff, StaffChat
from ...people.rules import in_reach, lineage, may
from ...web import actor, house, render, staff_page
from .. import actions
from ..reach import READS
from ..records.alarms import alarms_of
from ..rules import Refusal
from . import bp


def _pack() -> Pack:
    return house().packs[g.staff.country]


def _team(db: Session) -> list[Staff]:
    """Whom she looks after: a supervisor those who work with cases in her reach, an administrator everybody."""
    everybody = select(Staff).where(Staff.country == g.staff.country, Staff.active).order_by(Staff.name)
    if may(g.staff.role, "staff"):
        return list(db.scalars(everybody))
    parents, own = parents_of(db, g.staff.country), g.staff.office_codes()
    return [
        row
        for row in db.scalars(everybody.where(Staff.role.in_(READS)))
        if any(in_reach(g.staff.role, own, lineage(code, parents)) for code in row.office_codes())
    ]


def _watched(db: Session) -> list[str]:
    """The offices of which she is told when nobody works there."""
    parents, own = parents_of(db, g.staff.country), g.staff.office_codes()
    if may(g.staff.role, "staff"):
        return list(parents)
    return [code for code in parents if in_reach(g.staff.role, own, lineage(code, parents))]


@staff_page(bp, "/console/team", needs="team")
def team() -> Any:
    return _page()


def _page(status: int = 200, refusal: str | None = None) -> Any:
    with house().database.reading() as db:
        rows, alarms = _team(db), alarms_of(db, _watched(db))
        hers = _hers(db, rows)
    today = datetime.now(ZoneInfo(_pack().zone)).date().isoformat()
    return render("team.html", status, rows=rows, alarms=alarms, pack=_pack(), refusal=refusal, today=today, hers=hers)


def _hers(db: Session, rows: list[Staff]) -> set[int]:
    """Those of them whom she may change: a supervisor only whoever works nowhere but in her reach, and at no
    independent office but her own: what is handed over is never more than she herself may see."""
    if may(g.staff.role, "staff"):
        return {row.id for row in rows} - {g.staff.id}
    near, own, pack = set(_watched(db)), g.staff.office_codes(), _pack()
    apart = {code for code, office in pack.offices.items() if office.independent} - own
    return {row.id for row in rows if row.office_codes() <= near - apart} - {g.staff.id}


def _one(db: Session, staff_id: int) -> Staff:
    rows = _team(db)
    return next((row for row in rows if row.id == staff_id and row.id in _hers(db, rows)), None) or abort(404)


@staff_page(bp, "/console/team/<int(max=2147483647):staff_id>", needs="team", methods=("POST",))
def change(staff_id: int) -> Any:
    """Absent, back, handed over, left."""
    act, now = request.form.get("act", ""), datetime.now(UTC)
    try:
        with house().database.transaction() as db:
            staff = _one(db, staff_id)
            if act == "away":
                begins, ends = (_day(request.form.get(name, "")) for name in ("from", "until"))
                today = now.astimezone(ZoneInfo(_pack().zone)).date()
                if begins is None or (ends is not None and ends < max(begins, today)):
                    raise Refusal("Choose the first day, and a last day that is not before it, nor before today.")
                people.set_away(db, staff, begins, ends, today, actor(), now)
            elif act == "back":
                people.set_away(db, staff, None, None, now.date(), actor(), now)
            elif act == "leave" and request.form.get("sure") != "yes":
                raise Refusal("Tick that she leaves: she can sign in no more. Nothing was changed.")
            elif act in ("hand_over", "leave"):
                to = next((row for row in _team(db) if row.name == request.form.get("to", "")), None)
                actions.pass_on(db, staff, to, actor(), now, leaves=act == "leave")
            else:
                abort(400)
            actions.watch_offices(db, _pack(), now)
    except Refusal as refusal:
        return _page(409, refusal.sentence)
    return redirect(url_for("cases.team"))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


@staff_page(bp, "/console/chat", needs="answer")
def chat() -> Any:
    """Whether her chat is linked, and how to link it."""
    return _chat()


def _chat(code: str = "") -> Any:
    with house().database.reading() as db:
        linked = db.get(StaffChat, g.staff.id)
    return render("chat.html", linked=linked, code=code)


@staff_page(bp, "/console/chat", needs="answer", methods=("POST",))
def change_chat() -> Any:
    """A new code, or the end of the link."""
    now = datetime.now(UTC)
    with house().database.transaction() as db:
        if request.form.get("act") == "unlink":
            people.unlink_chat(db, g.staff.id, now)
            code = ""
        else:
            code = people.new_staff_code(db, g.staff.id, now)
    return _chat(code)

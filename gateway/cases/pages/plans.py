"""The pages of plans: those of her offices, and one household's with its needs, its steps, and who looks after it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...language import fold
from ...people.actions import parents_of
from ...people.records import Staff
from ...people.rules import in_reach, lineage
from ...web import house, render, staff_page
from .. import actions
from ..reach import READS
from ..records import Case
from ..records.plans import Plan, PlanStep, needs_of, plan_of, plans_at, steps_of
from ..rules import Refusal
from . import bp
from .acting import CASE
from .desk import mine, my_case
from .desk import page as case_page

PLAN = "/console/plan/<int(max=2147483647):plan_id>"


def _near(db: Session) -> list[str]:
    parents, own = parents_of(db, g.staff.country), g.staff.office_codes()
    return [code for code in parents if in_reach(g.staff.role, own, lineage(code, parents))]


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(house().packs[g.staff.country].zone)).date()


@staff_page(bp, "/console/plans", needs="answer")
def plans() -> Any:
    """The open plans of her offices; what comes next on top."""
    with house().database.reading() as db:
        rows = plans_at(db, _near(db), g.staff.id)
        names = {row.id: row.name for row in db.scalars(select(Staff))}
    return render("plans.html", rows=rows, names=names, today=_today())


def _mine(db: Session, plan_id: int, lock: bool = False) -> Plan:
    plan = db.get(Plan, plan_id, with_for_update=lock)
    if plan is None or plan.country != g.staff.country:
        abort(404)
    if plan.office not in _near(db) and plan.owner_id != g.staff.id:
        abort(404)
    return plan


@staff_page(bp, PLAN, needs="answer")
def plan(plan_id: int) -> Any:
    return _page(plan_id)


def _page(plan_id: int, status: int = 200, **more: Any) -> Any:
    with house().database.reading() as db:
        found = _mine(db, plan_id)
        ids = [case.id for case in needs_of(db, plan_id)]
        seen = list(db.scalars(select(Case).where(mine(db), Case.id.in_(ids)).order_by(Case.id)))
        staff = list(db.scalars(select(Staff).where(Staff.country == found.country)))
        values: dict[str, Any] = {
            "plan": found,
            "needs": seen,
            "steps": steps_of(db, plan_id),
            "names": {row.id: row.name for row in staff},
            "owners": [r for r in staff if r.active and r.role in READS and found.office in r.office_codes()],
        }
    values |= {"pack": house().packs[found.country], "today": _today(), "once": secrets.token_hex(8)}
    return render("plan.html", status, **{**values, "refusal": None, "typed": {}, **more})


@staff_page(bp, f"{CASE}/plan", needs="answer", methods=("POST",))
def into_plan(case_id: int) -> Any:
    """Begins a plan with this case, or adds it to one that there is."""
    written = "".join(c for c in fold.digits(request.form.get("plan", "")) if c.isdigit())
    now = datetime.now(UTC)
    try:
        with house().database.transaction() as db:
            found = my_case(db, case_id, lock=True)
            known = plan_of(db, case_id) or _plan_for(db, found, written, now)
    except Refusal as refusal:
        with house().database.reading() as db:
            found = my_case(db, case_id)
        return case_page(case_id, found, 409, refusal=refusal.sentence, typed=request.form.to_dict())
    return redirect(url_for("cases.plan", plan_id=known.id))


def _plan_for(db: Session, found: Case, written: str, now: datetime) -> Plan:
    if not written:
        return actions.begin_plan(db, house(), found, g.staff.id, now)
    known = db.scalar(select(Plan).where(Plan.reference == written, Plan.country == found.country))
    if known is None or known.office not in _near(db):
        raise Refusal("No open plan has this number.")
    actions.add_need(db, known, found, g.staff.id, now)
    return known


Work = Callable[[Session, Plan, datetime], None]


def _change(plan_id: int, work: Work) -> Any:
    try:
        with house().database.transaction() as db:
            work(db, _mine(db, plan_id, lock=True), datetime.now(UTC))
    except Refusal as refusal:
        return _page(plan_id, 409, refusal=refusal.sentence, typed=request.form.to_dict())
    return redirect(url_for("cases.plan", plan_id=plan_id))


@staff_page(bp, f"{PLAN}/step", needs="answer", methods=("POST",))
def step(plan_id: int) -> Any:
    """A step that was agreed."""
    form = request.form
    try:
        day = date.fromisoformat(form.get("day", ""))
    except ValueError:
        day = None

    def work(db: Session, found: Plan, now: datetime) -> None:
        pack, agreed = house().packs[found.country], form.get("agreed") == "yes"
        what, who, once = form.get("what", ""), form.get("who", ""), f"step:{found.id}:{form.get('once', '')}"[:80]
        actions.agree_step(db, pack, found, what, who, day, agreed, g.staff.id, once, now)

    return _change(plan_id, work)


@staff_page(bp, f"{PLAN}/done/<int(max=2147483647):step_id>", needs="answer", methods=("POST",))
def step_done(plan_id: int, step_id: int) -> Any:
    """A step is done."""

    def work(db: Session, found: Plan, now: datetime) -> None:
        row = db.get(PlanStep, step_id)
        if row is None or row.plan_id != found.id:
            abort(404)
        actions.finish_step(db, found, row, g.staff.id, now)

    return _change(plan_id, work)


@staff_page(bp, f"{PLAN}/owner", needs="answer", methods=("POST",))
def owner(plan_id: int) -> Any:
    """Somebody else looks after it."""

    def work(db: Session, found: Plan, now: datetime) -> None:
        to = db.scalar(select(Staff).where(Staff.name == request.form.get("to", ""), Staff.active))
        actions.give_plan(db, found, to, g.staff.id, now)

    return _change(plan_id, work)


@staff_page(bp, f"{PLAN}/close", needs="answer", methods=("POST",))
def close(plan_id: int) -> Any:
    """It is over."""
    return _change(plan_id, lambda db, found, now: actions.close_plan(db, found, g.staff.id, now))

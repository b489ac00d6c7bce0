"""Many cases of one event, answered at once; what other offices ask of hers."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import abort, g, redirect, request, url_for
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ...web import house, page_language, render, staff_page
from .. import actions
from ..records import Case
from ..records.access import KEPT_FROM, has_access
from ..records.linked import MANY, MANY_WITHIN, Happening, Part, alike, cases_of, many_from_one, parts_for
from ..rules import CAUSES, DECISIONS, Refusal
from ..saved import chosen, replies_of, said_in
from . import bp
from .acting import CASE, act_once
from .desk import mine

EVENT = "/console/event/<int(max=2147483647):event_id>"


@staff_page(bp, f"{CASE}/event", needs="answer", methods=("POST",))
def link(case_id: int) -> Any:
    """The case belongs to an event."""
    which, title = request.form.get("event", ""), request.form.get("title", "")

    def work(db: Session, case: Case, once: str, now: datetime) -> None:
        if which == "none":
            actions.unlink(db, case, g.staff.id, now, once)
            return
        known = db.get(Happening, int(which)) if which.isdecimal() else None
        if known and not cases_of(db, known.id, mine(db)):
            known = None
        actions.link(db, case, known, title, g.staff.id, now, once)

    return act_once(case_id, work)


@staff_page(bp, f"{CASE}/part", needs="answer", methods=("POST",))
def ask_part(case_id: int) -> Any:
    """Another office is asked for its part."""
    office, question = request.form.get("office", ""), request.form.get("question", "")
    return act_once(
        case_id,
        lambda db, case, once, now: actions.ask_part(db, house(), case, office, question, g.staff.id, once, now),
    )


def _event(db: Session, event_id: int, lock: bool = False) -> tuple[Happening, list[Case]]:
    found = db.get(Happening, event_id)
    cases = cases_of(db, event_id, mine(db)) if found and found.country == g.staff.country else []
    if found is None or not cases:
        abort(404)
    if lock:
        ids = [case.id for case in cases]
        fresh = select(Case).where(Case.id.in_(ids), mine(db)).order_by(Case.id).with_for_update(of=Case)
        cases = list(db.scalars(fresh.execution_options(populate_existing=True)))
    return found, cases


@staff_page(bp, EVENT, needs="case")
def event(event_id: int) -> Any:
    """Her cases of an event, and those that may belong to it too."""
    return _page(event_id)


def _page(event_id: int, status: int = 200, **more: Any) -> Any:
    pack, lang = house().packs[g.staff.country], page_language()
    with house().database.reading() as db:
        found, cases = _event(db, event_id)
        like = {row.id: row for case in cases for row in alike(db, case, mine(db))}
    values: dict[str, Any] = {
        "event": found,
        "cases": cases,
        "alike": [row for row in like.values() if row.id not in {case.id for case in cases}],
        "pack": pack,
        "replies": [
            (reply, said_in(house(), cases[0], lang, code)) for code, reply in replies_of(g.staff.country).items()
        ],
        "decisions": DECISIONS,
        "causes": CAUSES,
        "once": secrets.token_hex(8),
        "typed": {},
        "refusal": None,
        "failed": None,
        "left": [],
    }
    return render("event.html", status, **{**values, **more})


@staff_page(bp, f"{EVENT}/add", needs="answer", methods=("POST",))
def add(event_id: int) -> Any:
    """Those of the cases that may belong to it that do."""
    chosen_ids = {int(value) for value in request.form.getlist("case") if value.isdecimal()}
    with house().database.transaction() as db:
        found, cases = _event(db, event_id)
        like = {row.id: row for case in cases for row in alike(db, case, mine(db)) if row.id in chosen_ids}
        locked = select(Case).where(Case.id.in_(like), mine(db)).order_by(Case.id).with_for_update(of=Case)
        for row in db.scalars(locked).all():
            actions.link(db, row, found, "", g.staff.id, datetime.now(UTC))
    return redirect(url_for("cases.event", event_id=event_id))


@staff_page(bp, f"{EVENT}/answer", needs="answer", methods=("POST",))
def answer_all(event_id: int) -> Any:
    """Answers, or decides, each of them: in her language each; those that cannot be are named."""
    form, now = request.form, datetime.now(UTC)
    use, seen = "decide" if form.get("decision") else "reply", set(form.getlist("seen"))

    def do(db: Session, case: Case) -> None:
        once = f"all:{g.staff.id}:{case.id}:{form.get('once', '')}"[:80]
        if actions.is_noted(db, once):
            return
        if f"{case.id}:{case.version}" not in seen:
            raise Refusal("Somebody changed this case a moment ago. Read it again before you send.")
        code, typed = form.get("saved", ""), form.get(f"text-{case.language}", "")
        text, kept = chosen(house(), case, code, form.get("day", ""), use) if code else (typed, {})
        if use == "reply":
            actions.reply(db, house(), case, text, g.staff.id, once, now, kept)
        else:
            decision, cause = form.get("decision", ""), form.get("cause", "")
            actions.decide(db, house(), case, decision, cause, text, g.staff.id, once, now, kept)

    with house().database.transaction() as db:
        _, cases = _event(db, event_id, lock=True)
        cases = [case for case in cases if any(said.partition(":")[0] == str(case.id) for said in seen)] or cases
        failed = actions.for_each(db, cases, lambda case: do(db, case))
    done = len(cases) - len(failed)
    left = [case for case, _ in failed]
    if not done:
        return _page(event_id, 409, typed=form.to_dict(), refusal=failed[0][1], left=left)
    return _page(event_id, failed=failed, done=done, left=left)


@staff_page(bp, "/console/many", needs="book")
def many() -> Any:
    """Many cases from one telephone: somebody who helps others, or somebody who takes from them."""
    now = datetime.now(UTC)
    with house().database.reading() as db:
        groups = many_from_one(db, g.staff.country, mine(db), now - MANY_WITHIN)
    return render("many.html", groups=groups, pack=house().packs[g.staff.country], many=MANY)


@staff_page(bp, "/console/parts-asked", needs="queue")
def asked_of_us() -> Any:
    """What other offices ask of hers."""
    return _asked()


def _asked(status: int = 200, **more: Any) -> Any:
    pack = house().packs[g.staff.country]
    with house().database.reading() as db:
        rows = parts_for(db, g.staff.id, g.staff.office_codes())
    values: dict[str, Any] = {"rows": rows, "pack": pack, "now": datetime.now(UTC), "refusal": None, "typed": {}}
    return render("asked_of_us.html", status, **{**values, **more})


@staff_page(bp, "/console/parts-asked/<int(max=2147483647):part_id>", needs="answer", methods=("POST",))
def answer_part(part_id: int) -> Any:
    """Answers the office that owns the case."""
    words = request.form.get("words", "")
    try:
        with house().database.transaction() as db:
            part = db.get(Part, part_id)
            asked = and_(~Case.confidential, Case.country == g.staff.country, ~has_access(g.staff.id, KEPT_FROM))
            hers = part is not None and part.office in g.staff.office_codes()
            mine = select(Case).where(Case.id == part.case_id, asked).with_for_update() if part and hers else None
            case = db.scalar(mine) if mine is not None else None
            if part is None or case is None:
                abort(404)
            db.refresh(part, with_for_update=True)
            actions.answer_part(db, house(), part, case, words, g.staff.id, datetime.now(UTC))
    except Refusal as refusal:
        return _asked(409, refusal=refusal.sentence, typed={part_id: words})
    return redirect(url_for("cases.asked_of_us"))

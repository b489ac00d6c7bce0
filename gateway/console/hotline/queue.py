"""One queue of calls, call-backs, messages and answers to tell: by who may be called now, what was promised, who speaks
it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import select

from ... import audit
from ...country import Pack
from ...hotline import actions as hotline
from ...hotline import exchange
from ...hotline.actions import shifts
from ...hotline.records import Shift, Task, left_open, open_handovers, waiting_tasks
from ...hotline.rules import NOBODY_CALLED, STATES, TWO_TAPS, fits, may_call_now, order_of
from ...people.records import Staff
from ...web import actor, house, render, staff_page
from . import bp

DESK = "desk"
SHOWN = 60


@staff_page(bp, "/console/hotline", needs="calls")
def queue() -> Any:
    return page()


def page(status: int = 200, **more: Any) -> Any:
    """The queue, with the operator's shift."""
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    with house().database.reading() as db:
        shift = shifts.of_staff(db, g.staff.id)
        to_write_up = left_open(db, g.staff.id)
        waiting = waiting_tasks(db, pack.code)
        rows = in_order(waiting, pack, shift, g.staff.id, now)
        others = sum(task.state == "waiting" for task in waiting) - sum(task.state == "waiting" for task, _ in rows)
        handovers = open_handovers(db, pack.code)
        names = {row.id: row.name for row in db.scalars(select(Staff).where(Staff.country == pack.code))}
        on_shift = db.scalars(select(Shift).where(Shift.country == pack.code, Shift.ended_at.is_(None)))
        there = [(names[other.staff_id], other.state) for other in on_shift if other.staff_id in names]
    values = {
        "shift": shift, "rows": rows[:SHOWN], "count": len(rows), "handovers": handovers, "names": names, "now": now,
        "states": [state for state in STATES if state != "off"], "taps": TWO_TAPS, "refusal": None, "number": "",
        "languages": _speakable(pack), "there": there, "taken": None,
        "to_write_up": to_write_up, "others": others, "once": secrets.token_hex(6),
    }  # fmt: skip
    return render("hotline.html", status, **{**values, **more})


def _speakable(pack: Pack) -> list[str]:
    """Every language that somebody may speak on the telephone, written or not."""
    return [*pack.languages, *(tag for tag, traits in house().traits.items() if traits.voice_only)]


def in_order(
    tasks: list[Task], pack: Pack, shift: Shift | None, staff_id: int, now: datetime
) -> list[tuple[Task, bool]]:
    """What she may take, first things first, each with whether it may be done now. What lies with another is hers
    alone."""
    languages = frozenset(shift.languages if shift else ())
    skills = frozenset(shift.skills if shift else ())
    mine = [
        task for task in tasks
        if task.taken_by in (None, staff_id) and fits(task.language, task.skill, languages, skills)
    ]  # fmt: skip
    found = [(task, _may_be_done(task, pack, now)) for task in mine]
    return sorted(found, key=lambda row: order_of(row[0].kind, row[1], row[0].due_at))


def _may_be_done(task: Task, pack: Pack, now: datetime) -> bool:
    """Whether it is the hour for it: a caller on the line and what is only heard know no hours."""
    if task.kind == "call" or task.kind in NOBODY_CALLED:
        return True
    return task.next_at <= now and may_call_now(task.hours, now, pack.zone)


@staff_page(bp, "/console/hotline/missed", needs="calls", methods=("POST",))
def missed() -> Any:
    """The missed-call list of an ordinary telephone exchange, as CSV: a number in each line, and when it rang."""
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    given = request.files.get("list")
    text = exchange.decoded(given.read()) if given and given.filename else request.form.get("numbers", "")
    rows = exchange.read_list(text, pack, now)
    if not rows:
        return page(400, refusal="No telephone number was found in that list. Each line holds a number, then the time.")
    if len(rows) > exchange.LONGEST_LIST:
        return page(400, refusal="That list has more than 1000 numbers. Give it in parts.")
    with house().database.transaction() as db:
        put = hotline.import_missed(db, pack, rows, now)
        audit.write(db, actor=actor(), act="missed.imported", thing=f"country:{pack.code}", why=str(len(rows)), now=now)
    return page(taken=put)


@staff_page(bp, "/console/hotline/tap", needs="calls", methods=("POST",))
def tap() -> Any:
    """Two taps end a call of which nothing is kept: silent, wrong number, abuse, information only."""
    outcome, pack = request.form.get("outcome", ""), house().packs[g.staff.country]
    if outcome not in TWO_TAPS:
        return page(400, refusal="Choose how the call ended.")
    desk = next(row.name for row in pack.channels.values() if row.kind == DESK)
    with house().database.transaction() as db:
        hotline.log_silence(db, pack, desk, outcome, g.staff.id, datetime.now(UTC))
    return redirect(url_for("hotline.queue", ended=outcome))

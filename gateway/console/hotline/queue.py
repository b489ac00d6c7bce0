"""One queue of calls, call-backs, messages and answers to tell: by who may be called now, what was promised, who speaks
it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from flask import g, redirect, request, url_for
from sqlalchemy import select

from ... import audit
from ...country import Pack
from ...hotline import actions as hotline
from ...hotline.actions import shifts
from ...hotline.records import Shift, Task, open_handovers, waiting_tasks
from ...hotline.rules import STATES, TWO_TAPS, fits, may_call_now, order_of
from ...people.records import Staff
from ...web import actor, house, render, staff_page
from . import bp

DESK = "desk"
SHOWN = 60
LONGEST_LIST = 2000


@staff_page(bp, "/console/hotline", needs="calls")
def queue() -> Any:
    return page()


def page(status: int = 200, **more: Any) -> Any:
    """The queue, with the operator's shift."""
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    with house().database.reading() as db:
        shift = shifts.of_staff(db, g.staff.id)
        rows = in_order(waiting_tasks(db, pack.code), pack, shift, g.staff.id, now)
        handovers = open_handovers(db, pack.code)
        names = {row.id: row.name for row in db.scalars(select(Staff).where(Staff.country == pack.code))}
        others = db.scalars(select(Shift).where(Shift.country == pack.code, Shift.ended_at.is_(None)))
        there = [(names[other.staff_id], other.state) for other in others if other.staff_id in names]
    values = {
        "shift": shift, "rows": rows[:SHOWN], "count": len(rows), "handovers": handovers, "names": names, "now": now,
        "states": [state for state in STATES if state != "off"], "taps": TWO_TAPS, "refusal": None, "number": "",
        "languages": _speakable(pack), "there": there, "taken": None,
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
    found = [(task, task.next_at <= now and may_call_now(task.hours, now, pack.zone)) for task in mine]
    found = [(task, callable_now or task.kind == "call") for task, callable_now in found]
    return sorted(found, key=lambda row: order_of(row[0].kind, row[1], row[0].due_at))


@staff_page(bp, "/console/hotline/missed", needs="calls", methods=("POST",))
def missed() -> Any:
    """The missed-call list of an ordinary telephone exchange, as CSV: a number in each line, and when it rang."""
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    given = request.files.get("list")
    text = given.read().decode("utf8", "replace") if given and given.filename else request.form.get("numbers", "")
    rows = read_list(text, pack, now)
    if not rows:
        return page(400, refusal="No telephone number was found in that list. Each line holds a number, then the time.")
    with house().database.transaction() as db:
        put = hotline.import_missed(db, pack, rows, now)
        audit.write(db, actor=actor(), act="missed.imported", thing=f"country:{pack.code}", why=str(len(rows)), now=now)
    return page(taken=put)


def read_list(text: str, pack: Pack, now: datetime) -> list[tuple[str, datetime]]:
    """Numbers with their times; a line whose first number is none is left out, a time that cannot be read is now."""
    found: list[tuple[str, datetime]] = []
    for row in csv.reader(io.StringIO(text[: 64 * 1024])):
        cells = [cell.strip() for cell in row]
        number = next((n for cell in cells if _moment(cell, pack.zone) is None and (n := _number(cell, pack))), "")
        if number and len(found) < LONGEST_LIST:
            moment = next((m for cell in cells if (m := _moment(cell, pack.zone))), now)
            found.append((number, min(moment, now)))
    return found


def _number(cell: str, pack: Pack) -> str:
    try:
        parsed = phonenumbers.parse(cell, pack.phone_region)
    except phonenumbers.NumberParseException:
        return ""
    possible = phonenumbers.is_possible_number(parsed) and not any(c.isalpha() or c == ":" for c in cell)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)) if possible else ""


def _moment(cell: str, zone: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


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

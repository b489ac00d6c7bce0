"""A call: the number first, then any flow as the script, live, in the caller's language with the operator's beside it.

It is the same engine and the same state as on a phone: what a dropped session began is gone on with here, and what is
left here may be finished by SMS. The caller's open cases are shown after a second fact: the line may be her
neighbour's.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...cases.actions import awaits_consent, move_to, to_tell
from ...cases.records import Case, last_words, of_addresses
from ...channels import Message
from ...country import Pack
from ...dialogue import actions as dialogue
from ...dialogue.book import Book
from ...dialogue.script import page as script_page
from ...hotline import actions as hotline
from ...hotline.actions import shifts
from ...hotline.records import Call, is_flagged
from ...hotline.rules import WRAP_UP
from ...language import fold
from ...people import actions as people
from ...people.records import Address
from ...web import actor, house, page_language, render, staff_page
from . import bp
from .queue import DESK
from .queue import page as queue_page

WRONG_FACTS, FACTS_WINDOW = 5, timedelta(hours=1)
SHORTEST_FACT, SHORTEST_PLACE = 4, 3


def _desk(pack: Pack) -> Any:
    return current_app.config["CHANNELS"][next(row.name for row in pack.channels.values() if row.kind == DESK)]


@staff_page(bp, "/console/hotline/call", needs="calls", methods=("POST",))
def log() -> Any:
    """Logs a call: the number first."""
    pack, written = house().packs[g.staff.country], request.form.get("number", "").strip()
    number = pack.e164(fold.digits(written))
    if number is None:
        return queue_page(400, refusal="That is not a telephone number. Type it as it is dialled.", number=written)
    now = datetime.now(UTC)
    with house().database.transaction() as db:
        once = request.form.get("once", "")[:40]
        made = hotline.log_call(db, pack, _desk(pack).name, number, g.staff.id, once, now)
        shift = shifts.of_staff(db, g.staff.id)
        if shift:
            shifts.change(db, shift, "talking", now)
        audit.write(db, actor=actor(), act="call.logged", thing=f"call:{made.id}", now=now)
    return redirect(url_for("hotline.call", call_id=made.id))


def _call(db: Session, call_id: int) -> tuple[Call, Address]:
    found = db.get(Call, call_id)
    if found is None or found.country != g.staff.country or found.staff_id != g.staff.id or found.address_id is None:
        abort(404)
    return found, db.get_one(Address, found.address_id)


@staff_page(bp, "/console/hotline/call/<int(max=2147483647):call_id>", needs="calls")
def call(call_id: int) -> Any:
    return _page(call_id)


def _page(call_id: int, status: int = 200, **more: Any) -> Any:
    pack, now, book = house().packs[g.staff.country], datetime.now(UTC), _book()
    own = page_language()
    with house().database.reading() as db:
        found, address = _call(db, call_id)
        hers = address.speaks() if address.speaks() in house().languages(pack) else own
        begun = dialogue.consumed(db, _desk(pack).name, _session(found)) is not None
        tags = list(dict.fromkeys((own, hers)))
        # Before she is asked "continue?", what was said on her phone is not shown: somebody else may have said it.
        standing = dialogue.standing(db, house(), book, _desk(pack), address, tags, now) if begun else None
        flagged = is_flagged(db, address.id, now)
    script = (
        script_page(book.flows[standing.flow], book.flows, house().texts, hers) if standing and standing.flow else ""
    )
    values = {
        "call": found, "standing": standing, "own": own, "hers": hers, "once": secrets.token_hex(6), "cases": None,
        "refusal": None, "flagged": flagged, "outcomes": WRAP_UP, "script": script, "said": "", "pack": pack,
        "languages": house().languages(pack), "note": "", "moved": False,
    }  # fmt: skip
    return render("hotline_call.html", status, **{**values, **more})


def _session(found: Call) -> str:
    return f"call-{found.id}"


def _book() -> Book:
    book: Book = current_app.config["BOOK"]
    return book


@staff_page(bp, "/console/hotline/call/<int(max=2147483647):call_id>/language", needs="calls", methods=("POST",))
def language(call_id: int) -> Any:
    """The language that the caller speaks and reads."""
    tag = request.form.get("tag", "")
    with house().database.transaction() as db:
        found, address = _call(db, call_id)
        if tag in house().languages(house().packs[g.staff.country]):
            people.keep_language(db, address.id, tag)
            people.keep_spoken(db, address.id, tag)
            found.language = tag
    return redirect(url_for("hotline.call", call_id=call_id))


@staff_page(bp, "/console/hotline/call/<int(max=2147483647):call_id>/say", needs="calls", methods=("POST",))
def say(call_id: int) -> Any:
    """What the caller said, pressed or typed by the operator: one hop of her conversation."""
    pack, now, form = house().packs[g.staff.country], datetime.now(UTC), request.form
    desk = _desk(pack)
    pressed = form.get("press", "") or form.get("text", "")
    with house().database.transaction() as db:
        found, address = _call(db, call_id)
        if found.outcome:
            return _page(call_id, 409, refusal="This call has ended.")
        session = _session(found)
        new = dialogue.consumed(db, desk.name, session) is None
        inputs = () if new else (pressed,)
        once = form.get("once", "")[:40]
        message = Message(desk.name, address.number, session, once, inputs, new)
        turn, _ = dialogue.answer(db, house(), _book(), desk, message, now)
    return _page(call_id, said=turn.text if turn.ends else "")


@staff_page(bp, "/console/hotline/call/<int(max=2147483647):call_id>/facts", needs="calls", methods=("POST",))
def facts(call_id: int) -> Any:
    """The cases that a second fact shows to be the caller's, with what the office answered: the line may be her
    neighbour's, and he may know of one case and not of another."""
    typed, now, pack = request.form.get("fact", ""), datetime.now(UTC), house().packs[g.staff.country]
    with house().database.transaction() as db:
        found, address = _call(db, call_id)
        if found.outcome:
            return _page(call_id, 409, refusal="This call has ended.")
        if people.tries(db, "fact", address.number, now - FACTS_WINDOW) >= WRONG_FACTS:
            return _page(call_id, 429, refusal="Too many wrong answers. Ask her to call again later.")
        ids = [one.id for one in people.of_person(db, address.id) if one.country == pack.code]
        cases = [case for case in of_addresses(db, ids, limit=20) if not case.confidential and fits(case, typed, pack)]
        if not cases:
            people.count_try(db, "fact", address.number, now)
            return _page(call_id, 403, refusal="That fits no case of this number.")
        for case in cases:
            audit.write(db, actor=actor(), act="case.read", thing=f"case:{case.id}", why="call", now=now)
        said = [(case, last_words(db, case.id)) for case in cases]
        shown = [(case, words, to_tell(db, words) if words else None) for case, words in said]
    return _page(call_id, cases=shown)


@staff_page(bp, "/console/hotline/call/<int(max=2147483647):call_id>/moved", needs="calls", methods=("POST",))
def moved(call_id: int) -> Any:
    """She calls from a new number, from whichever country: her case follows her, once she has named its whole number
    and the one from which she lodged it. Whatever does not fit is told in the same words."""
    now, pack = datetime.now(UTC), house().packs[g.staff.country]
    digits = "".join(c for c in fold.digits(request.form.get("reference", "")) if c.isdigit())
    old = pack.e164(fold.digits(request.form.get("old", ""))) or ""
    with house().database.transaction() as db:
        found, address = _call(db, call_id)
        if found.outcome:
            return _page(call_id, 409, refusal="This call has ended.")
        if people.tries(db, "fact", address.number, now - FACTS_WINDOW) >= WRONG_FACTS:
            return _page(call_id, 429, refusal="Too many wrong answers. Ask her to call again later.")
        wanted = select(Case).where(Case.reference == digits, Case.country == pack.code, ~Case.confidential)
        case = db.scalar(wanted.with_for_update())
        before = case.address_id if case and not awaits_consent(db, case) else None
        if case is None or before is None or people.number_of(db, before) != old:
            people.count_try(db, "fact", address.number, now)
            return _page(call_id, 403, refusal="That fits no case.")
        move_to(db, house(), case, address.id, g.staff.id, now)
        dialogue.ask_elsewhere(db, case.reference, before, address.id)
    return _page(call_id, moved=True)


def fits(case: Case, typed: str, pack: Pack) -> bool:
    """Whether what the caller said shows that this case is hers: its last four digits or more; or where it happened,
    where she asked for no more care than a letter or a call takes. A province is too wide to be a fact."""
    digits = "".join(c for c in fold.digits(typed) if c.isdigit())
    if len(digits) >= SHORTEST_FACT:
        return case.reference.endswith(digits)
    if not case.place or case.answer_by not in ("write", "call") or len(fold.clean(typed)) < SHORTEST_PLACE:
        return False
    around = {case.place, pack.places.parent(case.place)} - set(pack.areas)
    return bool(around.intersection(pack.places.find(typed, pack.areas, 4)))


@staff_page(bp, "/console/hotline/call/<int(max=2147483647):call_id>/end", needs="calls", methods=("POST",))
def end(call_id: int) -> Any:
    """The call is over: what it was about. Abuse leaves a flag, which a supervisor looks at and which ends by
    itself."""
    outcome, note, now = request.form.get("outcome", ""), fold.clean(request.form.get("note", "")), datetime.now(UTC)
    if outcome not in WRAP_UP:
        return _page(call_id, 400, refusal="Choose what the call was about.", note=note)
    with house().database.transaction() as db:
        found, address = _call(db, call_id)
        if found.outcome:
            return redirect(url_for("hotline.queue"))
        hotline.wrap_up(db, found, outcome, note[:1000], now)
        if outcome == "abuse":
            shifts.flag(db, address.id, g.staff.id, now, note[:1000])
        shift = shifts.of_staff(db, g.staff.id)
        if shift:
            shifts.change(db, shift, "wrap_up", now)
    return redirect(url_for("hotline.queue"))

"""The page of the day: who is expected, who waits, who is at which counter. Each act is one press, and shows the page
again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import abort, g, redirect, request, url_for
from sqlalchemy.orm import Session

from ...language import fold
from ...people.actions import spoken_to
from ...web import house, page_language, render, staff_page
from ..actions import counters, find
from ..actions import day as acts
from ..actions.times import waited_until
from ..records import Appointment, on_day
from ..records.day import GONE, WAITS, Token, tokens_of
from ..rules import Refusal
from . import bp
from .reach import PLACE, Here, closings_on, day_asked, here, places_near, services_of, stands

EXPECTED = ("booked", "missed")


@staff_page(bp, "/console/window", needs="window")
def windows() -> Any:
    """The window of her office, or the choice of one."""
    with house().database.reading() as db:
        places = places_near(db)
    wanted = request.args.get("place", "")
    chosen = wanted if wanted in dict(places) else places[0][0] if places else ""
    if not chosen:
        return render("window_none.html")
    return redirect(url_for("appointments.window", place=chosen, day=request.args.get("day") or None))


@staff_page(bp, PLACE, needs="window")
def window(place: str) -> Any:
    return page(place)


def page(place: str, status: int = 200, **more: Any) -> Any:
    now = datetime.now(UTC)
    with house().database.reading() as db:
        found = here(db, place, must_stand=False)
        day = day_asked(found)
        tokens = tokens_of(db, place, day)
        rows = on_day(db, place, day, (*EXPECTED, "came", "served"))
        places = places_near(db)
        closings = closings_on(db, found, day)
    expected = [one for one in rows if one.state in EXPECTED]
    looked = request.args.get("find", "")
    values: dict[str, Any] = {
        "here": found,
        "day": day,
        "places": places,
        "live": found.window is not None and day == found.today,
        "expected": expected,
        "absent": {one.id for one in expected if now > waited_until(found.pack, one)},
        "line": acts.line_of(tokens, found.window, now) if found.window else [],
        "counters": _counters(found, tokens),
        "gone": [token for token in tokens if token.state == GONE],
        "done": sum(token.state == "done" for token in tokens),
        "by_id": {one.id: one for one in rows},
        "found": _found(rows, looked) if looked else None,
        "looked": looked,
        "services": services_of(found.pack, found.window) if found.window else {},
        "now": now,
        "closings": closings,
        "given": request.args.get("given", type=int),
        "once": secrets.token_hex(8),
        "refusal": None,
    }
    return render("window.html", status, **{**values, **more})


def _counters(found: Here, tokens: list[Token]) -> list[dict[str, Any]]:
    if found.window is None:
        return []
    rows = []
    for counter in found.window.counters:
        token = counters.at_counter(tokens, counter.number)
        waits = sum(1 for t in tokens if t.state == WAITS and acts.waits_for(t, found.window, counter.number))
        rows.append({"counter": counter, "token": token, "waits": waits})
    return rows


def _found(rows: list[Appointment], looked: str) -> list[Appointment]:
    """Today's appointments of a number, a telephone or a name."""
    digits = "".join(c for c in fold.digits(looked) if c.isdigit())
    if digits:
        pack = house().packs[g.staff.country]
        phone = pack.e164(fold.digits(looked))
        with house().database.reading() as db:
            address = spoken_to(db, phone) if phone else None
        return [one for one in rows if one.reference == digits or (address is not None and one.address_id == address)]
    name = fold.fold(looked)
    return [one for one in rows if name and name in fold.fold(one.name or "")]


def _act(place: str, work: Callable[[Session, Here, datetime], object]) -> Any:
    try:
        with house().database.transaction() as db:
            found = here(db, place)
            token = work(db, found, datetime.now(UTC))
    except Refusal as refusal:
        return page(place, 409, refusal=refusal.sentence)
    given = [token.number] if isinstance(token, Token) else []
    return redirect(url_for("appointments.window", place=place, given=given or None))


@staff_page(bp, f"{PLACE}/came", needs="window", methods=("POST",))
def came(place: str) -> Any:
    """Somebody who has an appointment is here."""

    def work(db: Session, found: Here, now: datetime) -> Token:
        one = find(db, request.form.get("reference", ""), lock=True)
        if one is None or one.place != place:
            raise Refusal("No appointment of today has this number.")
        return acts.check_in(db, house(), stands(found), one, g.staff.id, now)

    return _act(place, work)


@staff_page(bp, f"{PLACE}/walk-in", needs="window", methods=("POST",))
def walk_in(place: str) -> Any:
    """Somebody without an appointment is here."""
    form = request.form

    def work(db: Session, found: Here, now: datetime) -> Token:
        once = f"walk:{place}:{form.get('once', '')}"[:80]
        return acts.walk_in(
            db, stands(found), found.pack, form.get("service", ""), form.get("priority") == "yes",
            form.get("phone", ""), page_language(), g.staff.id, once, now,
        )  # fmt: skip

    return _act(place, work)


@staff_page(bp, f"{PLACE}/counter/<int(max=2147483647):counter>/<what>", needs="window", methods=("POST",))
def at_counter(place: str, counter: int, what: str) -> Any:
    """What happens at a counter: somebody is called, served, done, not there, or sent on."""

    def work(db: Session, found: Here, now: datetime) -> None:
        window, pack = stands(found), found.pack
        if counter not in {one.number for one in window.counters}:
            abort(404)
        if not counters.is_at(db, window, pack, counter, request.form.get("token", 0, type=int), now):
            raise Refusal("Somebody else is at this counter now. Look again.")
        match what:
            case "call":
                if counters.call_next(db, house(), window, pack, counter, now) is None:
                    raise Refusal("Nobody waits for this counter now.")
            case "begin":
                counters.begin(db, window, pack, counter, now)
            case "finish":
                counters.finish(db, window, pack, counter, now)
            case "absent":
                counters.absent(db, window, pack, counter, now)
            case "send":
                counters.send_on(db, window, pack, counter, request.form.get("to", type=int) or 0, now)
            case _:
                abort(404)

    return _act(place, work)


@staff_page(bp, f"{PLACE}/back/<int(max=2147483647):token_id>", needs="window", methods=("POST",))
def back(place: str, token_id: int) -> Any:
    """Somebody who was not there when she was called is here now."""

    def work(db: Session, found: Here, now: datetime) -> None:
        token = db.get(Token, token_id, with_for_update=True)
        if token is None or token.place != place:
            abort(404)
        counters.come_back(db, found.pack, token, now)

    return _act(place, work)

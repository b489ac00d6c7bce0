"""The page of visits: where a mobile unit goes, when, and for what."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, g, redirect, request, url_for
from sqlalchemy.orm import Session

from ...country import Pack
from ...web import house, page_language, render, staff_page
from .. import actions
from ..records import places_booked
from ..records.around import visits_ahead
from ..rules import UNITS, Refusal
from ..windows import code_of, today_of
from . import bp
from .closings import unit_asked
from .reach import offices_near, pack_here


@staff_page(bp, "/console/visits", needs="window")
def visits() -> Any:
    return _page()


def _page(status: int = 200, **more: Any) -> Any:
    pack, today = pack_here(), today_of(pack_here(), datetime.now(UTC))
    with house().database.reading() as db:
        near = offices_near(db)
        rows = [row for row in visits_ahead(db, pack.code, today) if row.office in near]
        booked = places_booked(db, pack.code, today)
        named = [code for code in near if code in pack.offices and not pack.offices[code].independent]
    offices = [(code, _office(pack, code)) for code in named]
    values: dict[str, Any] = {
        "pack": pack,
        "rows": rows,
        "booked": booked,
        "code_of": code_of,
        "offices": offices,
        "areas": _areas(pack, named),
        "typed": {},
        "once": secrets.token_hex(8),
        "refusal": None,
    }
    return render("visits.html", status, **{**values, **more})


def _office(pack: Pack, code: str) -> str:
    """An office with the area around it: communes of one name are many."""
    around = pack.places.get(pack.places.parent(pack.offices[code].place))
    name = pack.office_name(code, page_language())
    return f"{name} ({pack.places.name(around.code, page_language())})" if around else name


def _areas(pack: Pack, offices: list[str]) -> list[tuple[str, str]]:
    """The communes and districts of her offices, by name."""
    around = [pack.offices[code].place for code in offices if code in pack.offices and pack.offices[code].place]
    found = {
        code
        for code, place in pack.places.by_code.items()
        if place.level in ("commune", "district") and any(code.startswith(one) for one in around)
    }
    named = ((code, pack.places.full_name(code, page_language())) for code in found)
    return sorted(named, key=lambda row: row[1])


@staff_page(bp, "/console/visits", needs="window", methods=("POST",))
def plan() -> Any:
    """Makes a visit known: from now on it can be booked."""
    form = request.form
    try:
        with house().database.transaction() as db:
            _plan(db, pack_here(), datetime.now(UTC))
    except Refusal as refusal:
        return _page(409, refusal=refusal.sentence, typed=form)
    return redirect(url_for("appointments.visits"))


def _plan(db: Session, pack: Pack, now: datetime) -> None:
    form = request.form
    if form.get("office", "") not in offices_near(db):
        abort(404)
    try:
        day = date.fromisoformat(form.get("day", ""))
    except ValueError:
        day = None
    if not form.get("begin") or not form.get("end"):
        raise Refusal("Write from when to when, and with how many counters: from 1 to 10.")
    if form.get("area", "") not in dict(_areas(pack, offices_near(db))):
        raise Refusal("Choose the commune or district to which the team goes.")
    begin, end = unit_asked(form["begin"], 0), unit_asked(form["end"], UNITS)
    actions.plan_visit(
        db, pack, form["office"], form.get("area", ""), day, begin, end, form.get("counters", type=int) or 0,
        form.getlist("services"), form.get("landmark", ""), g.staff.id, f"visit:{form.get('once', '')}"[:80], now,
    )  # fmt: skip

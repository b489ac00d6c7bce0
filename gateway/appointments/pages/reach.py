"""Which windows somebody of the staff works with, and which one a page is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...country import Pack
from ...country import lineage as country_lineage
from ...country.windows import Window
from ...language.formats import grouped
from ...people.actions import parents_of
from ...people.records import OfficeRow, offices_by_name
from ...people.rules import in_reach, lineage
from ...web import house, page_language
from ..records import places_booked
from ..records.around import Closure, closures_of, visits_ahead
from ..references import GROUPS
from ..rules import clock_of
from ..windows import code_of, name_of, raw_of, today_of, visit_of, window_of
from . import bp

PLACE = "/console/window/<place>"


@dataclass(frozen=True)
class Here:
    """A window and the country it is in. `window`: None for one that is no more."""

    pack: Pack
    place: str
    window: Window | None
    name: str
    today: date


def pack_here() -> Pack:
    return house().packs[g.staff.country]


def offices_near(db: Session) -> list[str]:
    """The offices in her reach, by name, also those that the pack no longer has."""
    parents, own = parents_of(db, g.staff.country), g.staff.office_codes()
    codes = offices_by_name(db, g.staff.country, page_language())
    gone = select(OfficeRow.code).where(OfficeRow.country == g.staff.country, OfficeRow.retired)
    return [
        code
        for code in (*codes, *db.scalars(gone))
        if in_reach(g.staff.role, own, lineage(code, parents)) or code in own
    ]


def places_near(db: Session) -> list[tuple[str, str]]:
    """The windows in her reach with their names, her own offices' first; then the visits of the next weeks, and what is
    no window any more but has appointments."""
    pack, near, own = pack_here(), set(offices_near(db)), g.staff.office_codes()
    today = today_of(pack, datetime.now(UTC))
    there = sorted((code for code in near if code in pack.windows), key=lambda code: (code not in own, code))
    visits = [code_of(row) for row in visits_ahead(db, pack.code, today) if row.office in near]
    gone = [code for code in places_booked(db, pack.code, today) if code in near and code not in pack.windows]
    return [(code, _name(db, pack, code)) for code in (*there, *visits, *gone)]


def _name(db: Session, pack: Pack, code: str) -> str:
    return name_of(house().texts, page_language(), pack, raw_of(db, pack, code), full=False)


def here(db: Session, place: str, *, must_stand: bool = True) -> Here:
    """The window that a page is about. 404 where it is none of hers; `must_stand`: also where it is no more."""
    pack = pack_here()
    visit = visit_of(db, pack, place)
    office = visit.office if visit else place
    window = window_of(db, pack, place)
    if office not in set(offices_near(db)) or (must_stand and window is None):
        abort(404)
    return Here(pack, place, window, _name(db, pack, place), today_of(pack, datetime.now(UTC)))


def closings_on(db: Session, found: Here, day: date) -> list[Closure]:
    """What was closed here on a day, by this window or for all below an office."""
    visit = visit_of(db, found.pack, found.place)
    office = visit.office if visit else found.place
    rows = closures_of(db, [found.place, office], list(country_lineage(office, found.pack.offices)), day)
    return [row for row in rows if row.first <= day]


def stands(found: Here) -> Window:
    return found.window or abort(404)


def day_asked(found: Here) -> date:
    """The day of a page; today where none is named. A visit has one day."""
    if found.window is not None and found.window.on is not None:
        return found.window.on
    try:
        return date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return found.today


@bp.app_context_processor
def words() -> dict[str, Any]:
    """What the templates of these pages say of a service, a time of day, and a window."""

    def service(code: str) -> str:
        row = pack_here().at_window.get(code)
        return house().texts.say(page_language(), row.key()) if row else code

    def window_name(raw: str) -> str:
        return name_of(house().texts, page_language(), pack_here(), raw, full=False)

    return {"service": service, "window_name": window_name, "hour": lambda unit: f"{clock_of(unit):%H:%M}"}


@bp.app_template_filter("pairs")
def pairs(reference: str) -> str:
    """The number of an appointment, as it is read aloud."""
    return grouped(reference, GROUPS)


def services_of(pack: Pack, window: Window) -> dict[str, Any]:
    """What a window does, with its name."""
    return {code: row.key() for code, row in pack.at_window.items() if window.does(code)}

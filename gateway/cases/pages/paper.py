"""Paper and the window: lodging for whoever stands there, forms to print, the register of an office."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, g, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...country import Pack
from ...people.actions import parents_of
from ...people.records import Staff, offices_by_name
from ...people.rules import in_reach, lineage
from ...web import house, in_language, page_language, render, staff_page
from .. import actions
from ..forms import forms as drawn
from ..periods import months
from ..records.access import hidden_from
from ..records.paper import register_of
from ..registers import lines_of
from ..rules import Refusal
from . import bp
from .desk import may_see, places_to_choose

FACILITATOR, ONCE = "facilitator", re.compile(r"[0-9a-f]{16}")
FIELDS = (
    "category",
    "place",
    "story",
    "against",
    "answer_by",
    "phone",
    "language",
    "safe_hours",
    "paper",
    "told_on",
    "behalf",
    "against_office",
    "programme",
    "sex",
    "disability",
    "name",
    "born",
    "card",
)


def _pack() -> Pack:
    return house().packs[g.staff.country]


@staff_page(bp, "/console/lodge", needs="lodge")
def lodging() -> Any:
    """The form: what she says, how she wants to be answered."""
    behalf = "" if g.staff.role != FACILITATOR else "other"
    return _form({"language": page_language(), "place": _own_place(), "behalf": behalf})


def _own_place() -> str:
    """Where the office is that she works for, if it is one."""
    own = [_pack().offices[code].place for code in g.staff.office_codes() if code in _pack().offices]
    return own[0] if len(own) == 1 else ""


def _form(typed: dict[str, str], status: int = 200, refusal: str | None = None) -> Any:
    pack = _pack()
    with house().database.reading() as db:
        places = places_to_choose(db, pack, page_language())
    values: dict[str, Any] = {
        "pack": pack,
        "places": places,
        "typed": typed,
        "once": typed.get("once") or secrets.token_hex(8),
        "languages": house().languages(pack),
        "today": datetime.now(ZoneInfo(pack.zone)).date().isoformat(),
        "refusal": refusal,
    }
    return render("lodge.html", status, **values)


@staff_page(bp, "/console/lodge", needs="lodge", methods=("POST",))
def lodge() -> Any:
    """Lodges it, once, and shows the receipt."""
    typed, now = request.form.to_dict(), datetime.now(UTC)
    once = typed.get("once", "")
    told = actions.AtTheWindow(**{name: typed.get(name, "") for name in FIELDS}, agreed=typed.get("agreed") == "yes")
    if not ONCE.fullmatch(once):
        abort(400)
    try:
        if g.staff.role == FACILITATOR and not told.behalf:
            raise Refusal("Who lodges for somebody else gives her telephone number: we ask her ourselves.")
        with suppress(IntegrityError), house().database.transaction() as db:  # the other of two clicks was first
            if actions.lodged_before(db, g.staff.id, once) is None:
                actions.lodge(db, house(), told, g.staff.country, g.staff.id, once, now)
    except Refusal as refusal:
        return _form(typed, 409, refusal.sentence)
    with house().database.reading() as db:
        made = actions.lodged_before(db, g.staff.id, once) or abort(409)
        promise, near = actions.promised(db, made.case), may_see(db, made.case.id)
    receipt = in_language(made.case.language, "receipt.html", made=made, promise=promise, pack=_pack())
    return render("lodged.html", made=made, receipt=receipt, near=near)


def _offices(db: Session) -> list[str]:
    """The offices in her reach, by name; of an independent one no list is kept."""
    pack, parents, own = _pack(), parents_of(db, g.staff.country), g.staff.office_codes()
    codes = offices_by_name(db, pack.code, page_language())
    near = (code for code in codes if in_reach(g.staff.role, own, lineage(code, parents)))
    return [code for code in near if code in pack.offices and not pack.offices[code].independent]


@staff_page(bp, "/console/forms", needs="lodge")
def forms() -> Any:
    """Which forms to print."""
    with house().database.reading() as db:
        return render("forms.html", offices=_offices(db), pack=_pack(), tags=_tags(), refusal=None)


def _tags() -> list[str]:
    """Languages in which there is a form: those of the staff's pages."""
    return [tag for tag in house().languages(_pack()) if house().traits[tag].staff]


@staff_page(bp, "/console/forms", needs="lodge", methods=("POST",))
def print_forms() -> Any:
    """The forms as PDF; their numbers wait to be keyed in."""
    office, tag, count = (request.form.get(name, "") for name in ("office", "tag", "count"))
    pack = _pack()
    with house().database.reading() as db:
        offices = _offices(db)
    if office not in offices or tag not in _tags():
        abort(400)
    try:
        with house().database.transaction() as db:
            wanted = int(count) if count.isdecimal() else 0
            references = actions.print_blanks(db, office, wanted, g.staff.id, datetime.now(UTC))
    except Refusal as refusal:
        return render("forms.html", 409, offices=offices, pack=pack, tags=_tags(), refusal=refusal.sentence)
    numbers = [(reference, actions.pin_of_form(reference)) for reference in references]
    body = drawn(pack, office, tag, numbers, lambda key: str(house().texts.find(tag, key)))
    told = {"Content-Disposition": f'attachment; filename="sala-forms-{office}-{tag}.pdf"', "Cache-Control": "no-store"}
    return Response(body, content_type="application/pdf", headers=told)


@staff_page(bp, "/console/register", needs="queue")
def register() -> Any:
    """The register of an office for a month: as it stands, or as it was signed."""
    return _register(request.args.get("office", ""), request.args.get("month", ""))


def _register(office: str, month: str, status: int = 200, refusal: str | None = None) -> Any:
    pack, now = _pack(), datetime.now(UTC)
    with house().database.reading() as db:
        offices = _offices(db)
        office = office if office in offices else next((code for code in offices if code in g.staff.office_codes()), "")
        month = month if _is_month(month) else f"{now.astimezone(ZoneInfo(pack.zone)):%Y-%m}"
        signed = register_of(db, office, month)
        rows = signed.lines["lines"] if signed else lines_of(db, pack, office, month, now) if office else []
        hidden = hidden_from(db, g.staff.id, [row["reference"] for row in rows])
        rows = [row for row in rows if row["reference"] not in hidden]
        by = db.get_one(Staff, signed.staff_id).name if signed else ""
    values: dict[str, Any] = {
        "pack": pack,
        "offices": offices,
        "office": office,
        "month": month,
        "rows": rows,
        "signed": signed,
        "by": by,
        "over_month": months(month, month, pack.zone)[1] <= now,
        "refusal": refusal,
    }
    return render("register.html", status, **values)


def _is_month(written: str) -> bool:
    try:
        return bool(months(written, written, "UTC"))
    except ValueError:
        return False


@staff_page(bp, "/console/register", needs="answer", methods=("POST",))
def sign() -> Any:
    """Signs it: from then on it shows what stood in it on this day."""
    office, month = request.form.get("office", ""), request.form.get("month", "")
    try:
        with house().database.transaction() as db:
            if office not in _offices(db) or not _is_month(month):
                abort(404)
            actions.sign(db, _pack(), office, month, g.staff, datetime.now(UTC))
    except Refusal as refusal:
        return _register(office, month, 409, refusal.sentence)
    return _register(office, month)

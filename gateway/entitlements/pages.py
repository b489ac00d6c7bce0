"""The pages of the register: a household, and files of registers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, g, redirect, request, url_for
from sqlalchemy import select

from .. import audit
from ..country import Pack
from ..language import fold
from ..language.catalogue import fill, mark
from ..sheets import Unreadable, rows_of
from ..web import actor, house, page_language, render, staff_page
from . import actions
from .elsewhere import register_of
from .records import KINDS, Snapshot, current
from .report import NEEDED, PAYMENTS, PEOPLE, kind_of
from .rules import Refusal, asked_now, judge
from .sources import NotAnswering, Sight
from .wording import Teller

bp = Blueprint("entitlements", __name__)

SHORTEST_REASON = 5
SHOWN = 20
NOBODY = mark("console", "No household has this number, or more than one has.")
SILENT = mark("console", "The register does not answer now. Try again in a few minutes.")
NOT_SEEN = mark("console", "Look at her papers first, and tick that you did.")
KEPT = mark("console", "Kept.")


def _pack() -> Pack:
    return house().packs[g.staff.country]


def _today(pack: Pack) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(pack.zone)).date()


def _teller(pack: Pack) -> Teller:
    return Teller(pack, house().texts, page_language(), _today(pack))


@staff_page(bp, "/console/household", needs="household")
def household() -> Any:
    return _household()


@staff_page(bp, "/console/household", needs="household", methods=("POST",))
def look() -> Any:
    """Somebody of the staff looks at a household: by a number, and with a reason that the audit keeps."""
    pack, written = _pack(), request.form.get("number", "")
    why = fold.clean(request.form.get("why", ""))
    if len(why) < SHORTEST_REASON:
        return _household(400, refusal="Write why you look: the audit keeps it.", written=written, why=why)
    return _household(**_shown(pack, written, why))


def _shown(pack: Pack, written: str, why: str, **more: Any) -> dict[str, Any]:
    """A household as staff may see it; the look is in the audit."""
    sight, missing = _found(pack, written)
    if sight is not None:
        thing = f"household:{pack.code}:{sight.key}"
        with house().database.transaction() as db:
            audit.write(db, actor=actor(), act="register.read", thing=thing, why=why[:200], now=datetime.now(UTC))
    asked = asked_now(pack.programmes.values(), _today(pack)) if sight else []
    verdicts = judge(asked, sight.facts) if sight else {}
    return {"verdicts": verdicts, "sight": sight, "written": written, "why": why, "refusal": missing, **more}


def _found(pack: Pack, written: str) -> tuple[Sight | None, str | None]:
    """The household of a number, in whichever register this country has; or why there is none."""
    elsewhere = register_of(house(), pack)
    try:
        found = elsewhere.find(actions.numbers_of(pack, written)) if elsewhere else None
    except NotAnswering:
        return None, SILENT[1]
    with house().database.reading() as db:
        if elsewhere is None:
            found = actions.BuiltIn(db, pack.code).find(actions.numbers_of(pack, written))
        elif found is not None:
            found = actions.with_ours(db, pack, found)
    return found, None if found else NOBODY[1]


def _household(status: int = 200, **more: Any) -> Any:
    pack = _pack()
    with house().database.reading() as db:
        known = current(db, pack.code, "people")
    values: dict[str, Any] = {"sight": None, "written": "", "why": "", "refusal": None, "pin": "", "done": ""}
    return render(
        "household.html", status, pack=pack, teller=_teller(pack), snapshot=known, today=_today(pack),
        **{**values, **more},
    )  # fmt: skip


@staff_page(bp, "/console/household/pin", needs="household", methods=("POST",))
def give_pin() -> Any:
    """A secret number for whoever has shown her papers: it is on the page once."""
    pack, key, written = _pack(), request.form.get("key", ""), request.form.get("number", "")
    found, _ = _found(pack, written)
    if found is None or found.key != key:
        abort(404)
    if not request.form.get("seen"):
        shown = _shown(pack, written, request.form.get("why", ""))
        return _household(409, **{**shown, "refusal": NOT_SEEN[1]})
    with house().database.transaction() as db:
        pin = actions.give_pin(db, pack.code, key, g.staff.id, datetime.now(UTC))
    return _household(**_shown(pack, written, request.form.get("why", ""), pin=pin))


@staff_page(bp, "/console/household/papers", needs="household", methods=("POST",))
def show_papers() -> Any:
    """Papers that were shown here are not asked for again."""
    pack, key = _pack(), request.form.get("key", "")
    papers = [code for code in request.form.getlist("paper") if code in pack.papers]
    offices = sorted(g.staff.office_codes())
    found, _ = _found(pack, request.form.get("number", ""))
    if found is None or found.key != key:
        abort(404)
    with house().database.transaction() as db:
        office = offices[0] if offices else ""
        actions.show_papers(db, pack.code, key, papers, office, g.staff.id, _today(pack), datetime.now(UTC))
    shown = _shown(pack, request.form.get("number", ""), request.form.get("why", ""), done=KEPT[1])
    return _household(**shown)


def _may_take_in(pack: Pack) -> bool:
    """A register is the whole country's: whoever works at an office of the national level."""
    return any(pack.offices[code].level == "national" for code in g.staff.office_codes() if code in pack.offices)


@staff_page(bp, "/console/registers", needs="registers")
def registers() -> Any:
    return _registers()


def _registers(status: int = 200, **more: Any) -> Any:
    pack = _pack()
    with house().database.reading() as db:
        mine = select(Snapshot).where(Snapshot.country == pack.code).order_by(Snapshot.id.desc()).limit(SHOWN)
        rows = list(db.scalars(mine))
        now = {kind: current(db, pack.code, kind) for kind in KINDS}
    values: dict[str, Any] = {"refusal": None, "may_take_in": _may_take_in(pack)}
    return render(
        "registers.html", status, rows=rows, now=now, people=PEOPLE, payments=PAYMENTS, needed=NEEDED,
        told=_told, **{**values, **more},
    )  # fmt: skip


def _told(raw: list[Any]) -> tuple[int, str]:
    """A fault or a remark, in the reader's language."""
    line, sentence, facts = raw
    return line, fill(house().texts.find(page_language(), ("console", sentence)), facts)


@staff_page(bp, "/console/registers", needs="registers", methods=("POST",))
def send_register() -> Any:
    """A file to be read: nothing of it counts until somebody has seen what is in it."""
    pack, sent, now = _pack(), request.files.get("file"), datetime.now(UTC)
    if not _may_take_in(pack):
        return _registers(409, refusal="Registers are taken in by the national office.")
    try:
        as_of = date.fromisoformat(request.form.get("as_of", ""))
    except ValueError:
        return _registers(400, refusal="Write for which day the register holds.")
    if sent is None or not sent.filename:
        return _registers(400, refusal="Choose a file first.")
    try:
        kind = kind_of(next(rows_of(sent.stream), []))
    except Unreadable:
        return _registers(400, refusal="This is neither a CSV in UTF-8 nor an XLSX workbook.")
    sent.stream.seek(0)
    try:
        with house().database.transaction() as db:
            actions.send(db, pack.code, kind, sent.stream, sent.filename, as_of, g.staff.id, now)
    except Refusal as refusal:
        return _registers(409, refusal=refusal.sentence)
    return redirect(url_for("entitlements.registers"))


@staff_page(bp, "/console/registers/<int(max=2147483647):snapshot_id>/take", needs="registers", methods=("POST",))
def take_in(snapshot_id: int) -> Any:
    """Takes it in: a worker does, and from one moment all of it counts."""
    pack = _pack()
    if not _may_take_in(pack):
        return _registers(409, refusal="Registers are taken in by the national office.")
    try:
        with house().database.transaction() as db:
            actions.want(db, pack.code, snapshot_id, g.staff.id, datetime.now(UTC))
    except Refusal as refusal:
        return _registers(409, refusal=refusal.sentence)
    return redirect(url_for("entitlements.registers"))

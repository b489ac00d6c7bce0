"""The pages of the register: a household, and files of registers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..country import Pack
from ..language import fold
from ..language.catalogue import fill, mark
from ..sheets import Unreadable, rows_of
from ..web import house, page_language, render, staff_page
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
FAR = mark(
    "console",
    "This household lives outside your area, or nobody knows where. "
    "Look only if somebody of it stands before you: then tick.",
)
Do = Callable[[Session, Pack, Sight, str, datetime], dict[str, Any]]


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
    return _looked()


def _looked(status: int = 200, do: Do | None = None, **more: Any) -> Any:
    """The household of the number that was typed, and what is done with it; nothing without a reason. The look is in
    the audit, also one that found nobody."""
    pack, written = _pack(), request.form.get("number", "")
    why, near = fold.clean(request.form.get("why", "")), request.form.get("near") == "yes"
    typed = {"written": written, "why": why, "near": near}
    if len(why) < SHORTEST_REASON:
        return _household(400, refusal="Write why you look: the audit keeps it.", **typed)
    found, missing = _found(pack, written)
    outside = found is not None and not _is_near(pack, found)
    if outside and not near:
        with house().database.transaction() as db:
            key = found.key if found else ""
            actions.was_read(db, pack.code, key, f"held back: {why}", g.staff.id, datetime.now(UTC))
        return _household(409, refusal=FAR[1], far=True, **typed)
    if missing == SILENT[1]:
        return _household(503, refusal=missing, **typed)
    now = datetime.now(UTC)
    with house().database.transaction() as db:
        key = found.key if found else ""
        actions.was_read(db, pack.code, key, f"outside: {why}" if outside else why, g.staff.id, now)
        if found and do:
            more |= do(db, pack, found, why, now)
            db.flush()
            found = actions.with_ours(db, pack, found)
    asked = asked_now(pack.programmes.values(), _today(pack)) if found else []
    verdicts = judge(asked, found.facts) if found else {}
    values = {"verdicts": verdicts, "sight": found, "refusal": missing, **typed, **more}
    return _household(status, **values)


def _is_near(pack: Pack, found: Sight) -> bool:
    """Whether a household lives in the area of one of her offices; one whose place is not known does not."""
    mine = [pack.offices[code] for code in g.staff.office_codes() if code in pack.offices]
    lives = {area.code for area in pack.places.path(found.place)}
    return any(not one.place or one.place in lives for one in mine)


def _found(pack: Pack, written: str) -> tuple[Sight | None, str | None]:
    """The household of a number, in whichever register this country has; or why there is none."""
    elsewhere, today = register_of(house(), pack), _today(pack)
    try:
        found = elsewhere.find(actions.numbers_of(pack, written), today) if elsewhere else None
    except NotAnswering:
        return None, SILENT[1]
    with house().database.reading() as db:
        if elsewhere is None:
            found = actions.BuiltIn(db, pack).find(actions.numbers_of(pack, written), today)
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
        **{**values, "near": False, "far": False, **more},
    )  # fmt: skip


@staff_page(bp, "/console/household/pin", needs="household", methods=("POST",))
def give_pin() -> Any:
    """A secret number for whoever has shown her papers: it is on the page once."""
    if not request.form.get("seen"):
        return _looked(409, refusal=NOT_SEEN[1])

    def do(db: Session, pack: Pack, found: Sight, why: str, now: datetime) -> dict[str, Any]:
        return {"pin": actions.give_pin(db, house(), pack, found, why, g.staff.id, now)}

    return _looked(do=do)


@staff_page(bp, "/console/household/papers", needs="household", methods=("POST",))
def show_papers() -> Any:
    """Papers that were shown here are not asked for again."""

    def do(db: Session, pack: Pack, found: Sight, why: str, now: datetime) -> dict[str, Any]:
        papers = [code for code in request.form.getlist("paper") if code in pack.papers]
        office = next(iter(sorted(g.staff.office_codes())), "")
        actions.show_papers(db, pack.code, found.key, papers, office, g.staff.id, _today(pack), now)
        return {"done": KEPT[1]}

    return _looked(do=do)


def _may_take_in(pack: Pack) -> bool:
    """A register is the whole country's: whoever works at the highest office, that no other is above; not at an
    independent one."""
    mine = [pack.offices[code] for code in g.staff.office_codes() if code in pack.offices]
    return any(one.level == "national" and not one.parent and not one.independent for one in mine)


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


@staff_page(bp, "/console/registers/<int(max=2147483647):snapshot_id>/discard", needs="registers", methods=("POST",))
def discard(snapshot_id: int) -> Any:
    """Throws a file away that somebody has seen."""
    pack = _pack()
    if not _may_take_in(pack):
        return _registers(409, refusal="Registers are taken in by the national office.")
    try:
        with house().database.transaction() as db:
            actions.discard(db, pack.code, snapshot_id, g.staff.id, datetime.now(UTC))
    except Refusal as refusal:
        return _registers(409, refusal=refusal.sentence)
    return redirect(url_for("entitlements.registers"))


@staff_page(bp, "/console/registers/<int(max=2147483647):snapshot_id>/take", needs="registers", methods=("POST",))
def take_in(snapshot_id: int) -> Any:
    """Takes it in: a worker does, and from one moment all of it counts."""
    pack = _pack()
    if not _may_take_in(pack):
        return _registers(409, refusal="Registers are taken in by the national office.")
    if request.form.get("sure") != "yes":
        return _registers(409, refusal="Look at what changes, and tick that it is right.")
    try:
        with house().database.transaction() as db:
            actions.want(db, pack.code, snapshot_id, g.staff.id, datetime.now(UTC))
    except Refusal as refusal:
        return _registers(409, refusal=refusal.sentence)
    return redirect(url_for("entitlements.registers"))

"""How long people waited: figures of cases by what they are, each with its definition; tables to take away; the daily
logs and monthly digests. Counts and times; no words of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, g, redirect, request, url_for
from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session
from werkzeug.wsgi import wrap_file

from ... import audit
from ...country import Pack
from ...language.catalogue import mark
from ...sheets import CSV_TYPE, XLSX_TYPE, as_csv
from ...web import actor, house, language_name, page_language, programme_name, render, staff_page, t
from .. import actions
from ..counting import DIMENSIONS, OTHERS, Dwell, Fact, Spell, dwell, table
from ..defined import DEFINED
from ..periods import months, quarter_of
from ..records.counted import facts_of
from ..records.kept import Export, digests_of, exports_of, pieces_of
from ..records.listed import lines_of
from ..rules import DECIDED, Refusal
from . import bp
from .desk import mine

LONGEST_MONTHS = 25
SPOOLED = 1024 * 1024
HER = "her"
UNNAMED = ("", OTHERS, HER)
NAMED = {
    "": mark("console", "not known"),
    HER: mark("console", "waiting for her"),
    OTHERS: mark("console", "others, too few to show apart"),
    "woman": mark("console", "women"),
    "man": mark("console", "men"),
    "other": mark("console", "another sex"),
    "yes": mark("console", "with a disability"),
    "no": mark("console", "without a disability"),
}


def _period() -> tuple[str, str]:
    """The months asked for; where none or wrong ones are, the last three. Whoever may not read the cases is told of one
    quarter that is over: two periods that overlap would tell what each of them leaves out, and so would one that grows
    from day to day."""
    begin, end = _asked_for()
    if _entitled():
        return begin, end
    return quarter_of(end, datetime.now(UTC), house().packs[g.staff.country].zone)


def _asked_for() -> tuple[str, str]:
    now = datetime.now(ZoneInfo(house().packs[g.staff.country].zone))
    begin, end = request.values.get("begin", ""), request.values.get("end", "")
    try:
        first, last = months(begin, end, "UTC")
        if first < last < first + timedelta(days=31 * LONGEST_MONTHS):
            return begin, end
    except ValueError:
        pass
    return f"{now - timedelta(days=61):%Y-%m}", f"{now:%Y-%m}"


def _entitled() -> bool:
    """Whether she may read the cases that she counts."""
    return "case" in g.permissions


def _scope(db: Session) -> ColumnElement[bool]:
    return mine(db) if _entitled() else true()


def _facts(db: Session, pack: Pack, begin: str, end: str, stood: bool = False) -> list[Fact]:
    return list(facts_of(db, pack, _scope(db), *months(begin, end, pack.zone), datetime.now(UTC), stood=stood))


def _dimensions() -> tuple[str, ...]:
    """Queues divide what offices put together: who may not read the cases is not told both."""
    return DIMENSIONS if _entitled() else tuple(name for name in DIMENSIONS if name != "queue")


def _by() -> str:
    by = request.args.get("by", "office")
    return by if by in _dimensions() else "office"


@staff_page(bp, "/console/figures", needs="counts")
def figures() -> Any:
    """One table by one dimension, where cases lie longest, and what may be taken away."""
    pack, (begin, end), by = house().packs[g.staff.country], _period(), _by()
    with house().database.reading() as db:
        facts = _facts(db, pack, begin, end, stood=by == "office")
        exports = exports_of(db, g.staff.id)
    lines, whole = table(facts, by, _entitled())
    names = {line.name: label(pack, by, line.name) for line in lines}
    values: dict[str, Any] = {
        "lines": lines,
        "whole": whole,
        "names": names,
        "by": by,
        "begin": begin,
        "end": end,
        "dimensions": _dimensions(),
        "defined": DEFINED,
        "spells": dwell(facts, _standing, _entitled()),
        "holders": [(label(pack, "office", row.name), row) for row in _held(facts) if row.name],
        "exports": exports,
        "full": "full" in request.args,
    }
    return render("figures.html", **values)


def _held(facts: list[Fact]) -> list[Dwell]:
    """By holder; to whoever may read the cases alone: else it would tell apart what the table puts together."""
    return dwell(facts, _holder, entitled=True) if _entitled() else []


def _holder(spell: Spell) -> str:
    return HER if spell.state in ("waiting", *DECIDED) else spell.holder


def _standing(spell: Spell) -> str:
    return "resolved" if spell.state in DECIDED else spell.state


def label(pack: Pack, by: str, code: str) -> str:
    """What a value of a dimension is called on the page."""
    lang = page_language()
    if code in UNNAMED or by in ("sex", "disability"):
        return str(t(NAMED.get(code, ("", code))[1]))
    if by == "office":
        return pack.office_name(code, lang)
    if by == "queue":
        return pack.queue_name(code, lang)
    if by == "category" and code in pack.categories:
        return str(t(pack.categories[code].name))
    if by == "programme" and code in pack.programmes:
        return programme_name(pack, code)
    return language_name(code) if by == "language" else code


@staff_page(bp, "/console/figures.csv", needs="counts")
def figures_csv() -> Any:
    """The same table as a file: the names of its columns are those that `docs/figures.md` defines."""
    pack, (begin, end), by = house().packs[g.staff.country], _period(), _by()
    with house().database.reading() as db:
        facts = _facts(db, pack, begin, end)
    _note_taken(f"figures:{by}", f"{begin} {end}")
    lines, whole = table(facts, by, _entitled())
    rows = [[by, *DEFINED], *(list(astuple(line)) for line in lines), ["all", *list(astuple(whole))[1:]]]
    return _file(as_csv(rows), CSV_TYPE, f"sala-{by}-{begin}-{end}.csv")


@staff_page(bp, "/console/figures/cases.csv", needs="export")
def cases_csv() -> Any:
    """The cases in her reach, one line each: however many, a few are held at a time, and nobody who reads slowly holds
    up the database."""
    pack, (begin, end) = house().packs[g.staff.country], _period()
    _note_taken("cases.csv", f"{begin} {end}")
    with house().database.reading() as db:
        lines = lines_of(db, pack, mine(db), *months(begin, end, pack.zone))
        held = _held_pieces(piece.encode() for piece in as_csv(lines))
    return _file(held, CSV_TYPE, f"sala-cases-{begin}-{end}.csv")


def _note_taken(thing: str, why: str) -> None:
    with house().database.transaction() as db:
        audit.write(db, actor=actor(), act="export.taken", thing=thing, why=why, now=datetime.now(UTC))


def _file(body: Any, kind: str, name: str) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, content_type=kind, headers=told)


@staff_page(bp, "/console/figures/workbook", needs="export", methods=("POST",))
def ask_workbook() -> Any:
    """A worker makes it; the page shows when it is there."""
    begin, end = _period()
    try:
        with house().database.transaction() as db:
            actions.ask_export(db, g.staff.id, begin, end, datetime.now(UTC))
    except Refusal:
        return redirect(url_for("cases.figures", begin=begin, end=end, full=1) + "#files")
    return redirect(url_for("cases.figures", begin=begin, end=end) + "#files")


@staff_page(bp, "/console/figures/workbook/<int(max=2147483647):export_id>", needs="export")
def workbook(export_id: int) -> Any:
    """Her own, once it is made; the look is in the audit."""
    with house().database.transaction() as db:
        row = db.get(Export, export_id)
        if row is None or row.staff_id != g.staff.id or row.state != "done":
            abort(404)
        if actions.make_anew(db, row):
            return redirect(url_for("cases.figures", begin=row.begin, end=row.end) + "#files")
        audit.write(db, actor=actor(), act="export.taken", thing=f"export:{row.id}", now=datetime.now(UTC))
        held = _held_pieces(pieces_of(db, row.id))
        return _file(held, XLSX_TYPE, f"sala-cases-{row.begin}-{row.end}.xlsx")


def _held_pieces(pieces: Iterable[bytes]) -> Any:
    """What is read from the database at once, and sent as slowly as it is taken."""
    held = SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 (the response closes it)
    for piece in pieces:
        held.write(piece)
    held.seek(0)
    return wrap_file(request.environ, held)


@staff_page(bp, "/console/log", needs="queue")
def logs() -> Any:
    """What her offices did, day by day or month by month, as it stood when the day was over."""
    kind = "month" if request.args.get("kind") == "month" else "day"
    pack = house().packs[g.staff.country]
    offices = set(pack.offices) if g.staff.role == "inspector" else g.staff.office_codes() & set(pack.offices)
    if g.staff.role == "officer":  # she does not see what lies below her office
        offices -= {office.parent for office in pack.offices.values()}
    with house().database.reading() as db:
        rows = digests_of(db, offices, kind)
    return render("log.html", rows=rows, kind=kind, pack=pack)

"""Taking in a register of elsewhere: the file, what is in it, and then all of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, request

from ...language import fold
from ...language.catalogue import fill
from ...web import house, page_language, render, staff_page
from .. import actions
from ..books import COLUMNS, MOST_LINES, Fault, read_book
from ..rules import Refusal
from . import bp

SHOWN = 20


@staff_page(bp, "/console/book", needs="book")
def book() -> Any:
    return _page()


def _page(status: int = 200, **more: Any) -> Any:
    pack = house().packs[g.staff.country]
    values: dict[str, Any] = {
        "pack": pack,
        "columns": COLUMNS,
        "most": MOST_LINES,
        "refusal": None,
        "faults": [],
        "rows": [],
        "kept": None,
        "done": None,
    }
    return render("book.html", status, **{**values, **more})


def _names() -> dict[str, list[str]]:
    """What columns and categories are called in the languages of the staff."""
    here, pack = house(), house().packs[g.staff.country]
    tags = [tag for tag in here.languages(pack) if here.traits[tag].staff]
    keys = {**COLUMNS, **{code: ("console", category.name) for code, category in pack.categories.items()}}
    return {code: [fold.fold(str(here.texts.find(tag, key))) for tag in tags] for code, key in keys.items()}


def _sentence(fault: Fault) -> tuple[int, str]:
    return fault.line, fill(house().texts.find(page_language(), fault.says), fault.facts)


@staff_page(bp, "/console/book", needs="team", methods=("POST",))
def read() -> Any:
    """Shows what is in the file, or what is wrong with it."""
    sent = request.files.get("file")
    body, pack, now = sent.read() if sent else b"", house().packs[g.staff.country], datetime.now(UTC)
    rows, faults = read_book(body, pack, _names(), now.astimezone(ZoneInfo(pack.zone)).date())
    if faults or not rows:
        return _page(409, faults=[_sentence(fault) for fault in faults[:50]], count=len(faults))
    try:
        with house().database.transaction() as db:
            kept = actions.keep_book(db, body, rows, g.staff.id, now)
    except Refusal as refusal:
        return _page(409, refusal=refusal.sentence)
    open_ = [row for row in rows if not row.closed]
    lost = sum(not row.place for row in open_)
    return _page(rows=rows[:SHOWN], kept=kept, open=len(open_), all=len(rows), lost=lost)


@staff_page(bp, "/console/book/take", needs="team", methods=("POST",))
def take_in() -> Any:
    """Takes it in: all of it."""
    which, pack = request.form.get("book", ""), house().packs[g.staff.country]
    try:
        with house().database.transaction() as db:
            book_id = int(which) if which.isdecimal() and len(which) < 10 else 0
            done = actions.take_in(db, pack, book_id, g.staff.id, pack.languages[0], datetime.now(UTC))
    except Refusal as refusal:
        return _page(409, refusal=refusal.sentence)
    return _page(done=done)

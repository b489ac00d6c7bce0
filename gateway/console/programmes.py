"""The page of programmes: what is told of each, by which source; and what came of it: how many asked, how the offices
decided, whether it came. A rule that says yes too often is shown as suspended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g

from ..cases.records.requests import judged, outcomes
from ..entitlements.explaining import parts_of
from ..entitlements.rules import suspended
from ..entitlements.wording import Teller
from ..web import house, page_language, render, staff_page

bp = Blueprint("programmes", __name__)


@staff_page(bp, "/console/programmes", needs="articles")
def programmes() -> Any:
    """Every programme with what is told of it, by which source, what is left out, and what came of it."""
    pack = house().packs[g.staff.country]
    today = datetime.now(UTC).astimezone(ZoneInfo(pack.zone)).date()
    with house().database.reading() as db:
        came, told = outcomes(db, pack.code), judged(db, pack.code)
    found = sorted(pack.programmes.values(), key=lambda programme: (programme.urgency, programme.code))
    return render(
        "programmes.html", found=found, teller=Teller(pack, house().texts, page_language(), today), today=today,
        pack=pack, parts_of=parts_of, came=came, told=told, suspended=suspended(pack.programmes, pack.doubt, told),
    )  # fmt: skip

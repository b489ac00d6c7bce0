"""The hotline in figures, by hour and by language; the flags that a supervisor looks at. Counts only, no words of
anybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, redirect, request, url_for
from sqlalchemy import select

from ...hotline.actions import shifts
from ...hotline.records import Call, Flag
from ...web import house, render, staff_page
from . import bp

DAYS = timedelta(days=30)
AGAIN_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """One line. `wait`, `handling`: medians in seconds; `again`: of callers who had called within a week; `first`:
    calls wrapped up without another of the same caller within a week after."""

    name: str
    offered: int
    answered: int
    abandoned: int
    wait: int
    handling: int
    again: int
    first: int


@staff_page(bp, "/console/hotline/figures", needs="counts")
def figures() -> Any:
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    with house().database.reading() as db:
        recent = select(Call).where(Call.country == pack.code, Call.began_at > now - DAYS)
        calls = list(db.scalars(recent.order_by(Call.began_at)))
        flags = list(db.scalars(select(Flag).where(Flag.until > now, Flag.reviewed_at.is_(None))))
    zone = ZoneInfo(pack.zone)
    hours, languages = defaultdict[str, list[Call]](list), defaultdict[str, list[Call]](list)
    for call in calls:
        hours[f"{call.began_at.astimezone(zone).hour:02}"].append(call)
        languages[call.language].append(call)
    again = repeats(calls)
    values: dict[str, Any] = {
        "total": row_of("", calls, again),
        "hours": [row_of(hour, hours[hour], again) for hour in sorted(hours)],
        "languages": [row_of(tag, languages[tag], again) for tag in sorted(languages)],
        "about_counts": Counter(call.outcome for call in calls if call.outcome).most_common(),
        "flags": flags,
    }
    return render("hotline_figures.html", **values)


def repeats(calls: Iterable[Call]) -> set[int]:
    """The calls of callers who had called within the week before."""
    last: dict[int, datetime] = {}
    found = set()
    for call in calls:
        if call.address_id is None:
            continue
        before = last.get(call.address_id)
        if before and call.began_at - before <= AGAIN_WITHIN:
            found.add(call.id)
        last[call.address_id] = call.began_at
    return found


def row_of(name: str, calls: list[Call], again: set[int]) -> Row:
    answered = [call for call in calls if call.answered_at]
    waits = [int((call.answered_at - call.began_at).total_seconds()) for call in answered if call.answered_at]
    ended = [call for call in answered if call.ended_at and call.answered_at]
    handling = [int((call.ended_at - call.answered_at).total_seconds()) for call in ended]  # type: ignore[operator]
    called_again = {call.address_id for call in calls if call.id in again}
    first = sum(call.address_id not in called_again for call in ended if call.address_id)
    return Row(
        name, len(calls), len(answered), sum(call.outcome == "abandoned" for call in calls),
        int(median(waits)) if waits else 0, int(median(handling)) if handling else 0,
        sum(call.id in again for call in calls), first,
    )  # fmt: skip


@staff_page(bp, "/console/hotline/flag/<int(max=2147483647):flag_id>", needs="counts", methods=("POST",))
def review(flag_id: int) -> Any:
    """A supervisor lets a flag stand until it ends by itself, or lifts it now."""
    with house().database.transaction() as db:
        if db.get(Flag, flag_id) is None:
            abort(404)
        stands = request.form.get("act") == "stands"
        shifts.review(db, flag_id, g.staff.id, stands, datetime.now(UTC))
    return redirect(url_for("hotline.figures"))

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
from ...people.records import Address, Staff
from ...web import house, render, staff_page
from . import bp

DAYS = timedelta(days=30)
AGAIN_WITHIN = timedelta(days=7)
NOTHING = ("silent", "wrong_number", "abuse")


@dataclass(frozen=True)
class Row:
    """One line, of calls that came to us. `wait`, `handling`: medians in seconds, of callers on the line; `again`:
    calls of somebody who had called within a week before; `first`: answered calls after which she did not call again
    within a week."""

    name: str
    offered: int
    answered: int
    abandoned: int
    wait: int | None
    handling: int | None
    again: int
    first: int


@staff_page(bp, "/console/hotline/figures", needs="counts")
def figures() -> Any:
    pack, now = house().packs[g.staff.country], datetime.now(UTC)
    with house().database.reading() as db:
        recent = select(Call).where(Call.country == pack.code, Call.began_at > now - DAYS, Call.outgoing.is_(False))
        calls = list(db.scalars(recent.order_by(Call.began_at)))
        mine = select(Flag).join(Address, Address.id == Flag.address_id).where(Address.country == pack.code)
        flags = list(db.scalars(mine.where(Flag.until > now, Flag.reviewed_at.is_(None))))
        names = {row.id: row.name for row in db.scalars(select(Staff).where(Staff.country == pack.code))}
    zone = ZoneInfo(pack.zone)
    hours, languages = defaultdict[str, list[Call]](list), defaultdict[str, list[Call]](list)
    for call in calls:
        hours[f"{call.began_at.astimezone(zone).hour:02}"].append(call)
        languages[call.language].append(call)
    again, final = repeats(calls)
    values: dict[str, Any] = {
        "total": row_of("", calls, again, final),
        "hours": [row_of(hour, hours[hour], again, final) for hour in sorted(hours)],
        "languages": [row_of(tag, languages[tag], again, final) for tag in sorted(languages)],
        "about_counts": Counter(call.outcome for call in calls if call.outcome).most_common(),
        "flags": flags,
        "names": names,
    }
    return render("hotline_figures.html", **values)


def repeats(calls: Iterable[Call]) -> tuple[set[int], set[int]]:
    """Of calls in the order in which they came: those whose caller had called within the week before, and those whose
    caller did not call within the week after."""
    last: dict[int, Call] = {}
    again: set[int] = set()
    followed: set[int] = set()
    known = [call for call in calls if call.address_id is not None]
    for call in known:
        before = last.get(call.address_id or 0)
        if before and call.began_at - before.began_at <= AGAIN_WITHIN:
            again.add(call.id)
            followed.add(before.id)
        last[call.address_id or 0] = call
    return again, {call.id for call in known} - followed


def row_of(name: str, calls: list[Call], again: set[int], final: set[int]) -> Row:
    answered = [call for call in calls if call.answered_at]
    live = [call for call in answered if call.answered_at and call.answered_at > call.began_at]
    waits = [int((call.answered_at - call.began_at).total_seconds()) for call in live if call.answered_at]
    talks = [
        int((call.ended_at - call.answered_at).total_seconds()) for call in live if call.ended_at and call.answered_at
    ]
    solved = [call for call in answered if call.id in final and call.outcome not in NOTHING]
    return Row(
        name, len(calls), len(answered), sum(call.outcome == "abandoned" for call in calls),
        int(median(waits)) if waits else None, int(median(talks)) if talks else None,
        sum(call.id in again for call in calls), len(solved),
    )  # fmt: skip


@staff_page(bp, "/console/hotline/flag/<int(max=2147483647):flag_id>", needs="flags", methods=("POST",))
def review(flag_id: int) -> Any:
    """A supervisor lets a flag stand until it ends by itself, or lifts it now."""
    with house().database.transaction() as db:
        row = db.get(Flag, flag_id)
        if row is None or db.get_one(Address, row.address_id).country != g.staff.country:
            abort(404)
        stands = request.form.get("act") == "stands"
        shifts.review(db, flag_id, g.staff.id, stands, datetime.now(UTC))
    return redirect(url_for("hotline.figures"))

"""Visits of mobile units: made known, and called off as a closing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit
from ...country import Pack
from ...language import fold
from ..records.around import Visit
from ..rules import UNITS, Refusal
from ..windows import today_of

FARTHEST = timedelta(days=180)
MOST_COUNTERS = 10
LONGEST_LANDMARK = 80


def plan_visit(
    db: Session, pack: Pack, office: str, area: str, day: date | None, begin: int, end: int, counters: int,
    services: Sequence[str], landmark: str, staff_id: int, once: str, now: datetime,
) -> Visit:  # fmt: skip
    """A mobile unit of an office comes to an area on a day; from now on it can be booked. `begin`, `end`: units of the
    day; `once`: the form. Raises Refusal."""
    if known := db.scalar(select(Visit).where(Visit.once == once)):
        return known
    today, landmark = today_of(pack, now), fold.clean(landmark)[:LONGEST_LANDMARK]
    if pack.places.level(area) not in ("commune", "district"):
        raise Refusal("Choose the commune or district to which the team goes.")
    if day is None or not today < day <= today + FARTHEST:
        raise Refusal("Choose a day from tomorrow on, within half a year.")
    if not 0 <= begin < end <= UNITS or not 1 <= counters <= MOST_COUNTERS:
        raise Refusal("Write from when to when, and with how many counters: from 1 to 10.")
    known_services = [code for code in services if code in pack.at_window]
    if not known_services:
        raise Refusal("Choose for what people can come.")
    row = Visit(
        country=pack.code, office=office, area=area, day=day, begin=begin, end=end, counters=counters,
        services=known_services, landmark=landmark, staff_id=staff_id, made_at=now, once=once,
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.write(db, actor=f"staff:{staff_id}", act="visit.planned", thing=f"visit:{row.id}", now=now)
    return row

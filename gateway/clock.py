"""Working time: an office's week, its holidays, due dates and elapsed working seconds. Pure.

Instants are aware UTC; an office's hours are local to its zone. Spans are half open: a minute
belongs to the moment it begins. A promise of N working days runs out when the office closes on the
Nth working day after the local day on which it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_CLOSURE = timedelta(days=400)


@dataclass(frozen=True)
class Calendar:
    """When an office works. `hours`: weekday (Monday 0) to local (from, to) spans; `closed`: local dates."""

    zone: str
    hours: dict[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date] = field(default_factory=frozenset)

    def works_on(self, day: date) -> bool:
        return day not in self.closed and bool(self.hours.get(day.weekday()))

    def spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The day's working spans as instants."""
        if day in self.closed:
            return
        zone = ZoneInfo(self.zone)
        for begin, end in self.hours.get(day.weekday(), ()):
            yield (
                datetime.combine(day, begin, zone).astimezone(UTC),
                datetime.combine(day, end, zone).astimezone(UTC),
            )

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


def due(calendar: Calendar, made: datetime, working_days: int) -> datetime:
    """The closing time of the `working_days`-th working day after the local day on which `made` falls."""
    if not any(calendar.hours.values()):
        raise ValueError("a calendar without working hours promises nothing")
    day = calendar.local_day(made)
    left = working_days
    last = day + LONGEST_CLOSURE + timedelta(days=7 * working_days)
    while left:
        day += timedelta(days=1)
        if day > last:
            raise ValueError("no working day is left in this calendar")
        left -= calendar.works_on(day)
    return max(end for _, end in calendar.spans(day))


def working_seconds(calendar: Calendar, begin: datetime, end: datetime) -> int:
    """Seconds of working time in [begin, end); none where end is not after begin."""
    total, day = timedelta(), calendar.local_day(begin)
    while day <= calendar.local_day(end):
        for opens, closes in calendar.spans(day):
            total += max(timedelta(), min(closes, end) - max(opens, begin))
        day += timedelta(days=1)
    return int(total.total_seconds())


def standing(now: datetime, due_at: datetime | None, calendar: Calendar) -> str:
    """How a promise stands: `late`, `due` (today) or `later`."""
    if due_at is None:
        return "later"
    if now >= due_at:
        return "late"
    return "due" if calendar.local_day(due_at) <= calendar.local_day(now) else "later"

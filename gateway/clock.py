"""Working time: an office's week, its holidays and half days, due dates, pauses, and who held a case how long. Pure.

Instants are aware UTC; an office's hours are local to its zone, any of the IANA table. Spans are half open: a moment
belongs to what begins with it. Where a zone changes its offset, an instant is working time when the clock on the
office's wall shows a working hour: an hour that the wall shows twice is worked twice, one that it skips is not.

A promise of N working days runs out when the office closes on the Nth working day after the local day on which it was
made; while it is paused it runs on by as much working time as the pause took. Pauses come from what happened, never
from a counter: the same rows always give the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Spans = tuple[tuple[time, time], ...]
Span = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]
"""From when to when; without an end it lasts."""

LONGEST_CLOSURE = timedelta(days=400)
MIDNIGHT = time.max
"""As the end of a span: 24:00, the midnight that ends the day."""

HALF_A_DAY, DAY, SECOND = timedelta(hours=12), timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Calendar:
    """When an office works. `hours`: weekday (Monday 0) to local (from, to) spans; `closed`: local dates; `other`:
    local dates on which it works at other hours than the weekday's, such as a half day before a holiday."""

    zone: str
    hours: Mapping[int, Spans]
    closed: frozenset[date] = field(default_factory=frozenset)
    other: Mapping[date, Spans] = field(default_factory=dict)

    def of_day(self, day: date) -> Spans:
        """The local spans of a day, as the wall clock shows them."""
        return () if day in self.closed else self.other.get(day, self.hours.get(day.weekday(), ()))

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def works_at(self, moment: datetime) -> bool:
        return any(True for _ in spans(self, moment, moment + SECOND))


def always(zone: str) -> Calendar:
    """The calendar of a promise in hours of the clock: every hour of every day."""
    return Calendar(zone, dict.fromkeys(range(7), ((time(0), MIDNIGHT),)))


def spans(calendar: Calendar, begin: datetime, end: datetime) -> Iterator[Span]:
    """The working spans in [begin, end) as instants, in order."""
    for since, until, offset in _stretches(ZoneInfo(calendar.zone), begin, end):
        first, last = (since + offset).replace(tzinfo=None), (until + offset).replace(tzinfo=None)
        day = first.date()
        while day <= last.date():
            for opens, closes in calendar.of_day(day):
                ends = datetime.combine(day + DAY, time(0)) if closes == MIDNIGHT else datetime.combine(day, closes)
                a, b = max(first, datetime.combine(day, opens)), min(last, ends)
                if a < b:
                    yield a.replace(tzinfo=UTC) - offset, b.replace(tzinfo=UTC) - offset
            day += DAY


def _stretches(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[begin, end) cut where the zone changes its offset, each piece with its offset."""
    since, at = begin, begin
    offset = _offset(zone, begin)
    while at < end:
        after = min(end, at + HALF_A_DAY)
        if _offset(zone, after) != offset:
            after = _change(zone, at, after, offset)
            yield since, after, offset
            since, offset = after, _offset(zone, after)
        at = after
    if since < end:
        yield since, end, offset


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, low: datetime, high: datetime, offset: timedelta) -> datetime:
    """The first whole second in (low, high] at which the offset is another."""
    last, low, high = high, low.replace(microsecond=0), high.replace(microsecond=0) + SECOND
    while high - low > SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return min(high, last)


def due(calendar: Calendar, made: datetime, working_days: int) -> datetime:
    """The closing time of the `working_days`-th working day after the local day on which `made` falls."""
    day = calendar.local_day(made)
    left, closes = working_days, made
    last = day + LONGEST_CLOSURE + 7 * working_days * DAY
    while left:
        day += DAY
        if day > last:
            raise ValueError("a calendar without working hours promises nothing")
        if calendar.of_day(day) and (worked := list(spans(calendar, *_local(calendar, day)))):
            left, closes = left - 1, worked[-1][1]
    return closes


def _local(calendar: Calendar, day: date) -> Span:
    """The instants at which a local day begins and ends."""
    zone = ZoneInfo(calendar.zone)
    begins, ends = (datetime.combine(d, time(0), zone).astimezone(UTC) for d in (day, day + DAY))
    return begins, ends


def working_seconds(calendar: Calendar, begin: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> int:
    """Seconds of working time in [begin, end) outside the pauses; none where end is not after begin."""
    if end <= begin:
        return 0
    pieces = _outside(spans(calendar, begin, end), pauses)
    return int(sum((b - a for a, b in pieces), timedelta()).total_seconds())


def reaches(calendar: Calendar, made: datetime, seconds: int, pauses: Sequence[Pause] = ()) -> datetime | None:
    """The first instant by which `seconds` of working time have passed since `made`, outside the pauses; None while a
    pause that has not ended comes before it."""
    left, at, worked = timedelta(seconds=seconds), made, made
    if not left:
        return made
    while at < worked + LONGEST_CLOSURE:
        until = at + 7 * DAY
        for begin, end in _outside(spans(calendar, at, until), pauses):
            if end - begin >= left:
                return begin + left
            left, worked = left - (end - begin), end
        at = until
    if any(end is None for _, end in pauses):
        return None
    raise ValueError("a calendar without working hours promises nothing")


def _outside(pieces: Iterable[Span], pauses: Sequence[Pause]) -> Iterator[Span]:
    """What is left of some spans when the pauses, which may overlap, are cut out."""
    ordered = sorted(pauses, key=lambda pause: pause[0])
    for begin, end in pieces:
        at = begin
        for paused, resumed in ordered:
            if paused >= end:
                break
            if paused > at:
                yield at, paused
            at = max(at, end if resumed is None else min(resumed, end))
        if at < end:
            yield at, end


def paused_due(calendar: Calendar, made: datetime, due_at: datetime, pauses: Sequence[Pause]) -> datetime | None:
    """When a promise made to be due at `due_at` is due, with its pauses; None while one lasts."""
    return reaches(calendar, made, working_seconds(calendar, made, due_at), pauses) if pauses else due_at


def share_at(
    calendar: Calendar, made: datetime, due_at: datetime, percent: int, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """When `percent` of a promise's working time has been used; 100 is when it is due. None while a pause lasts."""
    return reaches(calendar, made, working_seconds(calendar, made, due_at) * percent // 100, pauses)


def held(
    spells: Iterable[tuple[str, datetime, datetime]], calendars: Mapping[str, Calendar], pauses: Sequence[Pause] = ()
) -> dict[str, int]:
    """Working seconds by holder: each spell by the calendar of whoever held the case in it."""
    times: dict[str, int] = {}
    for holder, begin, end in spells:
        times[holder] = times.get(holder, 0) + working_seconds(calendars[holder], begin, end, pauses)
    return times


def standing(now: datetime, due_at: datetime | None, calendar: Calendar) -> str:
    """How a promise stands: `late`, `due` (today) or `later`."""
    if due_at is None:
        return "later"
    if now >= due_at:
        return "late"
    return "due" if calendar.local_day(due_at) <= calendar.local_day(now) else "later"


def next_open(calendar: Calendar, moment: datetime) -> datetime:
    """The moment itself where the office works then; else when it opens next."""
    return next((begin for begin, _ in spans(calendar, moment, moment + LONGEST_CLOSURE)), moment)

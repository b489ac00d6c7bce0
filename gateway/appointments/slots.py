"""Which times are free at a window. Pure.

A set of units is one whole number (`rules.py`), so that a day of a counter is compared with what is open, kept and
taken in a few steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..clock import MIDNIGHT, Calendar, Spans
from ..country.windows import GRAIN, Counter, Window
from .rules import DAY, UNITS, Closed, Slot, bits, clock_of, needs, span_of

BLOCK = 120 // GRAIN
"""In units: in each stretch of two hours, some time is kept for people without an appointment."""

LANE_OPENS = timedelta(hours=24)
"""How long before its time a seat of the priority counter is anybody's."""

Takens = Callable[[date, date], Mapping[date, Mapping[int, int]]]
"""What is taken from one day to another: units by day and counter."""


@lru_cache(maxsize=1000)
def units_of(spans: Spans) -> int:
    """The units that lie wholly in some hours of a day."""
    found = 0
    for begin, end in spans:
        last = UNITS if end == MIDNIGHT else (end.hour * 60 + end.minute) // GRAIN
        found |= span_of(-(-(begin.hour * 60 + begin.minute) // GRAIN), last)
    return found


def open_units(window: Window, counter: Counter, calendar: Calendar, closed: Iterable[Closed], day: date) -> int:
    """When a counter serves people: its own hours, inside the office's, but for what was closed. A mobile unit has its
    own hours alone."""
    found = units_of(window.hours(counter, day))
    if window.on is None:
        found &= units_of(calendar.of_day(day))
    for one in closed:
        found &= ~one.units(day)
    return found & ~_skipped(calendar.zone, day) if found else 0


@lru_cache(maxsize=1000)
def _skipped(zone: str, day: date) -> int:
    """Units that the clock does not show on this day."""
    where = ZoneInfo(zone)
    first, last = (datetime.combine(d, time(0), where).utcoffset() for d in (day, day + DAY))
    if first == last:
        return 0
    shown = ((unit, datetime.combine(day, clock_of(unit), where)) for unit in range(UNITS))
    return sum(
        1 << u
        for u, at in shown
        if at.astimezone(UTC).astimezone(where).replace(tzinfo=None) != at.replace(tzinfo=None)
    )


@lru_cache(maxsize=1000)
def kept_units(step: int, percent: int, place: int, units: int) -> int:
    """Of the time of a counter, what is never booked: in each two hours a stretch of whole slots, so that all of them
    together are the window's share for people without an appointment, never more. `step`: minutes of a slot;
    `percent`: the share; `place`: which of the counters it is; their stretches follow one another."""
    slot, found, had, gone = step // GRAIN, 0, 0, 0
    for begin, end in stretches(units):
        for at in range(begin, end, BLOCK):
            block = min(BLOCK, end - at)
            gone += block
            share = gone * percent // (100 * slot) * slot - had
            had += share
            if share:
                last = at + block - place % max(1, block // share) * share
                found |= span_of(last - share, last)
    return found


def stretches(units: int) -> Iterator[tuple[int, int]]:
    """Where runs of units begin and end."""
    at = 0
    while units >> at:
        begin = at + _zeros(units >> at)
        at = begin + _zeros(~(units >> begin))
        yield begin, at


def _zeros(number: int) -> int:
    """How many bits below the lowest one."""
    return (number & -number).bit_length() - 1


def begins(free: int, need: int, slot: int) -> int:
    """The units at which so many free ones in a row begin, on the raster of a window."""
    found, run = free, 1
    while run < need:
        step = min(run, need - run)
        found &= found >> step
        run += step
    return found & raster(slot)


@lru_cache(maxsize=10_000)
def offered(free: int, need: int, slot: int) -> int:
    """Of those, the ones that are told: one behind the other from where each free stretch begins, so that no
    appointment leaves a gap before it into which no other fits."""
    step, found = slot // GRAIN, 0
    for begin, end in stretches(free):
        for at in range(-(-begin // step) * step, end - need + 1, -(-need // step) * step):
            found |= 1 << at
    return found


@lru_cache
def raster(slot: int) -> int:
    """Every unit at which an appointment may begin. `slot`: in minutes."""
    return sum(1 << unit for unit in range(0, UNITS, slot // GRAIN))


@dataclass(frozen=True)
class Asking:
    """What somebody wants: how long it takes, for whom. `now` bounds how soon."""

    service: str
    minutes: int
    priority: bool
    now: datetime


def free_on(
    window: Window, calendar: Calendar, closed: Sequence[Closed], taken: Mapping[int, int], day: date, asking: Asking,
    *, every: bool = False,
) -> Iterator[Slot]:  # fmt: skip
    """The times of one day that can be had, in order: those that are offered, or `every` one. `taken`: units by
    counter."""
    local = asking.now.astimezone(ZoneInfo(calendar.zone))
    if not local.date() <= day <= local.date() + window.opens * DAY:
        return
    need, mask = needs(asking.minutes), _not_too_soon(window, calendar.zone, day, asking.now)
    found: dict[int, list[int]] = {}
    for place, counter in enumerate(window.counters):
        if not counter.does(asking.service):
            continue
        own = open_units(window, counter, calendar, closed, day)
        free = own & ~kept_units(window.slot, window.walk_in, place, own) & ~taken.get(counter.number, 0) & mask
        if counter.priority and not asking.priority:
            free &= _units_before(calendar.zone, day, asking.now + LANE_OPENS)
        for unit in bits((begins if every else offered)(free, need, window.slot)):
            found.setdefault(unit, []).append(counter.number)
    lane = {counter.number for counter in window.counters if counter.priority}
    for unit in sorted(found):
        yield Slot(day, unit, tuple(sorted(found[unit], key=lambda n: ((n in lane) != asking.priority, n))))


def _not_too_soon(window: Window, zone: str, day: date, now: datetime) -> int:
    return ~_units_before(zone, day, now + window.cut_off)


def _units_before(zone: str, day: date, moment: datetime) -> int:
    """The units of a day that begin before a moment."""
    local = moment.astimezone(ZoneInfo(zone))
    if day != local.date():
        return span_of(0, UNITS) if day < local.date() else 0
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return span_of(0, min(UNITS, -(-seconds // (60 * GRAIN))))


def free_times(
    window: Window,
    calendar: Calendar,
    closed: Sequence[Closed],
    takens: Takens,
    asking: Asking,
    since: date | None = None,
) -> Iterator[Slot]:
    """The times that can be had, soonest first, as far as the window is open for booking. A fortnight is looked up at a
    time: whoever wants the next three mostly needs no more."""
    today = asking.now.astimezone(ZoneInfo(calendar.zone)).date()
    first, last = max(today, since or today), today + window.opens * DAY
    if window.on is not None:
        first, last = max(first, window.on), min(last, window.on)
    while first <= last:
        until = min(last, first + FORTNIGHT)
        taken = takens(first, until)
        while first <= until:
            yield from free_on(window, calendar, closed, taken.get(first, {}), first, asking)
            first += DAY


FORTNIGHT = timedelta(days=13)

"""Which times are free, when somebody is reminded, and who is called next. Pure.

A day is cut into units of five minutes by the clock on the office's wall, 0 to 287; a set of them is one whole number,
whose bit N is unit N. An hour that the clock skips (where a zone has summer time) has no units; one that it shows
twice has them once. A seat is one unit at one counter; an appointment takes as many in a row as its service needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..clock import MIDNIGHT, Calendar, Spans
from ..country.windows import Counter, Window

GRAIN = 5
UNITS = 24 * 60 // GRAIN
DAY = timedelta(days=1)
BLOCK = 120 // GRAIN
"""In units: in each stretch of two hours, some time is kept for people without an appointment."""

LANE_OPENS = timedelta(hours=24)
"""How long before its time a seat of the priority counter is anybody's."""

OPEN, LIVE = ("booked", "came"), ("held", "offered", "booked", "came")
"""States in which somebody is expected; and in which a seat is hers."""

STATES = (*LIVE, "served", "missed", "cancelled")
HOWS = ("write", "call", "none")
MOST_ON_A_PHONE = 4


class Refusal(Exception):
    """What was asked for cannot be done; `sentence` says why, to whoever asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Taken(Refusal):
    """Somebody has this time."""


class Same(Refusal):
    """She has an appointment for this already: its number."""


class TooMany(Refusal):
    """So many stand for this phone already that another is made by a person."""


@dataclass(frozen=True, order=True)
class Slot:
    """A time that can be had: a day, the unit at which it begins, and the counters that are free then."""

    day: date
    unit: int
    counters: tuple[int, ...] = ()

    def raw(self) -> str:
        """As a code of a list: `2026-11-27T08:30`."""
        return f"{self.day.isoformat()}T{clock_of(self.unit):%H:%M}"


@dataclass(frozen=True)
class Closed:
    """When a window is closed by an act of its staff: on these days, from one unit to another, both days too."""

    first: date
    last: date
    begin: int = 0
    end: int = UNITS

    def units(self, day: date) -> int:
        return span_of(self.begin, self.end) if self.first <= day <= self.last else 0


Takens = Callable[[date, date], Mapping[date, Mapping[int, int]]]
"""What is taken from one day to another: units by day and counter."""


def slot_of(raw: str) -> Slot | None:
    """The time that a code names."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return Slot(moment.date(), (moment.hour * 60 + moment.minute) // GRAIN)


def clock_of(unit: int) -> time:
    return time(unit * GRAIN // 60, unit * GRAIN % 60)


def instant(zone: str, day: date, unit: int) -> datetime:
    """When the clock on the wall shows this."""
    return datetime.combine(day, clock_of(unit), ZoneInfo(zone)).astimezone(UTC)


def needs(minutes: int) -> int:
    """How many units so many minutes take."""
    return -(-minutes // GRAIN)


def span_of(begin: int, end: int) -> int:
    """The units from one to another, without the last."""
    return (1 << end) - (1 << begin) if begin < end else 0


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
    return sum(1 << u for u, at in shown if at.astimezone(UTC).astimezone(where).time() != at.time())


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


def bits(units: int) -> Iterator[int]:
    while units:
        lowest = units & -units
        yield lowest.bit_length() - 1
        units ^= lowest


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

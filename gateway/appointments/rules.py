"""The words of appointments: units of a day, times, states, and why something cannot be done. Pure.
`slots.py` knows which times are free.

A day is cut into units of five minutes by the clock on the office's wall, 0 to 287; a set of them is one whole number,
whose bit N is unit N. An hour that the clock skips (where a zone has summer time) has no units; one that it shows
twice has them once. A seat is one unit at one counter; an appointment takes as many in a row as its service needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..country.windows import GRAIN

UNITS = 24 * 60 // GRAIN
DAY = timedelta(days=1)
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

    def touches(self, day: date, units: range) -> bool:
        return self.units(day) & span_of(units.start, units.stop) != 0

    def covers(self, day: date, units: range) -> bool:
        wanted = span_of(units.start, units.stop)
        return self.units(day) & wanted == wanted


def slot_of(raw: str) -> Slot | None:
    """The time that a code names."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return Slot(moment.date(), unit_of(moment))


def unit_of(clock: time | datetime) -> int:
    """The unit in which the clock on the wall shows this."""
    return (clock.hour * 60 + clock.minute) // GRAIN


def clock_of(unit: int) -> time:
    return time(unit * GRAIN // 60 % 24, unit * GRAIN % 60)


def instant(zone: str, day: date, unit: int) -> datetime:
    """When the clock on the wall shows this."""
    return datetime.combine(day, clock_of(unit), ZoneInfo(zone)).astimezone(UTC)


def needs(minutes: int) -> int:
    """How many units so many minutes take."""
    return -(-minutes // GRAIN)


def span_of(begin: int, end: int) -> int:
    """The units from one to another, without the last."""
    return (1 << end) - (1 << begin) if begin < end else 0


def bits(units: int) -> Iterator[int]:
    while units:
        lowest = units & -units
        yield lowest.bit_length() - 1
        units ^= lowest

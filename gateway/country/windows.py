"""The single window: what is done at it, how long that takes, and when its counters are open. Pure.

Times here are what the clock on the office's wall shows, in minutes since midnight: a seat on Friday at half past
eight stays on Friday at half past eight, whatever becomes of the zone's offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..clock import Spans
from ..language.catalogue import Key
from .programmes import REVIEWED_FOR

GRAIN = 5
"""Minutes: whatever a pack says, seats lie on this raster, so that no two ways to cut a day ever overlap."""


@dataclass(frozen=True)
class Fee:
    """What something costs, in whole riel or kip, and who says so."""

    amount: int
    source: str
    reviewed_on: date

    def may_be_told(self, today: date) -> bool:
        return today - self.reviewed_on <= REVIEWED_FOR


@dataclass(frozen=True)
class Service:
    """What people come for. `minutes`: how long it takes at the counter. `programmes`, `categories`: those of which it
    is the appointment. `fee`: None where no source says what it costs."""

    country: str
    code: str
    name: str
    minutes: int
    papers: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fee: Fee | None = None

    def key(self) -> Key:
        """By which its name is translated."""
        return f"window.{self.country}.{self.code}", self.name


@dataclass(frozen=True)
class Counter:
    """One counter of a window, with the `number` that stands above it. `services`: what it does; empty for all.
    `priority`: kept for older people, pregnancy and disability. `week`: its own hours, where they are others."""

    number: int
    services: tuple[str, ...] = ()
    priority: bool = False
    week: Mapping[int, Spans] | None = None

    def does(self, service: str) -> bool:
        return not self.services or service in self.services


@dataclass(frozen=True)
class Window:
    """Where seats are booked: an office, or a mobile unit that visits a place on one day (`on`). `code`: the office's,
    or the visit's. `office`: whose calendar holds, and whose staff sit there. `slot`: on which minutes of the hour
    appointments begin. `walk_in`: percent of the time that is never booked. `opens`: how many days ahead;
    `cut_off`: how long before. `hold`: how long a seat is kept for who is choosing. `late`: how long she is waited
    for."""

    code: str
    office: str
    place: str
    slot: int
    counters: tuple[Counter, ...]
    week: Mapping[int, Spans]
    days: Mapping[date, Spans] = field(default_factory=dict)
    walk_in: int = 0
    opens: int = 30
    cut_off: timedelta = timedelta(hours=2)
    hold: timedelta = timedelta(minutes=4)
    late: timedelta = timedelta(minutes=15)
    landmark: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None

    def hours(self, counter: Counter, day: date) -> Spans:
        """When a counter is open on a day, whatever the office's calendar says."""
        if self.on is not None and day != self.on:
            return ()
        if day in self.days:
            return self.days[day]
        return (self.week if counter.week is None else counter.week).get(day.weekday(), ())

    def does(self, service: str) -> bool:
        return any(counter.does(service) for counter in self.counters)

    def has_lane(self) -> bool:
        """Whether it matters here that somebody has priority."""
        return any(counter.priority for counter in self.counters)

"""A country pack: who answers, where, how soon, over which channels. Facts, as data; pure.

`read.py` makes a `Pack` from `countries/<code>/`, or says what is wrong with file and line.
`places.py` knows the areas. `route.py` says which queue gets a case. No pack writes to a database:
the offices and queues that staff work with are copied there by `people.actions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

import phonenumbers

from ..clock import Calendar
from ..language.formats import PLAIN, Style
from ..language.measure import Size
from .places import Places

VERIFIED_FOR = timedelta(days=180)
DECIDERS = ("officer", "supervisor")
AREAS = ("province", "district", "commune", "village")
LEVELS = ("national", *AREAS)


@dataclass(frozen=True)
class Term:
    """How long something may take: working days of the office, or hours of the clock, which runs at night too."""

    days: int = 0
    hours: int = 0

    def raw(self) -> str:
        """As a fact of a conversation: `10`, or `24h`."""
        return f"{self.hours}h" if self.hours else str(self.days)


@dataclass(frozen=True)
class Category:
    """What a complaint is about. `terms`: what is promised, by clock (`acknowledge`, `answer`, `resolve`). `referral`:
    whom a person in need is sent to, where the category is sensitive."""

    code: str
    name: str
    terms: Mapping[str, Term]
    referral: str = ""


@dataclass(frozen=True)
class Referral:
    """Somebody outside Sala who helps at once. Told to citizens only while the check of it is recent."""

    code: str
    name: str
    number: str
    source: str
    verified_on: date | None

    def is_verified(self, today: date) -> bool:
        """Whether somebody called this number and reached the right people, not long ago."""
        return bool(self.number) and self.verified_on is not None and today - self.verified_on <= VERIFIED_FOR


@dataclass(frozen=True)
class Programme:
    """A benefit, by name, with the questions of the screening that its rule needs."""

    code: str
    names: Mapping[str, str]
    asks: tuple[str, ...]
    source: str
    line: int = 0


@dataclass(frozen=True)
class Office:
    """An office that answers. `place` is the code of the area it serves."""

    code: str
    level: str
    place: str
    parent: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Queue:
    """Where cases wait. `kind` is `cases`, or `triage` for those that cannot be placed yet."""

    code: str
    office: str
    kind: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Right:
    """Who may decide a category: offices of `level` and of those above it, by staff in one of `roles`; those below may
    only advise and pass it up. `source`: the law or the setting that says so."""

    level: str
    roles: tuple[str, ...]
    source: str
    reviewed_on: date | None

    def holds(self, level: str, role: str) -> bool:
        """Whether somebody in this role at an office of this level may decide."""
        return self.reaches(level) and role in self.roles

    def reaches(self, level: str) -> bool:
        return level in LEVELS and LEVELS.index(level) <= LEVELS.index(self.level)


STEPS = ("holder", "supervisor", "above", "top")
"""Who is told that a promise is running out, or has: whoever holds the case, her supervisor, the next office above, the
highest."""

LOWEST = "lowest"
"""Where most cases go: the lowest level that may decide."""


@dataclass(frozen=True)
class Rule:
    """Where a case goes that fits: `to` is a level, or `LOWEST`. What a rule does not name fits any case."""

    to: str
    line: int
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChannelRow:
    """A channel as the pack sets it up; the file `gateway/channels/<provider>.py` speaks it. `pace`: parts a second
    that the provider takes; 0 where it names no bound. `prices`: of one part, by the beginning of a number; `cap`: what
    a month may cost, 0 without one. `hours`: when people answer. `own`: what only the provider's file understands."""

    name: str
    kind: str
    size: Size
    can_reply: bool
    code: str
    sender: str
    provider: str = ""
    seconds: int = 0
    languages: tuple[str, ...] = ()
    line: int = 0
    pace: float = 0
    prices: Mapping[str, int] = field(default_factory=dict)
    cap: int = 0
    hours: Calendar | None = None
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """All that one country brings. `ladder`: at which share of a promise, in percent, each of `STEPS` is told."""

    code: str
    name: str
    zone: str
    phone_region: str
    languages: tuple[str, ...]
    language_names: Mapping[str, str]
    styles: Mapping[str, Style]
    services: tuple[str, ...]
    planned: tuple[str, ...]
    areas: tuple[str, ...]
    triage: str
    hotline: str
    opening: str
    resume: timedelta
    quiet: tuple[time, time] | None
    ladder: Mapping[str, int]
    campaigns: Mapping[str, str]
    referrals: Mapping[str, Referral]
    programmes: Mapping[str, Programme]
    categories: Mapping[str, Category]
    rights: Mapping[str, Right]
    rules: tuple[Rule, ...]
    offices: Mapping[str, Office]
    queues: Mapping[str, Queue]
    calendar: Calendar
    calendars: Mapping[str, Calendar]
    channels: Mapping[str, ChannelRow]
    places: Places
    version: str

    def office_name(self, code: str, tag: str) -> str:
        office = self.offices.get(code)
        return _named(office.names, tag) if office else code

    def queue_name(self, code: str, tag: str) -> str:
        queue = self.queues.get(code)
        return _named(queue.names, tag) if queue else code

    def terms(self, category: str) -> Mapping[str, Term]:
        """What is promised, by clock; for a category that the pack no longer has, the longest of all."""
        known = self.categories.get(category) or max(
            self.categories.values(), key=lambda category: category.terms["answer"].days
        )
        return known.terms

    def calendar_of(self, office: str) -> Calendar:
        """When an office works: by its own calendar, that of the nearest office above it that has one, or the
        country's."""
        return next(
            (self.calendars[code] for code in lineage(office, self.offices) if code in self.calendars), self.calendar
        )

    def may_decide(self, category: str, office: str, role: str) -> bool:
        """Whether this role at this office may decide such a case; of a category that left the pack, anybody may."""
        right, level = self.rights.get(category), self.offices[office].level if office in self.offices else ""
        return right is None or right.holds(level, role)

    def style(self, tag: str) -> Style:
        """How dates and numbers are written here in a locale."""
        return self.styles.get(tag, PLAIN)

    def dial(self) -> str:
        """The code that phones of this country dial."""
        return next((row.code for row in self.channels.values() if row.code), "")

    def facts(self, tag: str, today: date) -> dict[str, str]:
        """What every text may name. A referral that nobody has verified lately is not told."""
        safe = next((row.number for row in self.referrals.values() if row.is_verified(today)), "")
        return {"hotline": self.hotline, "opening": self.opening, "dial": self.dial(), "referral": safe}

    def is_own_phone(self, number: str) -> bool:
        """Whether a number (E.164) is a telephone of this country."""
        return phonenumbers.is_valid_number_for_region(phonenumbers.parse(number), self.phone_region)

    def writes_to(self, number: str) -> str:
        """The name of the channel by which this address is written to: a phone by the first SMS channel whose prices
        name its prefix, else by the first; a chat by its own."""
        kind, _, chat = number.partition(":")
        if chat:
            return next((row.name for row in self.channels.values() if row.provider == kind), "")
        ways = [row for row in self.channels.values() if row.kind == "sms"]
        priced = (row.name for row in ways if any(number.startswith(prefix) for prefix in row.prices))
        return next(priced, ways[0].name)


def lineage(office: str, offices: Mapping[str, Office]) -> Iterator[str]:
    """An office's code, and the codes of those above it, nearest first."""
    while office in offices:
        yield office
        office = offices[office].parent


def _named(names: Mapping[str, str], tag: str) -> str:
    return names.get(tag) or names["en"]

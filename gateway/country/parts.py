"""What a pack is made of: categories with their promises, offices, queues, rights, rules, referrals. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

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


KINDS = ("complaint", "request")
"""Whether she complains of something, or asks for something."""

APPLY = "apply"
"""The category of who asks for a programme."""

PROGRAMME = "programme"
"""Where a request goes that names a programme: to the office which decides who gets it."""


@dataclass(frozen=True)
class Category:
    """What a case is about. `kind`: one of KINDS. `terms`: what is promised, by clock (`acknowledge`, `answer`,
    `resolve`). `group`: under which heading of the menu it stands. `confidential`: seen by those alone who are listed.
    `accuses`: of somebody, who is heard before anything is found. `referral`: whom a person in need is sent to at
    once."""

    code: str
    name: str
    terms: Mapping[str, Term]
    referral: str = ""
    group: str = ""
    confidential: bool = False
    accuses: bool = False
    kind: str = "complaint"


@dataclass(frozen=True)
class Referral:
    """Somebody outside Sala who helps at once. Told to citizens only while the check of it is recent. `demo`: nobody is
    there; it stands in the demo for whoever will be."""

    code: str
    name: str
    number: str
    source: str
    verified_on: date | None
    demo: bool = False

    def is_verified(self, today: date) -> bool:
        """Whether somebody called this number and reached the right people, not long ago."""
        return bool(self.number) and self.verified_on is not None and today - self.verified_on <= VERIFIED_FOR


@dataclass(frozen=True)
class Office:
    """An office that answers. `place` is the code of the area it serves; empty for one that serves all. `independent`:
    no office is above it or below it, and what lies with it is seen by those alone who work there or are listed."""

    code: str
    level: str
    place: str
    parent: str
    names: Mapping[str, str]
    independent: bool = False


@dataclass(frozen=True)
class Queue:
    """Where cases wait. `kind` is `cases`, `triage` for those that cannot be placed yet, or `apart`, that of an
    independent office."""

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
    """Where a case goes that fits: `to` is a level, a named office, `PROGRAMME`, or `LOWEST`. What a rule does not name
    fits any case."""

    to: str
    line: int
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()

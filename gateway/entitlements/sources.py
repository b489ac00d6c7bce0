"""What a register tells of a household, whichever register it is; and what a second fact opens of it. Pure.

A year of birth is known to the chief, the husband and the lender: it opens the level and how long the card is valid,
nothing else. A secret number, given at the window to whoever showed her papers, opens the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from ..country.conditions import Facts

LEVEL, ALL = "level", "all"
BY_YEAR = ("level",)
BY_PIN = ("level", "members", "enrolled", "papers", "payments", "notice")

TRIES_PER_ADDRESS, TRIES_PER_NUMBER, TRIES_IN_ALL = 6, 6, 400
WRONG_TO_RIGHT = 3
"""In a country in which more than 400 guesses a day are wrong, and three times as many as are right, somebody is trying
numbers out: then only the households' own telephones are heard."""

WINDOW = timedelta(hours=24)
PAUSES = (timedelta(0), timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


@dataclass(frozen=True)
class Somebody:
    """A member: her key in the register, her name, and the year of her birth, as far as they are known."""

    key: str
    name: str
    born: str


@dataclass(frozen=True)
class Paid:
    """A payment: of which programme, on which day, how much, how far it came, where it is collected."""

    programme: str
    due_on: date
    amount: int
    state: str
    at: str


@dataclass(frozen=True)
class Sight:
    """What was found. `as_of`: the day for which the register holds, `paid_as_of`: that of the payments; `facts`: what
    rules may read of it today."""

    key: str
    level: str
    valid_until: date | None
    as_of: date
    members: tuple[Somebody, ...] = ()
    payments: tuple[Paid, ...] = ()
    papers: tuple[tuple[str, date], ...] = ()
    enrolled: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict)
    phone: str = ""
    place: str = ""
    paid_as_of: date | None = None

    def next_payment(self, today: date) -> Paid | None:
        """The first that is still to come."""
        return next((p for p in self.payments if p.state in ("planned", "sent") and p.due_on >= today), None)

    def last_payment(self, today: date) -> Paid | None:
        """The latest whose day has come."""
        return next((p for p in reversed(self.payments) if p.due_on < today or p.state == "collected"), None)


class NotAnswering(Exception):
    """A register of elsewhere is down, slow, or says nothing that can be understood: it is asked again later."""


class Source(Protocol):
    """A register: the built-in one, or one of another system."""

    def find(self, numbers: Sequence[tuple[str, str]], today: date) -> Sight | None:
        """The household that has one of these numbers (kind, number); None where none has, or more than one. Raises
        NotAnswering."""


def to_json(sight: Sight) -> dict[str, Any]:
    """What was found, as it is kept for the few minutes in which she hears it."""
    return {
        "key": sight.key,
        "level": sight.level,
        "valid_until": sight.valid_until.isoformat() if sight.valid_until else "",
        "as_of": sight.as_of.isoformat(),
        "members": [[one.key, one.name, one.born] for one in sight.members],
        "payments": [[p.programme, p.due_on.isoformat(), p.amount, p.state, p.at] for p in sight.payments],
        "papers": [[paper, day.isoformat()] for paper, day in sight.papers],
        "enrolled": list(sight.enrolled),
        "phone": sight.phone,
        "place": sight.place,
        "paid_as_of": sight.paid_as_of.isoformat() if sight.paid_as_of else "",
    }


def from_json(raw: dict[str, Any]) -> Sight:
    return Sight(
        key=raw["key"],
        level=raw["level"],
        valid_until=date.fromisoformat(raw["valid_until"]) if raw["valid_until"] else None,
        as_of=date.fromisoformat(raw["as_of"]),
        members=tuple(Somebody(*one) for one in raw["members"]),
        payments=tuple(Paid(one[0], date.fromisoformat(one[1]), *one[2:]) for one in raw["payments"]),
        papers=tuple((paper, date.fromisoformat(day)) for paper, day in raw["papers"]),
        enrolled=tuple(raw["enrolled"]),
        phone=raw["phone"],
        place=raw["place"],
        paid_as_of=date.fromisoformat(raw["paid_as_of"]) if raw["paid_as_of"] else None,
    )


def pause_after(wrong: int) -> timedelta:
    """How long one waits after so many wrong guesses."""
    return PAUSES[min(wrong, len(PAUSES) - 1)]

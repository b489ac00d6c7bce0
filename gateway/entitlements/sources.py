"""What a register tells of a household, whichever register it is; and what a second fact opens of it. Pure.

A year of birth is known to the chief, the husband and the lender: it opens the level and how long the card is valid,
nothing else. A secret number, given at the window to whoever showed her papers, opens the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from ..country.conditions import Facts

LEVEL, ALL = "level", "all"
BY_YEAR = ("level",)
BY_PIN = ("level", "members", "enrolled", "papers", "payments", "notice")

TRIES_PER_ADDRESS, TRIES_PER_NUMBER, TRIES_IN_ALL = 6, 6, 400
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
    """What was found. `as_of`: the day for which the register holds; `facts`: what rules may read of it."""

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

    def next_payment(self, today: date) -> Paid | None:
        """The first that is still to come."""
        return next((p for p in self.payments if p.state in ("planned", "sent") and p.due_on >= today), None)

    def last_payment(self, today: date) -> Paid | None:
        """The latest whose day has come."""
        return next((p for p in reversed(self.payments) if p.due_on < today or p.state == "collected"), None)


def pause_after(wrong: int) -> timedelta:
    """How long one waits after so many wrong guesses."""
    return PAUSES[min(wrong, len(PAUSES) - 1)]

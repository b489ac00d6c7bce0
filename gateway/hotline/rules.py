"""What waits for an operator, in which order, and how often somebody is called. Pure.

One queue of six kinds: *call* (she is on the line now), *call_back* (she asked for it, or hung up while waiting),
*message* (what she left after the tone), *tell* (an answer that is told by voice), *write_down* (what was spoken with a
complaint, to be put in letters for the office), *remind* (of an appointment). Somebody on the line goes first;
then what is due within its safe hours; then what waits longest. Three attempts, hours apart and inside her safe hours;
then a neutral text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

KINDS = ("call", "call_back", "message", "tell", "write_down", "remind")
NOBODY_CALLED = ("write_down",)
"""Kinds that are done at any hour: nobody's telephone rings."""

STATES = ("ready", "talking", "wrap_up", "break", "off")
ATTEMPTS = 3
PAUSES = (timedelta(hours=2), timedelta(hours=20))
"""Between the first and the second attempt, and the second and the third."""

WRAP_UP = (
    "complaint", "status", "entitlement", "appointment", "information", "silent", "wrong_number", "abuse", "other",
)  # fmt: skip
"""What a call was about. `silent`, `wrong_number`, `abuse` and `information` end a call with two taps."""

TWO_TAPS = ("silent", "wrong_number", "abuse", "information")
FLAG_LASTS = timedelta(days=30)
SAFE_HOURS: Mapping[str, tuple[time, time]] = {
    "morning": (time(8), time(11)),
    "noon": (time(11), time(14)),
    "evening": (time(17), time(20)),
}
CALLING_HOURS = (time(8), time(20))


class NotHers(Exception):
    """A task that does not lie with her. `sentence` is an English msgid of the pages."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Beep:
    """What a missed call is worth: calls a day to the numbers that begin so, and the minutes between two to one
    number."""

    budgets: Mapping[str, int]
    minutes: int


def may_call_now(hours: str, now: datetime, zone: str) -> bool:
    """Whether she may be called at this moment: in the hours that she named as safe, or by day where she named none."""
    since, until = SAFE_HOURS.get(hours, CALLING_HOURS)
    clock = now.astimezone(ZoneInfo(zone)).timetz().replace(tzinfo=None)
    return hours == "now" or since <= clock < until


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after the `attempts`-th call without an answer; None after the last."""
    return None if attempts >= ATTEMPTS else now + PAUSES[attempts - 1]


def order_of(kind: str, callable_now: bool, due_at: datetime) -> tuple[bool, bool, datetime]:
    """The place of a task in the queue: the lowest comes first."""
    return kind != "call", not callable_now, due_at


def fits(language: str, skill: str, languages: frozenset[str], skills: frozenset[str]) -> bool:
    """Whether somebody who speaks these languages and is these things may take it. An unknown language fits
    everyone."""
    speaks = {spoken(tag) for tag in languages}
    return (not language or not speaks or spoken(language) in speaks) and (not skill or skill in skills)


def spoken(tag: str) -> str:
    """The language of a locale, whatever its letters: Khmer in Latin letters is spoken as Khmer."""
    return tag.partition("-")[0]


def prefix_of(number: str, budgets: Mapping[str, int]) -> str:
    """The country of a number, of those that a budget is given for; empty for any other."""
    return max((prefix for prefix in budgets if number.startswith(prefix)), key=len, default="")


def refusal_of_beep(prefix: str, called_today: int, last: datetime | None, beep: Beep, now: datetime) -> str:
    """Why a missed call is not called back; empty where it is."""
    if not prefix:
        return "no budget for that country"
    if last and now - last < timedelta(minutes=beep.minutes):
        return "called back a moment ago"
    return "the day's budget is spent" if called_today >= beep.budgets[prefix] else ""

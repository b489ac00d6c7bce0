"""When a text may go: what kind it is, quiet hours, the month's money, how long to wait after a failure. Pure.

Three kinds. A *reply* answers what she said a moment ago: it goes first, at any hour, and even when the month's money
is spent. A *notice* is news that she waits for. *Bulk* is what many are told at once. Quiet hours hold the last two
until the morning; a spent month holds them until staff raise the cap or the month ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

REPLY, NOTICE, BULK = 0, 1, 2
KINDS = {
    "reply": REPLY,
    "received": REPLY,
    "code": REPLY,
    "answer": NOTICE,
    "news": NOTICE,
    "staff": NOTICE,
    "cut": REPLY,
    "rights": REPLY,
    "looked": NOTICE,
    "booked": REPLY,
}
"""By the purpose of a text; whatever is not named here is bulk."""

ALARM = 0.8
FIRST_RETRY = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
GIVE_UP = timedelta(hours=48)
HELD_FOR = timedelta(minutes=5)
SENT_ANEW = (timedelta(hours=2), timedelta(hours=12), timedelta(hours=24))
"""How long after a provider said "the phone was off" the same text is tried again; then another way is looked for."""


@dataclass(frozen=True)
class Quiet:
    """Local hours in which nobody is written to unasked. `since` after `until` spans midnight."""

    since: time
    until: time
    zone: str


def kind_of(purpose: str) -> int:
    return KINDS.get(purpose, BULK)


def quiet_until(now: datetime, quiet: Quiet | None) -> datetime | None:
    """When the quiet hours that hold now are over; None outside them."""
    if quiet is None or quiet.since == quiet.until:
        return None
    zone = ZoneInfo(quiet.zone)
    local = now.astimezone(zone)
    overnight = quiet.since > quiet.until
    clock = time(local.hour, local.minute, local.second)
    late, early = clock >= quiet.since, clock < quiet.until
    if not ((late or early) if overnight else (late and early)):
        return None
    day = local.date() + timedelta(days=1) if overnight and late else local.date()
    return datetime.combine(day, quiet.until, zone).astimezone(now.tzinfo)


def pause_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after the `attempts`-th failure. `jitter`: a factor about one."""
    longer: timedelta = FIRST_RETRY * 2 ** min(max(attempts - 1, 0), 10)
    return min(longer, LONGEST_PAUSE) * jitter


def price_of(number: str, prices: Mapping[str, int]) -> tuple[str, int]:
    """The longest prefix of `prices` that this number begins with, and its price for one part; nothing where none
    does."""
    found = max((prefix for prefix in prices if number.startswith(prefix)), key=len, default="")
    return found, prices.get(found, 0)


def may_spend(kind: int, spent: int, cap: int, cost: int) -> bool:
    """Whether a text of this kind may still be paid for this month; `cap` 0 means that there is none."""
    return kind == REPLY or not cap or spent + cost <= cap


def alarming(spent: int, cap: int) -> bool:
    return cap > 0 and spent >= ALARM * cap


def callback_of(base_url: str, channel: str, row: int | None, attempt: int = 1) -> str:
    """Where a provider tells what became of a text: the row and the try are named, so that word of an earlier try
    changes nothing. Empty for a text that has no row."""
    return f"{base_url}/in/{channel}/status?row={row}&try={attempt}" if row else ""

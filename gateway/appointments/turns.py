"""The order in which people are called who wait at a window. Pure.

Two lines stand beside each other: those who have an appointment, by its time, and those who have none (or came too
late for theirs), by when they came. In each, priority goes first, and before it whoever was sent on from another
counter. Of any number of people called, those without an appointment are at least the share that the window keeps for
them, as long as one of them waits; otherwise the line with an appointment goes first. Whoever comes before her time
waits for it, unless nobody else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiter:
    """Somebody who waits. `since`: her appointment's time, or when she came."""

    number: int
    walk_in: bool
    priority: bool
    sent_on: bool
    since: datetime


def in_order(waiting: Sequence[Waiter], called: int, walk_ins: int, percent: int, now: datetime) -> list[int]:
    """The numbers in the order in which they are called. `called`: how many were called today, `walk_ins` of them
    without an appointment; `percent`: the share of these."""
    early = [w for w in _sorted(waiting) if not w.walk_in and w.since > now and not w.sent_on]
    booked, free = ([w for w in _sorted(waiting) if w.walk_in is kind and w not in early] for kind in (False, True))
    found: list[int] = []
    while booked or free or early:
        owed = walk_ins * 100 < percent * (called + 1)
        line = free if free and (owed or not booked) else booked or early
        one = line.pop(0)
        called, walk_ins = called + 1, walk_ins + one.walk_in
        found.append(one.number)
    return found


def _sorted(waiting: Sequence[Waiter]) -> list[Waiter]:
    return sorted(waiting, key=lambda w: (not w.sent_on, not w.priority, w.since, w.number))

"""The figures of windows: how much of their time is used, who did not come, how long people wait. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

FEWEST = 5
"""Of fewer people nothing is told: they would be known by it."""


@dataclass(frozen=True)
class Came:
    """An appointment that is over, or a person without one. `state`: served, missed, cancelled, open (its day is over,
    and nobody has entered what became of it), walk_in. `past`: its day is over. `waited`, `took`: seconds, where the
    day was kept here."""

    state: str
    minutes: int
    waited: int | None = None
    took: int | None = None
    done: str = ""
    easy: str = ""
    past: bool = True


@dataclass
class Line:
    """One line of the table."""

    name: str
    offered: int = 0
    used: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    waits: list[int] = field(default_factory=list)
    takes: list[int] = field(default_factory=list)
    opinions: int = 0
    content: int = 0
    next_free: int | None = None

    def add(self, one: Came) -> None:
        self.counts[one.state] = self.counts.get(one.state, 0) + 1
        if one.past and one.state not in ("cancelled", "walk_in"):
            self.used += one.minutes
        self.waits += [one.waited] if one.waited is not None else []
        self.takes += [one.took] if one.took is not None else []
        self.opinions += bool(one.done)
        self.content += one.done == "yes" and one.easy == "yes"

    @property
    def use(self) -> int | None:
        """Percent of the time that can be booked and was."""
        return round(100 * self.used / self.offered) if self.offered else None

    @property
    def no_shows(self) -> int | None:
        """Percent of those of whom it is known, who did not come."""
        known = self.counts.get("served", 0) + self.counts.get("missed", 0)
        return round(100 * self.counts.get("missed", 0) / known) if known >= FEWEST else None

    @property
    def waited(self) -> int | None:
        """Minutes that half of them waited at most."""
        return _minutes(self.waits)

    @property
    def took(self) -> int | None:
        return _minutes(self.takes)


def _minutes(seconds: Sequence[int]) -> int | None:
    return round(median(seconds) / 60) if len(seconds) >= FEWEST else None


def total(lines: Iterable[Line], name: str) -> Line:
    """All lines together."""
    whole = Line(name)
    for line in lines:
        whole.offered += line.offered
        whole.used += line.used
        whole.waits += line.waits
        whole.takes += line.takes
        whole.opinions += line.opinions
        whole.content += line.content
        for state, count in line.counts.items():
            whole.counts[state] = whole.counts.get(state, 0) + count
    free = [line.next_free for line in lines if line.next_free is not None]
    whole.next_free = min(free, default=None)
    return whole

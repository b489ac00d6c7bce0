"""What an office did in a day or a month, read off timelines: each act counts for the office with which the case lay
then, also where it has gone on since. Pure: from rows of codes and times to counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .rules import BACK

TOLD_AS = {"acknowledge": "taken", "answer": "answered", "resolve": "decided"}


@dataclass(frozen=True)
class Moment:
    """A line of a timeline, without words. `queue`: where it put the case; empty where it moved nothing."""

    kind: str
    at: datetime
    queue: str


@dataclass(frozen=True)
class Met:
    """A promise that was met."""

    clock: str
    at: datetime
    in_time: bool


@dataclass(frozen=True)
class Road:
    """One case: what it is, and what happened to it in order."""

    category: str
    programme: str
    moments: Sequence[Moment]
    met: Sequence[Met]


Count = tuple[str, Road]
"""What is counted (`lodged`, `came`, `passed_on`, `came_back`, `taken` …), and of which case."""


def counted(roads: Iterable[Road], queues: Collection[str], begin: datetime, end: datetime) -> Iterator[Count]:
    """What was done to cases in [begin, end) while they lay in these queues. Between them nothing comes or goes."""
    for road in roads:
        lay = ""
        for moment in road.moments:
            before, lay = lay, moment.queue or lay
            if begin <= moment.at < end:
                yield from ((what, road) for what in _done(moment, before, lay, queues))
        first = next((moment.queue for moment in road.moments if moment.queue), "")
        opened = next((moment.at for moment in road.moments if moment.kind == "opened"), None)
        if opened is not None and begin <= opened < end and first in queues:
            yield "lodged", road
        for promise in road.met:
            if begin <= promise.at < end and _at(road, promise.at) in queues:
                yield TOLD_AS[promise.clock], road
                if promise.in_time:
                    yield f"{TOLD_AS[promise.clock]}_in_time", road


def _done(moment: Moment, before: str, lay: str, queues: Collection[str]) -> Iterator[str]:
    if before and before not in queues and lay in queues:
        yield "came"
    if before in queues and lay not in queues:
        yield "passed_on"
    if moment.kind in BACK and lay in queues:
        yield "came_back"


def _at(road: Road, at: datetime) -> str:
    """Where the case lay when a promise was met: by what is done at that moment it has not moved yet."""
    before = [moment.queue for moment in road.moments if moment.queue and moment.at < at]
    return before[-1] if before else next((moment.queue for moment in road.moments if moment.queue), "")


NAMES = (
    "lodged", "came", "passed_on", "came_back",
    "taken", "taken_in_time", "answered", "answered_in_time", "decided", "decided_in_time",
)  # fmt: skip
OF_PROGRAMME = ("lodged", "answered", "decided", "decided_in_time")


def sums(counts: Iterable[Count]) -> dict[str, object]:
    """By name; what was lodged by category; and by programme what was lodged, answered, decided."""
    all_, categories = Counter[str](), Counter[str]()
    programmes: dict[str, Counter[str]] = {}
    for what, road in counts:
        all_[what] += 1
        if what == "lodged":
            categories[road.category] += 1
        if what in OF_PROGRAMME:
            programmes.setdefault(road.programme, Counter())[what] += 1
    return {
        **{name: all_[name] for name in NAMES},
        "categories": dict(sorted(categories.items())),
        "programmes": {code: _of(programmes[code]) for code in sorted(programmes)},
    }


def _of(found: Mapping[str, int]) -> dict[str, int]:
    return {name: found.get(name, 0) for name in OF_PROGRAMME}

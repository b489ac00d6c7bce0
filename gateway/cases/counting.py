"""What is counted of cases, and how each figure is defined. Pure: from facts of rows to figures; nothing is kept.

The cases of a figure are those *lodged* in its period, so that a case counts once, in one month, for ever; what
happened to them is counted up to now. Confidential cases are in no figure. A group with fewer than `FEW` cases is not
told to whoever may not read the cases: it is put together with others of its kind, so that sums still agree, and a
count from which such a group could be reckoned is left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from statistics import median

FEW = 5
"""Below this a count may tell of a person: WHO and national statistics offices suppress cells under five."""

AGES = (7, 30, 90)
"""Bounds in days of the ages of open cases: up to 7, up to 30, up to 90, older."""

AGED = ("to_7", "to_30", "to_90", "older")
OTHERS = "(others)"
DIMENSIONS = ("office", "queue", "category", "programme", "language", "channel", "sex", "disability", "month")


@dataclass(frozen=True)
class Kept:
    """A promise that was met: how long it took, in seconds of the office's working time and of the calendar."""

    working_s: int
    calendar_s: int
    in_time: bool


@dataclass(frozen=True)
class Spell:
    """How long a case stood in one state with one holder: working seconds of that holder."""

    state: str
    holder: str
    working_s: int


@dataclass(frozen=True)
class Fact:
    """What is counted of one case. `labels`: what it is, by `DIMENSIONS`. `age_days`: of an open case; None of another.
    `answer`, `decide`: the first promise of each kind, once met. `late`: it is not decided, and the promise of it has
    run out. `followed`: whether each promise of it was met in time; None while one may still be."""

    labels: Mapping[str, str]
    age_days: int | None
    answer: Kept | None
    decide: Kept | None
    late: bool
    reopened: bool
    appealed: bool
    upheld: bool
    followed: bool | None
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True)
class Figures:
    """One line. Each has its definition in `defined.py`; None is a figure that there is not, or that is not told.
    Hours are working hours, days are calendar days; both are of the first decision or answer of each case."""

    name: str
    lodged: int | None
    answered: int | None
    decided: int | None
    waiting: int | None
    to_7: int | None
    to_30: int | None
    to_90: int | None
    older: int | None
    judged: int | None
    in_time: int | None
    reopened: int | None
    appealed: int | None
    upheld: int | None
    finished: int | None
    followed: int | None
    answer_median_h: float | None
    answer_p90_h: float | None
    decide_median_h: float | None
    decide_p90_h: float | None
    decide_median_d: float | None
    decide_p90_d: float | None


COUNTS = tuple(
    field.name for field in fields(Figures) if field.name != "name" and not field.name.endswith(("_h", "_d"))
)
TIMES = tuple(field.name for field in fields(Figures) if field.name.endswith(("_h", "_d")))
OF_OTHERS: Mapping[str, tuple[str, ...]] = {
    "lodged": ("answered", "decided", "waiting", "judged", "reopened", "appealed", "finished"),
    "waiting": ("to_7", "to_30", "to_90", "older"),
    "answered": ("decided",),
    "judged": ("in_time", "decided"),
    "decided": ("in_time",),
    "appealed": ("upheld",),
    "finished": ("followed",),
}
"""Which counts are parts of which: of a whole and a part, what is neither tells as much as the part."""


def figures(name: str, facts: Sequence[Fact]) -> Figures:
    """The line of some cases."""
    ages = [fact.age_days for fact in facts if fact.age_days is not None]
    answers = [fact.answer for fact in facts if fact.answer]
    decided = [fact.decide for fact in facts if fact.decide]
    bounds = (-1, *AGES, math.inf)
    aged = [sum(low < age <= high for age in ages) for low, high in pairwise(bounds)]
    return Figures(
        name=name,
        lodged=len(facts),
        answered=len(answers),
        decided=len(decided),
        waiting=len(ages),
        to_7=aged[0],
        to_30=aged[1],
        to_90=aged[2],
        older=aged[3],
        judged=len(decided) + sum(fact.late for fact in facts),
        in_time=sum(kept.in_time for kept in decided),
        reopened=sum(fact.reopened for fact in facts),
        appealed=sum(fact.appealed for fact in facts),
        upheld=sum(fact.upheld for fact in facts),
        finished=sum(fact.followed is not None for fact in facts),
        followed=sum(fact.followed is True for fact in facts),
        answer_median_h=_middle([kept.working_s for kept in answers], 3600),
        answer_p90_h=nine_of_ten([kept.working_s for kept in answers], 3600),
        decide_median_h=_middle([kept.working_s for kept in decided], 3600),
        decide_p90_h=nine_of_ten([kept.working_s for kept in decided], 3600),
        decide_median_d=_middle([kept.calendar_s for kept in decided], 86400),
        decide_p90_d=nine_of_ten([kept.calendar_s for kept in decided], 86400),
    )


def _middle(seconds: Sequence[int], unit: int) -> float | None:
    return round(median(seconds) / unit, 1) if seconds else None


def nine_of_ten(seconds: Sequence[int], unit: int) -> float | None:
    """The smallest of these that at least nine of ten do not exceed (nearest rank)."""
    return round(sorted(seconds)[math.ceil(len(seconds) * 0.9) - 1] / unit, 1) if seconds else None


def table(facts: Sequence[Fact], by: str, entitled: bool) -> tuple[list[Figures], Figures]:
    """A line for each value of one dimension, in the order of their codes, and the line of all. `entitled`: whether she
    who reads may read the cases themselves; for others nothing tells of fewer than `FEW`."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.labels[by]].append(fact)
    if not entitled:
        groups = _put_together(groups)
    lines = [figures(name, groups[name]) for name in sorted(groups, key=lambda name: (name == OTHERS, name))]
    whole = figures("", facts)
    return (lines, whole) if entitled else _without_few(lines, whole)


def _put_together(groups: Mapping[str, list[Fact]]) -> dict[str, list[Fact]]:
    """Small groups become one, with the smallest of the others where they are still too few."""
    sizes = sorted(groups, key=lambda name: (len(groups[name]), name))
    small = [name for name in sizes if len(groups[name]) < FEW]
    rest = sizes[len(small) :]
    while small and rest and (sum(len(groups[name]) for name in small) < FEW):
        small.append(rest.pop(0))
    put = {name: groups[name] for name in rest}
    return put | ({OTHERS: [fact for name in small for fact in groups[name]]} if small else {})


def _without_few(lines: list[Figures], whole: Figures) -> tuple[list[Figures], Figures]:
    """Leaves out each count under `FEW`, each whose rest in its whole is, and of others as many as it takes that the
    sum tells nothing of fewer than `FEW`; then the times of what is left out."""
    few, before = [_few(line) for line in lines], -1
    while before != (before := sum(map(len, few))):
        for missing in few:
            missing |= set(AGED) if missing & set(AGED) else set()
        for name in COUNTS:
            _hide_others(lines, few, name)
    shown = [_left_out(line, missing) for line, missing in zip(lines, few, strict=True)]
    return shown, _left_out(whole, _few(whole))


def _hide_others(lines: list[Figures], few: list[set[str]], name: str) -> None:
    """Leaves one count out of as many lines as it takes that the sum of it tells nothing of fewer than `FEW`."""
    lacking = [index for index, missing in enumerate(few) if name in missing]
    others = sorted(set(range(len(lines))) - set(lacking), key=lambda index: _by_size(getattr(lines[index], name)))
    while lacking and others and (len(lacking) == 1 or _tells([lines[i] for i in lacking], name)):
        lacking.append(others.pop(0))
        few[lacking[-1]].add(name)


def _tells(hidden: list[Figures], name: str) -> bool:
    """Whether the sum of what is left out, or of what it leaves of its whole, tells of fewer than `FEW`."""
    part = sum(getattr(line, name) for line in hidden)
    wholes = [sum(getattr(line, whole) for line in hidden) for whole, parts in OF_OTHERS.items() if name in parts]
    return part < FEW or any(0 < whole - part < FEW for whole in wholes)


def _by_size(count: int) -> tuple[bool, int]:
    """The smallest first, but none at the end: a group of which there is none hides nothing."""
    return count == 0, count


def _few(line: Figures) -> set[str]:
    missing = {name for name in COUNTS if 0 < getattr(line, name) < FEW}
    for whole, parts in OF_OTHERS.items():
        missing |= {part for part in parts if 0 < getattr(line, whole) - getattr(line, part) < FEW}
    return missing | (set(AGED) if missing & set(AGED) else set())


def _left_out(line: Figures, missing: set[str]) -> Figures:
    if "lodged" in missing:
        missing = {*COUNTS, *TIMES}
    times = {"answered": "answer", "decided": "decide"}
    gone = {name for of, start in times.items() if of in missing for name in TIMES if name.startswith(start)}
    changed: dict[str, None] = dict.fromkeys(missing | gone)
    return replace(line, **changed)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Dwell:
    """How long cases stood somewhere, in working hours: how many cases, how often, the half and nine of ten of it."""

    name: str
    cases: int
    spells: int
    median_h: float | None
    p90_h: float | None


def dwell(facts: Iterable[Fact], of: Callable[[Spell], str], entitled: bool) -> list[Dwell]:
    """By state, or by holder; the longest first. For others than those entitled, nothing of fewer than `FEW`."""
    found: dict[str, list[int]] = defaultdict(list)
    cases: dict[str, int] = defaultdict(int)
    for fact in facts:
        for spell in fact.spells:
            found[of(spell)].append(spell.working_s)
        for name in {of(spell) for spell in fact.spells}:
            cases[name] += 1
    lines = [Dwell(name, cases[name], len(s), _middle(s, 3600), nine_of_ten(s, 3600)) for name, s in found.items()]
    told = [line for line in lines if entitled or line.cases >= FEW]
    return sorted(told, key=lambda line: (-(line.median_h or 0), line.name))

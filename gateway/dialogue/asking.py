"""What is being asked now: the numbered lines of a question. Pure. `answers.py` knows what a typed text means."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import NamedTuple

from .flow import Choice, Flows, Step, at
from .state import State

NUMBERS = tuple(str(number) for number in chain(range(1, 9), range(10, 100)))
"""1 to 8, 10, 11 ...: 9 is the key that goes on."""

MEDIA = {"photo": ("photo",), "voice": ("voice",), "photo or voice": ("photo", "voice")}
"""Answers that only some channels can carry."""

SPOKEN, LATER = "spoken", "later"
"""What a channel carries that speaks and shows no lists; and the choice that it then takes by itself, where a question
offers it."""

_ENCLOSED = "\x1f"
"""What stands before the name of a thing that came instead of words: no typed text can hold it."""


class Option(NamedTuple):
    """A line that can be chosen. `kind`: choice, row (a list's), group (of a long list), unsure, yes (send it),
    line (of a check)."""

    number: str
    code: str
    kind: str
    choice: Choice | None = None


def numbers() -> Iterator[str]:
    """The numbers that lines are given, without end."""
    yield from NUMBERS
    yield from map(str, count(100))


def options(flows: Flows, state: State) -> list[Option]:
    """The numbered lines of the question that waits; none for a question that is answered in words."""
    if state.ended or not state.at:
        return []
    step = at(flows, state.flow, state.at)[1]
    return [Option(number, *line) for number, line in zip(numbers(), _lines(step, state), strict=False)]


def _lines(step: Step, state: State) -> Iterator[tuple[str, str, Choice | None]]:
    if step.verb == "check":
        yield "yes", "yes", None
        yield from ((name, "line", None) for name, _ in read_back(step, state))
        return
    yield from _rows(step, state)
    for choice in step.choices:
        if not step.only or state.rows is None or choice.code in state.rows:
            yield choice.code, "choice", choice
    yield from ((choice.code, "choice", choice) for choice in step.also)
    if step.unsure:
        yield "unknown", "unsure", None


def _rows(step: Step, state: State) -> Iterator[tuple[str, str, Choice | None]]:
    if not step.rows or state.rows is None:
        return
    if state.breaks and state.group < 0:
        yield from ((str(index), "group", None) for index in range(len(state.breaks)))
        return
    yield from ((code, "row", None) for code in group_rows(state, state.group))


def group_rows(state: State, group: int) -> list[str]:
    """The codes of one group of a long list; of the whole list, where it has no groups."""
    rows = state.rows or []
    if group < 0 or group >= len(state.breaks):
        return rows
    ends = [*state.breaks[1:], len(rows)]
    return rows[state.breaks[group] : ends[group]]


def read_back(step: Step, state: State) -> list[tuple[str, list[tuple[str, str]]]]:
    """The lines of a check: each step's name with the (path, answer) pairs it shows, in order. Lines that are called
    the same and follow one another are one: a heading, and what was chosen under it."""
    outer = state.at.rpartition(".")[0]
    lines: list[tuple[str, list[tuple[str, str]]]] = []
    for name in step.lines:
        path = f"{outer}.{name}" if outer else name
        pairs = [(p, a) for p, a in state.road if (p == path or p.startswith(f"{path}.")) and a]
        if pairs and lines and step.lines[lines[-1][0]] == step.lines[name]:
            lines[-1][1].extend(pairs)
        elif pairs:
            lines.append((name, pairs))
    return lines


def enclosed(kind: str, name: str) -> str:
    """An answer in words that was given as a photo or a voice note."""
    return f"{_ENCLOSED}{kind}:{name}"


def is_enclosed(answer: str) -> bool:
    return answer.startswith(_ENCLOSED)


def name_of(answer: str) -> str:
    """The name under which such a thing is kept."""
    return answer.partition(":")[2]

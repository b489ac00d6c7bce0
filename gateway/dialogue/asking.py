"""What is being asked now: the numbered lines of a question, and what a typed text means. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..cases.rules import is_reference
from ..language import fold
from .flow import Choice, Flows, Step, at
from .state import Heard, State

PIN_DIGITS = 4


@dataclass(frozen=True)
class Option:
    """A line that can be chosen. `kind`: choice, row (a list's), yes (send it), line (of a check)."""

    number: str
    code: str
    kind: str
    choice: Choice | None = None


def numbers() -> Iterator[str]:
    """1 to 8, 10, 11 ...: 9 is the key that goes on."""
    count = 0
    while True:
        count += 1
        if count != 9:
            yield str(count)


def options(flows: Flows, state: State) -> list[Option]:
    """The numbered lines of the question that waits; none for a question that is answered in words."""
    if state.ended or not state.at:
        return []
    _, step = at(flows, state.flow, state.at)
    found: list[tuple[str, str, Choice | None]] = []
    if step.verb == "check":
        found.append(("yes", "yes", None))
        found += [(name, "line", None) for name, _ in read_back(step, state)]
    else:
        found += [(code, "row", None) for code in state.rows or ()]
        found += [(choice.code, "choice", choice) for choice in (*step.choices, *step.also)]
    return [Option(number, *line) for number, line in zip(numbers(), found, strict=False)]


def read_back(step: Step, state: State) -> list[tuple[str, list[tuple[str, str]]]]:
    """The lines of a check: each step's name with the (path, answer) pairs it shows, in order."""
    outer = state.at.rpartition(".")[0]
    lines = []
    for name in step.lines:
        path = f"{outer}.{name}" if outer else name
        pairs = [(p, a) for p, a in state.road if (p == path or p.startswith(f"{path}.")) and a]
        if pairs:
            lines.append((name, pairs))
    return lines


def understand(step: Step, choices: list[Option], heard: Heard) -> str | None:
    """The answer that a text means for this question; None where it means none of them."""
    if choices:
        pressed = fold.key(heard.text)
        return next((o.code for o in choices if o.number == pressed), None)
    if step.answer == "pin":
        return heard.pin or None
    if step.answer == "reference":
        digits = "".join(c for c in fold.digits(heard.text) if c.isdigit())
        return digits if is_reference(digits) else None
    return fold.clean(heard.text) or None


def is_pin(text: str) -> bool:
    """Whether a text is a secret number as it is asked: four digits, and no key of the machine."""
    pressed = fold.key(text)
    return len(pressed) == PIN_DIGITS and pressed.isascii() and pressed.isdigit()

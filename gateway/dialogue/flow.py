"""What a flow is once it has been read: pages of steps. Pure; `flows/README.md` tells the language.

`flow_read.py` makes these from YAML and says what is wrong; `talk.py` walks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from ..language.catalogue import Key, mark

KEPT = ("empty", "spent", "silent", "chosen")
"""Words of `go` that are no choice's code: what the machine itself may find."""

ANYWAY = "*"
"""The key under which a bare `go: step` is kept: however it came out."""


END = "end"
"""Where `go` turns to when the page ends there; the flow then comes out as what was answered."""

OTHER = "flow "
"""`go: flow x` turns to another flow, not to return; the page then comes out as that flow did."""

ENTERED = "@"
"""How a path names a flow that was turned to: `complaint.@safety.first`. A step's own name is never so."""

UNSURE = mark("choice.unknown", "I do not know")


@dataclass(frozen=True)
class Choice:
    """One line of a question. `short` is used on small screens; it may be the same as `long`."""

    code: str
    long: str
    short: str


@dataclass(frozen=True)
class Step:
    """One step: exactly one of ask, say, check, do. `least`, `most`: bounds of a number, or of letters; 0 for none.
    `given`: answers that a sub-flow is brought, in words or as a `{fact}`. `only`: a list that narrows `choices`."""

    name: str
    verb: str
    line: int
    text: str = ""
    modes: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    rows: str = ""
    also: tuple[Choice, ...] = ()
    answer: str = ""
    only: str = ""
    unsure: bool = False
    least: int = 0
    most: int = 0
    optional: bool = False
    careful: str = ""
    effect: str = ""
    sub: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0
    lines: Mapping[str, str] = field(default_factory=dict)
    yes: str = ""
    go: Mapping[str, str] = field(default_factory=dict)
    end: str = ""

    def turning(self, outcome: str) -> str:
        """The step to turn to, or empty: the next one down."""
        return self.go.get(outcome) or self.go.get(ANYWAY, "")


@dataclass(frozen=True)
class Flow:
    """A page of steps. `lasts` is in seconds. `sent`: we begin this one, with a message. `needs`: facts that whoever
    begins it must bring. `gives`: answers that a calling flow may use. `numbered`: each question carries its
    number, the same on every channel and for whoever asks it aloud."""

    name: str
    title: str
    steps: Mapping[str, Step]
    private: bool = False
    sent: bool = False
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    lasts: int = 0
    silent: str = ""
    numbered: bool = False
    print: str = ""

    def first(self) -> str:
        return next(iter(self.steps))

    def numbers(self) -> dict[str, int]:
        """The number of each question of a numbered flow, by its step: down to where the answers are read back."""
        asked = (step for step in self.steps.values() if step.verb in ("ask", "check") or step.sub)
        before = takewhile(lambda step: step.verb != "check", asked)
        return {step.name: number for number, step in enumerate(before, 1)} if self.numbered else {}

    def after(self, step: str) -> str:
        """The next step down, or empty at the foot of the page."""
        names = list(self.steps)
        at = names.index(step) + 1
        return names[at] if at < len(names) else ""


Flows = Mapping[str, Flow]


def pages(flows: Flows, base: str, path: str) -> list[Flow]:
    """The flows that a path such as `complaint.place.commune` leads through, the outermost first."""
    found = [flows[base]]
    for name in path.split(".")[:-1]:
        found.append(flows[name[1:] if name[0] == ENTERED else found[-1].steps[name].sub])
    return found


def at(flows: Flows, base: str, path: str) -> tuple[Flow, Step]:
    """The flow and step that a path stands on, beginning in flow `base`."""
    flow = flows[base]
    *outer, last = path.split(".")
    for name in outer:
        flow = flows[name[1:] if name[0] == ENTERED else flow.steps[name].sub]
    return flow, flow.steps[last]


def context(flow: Flow, step: Step, part: str = "") -> str:
    """Where a sentence stands, for translators: `complaint.topic.unpaid.short`."""
    return ".".join(filter(None, (flow.name, step.name, part)))


def sentences(flow: Flow) -> Iterator[tuple[int, Key]]:
    """Every sentence of a flow with its line and context."""
    yield 1, mark(f"{flow.name}.title", flow.title)
    for step in flow.steps.values():
        if step.text:
            yield step.line, mark(context(flow, step), step.text)
        for mode, text in step.modes.items():
            yield step.line, mark(context(flow, step, mode), text)
        for choice in (*step.choices, *step.also):
            yield step.line, mark(context(flow, step, choice.code), choice.long)
            if choice.short != choice.long:
                yield step.line, mark(context(flow, step, f"{choice.code}.short"), choice.short)
        for line, label in step.lines.items():
            yield step.line, mark(context(flow, step, line), label)
        if step.yes:
            yield step.line, mark(context(flow, step, "yes"), step.yes)

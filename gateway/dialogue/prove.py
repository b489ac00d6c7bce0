"""What every step takes on every channel, in every language; and what the shortest roads cost. Pure.

Each step is drawn by the same code that draws it for a citizen, with the longest rows its list can hold, with
the most that a check can read back, and with sample facts: what the table says is what a person sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..language.catalogue import Locale, Texts
from ..language.measure import Size, sms_parts, units
from ..reading import Fault
from .asking import MEDIA
from .flow import OTHER, Flow, Flows, Step, sentences
from .grouping import groups
from .roads import Edge, Vocabulary, answered, edges
from .screens import screens
from .state import State
from .wording import Voice, Writer

MOST_SCREENS = 3
LETTER = {"km": "ក", "lo": "ກ", "th": "ก", "my": "က"}
"""In which letters what she types is drawn: one of them turns the whole screen into the small alphabet."""


@dataclass(frozen=True)
class Door:
    """A channel as it is proved: one way of writing, one size, one language."""

    channel: str
    mode: str
    size: Size
    tag: str
    seconds: int = 0


@dataclass(frozen=True)
class Drawn:
    """One step behind one door. `pages`: its screens; `parts`: what it costs when it is sent as a message."""

    flow: str
    step: str
    line: int
    door: Door
    pages: tuple[str, ...]

    @property
    def parts(self) -> int:
        return sms_parts("\n".join(self.pages))


@dataclass(frozen=True)
class Samples:
    """What stands in for a country's lists and facts: `rows(list, tag)` gives labels, `codes(list)` those that narrow
    fixed choices, `facts(tag)` words."""

    rows: Callable[[str, str], list[str]]
    codes: Callable[[str], list[str]]
    facts: Callable[[str], Mapping[str, str]]


def draw_all(flows: Flows, texts: Texts, doors: Iterable[Door], samples: Samples, words: Vocabulary) -> Iterator[Drawn]:
    """Every step that is shown, behind every door."""
    doors = list(doors)
    for flow in flows.values():
        graph = edges(flow, flows, words)
        for step in flow.steps.values():
            if step.verb == "do":
                continue
            roads, said = _roads(flow, graph, step), _said_before(flow, graph, step)
            for door in doors:
                drawing = _Drawing(flows, texts, flow, step, door, samples)
                yield Drawn(flow.name, step.name, step.line, door, drawing.most(roads, said))


def _roads(flow: Flow, graph: Mapping[str, list[Edge]], step: Step) -> list[list[str]]:
    """The fullest roads on which a check may stand, by the questions that it reads back; one empty road for all else.
    What only another kind of channel can carry is not on them."""
    if step.verb != "check":
        return [[]]
    lines = {name for name in step.lines if name in flow.steps and flow.steps[name].answer not in MEDIA}
    ways = {frozenset(names & lines) for names in answered(flow, graph, step.name)}
    return [sorted(way, key=list(flow.steps).index) for way in ways if not any(way < other for other in ways)]


def _said_before(flow: Flow, graph: Mapping[str, list[Edge]], step: Step) -> list[list[str]]:
    """What may stand above a question: nothing, or a text that leads straight to it."""
    before = [
        name for name, ways in graph.items() if flow.steps[name].verb == "say" and step.name in {w.to for w in ways}
    ]
    return [[], *([name] for name in before)] if step.verb in ("ask", "check") else [[]]


class _Drawing:
    """One step behind one door, in every state in which it may wait."""

    def __init__(self, flows: Flows, texts: Texts, flow: Flow, step: Step, door: Door, samples: Samples) -> None:
        self.flows, self.flow, self.step, self.door, self.samples = flows, flow, step, door, samples
        facts = samples.facts(door.tag)
        self.voice = Voice(texts, door.tag, door.size, door.mode, lambda _word, code: code, lambda _facts: facts)

    def most(self, roads: list[list[str]], said: list[list[str]]) -> tuple[str, ...]:
        """The most screens that the step may take."""
        states = [state for road in roads for above in said for state in self.standing(road, above)]
        drawn = [screens(self.flows, state, self.voice).pages for state in states]
        return max(drawn, key=lambda pages: (len(pages), sum(map(units, pages))))

    def standing(self, road: list[str], said: list[str]) -> Iterator[State]:
        """The states in which the step may wait: for a long list, its groups and each of them open."""
        flow, step = self.flow.name, self.step
        if step.verb == "say":
            yield State(flow=flow, at=step.name, said=[step.name], ended=True)
            return
        given = [(name, self.longest(self.flow.steps[name])) for name in road]
        rows = self.rows()
        breaks = groups(rows) if rows and step.rows else []
        for group in range(-1, len(breaks)):
            yield State(flow=flow, at=step.name, road=given, rows=rows, breaks=breaks, group=group, said=said)

    def rows(self) -> list[str] | None:
        if self.step.rows:
            return self.samples.rows(self.step.rows, self.door.tag)
        return self.samples.codes(self.step.only) if self.step.only else None

    def longest(self, asked: Step) -> str:
        """The answer to a question that takes most of a screen: its longest choice, or a text of any length."""
        if not asked.choices:
            return LETTER.get(self.door.tag, "x") * 99
        writer = Writer(self.flows, State(), self.voice)
        staying = [choice for choice in asked.choices if not asked.turning(choice.code).startswith(OTHER)]
        return max(staying, key=lambda choice: units(writer.choice(self.flow, asked, choice))).code


def too_many_screens(drawn: Iterable[Drawn]) -> Iterator[Fault]:
    """A fault for each step that takes more screens than a person reads."""
    for one in drawn:
        if one.door.mode == "ussd" and len(one.pages) > MOST_SCREENS:
            what = f"{one.door.tag}: '{one.flow}.{one.step}' takes {len(one.pages)} screens on {one.door.channel}"
            yield Fault(f"flows/{one.flow}.yaml", one.line, f"{what}; at most {MOST_SCREENS}")


def missing_texts(flows: Flows, locales: Mapping[str, Locale]) -> Iterator[Fault]:
    """A fault for each sentence of a flow that a locale does not have."""
    for flow in flows.values():
        for line, key in sentences(flow):
            for tag, locale in locales.items():
                if key not in locale.drafts and key not in locale.reviewed:
                    yield Fault(f"flows/{flow.name}.yaml", line, f"{tag}: '{key[0]}' is missing or stale")

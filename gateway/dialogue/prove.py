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
from .flow import Flow, Flows, Step, sentences
from .grouping import groups
from .roads import Vocabulary, answered, edges
from .screens import screens
from .state import State
from .wording import Voice

MOST_SCREENS = 3


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
        for step in flow.steps.values():
            if step.verb == "do":
                continue
            road = _road(flow, flows, step, words)
            for door in doors:
                pages = _pages(flows, texts, flow, step, door, samples, road)
                yield Drawn(flow.name, step.name, step.line, door, pages)


def _pages(
    flows: Flows, texts: Texts, flow: Flow, step: Step, door: Door, samples: Samples, road: list[tuple[str, str]]
) -> tuple[str, ...]:
    """The most screens that this step may take."""
    facts = samples.facts(door.tag)
    voice = Voice(texts, door.tag, door.size, door.mode, lambda _word, code: code, lambda _facts: facts)
    drawn = [screens(flows, state, voice).pages for state in _standing(flow, step, door.tag, samples, road)]
    return max(drawn, key=lambda pages: (len(pages), sum(map(units, pages))))


def _standing(flow: Flow, step: Step, tag: str, samples: Samples, road: list[tuple[str, str]]) -> Iterator[State]:
    """The states in which the step may wait: for a long list, its groups and each of them open."""
    if step.verb == "say":
        yield State(flow=flow.name, at=step.name, said=[step.name], ended=True)
        return
    rows = samples.rows(step.rows, tag) if step.rows else samples.codes(step.only) if step.only else None
    breaks = groups(rows) if rows and step.rows else []
    for group in range(-1, len(breaks)):
        yield State(flow=flow.name, at=step.name, road=road, rows=rows, breaks=breaks, group=group)


def _road(flow: Flow, flows: Flows, step: Step, words: Vocabulary) -> list[tuple[str, str]]:
    """The fullest road on which this step may wait: every question of it that shows something in a check."""
    lines = set(step.lines)
    ways = answered(flow, edges(flow, flows, words), step.name)
    full = max(ways, key=lambda names: len(names & lines), default=frozenset())
    road = []
    for name in flow.steps:
        if name in full:
            asked = flow.steps[name]
            if asked.answer in MEDIA:
                continue  # no channel that is drawn here carries it
            road.append((name, "x" * 14) if asked.sub else (name, asked.choices[0].code if asked.choices else "x" * 24))
    return road


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

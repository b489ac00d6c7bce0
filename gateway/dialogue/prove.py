"""What every question takes on a screen, in every language; and which sentences are missing. Pure.

Each question is drawn by the same code that draws it for a citizen, with the longest rows its list can
hold and the longest facts, so that the table is what a person sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..language.catalogue import Locale, Texts
from ..language.measure import Size
from ..reading import Fault
from .flow import Flow, Flows, Step, sentences
from .screens import Voice, screens
from .state import State

MOST_SCREENS = 3


@dataclass(frozen=True)
class Drawn:
    """One step on one kind of screen in one language."""

    flow: str
    step: str
    line: int
    tag: str
    screens: int


def draw_all(
    flows: Flows, texts: Texts, tags: tuple[str, ...], size: Size, rows: Callable[[str, str], list[str]],
    facts: Callable[[str], Mapping[str, str]],
) -> Iterator[Drawn]:  # fmt: skip
    """Every step that is shown, on `size`. `rows(list, tag)`: sample labels; `facts(tag)`: sample facts in words."""
    for flow in flows.values():
        for step in flow.steps.values():
            if step.verb == "do":
                continue
            for tag in tags:
                labels = rows(step.rows, tag) if step.rows else []
                voice = Voice(texts, tag, size, "ussd", lambda _word, code: code, lambda _facts, tag=tag: facts(tag))  # type: ignore[misc]
                state = _standing(flow, step, labels)
                yield Drawn(flow.name, step.name, step.line, tag, len(screens(flows, state, voice).pages))


def _standing(flow: Flow, step: Step, labels: list[str]) -> State:
    """A state that waits at this step, with every question of the page answered."""
    if step.verb == "say":
        return State(flow=flow.name, at=step.name, said=[step.name], ended=True)
    answered = [
        (s.name, (s.choices or (None,))[0]) for s in flow.steps.values() if s.verb == "ask" and s.name != step.name
    ]
    road = [(name, choice.code if choice else "x" * 24) for name, choice in answered]
    return State(flow=flow.name, at=step.name, road=road, rows=labels or None)


def too_many_screens(drawn: Iterator[Drawn], most: Mapping[str, int]) -> Iterator[Fault]:
    """A fault for each question that takes more screens than it may. `most`: exceptions by `flow.step`."""
    for one in drawn:
        allowed = most.get(f"{one.flow}.{one.step}", MOST_SCREENS)
        if one.screens > allowed:
            what = f"{one.tag}: '{one.flow}.{one.step}' takes {one.screens} screens on USSD; at most {allowed}"
            yield Fault(f"flows/{one.flow}.yaml", one.line, what)


def missing_texts(flows: Flows, locales: Mapping[str, Locale]) -> Iterator[Fault]:
    """A fault for each sentence of a flow that a locale does not have."""
    for flow in flows.values():
        for line, key in sentences(flow):
            for tag, locale in locales.items():
                if key not in locale.drafts and key not in locale.reviewed:
                    yield Fault(f"flows/{flow.name}.yaml", line, f"{tag}: '{key[0]}' is missing or stale")

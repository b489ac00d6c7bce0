"""The roads of one flow, as a graph: from each step, how it may come out and where that leads. Pure.

A sub-flow is one step here, which comes out as any word that it may end with. `walk.py` walks one road; this
knows all of them, for the checker, the drawing and the counting of presses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .flow import END, OTHER, Flow, Flows, Step

OUT = ""
"""Where a road leaves the page."""


@dataclass(frozen=True)
class EffectWords:
    """What a flow may know of an effect: its kind (look, hold, act), the outcomes, the good one first, the facts it
    gives and the answers it reads. `bare`: outcomes that give no fact, if not all but the good one. `harmless`: an
    act that needs no check before it."""

    kind: str
    outcomes: tuple[str, ...]
    facts: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    bare: tuple[str, ...] | None = None
    harmless: bool = False

    def gives(self, outcome: str) -> frozenset[str]:
        bare = self.outcomes[1:] if self.bare is None else self.bare
        return frozenset() if outcome in bare or outcome == "spent" else frozenset(self.facts)


@dataclass(frozen=True)
class Vocabulary:
    """The words that code declares. `lists`: name to whether it may be empty."""

    effects: Mapping[str, EffectWords]
    lists: Mapping[str, bool]


@dataclass(frozen=True)
class Edge:
    """One way from a step. `to`: a step of the page, `flow x`, or OUT."""

    step: str
    outcome: str
    to: str


def comes_out_as(flow: Flow) -> set[str]:
    """The words with which a flow may end."""
    turned = {outcome for step in flow.steps.values() for outcome, target in step.go.items() if target == END}
    return turned | {step.end for step in flow.steps.values() if step.end} | {"yes"}


def outcomes(step: Step, flows: Flows, words: Vocabulary) -> list[str]:
    """The words as which a step may really come out, the usual one first."""
    if step.verb == "ask":
        found = [choice.code for choice in step.choices]
        found += ["chosen"] * bool(step.rows) + [choice.code for choice in step.also] + ["unknown"] * step.unsure
        found += ["empty"] * words.lists.get(step.rows, False)
        return (found or [""]) + ["spent"] * ("spent" in step.go)
    if step.sub:
        return sorted(comes_out_as(flows[step.sub])) if step.sub in flows else ["yes"]
    if step.effect:
        effect = words.effects.get(step.effect)
        return [*(effect.outcomes if effect else ("",)), *(["spent"] if step.tries else [])]
    return ["yes"] if step.verb == "check" else [""]


def edges(flow: Flow, flows: Flows, words: Vocabulary) -> dict[str, list[Edge]]:
    """Every way from every step of a page."""
    return {
        name: [Edge(name, outcome, _leads(flow, step, outcome)) for outcome in outcomes(step, flows, words)]
        for name, step in flow.steps.items()
    }


def _leads(flow: Flow, step: Step, outcome: str) -> str:
    target = step.turning(outcome)
    if target == END or (not target and step.end):
        return OUT
    if target:
        return target if target in flow.steps or target.startswith(OTHER) else OUT
    return flow.after(step.name)


def reached(
    graph: Mapping[str, list[Edge]], begin: Iterable[str], through: Callable[[str], bool] = lambda _: True
) -> set[str]:
    """Every step that a road from `begin` comes to, going on only from those that `through` lets pass."""
    found: set[str] = set()
    waiting = [name for name in begin if name in graph]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if through(name):
            waiting += [edge.to for edge in graph[name] if edge.to in graph]
    return found


def answered(flow: Flow, graph: Mapping[str, list[Edge]], at: str) -> set[frozenset[str]]:
    """Which questions may have been answered when a road comes to step `at`: each set that is possible."""
    asked = {name for name, step in flow.steps.items() if step.verb == "ask" or step.sub}
    found: set[frozenset[str]] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(flow.first(), frozenset())]
    while waiting:
        name, before = waiting.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        if name == at:
            found.add(before)
            continue
        after = before | {name} if name in asked else before
        waiting += [(edge.to, after) for edge in graph[name] if edge.to in graph]
    return found

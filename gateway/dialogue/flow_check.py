"""What is wrong when all roads of all flows are followed. Pure.

Takes the words that code declares (effects with their outcomes, lists that may be empty) as
arguments, so that a planted fault needs no code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..reading import Fault, did_you_mean
from .flow import ANYWAY, END, Flow, Flows, Step


@dataclass(frozen=True)
class EffectWords:
    """What a flow may know of an effect: its kind (look, hold, act), the outcomes, the good one first, the facts it
    gives and the answers it reads. `harmless`: an act that needs no check before it."""

    kind: str
    outcomes: tuple[str, ...]
    facts: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    harmless: bool = False


def check_flows(flows: Flows, effects: Mapping[str, EffectWords], lists: Mapping[str, bool]) -> list[Fault]:
    """Every fault of every flow. `lists`: name to whether it may be empty."""
    return sorted({fault for flow in flows.values() for fault in _Checker(flow, flows, effects, lists).faults()})


class _Checker:
    def __init__(self, flow: Flow, flows: Flows, effects: Mapping[str, EffectWords], lists: Mapping[str, bool]) -> None:
        self.flow, self.flows, self.effects, self.lists = flow, flows, effects, lists

    def faults(self) -> Iterator[Fault]:
        if self.within_itself():
            yield self.fault(next(iter(self.flow.steps.values())), f"flow '{self.flow.name}' contains itself")
            return
        for step in self.flow.steps.values():
            yield from self.turnings(step)
            if step.verb == "do":
                yield from self.does(step)
            if step.rows:
                yield from self.asks_from_list(step)
            for name in step.lines:
                if name not in self.flow.steps or self.flow.steps[name].verb not in ("ask", "do"):
                    yield self.fault(step, f"'{step.name}' reads back '{name}', which is never on its road")
        yield from self.roads()

    def fault(self, step: Step, sentence: str) -> Fault:
        return Fault(f"flows/{self.flow.name}.yaml", step.line, sentence)

    def within_itself(self) -> bool:
        seen, waiting = set(), [self.flow.name]
        while waiting:
            for step in self.flows[waiting.pop()].steps.values():
                if step.sub == self.flow.name:
                    return True
                if step.sub in self.flows and step.sub not in seen:
                    seen.add(step.sub)
                    waiting.append(step.sub)
        return False

    def turnings(self, step: Step) -> Iterator[Fault]:
        for outcome, target in step.go.items():
            if target not in self.flow.steps and target != END:
                hint = did_you_mean(target, self.flow.steps)
                yield self.fault(step, f"step '{step.name}' goes to '{target}', which is not a step{hint}")
            possible = self.outcomes(step)
            if outcome != ANYWAY and possible is not None and outcome not in possible:
                yield self.fault(step, f"step '{step.name}' turns on '{outcome}', which it never comes out as")

    def outcomes(self, step: Step) -> set[str] | None:
        """The words as which a step may come out; None where that is not known."""
        if step.verb == "ask":
            found = {choice.code for choice in (*step.choices, *step.also)} | {"spent", "silent"}
            return found | ({"empty", "chosen"} if step.rows else set())
        if step.sub:
            sub = self.flows.get(step.sub)
            return _comes_out_as(sub) if sub else None
        if step.effect:
            effect = self.effects.get(step.effect)
            return {*effect.outcomes, "spent"} if effect else None
        return set()

    def does(self, step: Step) -> Iterator[Fault]:
        if step.sub:
            if step.sub not in self.flows:
                yield self.fault(step, f"'{step.sub}' is not a flow{did_you_mean(step.sub, self.flows)}")
            return
        effect = self.effects.get(step.effect)
        if effect is None:
            yield self.fault(step, f"'{step.effect}' is not an effect{did_you_mean(step.effect, self.effects)}")
            return
        for outcome in effect.outcomes[1:]:
            if not step.turning(outcome):
                what = f"'{step.effect}' may come out as {outcome}, and step '{step.name}' has no turning for it"
                yield self.fault(step, what)
        if step.tries and step.turning(effect.outcomes[0]):
            what = f"step '{step.name}' counts tries, so its good outcome {effect.outcomes[0]} needs no turning"
            yield self.fault(step, what)
        if step.tries and not step.turning("spent"):
            yield self.fault(step, f"step '{step.name}' counts tries and has no turning for spent")

    def asks_from_list(self, step: Step) -> Iterator[Fault]:
        if step.rows not in self.lists:
            yield self.fault(step, f"'{step.rows}' is not a list{did_you_mean(step.rows, self.lists)}")
        elif self.lists[step.rows] and not step.turning("empty"):
            what = f"step '{step.name}' asks from '{step.rows}', which may be empty, and has no turning for empty"
            yield self.fault(step, what)

    def roads(self) -> Iterator[Fault]:
        """Unreachable steps, and roads that run off the page."""
        reached, waiting = set(), [self.flow.first()]
        if self.flow.silent in self.flow.steps:
            waiting.append(self.flow.silent)
        while waiting:
            step = self.flow.steps[waiting.pop()]
            if step.name in reached:
                continue
            reached.add(step.name)
            down = "" if ANYWAY in step.go or (step.end and not step.sub) else self.flow.after(step.name)
            waiting += [name for name in (*step.go.values(), down) if name in self.flow.steps]
            if not down and not step.end and ANYWAY not in step.go:
                yield self.fault(step, f"the page ends at '{step.name}', which says neither end nor go")
        for step in self.flow.steps.values():
            if step.name not in reached:
                yield self.fault(step, f"no road leads to step '{step.name}'")


def _comes_out_as(flow: Flow) -> set[str]:
    """The words with which a flow may end."""
    turned = {outcome for step in flow.steps.values() for outcome, target in step.go.items() if target == END}
    return turned | {step.end for step in flow.steps.values() if step.end} | {"yes"}

"""What is wrong with a page by itself: turnings, effects, lists, steps that no road leads to. Pure.

Takes the words that code declares as arguments, so that a planted fault needs no code. What only shows when all
roads are followed (facts, checks, loops) is found by `road_check.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..reading import Fault, did_you_mean
from .flow import ANYWAY, END, OTHER, Flow, Flows, Step
from .road_check import roads_of
from .roads import Vocabulary, comes_out_as


def check_flows(flows: Flows, words: Vocabulary) -> list[Fault]:
    """Every fault of every flow."""
    faults: set[Fault] = set()
    for flow in flows.values():
        found = set(_Checker(flow, flows, words).faults())
        faults |= found or set(roads_of(flow, flows, words))
    return sorted(faults)


class _Checker:
    def __init__(self, flow: Flow, flows: Flows, words: Vocabulary) -> None:
        self.flow, self.flows, self.effects, self.lists = flow, flows, words.effects, words.lists

    def faults(self) -> Iterator[Fault]:
        if self.within_itself():
            yield self.fault(next(iter(self.flow.steps.values())), f"flow '{self.flow.name}' contains itself")
            return
        for step in self.flow.steps.values():
            yield from self.turnings(step)
            if step.verb == "do":
                yield from self.does(step)
            if step.rows or step.only:
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
                for inner in (step.sub, *(t.removeprefix(OTHER) for t in step.go.values() if t.startswith(OTHER))):
                    if inner == self.flow.name:
                        return True
                    if inner in self.flows and inner not in seen:
                        seen.add(inner)
                        waiting.append(inner)
        return False

    def turnings(self, step: Step) -> Iterator[Fault]:
        for outcome, target in step.go.items():
            if target.startswith(OTHER):
                name = target.removeprefix(OTHER)
                if name not in self.flows:
                    yield self.fault(step, f"'{name}' is not a flow{did_you_mean(name, self.flows)}")
            elif target not in self.flow.steps and target != END:
                hint = did_you_mean(target, self.flow.steps)
                yield self.fault(step, f"step '{step.name}' goes to '{target}', which is not a step{hint}")
            possible = self.outcomes(step)
            if outcome != ANYWAY and possible is not None and outcome not in possible:
                yield self.fault(step, f"step '{step.name}' turns on '{outcome}', which it never comes out as")

    def outcomes(self, step: Step) -> set[str] | None:
        """The words as which a step may come out; None where that is not known."""
        if step.verb == "ask":
            found = {choice.code for choice in (*step.choices, *step.also)} | {"spent", "silent"}
            found |= {"unknown"} if step.unsure else set()
            return found | ({"empty", "chosen"} if step.rows else set())
        if step.sub:
            sub = self.flows.get(step.sub)
            return comes_out_as(sub) if sub else None
        if step.effect:
            effect = self.effects.get(step.effect)
            return {*effect.outcomes, "spent"} if effect else None
        return {"yes"} if step.verb == "check" else set()

    def does(self, step: Step) -> Iterator[Fault]:
        if step.sub:
            if step.sub not in self.flows:
                yield self.fault(step, f"'{step.sub}' is not a flow{did_you_mean(step.sub, self.flows)}")
            for name in step.given if step.sub in self.flows else ():
                if name not in self.flows[step.sub].steps:
                    hint = did_you_mean(name, self.flows[step.sub].steps)
                    what = f"step '{step.name}' brings '{name}', which is no step of {step.sub}{hint}"
                    yield self.fault(step, what)
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
        name = step.rows or step.only
        if name not in self.lists:
            yield self.fault(step, f"'{name}' is not a list{did_you_mean(name, self.lists)}")
        elif step.rows and self.lists[step.rows] and not step.turning("empty"):
            what = f"step '{step.name}' asks from '{step.rows}', which may be empty, and has no turning for empty"
            yield self.fault(step, what)

    def codes(self, step: Step) -> set[str]:
        """What a question with fixed choices may be answered with; never empty, so that a typed answer goes down."""
        return {choice.code for choice in step.choices} | ({"unknown"} if step.unsure else set()) or {""}

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
            down = "" if ANYWAY in step.go or step.end else self.flow.after(step.name)
            waiting += [name for name in (*step.go.values(), down) if name in self.flow.steps]
            all_turn = step.verb == "ask" and not step.rows and self.codes(step) <= {*step.go}
            if not down and not all_turn and not step.end and ANYWAY not in step.go:
                yield self.fault(step, f"the page ends at '{step.name}', which says neither end nor go")
        for step in self.flow.steps.values():
            if step.name not in reached:
                yield self.fault(step, f"no road leads to step '{step.name}'")

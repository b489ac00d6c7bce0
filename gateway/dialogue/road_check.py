"""What is wrong when every road of a page is followed: facts not sure, loops, acts without a check. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.catalogue import PLACEHOLDER
from ..reading import Fault
from .asking import MEDIA
from .flow import OTHER, Flow, Flows, Step
from .roads import Edge, EffectWords, Vocabulary, answered, edges, reached

PACK_FACTS = frozenset(("hotline", "opening", "dial", "referral"))
"""Facts of the country, which every text may name."""


def _texts(step: Step) -> Iterator[str]:
    """Everything that a step may show."""
    yield from (step.text, step.yes, *step.modes.values(), *step.lines.values())
    for choice in (*step.choices, *step.also):
        yield from (choice.long, choice.short)


def roads_of(flow: Flow, flows: Flows, words: Vocabulary) -> Iterator[Fault]:
    """Every fault that the roads of one page show."""
    roads = _Roads(flow, flows, words)
    yield from roads.loops()
    yield from roads.retries()
    yield from roads.facts()
    yield from roads.checks()
    yield from roads.acts()


class _Roads:
    def __init__(self, flow: Flow, flows: Flows, words: Vocabulary) -> None:
        self.flow, self.flows, self.words = flow, flows, words
        self.graph = edges(flow, flows, words)
        self.entries = [flow.first(), *([flow.silent] if flow.silent else [])]

    def fault(self, step: Step, sentence: str) -> Fault:
        return Fault(f"flows/{self.flow.name}.yaml", step.line, sentence)

    def effect(self, step: Step) -> EffectWords | None:
        return self.words.effects.get(step.effect) if step.effect else None

    def waits(self, name: str) -> bool:
        """Whether somebody is surely asked at this step: not where the channel may pass the question over, nor in a
        sub-flow that has a road past all its questions."""
        step = self.flow.steps[name]
        if step.sub:
            inner = self.flows.get(step.sub)
            return inner is None or not _Roads(inner, self.flows, self.words).may_ask_nobody()
        return step.verb == "check" or (step.verb == "ask" and step.answer not in MEDIA)

    def may_ask_nobody(self) -> bool:
        silent = reached(self.graph, [self.flow.first()], lambda name: not self.waits(name))
        return any(edge.to not in self.graph for name in silent if not self.waits(name) for edge in self.graph[name])

    def loops(self) -> Iterator[Fault]:
        """Steps that turn in a circle without asking anyone."""
        told: set[str] = set()
        for name, step in self.flow.steps.items():
            if self.waits(name) or name in told:
                continue
            circle = self._circle(name)
            if circle:
                told.update(circle)
                way = " \u2192 ".join([*circle, name])
                yield self.fault(step, f"{way} turns for ever without asking anyone")

    def _circle(self, begin: str) -> list[str]:
        """The shortest way from a step back to itself past no question; empty where there is none."""
        ways: list[list[str]] = [[begin]]
        seen: set[str] = set()
        for way in ways:
            for edge in self.graph[way[-1]]:
                if edge.to == begin:
                    return way
                if edge.to in self.graph and edge.to not in seen and not self.waits(edge.to):
                    seen.add(edge.to)
                    ways.append([*way, edge.to])
        return []

    def retries(self) -> Iterator[Fault]:
        """A typed answer that is looked up, not found, and asked for again, without a bound."""
        for name, step in self.flow.steps.items():
            effect = self.effect(step)
            if effect is None or effect.kind != "look" or step.tries:
                continue
            guessed = [read for read in effect.reads if self._is_guessed(read)]
            again = [edge.to for edge in self.graph[name] if edge.outcome != effect.outcomes[0]]
            back = [read for read in guessed if read in reached(self.graph, again)]
            if back:
                yield self.fault(step, f"{back[0]} \u2192 {name} may go on for ever: give '{name}' its tries")

    def _is_guessed(self, name: str) -> bool:
        step = self.flow.steps.get(name)
        return step is not None and step.answer not in ("", "text", *MEDIA)

    def facts(self) -> Iterator[Fault]:
        """A text that names a fact which some road to it does not give; a sub-flow that needs one."""
        known = self._known()
        if named := PLACEHOLDER.findall(self.flow.title):
            first = self.flow.steps[self.flow.first()]
            yield self.fault(first, f"the title uses {{{named[0]}}}, but it is shown before any fact is known")
        for name, step in self.flow.steps.items():
            for fact in self.flows[step.sub].needs if step.sub in self.flows and name in known else ():
                if fact not in known[name]:
                    yield self.fault(step, f"flow '{step.sub}' needs {{{fact}}}, which is not known at step '{name}'")
            for text in _texts(step):
                for fact in PLACEHOLDER.findall(text):
                    if name in known and fact not in known[name] | PACK_FACTS:
                        way = " \u2192 ".join(self._way_without(fact, name))
                        yield self.fault(step, f"step '{name}' uses {{{fact}}}, but on the road {way} nothing gives it")

    def _known(self) -> dict[str, frozenset[str]]:
        """The facts that every road to a step has given."""
        known = {name: frozenset(self.flow.needs) for name in self.entries}
        waiting = list(self.entries)
        while waiting:
            name = waiting.pop()
            for edge in self.graph[name]:
                if edge.to not in self.graph:
                    continue
                after = known[name] | self._given(edge)
                before = known.get(edge.to)
                now = after if before is None else before & after
                if now != before:
                    known[edge.to] = now
                    waiting.append(edge.to)
        return known

    def _given(self, edge: Edge) -> frozenset[str]:
        effect = self.effect(self.flow.steps[edge.step])
        return effect.gives(edge.outcome) if effect else frozenset()

    def _way_without(self, fact: str, to: str) -> list[str]:
        """A shortest road to a step on which nothing gives the fact."""
        ways = [[name] for name in self.entries]
        seen = set(self.entries)
        for way in ways:
            if way[-1] == to:
                return way
            for edge in self.graph[way[-1]]:
                if edge.to in self.graph and edge.to not in seen and fact not in self._given(edge):
                    seen.add(edge.to)
                    ways.append([*way, edge.to])
        return [to]

    def checks(self) -> Iterator[Fault]:
        """A check that reads back what cannot have been answered."""
        for name, step in self.flow.steps.items():
            if step.verb != "check":
                continue
            possible = frozenset[str]().union(*answered(self.flow, self.graph, name))
            for line in step.lines:
                if line not in possible:
                    yield self.fault(step, f"'{name}' reads back '{line}', which is never on its road")

    def acts(self) -> Iterator[Fault]:
        for step in self.flow.steps.values():
            effect = self.effect(step)
            if effect is None or effect.kind != "act" or effect.harmless:
                continue
            yield from self._unchecked(step)
            yield from self._never_read_back(step, effect)
            yield from self._asked_after(step)

    def _unchecked(self, act: Step) -> Iterator[Fault]:
        """An act that a road reaches past every check; what opens by itself when left is excepted, and a flow that is
        entered only behind a check."""
        if self._entered_behind_a_check():
            return
        ways: list[tuple[str, str]] = [(self.flow.first(), "the beginning")]
        seen = {self.flow.first()}
        for name, since in ways:
            if name == act.name:
                yield self.fault(act, f"{act.effect} is reached from {since} without a check")
                return
            step = self.flow.steps[name]
            if step.verb == "check":
                continue
            for edge in self.graph[name]:
                if edge.to in self.graph and edge.to not in seen:
                    seen.add(edge.to)
                    ways.append((edge.to, f"{name}={edge.outcome}" if step.verb == "ask" and edge.outcome else since))

    def _entered_behind_a_check(self) -> bool:
        """Whether every step that leads into this flow is reached past a check."""
        name, ways = self.flow.name, []
        for flow in self.flows.values():
            roads = _Roads(flow, self.flows, self.words)
            unchecked = reached(roads.graph, [flow.first()], roads._is_no_check)
            leads = [s.name for s in flow.steps.values() if s.sub == name or f"{OTHER}{name}" in s.go.values()]
            ways += [step not in unchecked for step in leads]
        return bool(ways) and all(ways)

    def _never_read_back(self, act: Step, effect: EffectWords) -> Iterator[Fault]:
        """What is sent and no check on the road shows; it may be read back in parts."""
        for name, step in self.flow.steps.items():
            if step.verb != "check" or act.name not in reached(self.graph, [name]):
                continue
            possible = frozenset[str]().union(*answered(self.flow, self.graph, name))
            for read in effect.reads:
                if read in possible and read not in self._shown_by(name) and self._is_told(read):
                    what = f"'{read}' is sent by {act.effect} but '{name}' does not show it"
                    yield self.fault(self.flow.steps[read], what)
            for read in self._between(name, act.name).intersection(effect.reads):
                what = f"'{read}' is sent by {act.effect} but asked after '{name}', and never read back"
                yield self.fault(self.flow.steps[read], what)

    def _shown_by(self, check: str) -> set[str]:
        """What a check reads back, and those before it."""
        checks = {name: step for name, step in self.flow.steps.items() if step.verb == "check"}
        before = [name for name in checks if check in reached(self.graph, [name])]
        return {line for name in before for line in checks[name].lines}

    def _between(self, check: str, act: str) -> set[str]:
        """The questions on the roads from a check to an act that pass no other check."""
        after = reached(self.graph, [edge.to for edge in self.graph[check]], self._is_no_check)
        asked = {name for name in after if self.flow.steps[name].verb == "ask" or self.flow.steps[name].sub}
        return {name for name in asked if act in reached(self.graph, [name], self._is_no_check)}

    def _is_no_check(self, name: str) -> bool:
        return self.flow.steps[name].verb != "check"

    def _is_told(self, name: str) -> bool:
        """Whether an answer says something of hers; where a road turns at it alone, nothing is kept of it."""
        step = self.flow.steps[name]
        return step.verb == "ask" or bool(step.sub)

    def _asked_after(self, act: Step) -> Iterator[Fault]:
        after = reached(self.graph, [edge.to for edge in self.graph[act.name] if edge.outcome != "taken"])
        read = {
            answer
            for name in after
            for effect in [self.effect(self.flow.steps[name])]
            if effect
            for answer in effect.reads
        }
        for name in sorted(after):
            step = self.flow.steps[name]
            if step.verb == "ask" and name not in read and not step.go:
                yield self.fault(step, f"step '{name}' is asked after {act.effect}, and nothing takes its answer")

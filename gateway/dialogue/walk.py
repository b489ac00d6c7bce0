"""Walking from step to step: entering, asking, turning, leaving. Pure; `talk.py` tells the laws it keeps.

A `Walk` holds one copy of a state and changes it in place, until a person must speak or something is
wanted of the caller.
"""

from __future__ import annotations

from ..language.catalogue import PLACEHOLDER, fill
from .asking import LATER, MEDIA, SPOKEN
from .flow import END, ENTERED, OTHER, Flows, at, pages
from .flow import Step as FlowStep
from .state import Effect, ListOf, State, Want


class Walk:
    def __init__(self, flows: Flows, state: State, carries: frozenset[str] = frozenset()) -> None:
        self.flows, self.state, self.carries = flows, state, carries
        self.want: Want = None
        self.parked: list[State] = []

    def start(self) -> None:
        if not self.state.at:
            self.enter(self.flows[self.state.flow].first())
        else:
            self.ask_again()

    def enter(self, path: str) -> None:
        state = self.state
        step = self.here_at(path)
        if step.verb == "say":
            state.said.append(path)
            if step.end:
                self.leave(path, step.end)
            else:
                self.follow(path, "")
        elif step.verb == "do":
            self.do(path, step)
        elif step.verb == "ask":
            self.ask(path, step)
        else:
            self.stand(path)

    def do(self, path: str, step: FlowStep) -> None:
        if step.sub:
            waits = self.state.waits
            if waits and waits.at.startswith(f"{path}."):
                self.state = waits
                self.state.resume = path
                return
            self.bring(path, step)
            self.enter(f"{path}.{self.flows[step.sub].first()}")
            return
        self.stand(path)
        self.want = Effect(step.effect, path, self.answers_beside(path), str(self.state.acts))

    def answers_beside(self, path: str) -> dict[str, str]:
        """The answers on the road of the flow that `path` stands in."""
        outer = path.rpartition(".")[0]
        return self.state.answers(f"{outer}." if outer else "")

    def bring(self, path: str, step: FlowStep) -> None:
        """Answers given beforehand to a sub-flow, once: not where she has answered since. One whose fact is not known
        is not given."""
        state = self.state
        for name, value in step.given.items():
            filled, question = fill(value, state.facts), f"{path}.{name}"
            known = question in state.kept or question in state.old or state.on_road(question)
            if not known and not PLACEHOLDER.search(filled):
                state.kept[question] = filled

    def ask(self, path: str, step: FlowStep) -> None:
        state = self.state
        if step.answer in MEDIA and not self.carries.intersection(MEDIA[step.answer]):
            self.follow(path, "")  # this channel cannot carry the answer
            return
        if step.rows and SPOKEN in self.carries and any(choice.code == LATER for choice in step.also):
            self.take(path, LATER)  # a list of names is not read aloud: an operator asks
            return
        self.stand(path)
        if step.rows or step.only:
            self.want = ListOf(step.rows or step.only, path, self.answers_beside(path))
        elif self.may_use_kept(path) and self.valid(step, state.kept[path]):
            self.take(path, state.kept[path])
        else:
            state.again = False

    def ask_again(self) -> None:
        """The same question anew, a list fetched afresh."""
        said, self.state.again = self.state.said, True
        if not self.state.ended:
            self.enter(self.state.at)
        self.state.said = said

    def stand(self, path: str) -> None:
        state = self.state
        state.at, state.page, state.pages, state.rows = path, 0, 1, None
        state.breaks, state.group = [], -1

    def may_use_kept(self, path: str) -> bool:
        return path in self.state.kept and not self.state.again and not self.state.on_road(path)

    def valid(self, step: FlowStep, answer: str) -> bool:
        return not step.choices or answer in {choice.code for choice in step.choices} | {"unknown" * step.unsure}

    def take(self, path: str, answer: str) -> None:
        state = self.state
        self.forget_what_hung_on(path, answer)
        state.road = [pair for pair in state.road if pair[0] != path] + [(path, answer)]
        state.kept.pop(path, None)
        state.old = {p: a for p, a in state.old.items() if p != path}
        state.wrong, state.again = 0, False
        step = self.here_at(path)
        fixed = {choice.code for choice in (*step.choices, *step.also)} | {"unknown" * step.unsure}
        self.follow(path, answer if answer in fixed else "chosen" if step.rows else "")

    def forget_what_hung_on(self, path: str, answer: str) -> None:
        """A list answered otherwise than before: what was chosen or typed below it on the page is no longer so."""
        state, (flow, step) = self.state, at(self.flows, self.state.flow, path)
        before = state.kept.get(path, state.old.get(path, answer))
        if not step.rows or before == answer:
            return
        names = list(flow.steps)
        hangs = (
            name for name in names[names.index(step.name) + 1 :] if flow.steps[name].rows or flow.steps[name].answer
        )
        below = {self.beside(path, name) for name in hangs}
        state.kept = {p: a for p, a in state.kept.items() if p not in below}
        state.old = {p: a for p, a in state.old.items() if p not in below}

    def follow(self, path: str, outcome: str) -> None:
        flow, step = at(self.flows, self.state.flow, path)
        target = step.turning(outcome)
        if target == END:
            self.leave(path, outcome or "yes")
        elif target.startswith(OTHER):
            name = target.removeprefix(OTHER)
            self.enter(f"{self.beside(path, ENTERED + name)}.{self.flows[name].first()}")
        elif target:
            self.enter(self.beside(path, target))
        elif step.end:
            self.leave(path, step.end)
        else:
            self.enter(self.beside(path, flow.after(step.name)))

    def leave(self, path: str, word: str) -> None:
        outer = path.rpartition(".")[0]
        if outer.rpartition(".")[2].startswith(ENTERED):
            self.leave(outer, word)
        elif outer:
            self.follow(outer, word)
        elif self.state.aside:
            self.come_back()
        else:
            self.state.at, self.state.ended, self.state.rows = path, True, None

    def here(self) -> FlowStep:
        return self.here_at(self.state.at)

    def here_at(self, path: str) -> FlowStep:
        return at(self.flows, self.state.flow, path)[1]

    def is_private(self) -> bool:
        """Whether the question that waits stands in a private flow, or in one that a private flow called."""
        return any(flow.private for flow in pages(self.flows, self.state.flow, self.state.at))

    def beside(self, path: str, name: str) -> str:
        outer = path.rpartition(".")[0]
        return f"{outer}.{name}" if outer else name

    def come_back(self) -> None:
        """From the language question, or a question of ours, to whatever waited behind it; its last word is kept, with
        the facts that it names."""
        done = self.state
        assert done.aside is not None
        self.state = done.aside
        self.start()
        if done.said:
            words = at(self.flows, done.flow, done.said[-1])[1].text
            self.state.facts |= {name: done.facts[name] for name in PLACEHOLDER.findall(words) if name in done.facts}
            self.state.notice = f"said:{done.flow}.{done.said[-1]}"

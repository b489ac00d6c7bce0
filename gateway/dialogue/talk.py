"""The conversation's next step. Pure: `advance(flows, state, event)` gives a new state and a want.

The five laws (`flows/README.md` tells them to authors):

1. A question met for the first time on this road takes its kept answer, if that is still a valid
   choice; otherwise it is asked.
2. A question met again is asked again, and moves to the end of the road.
3. Back takes the last question off the road and asks it. Nothing is erased until answered anew.
4. An act is a wall: back never crosses it.
5. An effect receives only the answers on its road.

A want is performed by the caller, who comes back with what came of it (`Done`, `Rows`), a bounded
number of times. When nothing is wanted, a person must speak, or the conversation has ended.
"""

from __future__ import annotations

from ..language import fold
from .answers import understand
from .asking import options, read_back
from .flow import END, ENTERED, Flows, at, pages
from .flow import Step as FlowStep
from .leaving import MENU as MENU
from .leaving import WRONG_BEFORE_HELP, Leaving
from .leaving import begin as begin
from .opened import choices_to, presses_to
from .state import Began, Done, Event, Heard, Lapsed, Opened, Redialled, Rows, State, Step, Stopped
from .unfinished import goes_back_aside, unfinished

LANGUAGE = "language"
NO_MEDIA: frozenset[str] = frozenset()
KEPT_ALONE = "kept"
"""A photo or a voice note that answers nothing: it is kept for the case that comes."""


def advance(flows: Flows, state: State, event: Event | None = None, carries: frozenset[str] = NO_MEDIA) -> Step:
    """The state after `event`; without one, a conversation begins or asks its question again. `carries`: the kinds
    of media (photo, voice) that the channel can bring."""
    walk = _Talk(flows, state.fresh(), carries)
    match event:
        case None:
            walk.start()
        case Heard():
            walk.hear(event)
        case Done():
            walk.done(event)
        case Rows():
            walk.offer(event)
        case Opened():
            walk.open(event)
        case Began():
            walk.begin(event)
        case Redialled():
            walk.redialled(event.late)
        case Stopped():
            walk.stopped()
        case Lapsed():
            walk.lapse()
    return Step(walk.state, walk.want, tuple(walk.parked))


def stands_at_menu(state: State) -> bool:
    """Whether a question of the menu itself waits, so that a typed text may say what is wanted."""
    return state.flow == MENU and "." not in state.at and not state.ended and not state.resume


def is_private(flows: Flows, state: State) -> bool:
    """Whether what is being said must leave no trace that another reader of this phone could see."""
    return bool(state.at) and any(flow.private for flow in pages(flows, state.flow, state.at))


def _turned_to(at: str, path: str) -> bool:
    """Whether `at` lies in a flow that was turned to, and `path` before it."""
    names = at.split(".")
    inside = (".".join(names[: i + 1]) for i, name in enumerate(names) if name.startswith(ENTERED))
    return any(not path.startswith(f"{prefix}.") for prefix in inside)


class _Talk(Leaving):
    # What a person may say

    def hear(self, heard: Heard) -> None:
        state, pressed = self.state, fold.key(heard.text)
        if self.turned_page(pressed):
            return
        state.notice = ""
        if heard.media[0] == KEPT_ALONE:
            state.notice = "kept_media"
        elif state.resume:
            self.choose_to_resume(pressed)
        elif pressed == "0":
            self.back()
        elif pressed == "00":
            self.to_menu()
        elif pressed == "#":
            self.to_language()
        elif state.ended or (pressed == "9" and state.pages > 1 and not self.here().optional):
            return  # there is no more of it
        elif pressed == "9" and self.here().optional:
            state.said = []
            self.take(state.at, "")
        else:
            self.answer(heard)

    def turned_page(self, pressed: str) -> bool:
        """On and back through a long screen, everything on it unchanged."""
        on = {"9": 1, "0": -1}.get(pressed, 0)
        turned = on != 0 and 0 <= self.state.page + on < self.state.pages
        self.state.page += on * turned
        return turned

    def answer(self, heard: Heard) -> None:
        step, choices = self.here(), options(self.flows, self.state)
        answer, why = understand(step, choices, heard, warned=self.state.wrong > 0)
        if stands_at_menu(self.state) and not fold.key(heard.text).isdigit():
            why = "not_understood"
        if answer is None:
            self.wrong(step, why)
        elif step.verb == "check":
            self.checked(answer)
        elif choices and next(o.kind for o in choices if o.code == answer) == "group":
            self.state.group, self.state.page, self.state.wrong = int(answer), 0, 0
        else:
            self.state.said = []
            self.take(self.state.at, answer)

    def open(self, opened: Opened) -> None:
        """Goes where a sentence led: the questions that it answers are passed over, and what was understood is said."""
        state = self.state
        state.facts.update(opened.facts)
        state.notice = f"understood:{opened.target}" if opened.target or opened.facts else "started"
        if not opened.target:
            return
        name, *inside = opened.target.split(".")
        state.road, state.kept, state.said = presses_to(self.flows[MENU], name), {}, []
        path = next(step.name for step in self.flows[MENU].steps.values() if step.sub == name)
        if inside:
            leads = choices_to(self.flows[name], inside[0])
            state.kept |= {f"{path}.{step}": code for step, code in (*leads, (inside[0], inside[-1]))}
        self.enter(path)

    def begin(self, began: Began) -> None:
        """A question of ours comes first; whatever stood here waits behind it."""
        self.state = begin(began.flow, aside=self.state if self.state.at else begin(MENU))
        self.state.facts = dict(began.facts)
        self.start()

    def wrong(self, step: FlowStep, why: str) -> None:
        state = self.state
        state.wrong += 1
        state.page = 0
        if state.wrong < WRONG_BEFORE_HELP:
            state.notice = why
            return
        state.wrong = 0
        if "spent" in step.go:
            self.follow(state.at, "spent")
        else:
            state.notice = "wrong.hotline"

    def checked(self, answer: str) -> None:
        self.state.said = []
        if answer == "yes":
            self.follow(self.state.at, "yes")
        else:
            line = dict(read_back(self.here(), self.state))[answer]
            self.change(self.beside(self.state.at, answer))
            for path, chosen in line:  # what was chosen under a heading is asked again with it
                if self.state.kept.pop(path, None) is not None:
                    self.state.old[path] = chosen

    def change(self, path: str) -> None:
        """Cuts the road before a question, keeping what came after it, and asks the question."""
        state, inside = self.state, f"{path}."
        first = next(i for i, (p, _) in enumerate(state.road) if p == path or p.startswith(inside))
        cut, state.road = state.road[first:], state.road[:first]
        kept = {**state.kept, **dict(cut)}
        state.kept = {p: a for p, a in kept.items() if not p.startswith(inside)}
        state.old = {p: a for p, a in cut if p.startswith(inside)}
        state.again = True
        self.enter(path)

    def back(self) -> None:
        state = self.state
        state.wrong = 0
        if state.group >= 0:
            state.group = -1
        elif len(state.road) > state.wall and not state.ended:
            self.back_to(*state.road[-1])
        elif goes_back_aside(state) and not state.ended:
            self.come_back()
        elif state.wall:
            state.notice = "already_done"

    def back_to(self, path: str, answer: str) -> None:
        """To the last question of the road. Out of what goes on by itself when left, it waits behind the menu; out of
        a flow that was turned to, the answer that led there is forgotten."""
        state = self.state
        inside = unfinished(self.flows, state)[0]
        if state.at.startswith(f"{inside}.") and not path.startswith(f"{inside}."):
            self.to_menu()
            return
        state.road.pop()
        if not _turned_to(state.at, path):
            state.kept[path] = answer
        state.said, state.again = [], True
        self.enter(path)

    def to_language(self) -> None:
        if self.state.flow != LANGUAGE and LANGUAGE in self.flows:
            self.state = begin(LANGUAGE, aside=self.state)
            self.start()

    # What the caller brings

    def done(self, done: Done) -> None:
        state, path = self.state, self.state.at
        step = self.here()
        state.facts.update(done.facts)
        if done.act:
            state.wall, state.acts = len(state.road), state.acts + 1
        outcome = done.outcome
        if step.tries and step.turning(outcome) and not self.ends_at(step.turning(outcome)):
            state.tries[path] = state.tries.get(path, 0) + 1
            if state.tries[path] >= step.tries:
                outcome = "spent"
        self.follow(path, outcome)
        inside, flow = unfinished(self.flows, state) if state.alone else ("", None)
        if flow:
            self.go_alone(inside, flow)

    def ends_at(self, name: str) -> bool:
        """Whether the page ends there, or with what is said there: nothing is tried again."""
        step = at(self.flows, self.state.flow, self.state.at)[0].steps.get(name)
        return name == END or (step is not None and step.verb == "say" and bool(step.end))

    def offer(self, rows: Rows) -> None:
        state = self.state
        step = self.here()
        state.rows, state.breaks = rows.codes, rows.breaks
        fixed = {o.code for o in options(self.flows, state) if o.kind != "group"}
        if not rows.codes and step.turning("empty"):
            state.rows = None
            self.follow(state.at, "empty")
        elif self.may_use_kept(state.at) and state.kept[state.at] in fixed | ({*rows.codes} if step.rows else set()):
            self.take(state.at, state.kept[state.at])
        else:
            state.again = False

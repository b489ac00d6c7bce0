"""Leaving a conversation and taking it up again: the menu key, a new session, silence. Pure.

What somebody told is never thrown away here: it waits behind the menu, is parked when another person starts again
on the same phone, or goes on by itself to where its flow says.
"""

from __future__ import annotations

from .state import Effect, State
from .unfinished import has_answers, unfinished
from .walk import Walk

MENU = "menu"
WRONG_BEFORE_HELP = 3
STEPS_OF_A_ROAD = 100


def begin(flow: str = MENU, aside: State | None = None, waits: State | None = None) -> State:
    """A conversation that has not spoken yet; `aside` waits until it ends, `waits` until it is asked for."""
    return State(flow=flow, aside=aside, waits=waits)


class Leaving(Walk):
    def to_menu(self) -> None:
        left = self.state
        while left.aside:
            left = left.aside
        fresh = begin(MENU, waits=left.waits)
        fresh.parked, left.parked, left.waits = left.parked, [], None
        if has_answers(self.flows, left):
            self.state = fresh
            self.park(fresh.waits)
            fresh.waits = left
        self.state = fresh
        self.start()

    def park(self, left: State | None) -> None:
        """What somebody told on this phone, and nobody goes on with, is kept until the conversation closes."""
        if left and has_answers(self.flows, left):
            self.state.parked += [*left.parked, left]
            left.parked = []

    def redialled(self) -> None:
        """A new session: what can be lost is offered, without naming it; else the menu, with no trace."""
        state = self.state
        while state.aside:
            outer, state.aside = state.aside, None
            self.state = outer
            self.park(state)  # a half answer to a question of ours goes its own way
            state = outer
        if unfinished(self.flows, state)[0] and not self.is_private():
            state.resume, state.page, state.notice = "redial", 0, ""
        else:
            self.state = begin(MENU, waits=state.waits)
            self.state.parked = state.parked
            self.start()

    def choose_to_resume(self, pressed: str) -> None:
        state = self.state
        if pressed == "1":
            state.resume = ""
            self.ask_again()
        elif pressed == "2":
            anew, state.resume = "" if state.resume == "redial" else state.resume, ""
            self.state = begin(state.flow if anew else MENU)
            self.state.road = [pair for pair in state.road if anew and not pair[0].startswith(f"{anew}.")]
            self.park(state)
            self.enter(anew) if anew else self.start()
        else:
            state.wrong = (state.wrong + 1) % WRONG_BEFORE_HELP
            state.notice = "wrong.choice" if state.wrong else "wrong.hotline"

    def lapse(self) -> None:
        """Left alone: the answers given go where the flow's `silent` says; or it ends with nothing wanted.

        What was answered before and is only being changed still counts, question by question along the road;
        but not a careful question that was on the screen when she left: she was choosing anew (the answers that
        it names hold all the same)."""
        state = self.state
        for kept in (state.aside, state.waits):
            if kept and has_answers(self.flows, kept):
                kept.parked += state.parked
                self.state = kept
                self.lapse()
                return
        if state.at and not state.ended and "silent" in self.here().go and state.road:
            self.follow(state.at, "silent")
            return
        path, flow = unfinished(self.flows, state)
        if flow is None:
            state.ended = True
            return
        earlier = state.kept.get(state.at, state.old.get(state.at, ""))
        if self.here().careful and earlier not in self.here().careful.split():
            state.old.pop(state.at, None)
            state.kept.pop(state.at, None)
        state.kept = {**state.old, **state.kept}
        for _ in range(STEPS_OF_A_ROAD):
            if self.here().verb != "ask" or state.ended or isinstance(self.want, Effect):
                break
            if state.at in state.kept:
                self.take(state.at, state.kept[state.at])
            else:
                self.follow(state.at, "")
        self.want, state.said = None, []
        self.enter(flow.silent if state.flow == path else f"{path}.{flow.silent}")

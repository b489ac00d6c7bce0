"""Leaving a conversation and taking it up again: the menu key, a new session, silence. Pure.

What somebody told is never thrown away here: it waits behind the menu, is parked with the caller when another person
starts again on the same phone, or goes on by itself to where its flow says.
"""

from __future__ import annotations

from .flow import Flow
from .state import Effect, State
from .unfinished import has_answers, unfinished
from .walk import Walk

MENU = "menu"
WRONG_BEFORE_HELP = 3
STEPS_OF_A_ROAD = 100
EFFECTS_ALONE = 12


def begin(flow: str = MENU, aside: State | None = None, waits: State | None = None) -> State:
    """A conversation that has not spoken yet; `aside` waits until it ends, `waits` until it is asked for."""
    return State(flow=flow, aside=aside, waits=waits)


class Leaving(Walk):
    def unwind(self) -> None:
        """Down to what she was saying herself: a half answer to a question of ours goes its own way."""
        while self.state.aside:
            outer, self.state.aside = self.state.aside, None
            self.park(self.state)
            self.state = outer

    def park(self, left: State | None) -> None:
        """What somebody told on this phone, and nobody goes on with now, is handed to the caller."""
        if left:
            waits, left.waits, left.resume = left.waits, None, ""
            self.park(waits)
            if has_answers(self.flows, left):
                self.parked.append(left)

    def to_menu(self) -> None:
        """What she was telling waits behind the menu; what waited there before goes its own way."""
        self.unwind()
        left, self.state = self.state, begin(MENU, waits=self.state.waits)
        left.waits = None
        if has_answers(self.flows, left):
            self.park(self.state.waits)
            self.state.waits = left
        self.start()

    def redialled(self, late: bool) -> None:
        """A new session: what can be lost is offered, without naming it; else the menu, with no trace: nor of a
        question whose flow says what is to be done when she leaves at it."""
        self.unwind()
        state = self.state
        told = has_answers(self.flows, state) and not (state.at and "silent" in self.here().go)
        if late or not told or not unfinished(self.flows, state)[0]:
            self.to_menu()
        elif self.is_private():
            self.park(state)
            self.state = begin(MENU)
            self.start()
        else:
            state.resume, state.page, state.notice = "redial", 0, ""

    def stopped(self) -> None:
        """What she was saying is withdrawn; what is only offered to be continued may be another's, and is not."""
        self.parked, told = [], self.state
        while told.aside:
            told = told.aside
        self.park(told if told.resume else told.waits)
        self.state = State(flow=told.flow, at=told.at, ended=True)

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
        """Left alone: the answers given go where the flow's `silent` says; or it ends with nothing wanted. What waits
        beside or behind it lapses too, each by itself.

        What was answered before and is only being changed still counts, question by question along the road;
        but not a careful question that was on the screen when she left: she was choosing anew (the answers that
        it names hold all the same)."""
        self.unwind()
        state = self.state
        waits, state.waits, state.resume = state.waits, None, ""
        self.park(waits)
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
        state.kept, state.alone = {**state.old, **state.kept}, EFFECTS_ALONE
        self.go_alone(path, flow)

    def go_alone(self, path: str, flow: Flow) -> None:
        """Along the road with the answers there are, past what was not answered, to where the flow goes when left. An
        effect on the way is wanted of the caller; what came of it leads on."""
        state = self.state
        if flow.steps[flow.silent].verb == "say":  # nothing is kept of it: nobody goes its road
            self.enter(flow.silent if state.flow == path else f"{path}.{flow.silent}")
            return
        for _ in range(STEPS_OF_A_ROAD):
            if self.here().verb != "ask" or state.ended:
                break
            if state.at in state.kept:
                self.take(state.at, state.kept[state.at])
            else:
                self.follow(state.at, "")
        if isinstance(self.want, Effect) and state.alone > 1 and not state.ended:
            state.alone -= 1
            return
        self.want, state.said, state.alone = None, [], 0
        if state.acts and state.ended:
            return
        self.enter(flow.silent if state.flow == path else f"{path}.{flow.silent}")

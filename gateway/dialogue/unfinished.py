"""What would be lost if a conversation were forgotten, and how long it waits before it goes on by itself. Pure."""

from __future__ import annotations

from .flow import ENTERED, Flow, Flows, pages
from .state import State


def goes_back_aside(state: State) -> bool:
    """Whether back leads to what waits behind this flow: always, but from the first choice of a language."""
    return state.aside is not None and (bool(state.aside.at) or state.flow != "language")


def has_answers(flows: Flows, state: State) -> bool:
    """Whether something would be lost if this conversation were forgotten."""
    return bool(unfinished(flows, state)[0]) or any(
        has_answers(flows, kept) for kept in (state.aside, state.waits) if kept
    )


def unfinished(flows: Flows, state: State) -> tuple[str, Flow | None]:
    """The path of the flow around `at` that goes on by itself when left, if it holds a first answer that no act has
    used yet; empty for a flow that was begun by itself."""
    if state.ended or not state.at:
        return "", None
    parts = state.at.split(".")
    around = pages(flows, state.flow, state.at)
    since = dict(state.road[state.wall :])
    for depth in range(len(parts) - 1, -1, -1):
        path, flow = ".".join(parts[:depth]), around[depth]
        if flow.silent and any(_any(answers, path) for answers in (since, state.old, state.kept)):
            return path or flow.name, flow
        if path.rpartition(".")[2].startswith(ENTERED):
            break  # she turned to another flow: what she left for it is left
    return "", None


def _below(path: str) -> str:
    return f"{path}." if path else ""


def _any(answers: dict[str, str], path: str) -> bool:
    return any(key.startswith(_below(path)) for key in answers)


def lasts(flows: Flows, state: State) -> int:
    """Seconds for which this conversation waits before it goes on by itself; 0 where nothing would be lost."""
    for kept in (state.aside, state.waits):
        if kept and (found := lasts(flows, kept)):
            return found
    flow = unfinished(flows, state)[1]
    return flow.lasts if flow else 0


def said_again(flows: Flows, parked: State, after: State) -> bool:
    """Whether what was parked when somebody started again was then told anew: every answer of it, in a conversation
    that was carried through, and the same place. Where only some are the same, it may have been another person's."""
    inside = unfinished(flows, parked)[0]
    answers = (*parked.kept.items(), *parked.old.items(), *parked.road)
    told = {(path, answer) for path, answer in answers if answer and path.startswith(_below(inside))}
    same_place = parked.facts.get("place") == after.facts.get("place")
    return after.acts > 0 and bool(told) and told <= set(after.road) and same_place

"""What would be lost if a conversation were forgotten, and how long it waits before it goes on by itself. Pure."""

from __future__ import annotations

from .flow import Flow, Flows, at
from .state import State, from_json


def innermost(state: State) -> State:
    """The conversation behind a language question; the one left behind the menu, where nothing else is said."""
    while state.aside:
        state = from_json(state.aside)
    return from_json(state.waits) if state.waits else state


def has_answers(flows: Flows, state: State) -> bool:
    """Whether something would be lost if this conversation were forgotten."""
    return bool(unfinished(flows, state)[0]) or any(
        has_answers(flows, from_json(kept)) for kept in (state.aside, state.waits) if kept
    )


def unfinished(flows: Flows, state: State) -> tuple[str, Flow | None]:
    """The path of the flow around `at` that opens by itself when left, if it holds a first answer."""
    parts = state.at.split(".") if state.at and not state.ended else []
    for depth in range(len(parts) - 1, 0, -1):
        path = ".".join(parts[:depth])
        flow, _ = at(flows, state.flow, f"{path}.{parts[depth]}")
        if flow.silent and (state.answers(f"{path}.") or _below(state.old, path) or _below(state.kept, path)):
            return path, flow
    return "", None


def _below(answers: dict[str, str], path: str) -> bool:
    return any(key.startswith(f"{path}.") for key in answers)


def lasts(flows: Flows, state: State) -> int:
    """Seconds for which this conversation waits before it goes on by itself; 0 where nothing would be lost."""
    for kept in (state.aside, state.waits):
        if kept and (found := lasts(flows, from_json(kept))):
            return found
    flow = unfinished(flows, state)[1]
    return flow.lasts if flow else 0

"""What a sentence can open, and the choices that lead there: of the menu, and headings before a question. Pure."""

from __future__ import annotations

from .flow import Flow, Flows
from .leaving import MENU


def opens(flows: Flows, target: str) -> bool:
    """Whether `target` is something that a sentence can open: a flow of the menu, or a choice of its question."""
    name, *inside = target.split(".")
    if name not in flows or not presses_to(flows[MENU], name):
        return False
    step = flows[name].steps.get(inside[0]) if inside else None
    return not inside or (step is not None and inside[-1] in {choice.code for choice in step.choices})


def presses_to(menu: Flow, name: str) -> list[tuple[str, str]]:
    """The presses that lead from the menu's top to flow `name`, as the road keeps them."""
    step = next((step.name for step in menu.steps.values() if step.sub == name), "")
    road: list[tuple[str, str]] = []
    while step and step != menu.first():
        found = [(s.name, code) for s in menu.steps.values() for code, target in s.go.items() if target == step]
        if not found:
            return []
        road.insert(0, found[0])
        step = found[0][0]
    return road


def choices_to(flow: Flow, name: str) -> list[tuple[str, str]]:
    """The choices that lead to a question, where another question stands before it: headings of a menu."""
    found = [(step.name, code) for step in flow.steps.values() for code, target in step.go.items()
             if target == name and code in {choice.code for choice in step.choices}]  # fmt: skip
    return [*choices_to(flow, found[0][0]), found[0]] if found else []

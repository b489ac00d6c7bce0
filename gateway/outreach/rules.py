"""States of a message to many, who may do what, and what it costs. Pure.

Somebody writes it, another person approves it, it goes out at the channel's pace, and anybody who may approve can stop
it. Nobody gets it who did not ask for news of her area; STOP ends it for good. About a sensitive programme only an area
is ever named, never who receives what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..channels.posting import price_of

KINDS = ("visit", "payment", "flood", "other", "poll")
MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "approve": (("draft",), "sending"),
    "drop": (("draft",), "dropped"),
    "stop": (("sending", "done"), "stopped"),
    "end": (("sending",), "done"),
}
LONGEST = 400
A_TICK = 50
"""How many are put into the outbox at each beat of the tick; the channel's own pace is the second bound."""


class Refused(Exception):
    """Something a person can mend. `sentence` is an English msgid of the pages (context `console`)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Preview:
    """Whom it would reach and what it would cost, by locale and in all; `cost` in the unit of the pack's prices."""

    people: int
    by_language: Mapping[str, int]
    parts: int
    cost: int


def moved(state: str, act: str, author: int, staff_id: int) -> str:
    """The state after an act. Raises Refused: only another person approves."""
    before, after = MOVES[act]
    if state not in before:
        raise Refused("This was already sent, stopped or dropped.")
    if act == "approve" and author == staff_id:
        raise Refused("Another person must approve what you wrote.")
    return after


def preview(people: Iterable[tuple[str, str]], parts: Mapping[str, int], prices: Mapping[str, int]) -> Preview:
    """`people`: number and language of each; `parts`: of the text in each language."""
    counted: dict[str, int] = {}
    all_parts = cost = 0
    for number, tag in people:
        counted[tag] = counted.get(tag, 0) + 1
        all_parts += parts[tag]
        cost += parts[tag] * price_of(number, prices)[1]
    return Preview(sum(counted.values()), counted, all_parts, cost)

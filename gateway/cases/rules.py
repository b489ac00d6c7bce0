"""References, states and promises of a case. Pure.

A reference is thirteen digits: twelve random (the first not 0) and a Verhoeff check digit, written
`482 913 057 2264`. There are 9 x 10^11 of them. The sum behind the length, with a million open
cases and the gateway's bound of 800 wrong pairs of reference and PIN a day over all addresses:
800 x 10^6 / (9 x 10^11) = 0.00089, under one in a thousand; for one address (10 a day) 0.00001.
A hit alone opens nothing: the answer is the same until the PIN is right too.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from stdnum import verhoeff

REFERENCE_DIGITS = 13
TRIES_WINDOW = timedelta(hours=24)
TRIES_PER_ADDRESS = 10
TRIES_PER_CASE = 10
TRIES_IN_ALL = 800

ANSWER_BY = ("write", "call", "hotline", "pin")
"""The four ways of being known. A complaint left before she chose counts as `hotline`."""


class Refusal(Exception):
    """Something a person can mend. `sentence` is an English msgid of the pages (context `console`)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Move:
    """A change of state: from which, to which, and what staff call it."""

    before: tuple[str, ...]
    after: str


MOVES: Mapping[str, Move] = {
    "route": Move(("received", "routed", "answered"), "routed"),
    "reply": Move(("routed", "answered"), "answered"),
    "resolve": Move(("routed", "answered"), "resolved"),
}


def moved(state: str, act: str) -> str:
    """The state after `act`. Raises Refusal where the case does not stand so that it may be done."""
    move = MOVES[act]
    if state not in move.before:
        raise Refusal("This case is already closed. Nothing was changed.")
    return move.after


def new_reference() -> str:
    """A random reference with its check digit."""
    body = str(secrets.choice(range(1, 10))) + "".join(str(secrets.randbelow(10)) for _ in range(REFERENCE_DIGITS - 2))
    return body + str(verhoeff.calc_check_digit(body))


def is_reference(digits: str) -> bool:
    """Whether this can be a reference: length and check digit. Says nothing about a case."""
    return len(digits) == REFERENCE_DIGITS and digits.isascii() and digits.isdigit() and bool(verhoeff.is_valid(digits))


def known_by(answer: str) -> str:
    """The way of being known; `hotline` for a complaint left before the question."""
    return answer if answer in ANSWER_BY else "hotline"


def may_write_out(answer_by: str) -> bool:
    """Whether an answer's own words may go to the phone."""
    return answer_by == "write"


def must_be_told(answer_by: str) -> bool:
    """Whether an operator tells the answer by voice."""
    return answer_by in ("call", "hotline")

"""References of cases, and the bounds of guessing one. Pure.

A reference is thirteen digits: twelve random (the first not 0) and a Verhoeff check digit, written
`482 913 057 2264`. There are 9 x 10^11 of them. The sum behind the length, with a million open
cases and the gateway's bound of 800 wrong pairs of reference and PIN a day over all addresses:
800 x 10^6 / (9 x 10^11) = 0.00089, under one in a thousand; for one address (10 a day) 0.00001.
A hit alone opens nothing: the answer is the same until the PIN is right too.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from stdnum import verhoeff

REFERENCE_DIGITS = 13
TRIES_WINDOW = timedelta(hours=24)
TRIES_PER_ADDRESS = 10
TRIES_PER_CASE = 10
TRIES_IN_ALL = 800


def new_reference() -> str:
    """A random reference with its check digit."""
    body = str(secrets.choice(range(1, 10))) + "".join(str(secrets.randbelow(10)) for _ in range(REFERENCE_DIGITS - 2))
    return body + str(verhoeff.calc_check_digit(body))


def is_reference(digits: str) -> bool:
    """Whether this can be a reference: length and check digit. Says nothing about a case."""
    return len(digits) == REFERENCE_DIGITS and digits.isascii() and digits.isdigit() and bool(verhoeff.is_valid(digits))

"""Numbers of appointments. Pure.

Eight digits, the last a Verhoeff check digit, written `4829 1305`: short enough to be read to a clerk, and never
mistaken for a case's thirteen. A number opens nothing by itself: from another phone than the one that booked, an
appointment is told, moved or cancelled by an operator alone. A number is given to somebody else only after everything
about its appointment is forgotten.
"""

from __future__ import annotations

import secrets

from stdnum import verhoeff

DIGITS = 8
GROUPS = (4, 4)


def new_number() -> str:
    body = str(secrets.choice(range(1, 10))) + "".join(str(secrets.randbelow(10)) for _ in range(DIGITS - 2))
    return body + str(verhoeff.calc_check_digit(body))


def is_number(digits: str) -> bool:
    """Whether this can be one: length and check digit."""
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit() and bool(verhoeff.is_valid(digits))

"""What a typed text means as an answer: numbers, dates, money and names as people write them. Pure.

Digits of any script are digits; a year of the Buddhist era becomes one of the common era. What cannot be
understood is None, with the name of the sentence that says so; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from ..cases.references import is_reference
from ..language import fold
from .asking import MEDIA, Option, enclosed
from .flow import Step
from .state import Heard

PIN_DIGITS = 4
LETTERS = 4000
"""The longest text where a step names no bound."""

BUDDHIST = 543
BUDDHIST_FROM = 2400
FIRST_YEAR, LAST_YEAR = 1900, 2100
CARD_DIGITS = range(8, 17)
"""Of a card, an identity card, the NSSF, or a telephone: whichever she has at hand."""

PHONE_DIGITS = range(8, 16)
_GROUPING = re.compile(r"(?<=\d)[.,\s](?=\d{3}(?!\d))")

Understood = tuple[str | None, str]
"""The answer, and the notice that says why there is none."""


def understand(step: Step, choices: list[Option], heard: Heard, warned: bool = False) -> Understood:
    """The answer that a text means for this question. `warned`: it was refused once; a hint never blocks."""
    if choices:
        pressed = fold.key(heard.text)
        return next((o.code for o in choices if o.number == pressed), None), "wrong.choice"
    if step.answer in MEDIA:
        kind, name = heard.media
        return (name if kind in MEDIA[step.answer] else None), "wrong.media"
    if step.answer == "pin":
        return heard.pin or None, "wrong.pin"
    if step.answer == "text":
        return (enclosed(*heard.media), "") if heard.media[0] else _text(step, heard.text)
    if step.answer == "card" and not warned and len(_digits(heard.text)) not in CARD_DIGITS:
        return None, "wrong.card"
    if step.answer == "year":
        return _year(step, heard.text, heard.year), "wrong.year"
    return KINDS[step.answer](step, heard.text), f"wrong.{step.answer}"


def is_pin(text: str) -> bool:
    """Whether a text is a secret number as it is asked: four digits, and no key of the machine."""
    pressed = fold.key(text)
    return len(pressed) == PIN_DIGITS and pressed.isascii() and pressed.isdigit()


LONG_NUMBER = 100_000


def _digits(text: str) -> str:
    return "".join(c for c in fold.digits(text) if c.isdigit())


def _text(step: Step, text: str) -> Understood:
    said = fold.clean(text)
    if len(said) > (step.most or LETTERS):
        return None, "wrong.long"
    return said or None, "wrong.text"


def _number(step: Step, text: str) -> str | None:
    pressed = fold.key(text)
    if step.least >= LONG_NUMBER:  # it was told in groups, and is typed as it was told
        pressed = _digits(text)
    if not (pressed.isascii() and pressed.isdigit()) or not step.least <= int(pressed) <= step.most:
        return None
    return str(int(pressed))


def _money(step: Step, text: str) -> str | None:
    """Whole units; grouping points, commas and spaces and the currency's name are left out. Two sums are none."""
    plain = _GROUPING.sub("", fold.digits(text))
    sums = re.findall(r"[\d.,]+", plain)
    return str(int(sums[0])) if len(sums) == 1 and sums[0].isdecimal() else None


def _common_year(year: int) -> int:
    return year - BUDDHIST if year >= BUDDHIST_FROM else year


def _year(step: Step, text: str, now: int) -> str | None:
    """A year; none that is still to come, unless the step allows one."""
    pressed = fold.key(text)
    if not (pressed.isascii() and pressed.isdigit() and len(pressed) == 4):
        return None
    year = _common_year(int(pressed))
    return str(year) if (step.least or FIRST_YEAR) <= year <= (step.most or now or LAST_YEAR) else None


def _date(step: Step, text: str) -> str | None:
    """Day, month, year in that order, however they are set apart; ISO also. Kept as ISO."""
    parts = [int(part) for part in re.findall(r"\d+", fold.digits(text))]
    if len(parts) != 3:
        return None
    day, month, year = parts if parts[0] <= 31 else parts[::-1]
    try:
        found = date(_common_year(year if year > 99 else 2000 + year), month, day)
    except ValueError:
        return None
    return found.isoformat() if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _phone(step: Step, text: str) -> str | None:
    digits = _digits(text)
    return ("+" if text.strip().startswith("+") else "") + digits if len(digits) in PHONE_DIGITS else None


def _reference(step: Step, text: str) -> str | None:
    digits = _digits(text)
    return digits if is_reference(digits) else None


def _words(step: Step, text: str) -> str | None:
    return fold.clean(text)[:LETTERS] or None


KINDS: dict[str, Callable[[Step, str], str | None]] = {
    "number": _number,
    "money": _money,
    "date": _date,
    "phone": _phone,
    "reference": _reference,
    "place": _words,
    "card": _words,
}

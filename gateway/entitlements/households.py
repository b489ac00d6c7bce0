"""What rules may read of a household that stands in a register. Pure.

Who was born in a year of which the day is not known may be of either age: what is counted is a span. A column that is
empty tells nothing; nothing of it means no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from ..country.conditions import Facts, Span, Verdict

OLD, INFANT, SMALL, BABY, GROWN = 60, 2, 5, 1, 15
WORKS = ("company", "state", "own")
About = Mapping[str, object]


def facts_of(
    members: Sequence[About], has_card: bool, valid_until: date | None, place: str, today: date, as_of: date
) -> Facts:
    """The facts of a household today: of its card, of where it lives, and of its members as the register of `as_of` has
    them (`born`, `expecting`, `disability`, `school`, `work`). Who was born since does not stand in it."""
    born_since = as_of < today
    found: dict[str, str | Span] = {
        "abroad": "no",
        "older": counted(members, lambda one: is_of_age(one, OLD, None, today)),
        "infants": counted(members, lambda one: is_of_age(one, 0, INFANT - 1, today), born_since),
        "babies": counted(members, lambda one: is_of_age(one, 0, BABY - 1, today), born_since),
        "small": counted(members, lambda one: is_of_age(one, 0, SMALL - 1, today), born_since),
        "expecting": counted(members, lambda one: said(one, "expecting", "yes")),
        "disabled": counted(members, lambda one: said(one, "disability", "yes")),
        "pupils": counted(members, lambda one: said(one, "school", "low")),
        "seniors": counted(members, lambda one: said(one, "school", "high")),
    }
    if has_card:
        found["card"] = "no" if valid_until and valid_until < today else "yes"
    if place:
        found["lives"] = place
    grown = [one for one in members if is_of_age(one, 0, GROWN - 1, today) is not True]
    for work in WORKS:
        verdict = any_of(said(one, "work", work) for one in grown)
        if verdict is not None:
            found[work] = "yes" if verdict else "no"
    return found


def counted(members: Iterable[About], holds: Callable[[About], Verdict], more: bool = False) -> Span:
    """How many there are, at least and at most; `more`: there may be others whom nobody has written down."""
    verdicts = [holds(one) for one in members]
    sure = verdicts.count(True)
    return sure, None if more else sure + verdicts.count(None)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    return True if True in found else None if None in found or not found else False


def said(one: About, column: str, word: str) -> Verdict:
    """Whether a column says a word; None where it is empty."""
    written = one.get(column)
    return None if not written else written == word


def is_of_age(one: About, least: int, most: int | None, today: date) -> Verdict:
    """Whether somebody is between two ages; None where her birth is not known, or only its year and both are so."""
    born = str(one.get("born") or "")
    if not born:
        return None
    ages = {years(day, today) for day in _days(born, today)}
    verdicts = {least <= age and (most is None or age <= most) for age in ages}
    return verdicts.pop() if len(verdicts) == 1 else None


def _days(born: str, today: date) -> list[date]:
    """The day of a birth; of a year alone, its first day and its last (or today)."""
    if len(born) > 4:
        return [date.fromisoformat(born)]
    year = int(born)
    return [date(year, 1, 1), min(date(year, 12, 31), today)]


def years(born: date, today: date) -> int:
    """Whole years since a day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

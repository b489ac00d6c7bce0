"""Dates, spans and numbers as each locale writes them. Babel where it is right, our table where not.

Digits stay ASCII (the default of both countries' locales); a setting for native digits and the
Buddhist era belongs here when a country asks for it.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from babel.dates import format_date

from .catalogue import Texts, mark
from .tags import babel_name

DAY_PATTERNS = {"km": "'ថ្ងៃ'EEEE 'ទី'd 'ខែ'MMMM"}
"""Where a locale says a day otherwise than `weekday day month`."""

DAYS = mark("formats.working_days", "{count} working days")
DAY = mark("formats.working_day", "1 working day")


@lru_cache
def _locale(tag: str) -> BabelLocale:
    return BabelLocale.parse(babel_name(tag))


@lru_cache(maxsize=2000)
def day(tag: str, when: date) -> str:
    """`Friday 27 November`: with the weekday, without the year."""
    return str(format_date(when, DAY_PATTERNS.get(tag, "EEEE d MMMM"), locale=_locale(tag)))


def clock_time(when: datetime, zone: str) -> str:
    """`14:05`, local. Twenty-four hours in every locale: Babel's Khmer says PM in Latin letters."""
    return when.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day_of(tag: str, when: datetime, zone: str) -> str:
    return day(tag, when.astimezone(ZoneInfo(zone)).date())


def working_days(texts: Texts, tag: str, count: int) -> str:
    return texts.say(tag, DAY) if count == 1 else texts.say(tag, DAYS, count=str(count))


def grouped(digits: str, groups: tuple[int, ...] = (3, 3, 3, 4)) -> str:
    """A reference in groups that can be read aloud: `482 913 057 2264`."""
    parts, at = [], 0
    for width in groups:
        parts.append(digits[at : at + width])
        at += width
    return " ".join(filter(None, (*parts, digits[at:])))

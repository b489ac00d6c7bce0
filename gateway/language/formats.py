"""Dates, spans, numbers, money, phones and references as each locale writes them. Babel where it is right, our
table where not.

Digits are ASCII and years of the common era, unless a country's `Style` says otherwise. Babel prints riel and kip
with decimals and points that nobody writes: here they are whole, with a thin comma, the unit behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from babel.dates import format_date

from .catalogue import Texts, mark
from .tags import babel_name

DAY_PATTERNS = {"km": "'ថ្ងៃ'EEEE 'ទី'd 'ខែ'MMMM", "my": "MMMM d EEEE"}
"""Where a locale says a day otherwise than `weekday day month`."""

ZEROS = {"km": "០", "lo": "໐", "th": "๐", "my": "၀"}
"""The zero of each script; nine digits follow it."""

BUDDHIST = 543
UNITS = {
    "KHR": {"km": "រៀល", "lo": "ຣຽນ", "th": "เรียล", "my": "ရီယယ်", "vi": "riel", "en": "riel"},
    "LAK": {"lo": "ກີບ", "km": "គីប", "th": "กีบ", "my": "ကစ်", "vi": "kip", "en": "kip"},
}

DAYS = mark("formats.working_days", "{count} working days")
DAY = mark("formats.working_day", "1 working day")
HOURS = mark("formats.hours", "{count} hours")


@dataclass(frozen=True)
class Style:
    """What a country chooses for a locale: its own digits, years of the Buddhist era."""

    native_digits: bool = False
    buddhist_era: bool = False


PLAIN = Style()


@lru_cache
def _locale(tag: str) -> BabelLocale:
    return BabelLocale.parse(babel_name(tag))


@lru_cache(maxsize=2000)
def day(tag: str, when: date, style: Style = PLAIN) -> str:
    """`Friday 27 November`: with the weekday, without the year."""
    written = str(format_date(when, DAY_PATTERNS.get(tag, "EEEE d MMMM"), locale=_locale(tag)))
    return in_digits(tag, written, style)


@lru_cache(maxsize=2000)
def brief_day(tag: str, when: date, style: Style = PLAIN) -> str:
    """`Fri 27/11`, for lists on small screens."""
    return in_digits(tag, str(format_date(when, "EEE d/M", locale=_locale(tag))), style)


@lru_cache(maxsize=2000)
def day_and_year(tag: str, when: date, style: Style = PLAIN) -> str:
    """`Friday 27 November 2026`, or 2569 where the style has the Buddhist era."""
    year = when.year + (BUDDHIST if style.buddhist_era else 0)
    return f"{day(tag, when, style)} {in_digits(tag, str(year), style)}"


def clock_time(when: datetime, zone: str, tag: str = "en", style: Style = PLAIN) -> str:
    """`14:05`, local. Twenty-four hours in every locale: Babel's Khmer says PM in Latin letters."""
    return in_digits(tag, when.astimezone(ZoneInfo(zone)).strftime("%H:%M"), style)


def day_of(tag: str, when: datetime, zone: str, style: Style = PLAIN) -> str:
    return day(tag, when.astimezone(ZoneInfo(zone)).date(), style)


def working_days(texts: Texts, tag: str, count: int) -> str:
    return texts.say(tag, DAY) if count == 1 else texts.say(tag, DAYS, count=str(count))


def span(texts: Texts, tag: str, raw: str) -> str:
    """How long something may take: `10` is working days, `24h` hours of the clock."""
    hours = raw.removesuffix("h")
    return texts.say(tag, HOURS, count=hours) if hours != raw else working_days(texts, tag, int(raw))


def number(tag: str, value: int, style: Style = PLAIN) -> str:
    """`1,520,000`: the comma is read alike in both countries; Lao's point is a decimal point to many."""
    return in_digits(tag, f"{value:,}", style)


def money(tag: str, amount: int, currency: str, style: Style = PLAIN) -> str:
    """A whole amount of KHR or LAK: `400,000 riel`. Neither has a coin smaller than its unit."""
    units = UNITS[currency]
    return f"{number(tag, amount, style)} {units.get(babel_name(tag)) or units['en']}"


def phone(national: str) -> str:
    """A phone number in groups as it is read aloud, the last one of four where one is left over: `012 345 678`,
    `071 234 5678`."""
    left = len(national) % 3
    return grouped(national, (3,) * (len(national) // 3 - (left == 1))) if national.isdecimal() else national


def grouped(digits: str, groups: tuple[int, ...] = (3, 3, 3, 4)) -> str:
    """A reference in groups that can be read aloud: `482 913 057 2264`."""
    parts, at = [], 0
    for width in groups:
        parts.append(digits[at : at + width])
        at += width
    return " ".join(filter(None, (*parts, digits[at:])))


def in_digits(tag: str, text: str, style: Style) -> str:
    """The same text with the script's own digits, where the style asks for them and the script has them."""
    zero = ZEROS.get(tag) if style.native_digits else None
    return text.translate({ord("0") + n: ord(zero) + n for n in range(10)}) if zero else text

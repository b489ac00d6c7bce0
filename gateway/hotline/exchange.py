"""The missed-call list of an ordinary telephone exchange: numbers and moments in lines of cells. Pure.

Exchanges and spreadsheets write such lists in many ways: commas, semicolons or tabs, UTF-8 or UTF-16, days before
months. A cell that is a day or an hour is never taken for a number, and a number must be one that can exist: else
somebody who never rang is called.
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers

from ..country import Pack
from ..language import fold

LONGEST_LIST = 1000
NUMBER = re.compile(r"\+?[\d ().-]{6,24}")
DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(.*)", re.DOTALL)
DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}:\d{2}")
OLDEST = 2000


def decoded(body: bytes) -> str:
    """The words of a file, whatever program wrote it."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8-sig", "replace")


def read_list(text: str, pack: Pack, now: datetime) -> list[tuple[str, datetime]]:
    """Numbers with their times; a line without a number is left out, a time that cannot be read is now."""
    found: list[tuple[str, datetime]] = []
    lines = text.replace("\0", "").splitlines()
    between = max(",;\t", key=text.count)
    for line in lines:
        cells = [fold.digits(cell.strip().strip('"')) for row in csv.reader([line], delimiter=between) for cell in row]
        number = next((number for cell in cells if (number := _number(cell, pack))), "")
        if number:
            moment = next((moment for cell in cells if (moment := _moment(cell, pack.zone))), now)
            found.append((number, min(moment, now)))
    return found


def _number(cell: str, pack: Pack) -> str:
    if DATED.search(cell) or not NUMBER.fullmatch(cell):
        return ""
    try:
        parsed = phonenumbers.parse(cell, pack.phone_region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _moment(cell: str, zone: str) -> datetime | None:
    day_first = DAY_FIRST.fullmatch(cell)
    if day_first:
        day, month, year, clock = day_first.groups()
        cell = f"{year}-{month:0>2}-{day:0>2}{clock}"
    if not DATED.search(cell):
        return None
    try:
        found = datetime.fromisoformat(cell)
        moment = (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= OLDEST else None

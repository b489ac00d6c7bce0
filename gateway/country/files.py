"""The files of one country pack as they are read: their words, and what is wrong with them; the calendar and the
channels, which need nothing of the other files.
"""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from ..clock import Calendar
from ..language.measure import USSD, Size
from ..reading import Fault, Faulty, Lined, list_of, read_file, said_yes, unknown_words
from . import ChannelRow

FILES = ("country", "categories", "routing", "offices", "calendar", "channels", "referrals", "programmes")
KINDS = ("ussd", "sms", "voice")
DIALECTS = ("africastalking", "lastinput")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_YEARS = range(2025, 2036)
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


class Files:
    """Reads the files of one pack, keeping faults instead of stopping at the first."""

    def __init__(self, root: Path, code: str) -> None:
        self.root, self.code, self.folder = root, code, root / "countries" / code
        self.faults: list[Fault] = []
        self.files: dict[str, Lined] = {}
        for name in FILES:
            self.files[name], faults = read_file(self.folder / f"{name}.yaml", root)
            self.faults += faults
        if self.faults:
            raise Faulty(self.faults)

    def fault(self, file: str, key: str, sentence: str, inside: Lined | None = None) -> None:
        line = (inside if inside is not None else self.files[file]).line_of(key)
        self.faults.append(Fault(f"countries/{self.code}/{file}.yaml", line, sentence))

    def words(self, file: str, found: Lined, known: tuple[str, ...], owner: str) -> None:
        self.faults += unknown_words(found, known, f"countries/{self.code}/{file}.yaml", owner)

    def need(self, file: str, key: str, inside: Lined | None = None) -> str:
        found = (inside if inside is not None else self.files[file]).get(key)
        if not isinstance(found, str) or not found:
            self.fault(file, key, f"'{key}' is missing", inside)
            return ""
        return found

    def yes(self, file: str, row: Lined, word: str, otherwise: bool = False) -> bool:
        return said_yes(row, word, f"countries/{self.code}/{file}.yaml", self.faults, otherwise)

    def day(self, file: str, row: Lined, key: str = "verified_on") -> date | None:
        written = row.get(key, "")
        try:
            return date.fromisoformat(written) if written else None
        except ValueError:
            self.fault(file, key, f"'{written}' is not a date; write one such as 2026-11-23", row)
            return None

    def zone(self) -> str:
        zone = self.need("country", "zone")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            self.fault("country", "zone", f"'{zone}' is not a time zone; write one such as Asia/Phnom_Penh")
            return "UTC"
        return zone

    def calendar(self) -> Calendar:
        found = self.files["calendar"]
        self.words("calendar", found, ("hours", "closed", "open"), "the calendar")
        hours: dict[int, tuple[tuple[time, time], ...]] = {}
        for days, text in found.get("hours", Lined()).items():
            spans = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in _HOURS.findall(str(text)))
            first, _, last = days.partition("-")
            if first not in DAYS or (last or first) not in DAYS or not spans or any(a >= b for a, b in spans):
                self.fault(
                    "calendar",
                    days,
                    f"'{days}: {text}' is not read; write mon-fri: 07:30-11:30 14:00-17:00",
                    found["hours"],
                )
                continue
            for number in range(DAYS.index(first), DAYS.index(last or first) + 1):
                hours[number] = spans
        if not hours:
            self.fault("calendar", "hours", "the offices need working hours")
        table = holidays.country_holidays(self.code.upper(), years=HOLIDAY_YEARS)
        closed = (set(table) | self.days(found, "closed")) - self.days(found, "open")
        return Calendar(self.zone(), hours, frozenset(closed))

    def days(self, found: Lined, key: str) -> set[date]:
        rows = found.get(key, {})
        days = set()
        for written in rows if isinstance(rows, dict) else ():
            try:
                days.add(date.fromisoformat(written))
            except ValueError:
                self.fault("calendar", written, f"'{written}' is not a date; write one such as 2026-11-23", rows)
        return days

    def channels(self) -> dict[str, ChannelRow]:
        rows = {}
        for name, row in self.files["channels"].items():
            known = (
                *("kind", "dialect", "provider", "code", "septets", "units", "sender", "can_reply"),
                *("seconds", "languages"),
            )
            self.words("channels", row, known, f"channel '{name}'")
            kind = self.need("channels", "kind", row)
            if kind not in KINDS:
                what = f"'{kind}' is not a kind of channel; write {', '.join(KINDS[:-1])} or {KINDS[-1]}"
                self.fault("channels", "kind", what, row)
            if kind == "ussd" and row.get("dialect") not in DIALECTS:
                self.fault("channels", "dialect", f"a USSD channel needs its dialect: {' or '.join(DIALECTS)}", row)
            rows[name] = ChannelRow(
                name,
                kind,
                self.size(name, row),
                self.yes("channels", row, "can_reply", otherwise=True),
                row.get("code", ""),
                row.get("sender", ""),
                row.get("dialect", ""),
                self.seconds(row),
                list_of(row, "languages", f"countries/{self.code}/channels.yaml", self.faults),
                self.files["channels"].line_of(name),
            )
        for kind in ("ussd", "sms"):
            if kind not in {row.kind for row in rows.values()}:
                self.fault("channels", kind, f"no channel of kind {kind} is given")
        return rows

    def seconds(self, row: Lined) -> int:
        text = row.get("seconds", "0")
        if not text.isdigit():
            self.fault("channels", "seconds", f"'{text}' is not a number of seconds", row)
            return 0
        return int(text)

    def size(self, name: str, row: dict[str, Any]) -> Size:
        try:
            return Size(int(row.get("septets", USSD.septets)), int(row.get("units", USSD.units)))
        except ValueError:
            self.fault("channels", name, f"channel '{name}' needs whole numbers for septets and units")
            return USSD

"""The files of one country pack as they are read: their words, and what is wrong with them; the calendar and the
channels, which need nothing of the other files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from ..clock import MIDNIGHT, Calendar, Spans
from ..language.measure import USSD, Size
from ..reading import Fault, Faulty, Lined, did_you_mean, list_of, read_file, said_yes, unknown_words
from . import ChannelRow, Office, lineage

FILES = ("country", "categories", "rights", "routing", "offices", "calendar", "channels", "referrals")
PROGRAMMES = "programmes"
KINDS = ("ussd", "sms", "chat", "voice", "desk")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_YEARS = range(2025, 2036)
_HOURS = re.compile(r"([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)-([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)")
CALENDAR_WORDS = ("hours", "closed", "open", "days")
CHANNEL_WORDS = (
    *("kind", "provider", "code", "septets", "units", "sender", "can_reply", "seconds", "languages"),
    *("pace", "prices", "cap", "hours", "own"),
)
Hours = dict[int, Spans]


def _clock(text: str) -> time:
    """A time of day; the end of it, 24:00, is the last moment there is."""
    return MIDNIGHT if text == "24:00" else time.fromisoformat(text)


class Files:
    """Reads the files of one pack, keeping faults instead of stopping at the first."""

    def __init__(self, root: Path, code: str) -> None:
        self.root, self.code, self.folder = root, code, root / "countries" / code
        self.faults: list[Fault] = []
        self.files: dict[str, Lined] = {}
        for name in FILES:
            self.files[name], faults = read_file(self.folder / f"{name}.yaml", root)
            self.faults += faults
        self.programme_files: dict[str, Lined] = {}
        for path in sorted((self.folder / PROGRAMMES).glob("*.yaml")):
            self.programme_files[path.stem], faults = read_file(path, root)
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
        self.words("calendar", found, (*CALENDAR_WORDS, "offices"), "the calendar")
        table = frozenset(holidays.country_holidays(self.code.upper(), years=HOLIDAY_YEARS))
        return self.changed(Calendar(self.zone(), {}, table), found)

    def changed(self, calendar: Calendar, row: Lined) -> Calendar:
        """A calendar with what a row of the file changes: its week, days closed, open, or with hours of their own."""
        hours = self.hours("calendar", self.mapping(row, "hours")) if "hours" in row else calendar.hours
        if not any(hours.values()):
            self.fault("calendar", "hours", "the offices need working hours", row)
        other = self.other_days(row)
        closed = (calendar.closed | self.days(row, "closed")) - self.days(row, "open") - set(other)
        return Calendar(calendar.zone, hours, closed, {**calendar.other, **other})

    def mapping(self, row: Lined, key: str, file: str = "calendar") -> Lined:
        """The words below a key and their values."""
        found = row.get(key, Lined())
        if not isinstance(found, Lined):
            self.fault(file, key, f"'{key}' needs words below it, with their values", row)
        return found if isinstance(found, Lined) else Lined()

    def other_days(self, row: Lined, file: str = "calendar") -> dict[date, Spans]:
        """`days: {2026-12-31: 07:30-11:30}`, half days and the like, also on what would be a holiday."""
        found, written = {}, row.get("days", Lined())
        for day in self.days(row, "days", file):
            text = str(written[day.isoformat()])
            found[day] = self.spans(text)
            if not found[day]:
                what = f"'{day}: {text}' is not read; write 2026-12-31: 07:30-11:30"
                self.fault(file, day.isoformat(), what, written)
        return found

    def office_calendars(self, calendar: Calendar, offices: Mapping[str, Office]) -> dict[str, Calendar]:
        """The calendars of the offices that work otherwise than the country's; each holds for those below it too."""
        rows = self.mapping(self.files["calendar"], "offices")
        found: dict[str, Calendar] = {}
        for code in sorted(rows, key=lambda code: len(tuple(lineage(code, offices)))):
            if code not in offices:
                self.fault("calendar", code, f"'{code}' is not an office{did_you_mean(code, offices)}", rows)
                continue
            row = self.mapping(rows, code)
            self.words("calendar", row, CALENDAR_WORDS, f"the calendar of '{code}'")
            above = next((found[up] for up in lineage(code, offices) if up in found), calendar)
            found[code] = self.changed(above, row)
        return found

    def hours(self, file: str, found: Lined) -> Hours:
        """`mon-fri: 07:30-11:30 14:00-17:00`, by weekday."""
        hours: Hours = {}
        for days, text in found.items():
            spans = self.spans(str(text))
            first, _, last = days.partition("-")
            if first not in DAYS or (last or first) not in DAYS or not spans:
                what = f"'{days}: {text}' is not read; write mon-fri: 07:30-11:30 14:00-17:00"
                self.fault(file, days, what, found)
                continue
            for number in range(DAYS.index(first), DAYS.index(last or first) + 1):
                hours[number] = spans
        return hours

    def spans(self, text: str) -> Spans:
        """`07:30-11:30 14:00-17:00`; nothing where it is not read, or not in the order of the day."""
        spans = tuple((_clock(a), _clock(b)) for a, b in _HOURS.findall(text))
        clocks = [clock for span in spans for clock in span]
        in_order = all(a < b for a, b in spans) and clocks == sorted(clocks)
        return spans if in_order and _HOURS.sub("", text).strip() == "" else ()

    def quiet(self) -> tuple[time, time] | None:
        """`quiet: 20:00-08:00`: nobody is written to unasked; no quiet hours where it is left out."""
        text = self.files["country"].get("quiet", "")
        spans = _HOURS.fullmatch(text)
        if text and spans is None:
            self.fault("country", "quiet", f"'{text}' is not read; write quiet: 20:00-08:00")
        return (_clock(spans[1]), _clock(spans[2])) if spans else None

    def days(self, found: Lined, key: str, file: str = "calendar") -> set[date]:
        rows, days = self.mapping(found, key, file), set()
        for written in rows:
            try:
                day = date.fromisoformat(written)
            except ValueError:
                day = None
            if day is None or day.isoformat() != written:
                self.fault(file, written, f"'{written}' is not a date; write one such as 2026-11-23", rows)
            else:
                days.add(day)
        return days

    def channels(self) -> dict[str, ChannelRow]:
        rows = {name: self.channel(name, row) for name, row in self.files["channels"].items()}
        for kind in ("ussd", "sms"):
            if kind not in {row.kind for row in rows.values()}:
                self.fault("channels", kind, f"no channel of kind {kind} is given")
        return rows

    def channel(self, name: str, row: Lined) -> ChannelRow:
        self.words("channels", row, CHANNEL_WORDS, f"channel '{name}'")
        kind = self.need("channels", "kind", row)
        if kind not in KINDS:
            what = f"'{kind}' is not a kind of channel; write {', '.join(KINDS[:-1])} or {KINDS[-1]}"
            self.fault("channels", "kind", what, row)
        hours = self.hours("channels", row["hours"]) if "hours" in row else None
        return ChannelRow(
            name,
            kind,
            self.size(name, row),
            self.yes("channels", row, "can_reply", otherwise=True),
            row.get("code", ""),
            row.get("sender", ""),
            self.need("channels", "provider", row),
            self.whole("seconds", row),
            list_of(row, "languages", f"countries/{self.code}/channels.yaml", self.faults),
            self.files["channels"].line_of(name),
            self.whole("pace", row),
            {prefix: self.whole(prefix, row["prices"]) for prefix in row.get("prices", ())},
            self.whole("cap", row),
            Calendar(self.zone(), hours, self.calendar().closed) if hours else None,
            row.get("own", Lined()),
        )

    def whole(self, key: str, row: Lined) -> int:
        text = row.get(key, "0")
        if not text.isdigit():
            self.fault("channels", key, f"'{text}' is not a whole number", row)
            return 0
        return int(text)

    def size(self, name: str, row: dict[str, Any]) -> Size:
        try:
            return Size(int(row.get("septets", USSD.septets)), int(row.get("units", USSD.units)))
        except ValueError:
            self.fault("channels", name, f"channel '{name}' needs whole numbers for septets and units")
            return USSD

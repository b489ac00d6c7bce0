"""A register of elsewhere as rows: read from CSV or XLSX, each cell understood or told why not, with its line. Pure:
from bytes to rows and faults; what is typed in an old Khmer or Lao font is refused: no letter of it is what it seems.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from ..country import Pack
from ..language import fold
from ..language.catalogue import Key, mark
from ..language.old_fonts import is_old
from ..sheets import Read, Unreadable, rows_of

COLUMNS: Mapping[str, Key] = {
    "day": mark("console", "Day"),
    "about": mark("console", "What is it about?"),
    "place": mark("console", "Place"),
    "what": mark("console", "What happened?"),
    "phone": mark("console", "Her telephone number"),
    "state": mark("console", "Closed?"),
}
NEEDED = ("day", "about", "what")
MOST_LINES = 2000
OLDEST = timedelta(days=3 * 366)
LONGEST_STORY = 1200
YES = ("1", "yes", "closed", "x", "បាទ", "ចាស", "បិទ", "ແມ່ນ", "ປິດ")
NO = ("", "0", "no", "open", "-", "–", "ទេ", "បើក", "នៅបើក", "ບໍ່", "ເປີດ")
DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
UNREADABLE = mark("console", "This is neither a CSV in UTF-8 nor an XLSX workbook.")
NO_HEAD = mark("console", "The first line must name the columns; missing: {columns}")
TOO_LONG = mark("console", "There are more than {most} lines. Split the file.")
OLD_FONT = mark(
    "console",
    "Typed in an old font (such as Limon): no letter in it is what it seems. Convert the file to Unicode first.",
)
BAD_DAY = mark("console", "This is no day: {cell}. Write it as 2026-11-20 or 20/11/2026.")
BAD_ABOUT = mark("console", "This is none of our kinds: {cell}")
BAD_STATE = mark("console", "Write whether it is closed as yes or no: {cell}")
BAD_PHONE = mark("console", "This is no telephone number: {cell}")
NO_WORDS = mark("console", "What happened is missing.")
TOO_MANY_LETTERS = mark("console", "It is longer than 1200 letters. Make it shorter, then send again.")
TWICE = mark("console", "The same as line {line}.")


@dataclass(frozen=True)
class Fault:
    """Why nothing is taken in: the line (0 for the whole file), and a sentence with its facts."""

    line: int
    says: Key
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One complaint of the book. `place` is empty where it was not found: triage sets it."""

    line: int
    day: str
    category: str
    place: str
    story: str
    phone: str
    closed: bool

    def raw(self) -> dict[str, object]:
        return asdict(self)


def read_book(
    body: bytes, pack: Pack, names: Mapping[str, Sequence[str]], today: date
) -> tuple[list[Row], list[Fault]]:
    """The rows of a file, and what is wrong with it: where there is a fault, none of them is to be taken in. `names`:
    by what else each column and each category may be called, folded."""
    try:
        table = list(rows_of(io.BytesIO(body), MOST_LINES + 2))
    except Unreadable:
        return [], [Fault(0, UNREADABLE, {})]
    head = _head(table[0] if table else [], names)
    missing = [column for column in NEEDED if column not in head]
    if missing:
        return [], [Fault(0, NO_HEAD, {"columns": ", ".join(missing)})]
    if len(table) > MOST_LINES + 1:
        return [], [Fault(0, TOO_LONG, {"most": str(MOST_LINES)})]
    reader = _Reader(pack, names, today)
    for line, cells in enumerate(table[1:], start=2):
        found = {column: cells[index] if index < len(cells) else ("", "") for column, index in head.items()}
        if any(text.strip() for text, _ in found.values()):
            reader.take(line, found)
    return reader.rows, reader.faults


class _Reader:
    def __init__(self, pack: Pack, names: Mapping[str, Sequence[str]], today: date) -> None:
        self.pack, self.names, self.today = pack, names, today
        self.rows: list[Row] = []
        self.faults: list[Fault] = []
        self._known: dict[tuple[str, ...], int] = {}

    def take(self, line: int, cells: Mapping[str, Read]) -> None:
        if any(is_old(text, font) for text, font in cells.values()):
            self.faults.append(Fault(line, OLD_FONT, {}))
            return
        text = {name: fold.clean(cells.get(name, ("", ""))[0]) for name in COLUMNS}
        day, category = day_of(text["day"], self.today), self._category(text["about"])
        phone = (self.pack.e164(fold.digits(text["phone"])) or "") if text["phone"] else ""
        wrong = [
            (day is None, BAD_DAY, text["day"]),
            (not category, BAD_ABOUT, text["about"]),
            (not text["what"], NO_WORDS, ""),
            (fold.fold(text["state"]) not in (*YES, *NO), BAD_STATE, text["state"]),
            (len(text["what"]) > LONGEST_STORY, TOO_MANY_LETTERS, ""),
            (bool(text["phone"]) and not phone, BAD_PHONE, text["phone"]),
        ]
        found = [Fault(line, says, {"cell": cell[:40]}) for is_so, says, cell in wrong if is_so]
        same = self._known.setdefault((text["day"], text["about"], text["place"], text["what"], phone), line)
        if not found and same != line:
            found = [Fault(line, TWICE, {"line": str(same)})]
        self.faults += found
        if not found and day is not None:
            closed = fold.fold(text["state"]) in YES
            self.rows.append(
                Row(line, day.isoformat(), category, self._place(text["place"]), text["what"], phone, closed)
            )

    def _category(self, written: str) -> str:
        sought = fold.fold(written)
        return next((code for code in self.pack.categories if sought in (code, *self.names.get(code, ()))), "")

    def _place(self, written: str) -> str:
        return self.pack.places.meant_by(written, self.pack.areas) if written else ""


def day_of(written: str, today: date) -> date | None:
    """A day of the last three years: `2026-11-20`, or `20/11/2026`, in any digits."""
    plain = fold.digits(written).strip()[:10]
    try:
        if found := DAY.fullmatch(plain):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            day = date.fromisoformat(plain)
    except ValueError:
        return None
    return day if today - OLDEST <= day <= today else None


def _head(cells: Sequence[Read], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    written = [fold.fold(fold.clean(text)) for text, _ in cells]
    called = {column: (column, *names.get(column, ())) for column in COLUMNS}
    found = {column: next((i for i, text in enumerate(written) if text in called[column]), -1) for column in COLUMNS}
    return {column: index for column, index in found.items() if index >= 0}

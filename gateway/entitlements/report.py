"""What a line of a register may hold, and what is told of a file: counts, faults and remarks. Pure.

What makes a line unusable, or two lines contradict each other, is a fault: nothing of the file is taken in. What is
odd, or may be the same person twice, is a remark: it is listed for somebody who knows, and never put right by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..language import fold
from ..language.catalogue import Key, mark
from ..language.old_fonts import is_old
from ..sheets import Read

PEOPLE = (
    *("household", "person", "head", "name", "born", "sex", "card", "id", "nssf", "phone"),
    *("level", "valid_until", "place", "enrolled", "disability", "expecting", "school", "work"),
)
PAYMENTS = ("household", "programme", "due", "amount", "state", "at")
NEEDED = {"people": ("household", "person"), "payments": ("household", "programme", "due", "amount", "state")}
STATES = ("planned", "sent", "collected", "returned")
WORDS: Mapping[str, tuple[str, ...]] = {
    "head": ("yes", "no"), "sex": ("female", "male"), "disability": ("yes", "no"), "expecting": ("yes", "no"),
    "school": ("no", "low", "high"), "work": ("none", "company", "state", "own"),
}  # fmt: skip
OF_HOUSEHOLD = ("level", "valid_until", "place", "card", "enrolled")
MOST_TOLD = 200
"""How many faults, and how many remarks, are kept with their lines; the rest are counted."""

CARD_DIGITS = 12
OLDEST = 120
LONGEST_AMOUNT = 12
YEARS_AROUND = 40
"""No day of a register lies farther from its own day: a Buddhist year, or a slip, would."""

_AMOUNT = re.compile(r"(\d+|\d{1,3}(?:[., \u00a0]\d{3})+)(?:[.,]0{1,2})?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")

NO_HEAD = mark("console", "The first line must name the columns; missing: {columns}")
UNREADABLE = mark("console", "This is neither a CSV in UTF-8 nor an XLSX workbook.")
EMPTY = mark("console", "There is no line in this file.")
NO_KEY = mark("console", "The key of the household or of the person is missing.")
LONG = mark("console", "In the column {kind} stands more than it can hold.")
OLD_FONT = mark(
    "console",
    "Typed in an old font (such as Limon): no letter in it is what it seems. Convert the file to Unicode first.",
)
BAD_DAY = mark("console", "In the column {kind} stands no day of these years. Write it as 2026-11-20 or 20/11/2026.")
BAD_BIRTH = mark("console", "Nobody is born then.")
BAD_WORD = mark("console", "In the column {kind} may stand: {words}")
BAD_AMOUNT = mark("console", "The amount is no whole number.")
TWICE_PERSON = mark("console", "This person stands on line {line} already.")
TWICE_NUMBER = mark("console", "This {kind} number stands on line {line} already.")
DIFFERS = mark("console", "The household has another {kind} on line {line}.")
ODD_CARD = mark("console", "A card has 12 digits; this one has not.")
ODD_PLACE = mark("console", "This place is not in the gazetteer.")
ODD_NUMBER = mark("console", "In the column {kind} stands no number; it is left out.")
TWICE_COLUMN = mark("console", "The column {kind} stands twice.")
NOT_A_COLUMN = mark("console", "The column {kind} is not known here; it is left out.")
FEWER = mark("console", "It has {now} households; the register that counts has {before}. Somebody must look at it.")
OLDER = mark("console", "The register that counts is newer: it is as of {day}.")
NOT_TAKEN = mark("console", "It could not be taken in. Send it again; if it fails again, tell whoever runs Sala.")
EXPIRED = mark("console", "The card has expired.")
NO_HEAD_OF = mark("console", "Nobody is head of this household.")
TWO_HEADS = mark("console", "Another person is head of this household, on line {line}.")
SAME_PERSON = mark("console", "Perhaps the same person as on line {line}: name, birth and place are alike.")
SHARED_PHONE = mark("console", "This telephone is that of another household too, on line {line}.")
NOT_KNOWN = mark("console", "This household is not in the register of people.")


@dataclass(frozen=True)
class Told:
    """What is wrong or odd: the line (0 for the whole file), and a sentence with its facts."""

    line: int
    says: Key
    facts: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> list[object]:
        return [self.line, self.says[1], dict(self.facts)]


@dataclass(frozen=True)
class Person:
    """A line of people. `born`: a day or a year; `numbers`: by kind; `facts`: what was said of her, by column."""

    line: int
    household: str
    key: str
    name: str
    born: str
    numbers: Mapping[str, str]
    facts: Mapping[str, str]
    level: str
    valid_until: date | None
    place: str
    enrolled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """A line of payments."""

    line: int
    household: str
    programme: str
    due_on: date
    amount: int
    state: str
    at: str


@dataclass
class Report:
    """What was found in a file: counts, faults and remarks."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Told] = field(default_factory=list)
    remarks: list[Told] = field(default_factory=list)

    def fault(self, told: Told) -> None:
        self.counts["faults"] += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(told)

    def remark(self, told: Told) -> None:
        self.counts["remarks"] += 1
        if len(self.remarks) < MOST_TOLD:
            self.remarks.append(told)

    def raw(self) -> dict[str, object]:
        """As it is kept beside the snapshot."""
        told = {"faults": [one.raw() for one in self.faults], "remarks": [one.raw() for one in self.remarks]}
        return {"counts": dict(self.counts), **told}


def kind_of(head: Sequence[Read]) -> str:
    """Whether a file is of people or of payments, by its columns."""
    return "payments" if "due" in [_plain(text) for text, _ in head] else "people"


def columns_of(head: Sequence[Read], kind: str, report: Report) -> dict[str, int]:
    """Where each column stands; a needed one that is missing is a fault."""
    written, known = [_plain(text) for text, _ in head], PEOPLE if kind == "people" else PAYMENTS
    found = {column: written.index(column) for column in known if column in written}
    for column in known:
        if written.count(column) > 1:
            report.fault(Told(0, TWICE_COLUMN, {"kind": column}))
    for column in filter(None, written):
        if column not in known:
            report.remark(Told(0, NOT_A_COLUMN, {"kind": column[:40]}))
    missing = [column for column in NEEDED[kind] if column not in found]
    if missing:
        report.fault(Told(0, NO_HEAD, {"columns": ", ".join(missing)}))
    return found


def _plain(text: str) -> str:
    return fold.fold(fold.clean(text)).replace(" ", "_")


def cells_of(
    rows: Iterable[list[Read]], columns: Mapping[str, int], report: Report
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that is not empty, by column, in plain letters."""
    for line, row in enumerate(rows, start=2):
        cells = {column: row[at] if at < len(row) else ("", "") for column, at in columns.items()}
        if not any(text.strip() for text, _ in cells.values()):
            continue
        if any(is_old(text, font) for text, font in cells.values()):
            report.fault(Told(line, OLD_FONT))
            continue
        report.counts["lines"] += 1
        yield line, {column: fold.clean(text) for column, (text, _) in cells.items()}


def plain_number(text: str) -> str:
    """A number as it is compared: digits of any script are digits, letters are small, and nothing stands between."""
    return "".join(c for c in fold.digits(text).casefold() if c.isalnum())


def day_of(text: str) -> date | None:
    """`2026-11-20`, or `20/11/2026`, in any digits."""
    plain = fold.digits(text).strip()
    try:
        if found := _DAY.fullmatch(plain):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(plain) if _ISO.fullmatch(plain) else None
    except ValueError:
        return None


def amount_of(text: str) -> int | None:
    """`80000`, `80,000`, `80 000.00`, in any digits; None where it is no whole amount of at most twelve digits."""
    plain = fold.digits(text).strip()
    found = _AMOUNT.fullmatch(plain)
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return int(digits) if digits and len(digits) <= LONGEST_AMOUNT else None

"""A register of elsewhere as rows: one line for each person, with what the household has repeated on each. Pure.

What makes a line unusable, or two lines contradict each other, is a fault: nothing of the file is taken in. What is
odd, or may be the same person twice, is a remark: it is listed for somebody who knows, and never put right by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..country import Pack
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
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")

NO_HEAD = mark("console", "The first line must name the columns; missing: {columns}")
UNREADABLE = mark("console", "This is neither a CSV in UTF-8 nor an XLSX workbook.")
EMPTY = mark("console", "There is no line in this file.")
NO_KEY = mark("console", "The key of the household or of the person is missing.")
LONG = mark("console", "This is longer than it can be: {cell}")
OLD_FONT = mark(
    "console",
    "Typed in an old font (such as Limon): no letter in it is what it seems. Convert the file to Unicode first.",
)
BAD_DAY = mark("console", "This is no day: {cell}. Write it as 2026-11-20 or 20/11/2026.")
BAD_BIRTH = mark("console", "Nobody is born then: {cell}")
BAD_WORD = mark("console", "'{cell}' is not known here; it is one of: {words}")
BAD_AMOUNT = mark("console", "This is no whole amount: {cell}")
TWICE_PERSON = mark("console", "This person stands on line {line} already.")
TWICE_NUMBER = mark("console", "This {kind} number stands on line {line} already.")
DIFFERS = mark("console", "The household has another {kind} on line {line}.")
ODD_CARD = mark("console", "A card has 12 digits; this one has not.")
ODD_PLACE = mark("console", "This place is not in the gazetteer: {cell}")
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
    missing = [column for column in NEEDED[kind] if column not in found]
    if missing:
        report.fault(Told(0, NO_HEAD, {"columns": ", ".join(missing)}))
    return found


def _plain(text: str) -> str:
    return fold.fold(fold.clean(text)).replace(" ", "_")


def _cells(
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


class People:
    """Reads the lines of people, and keeps what later ones are compared with."""

    def __init__(self, pack: Pack, as_of: date, report: Report) -> None:
        self.pack, self.as_of, self.report = pack, as_of, report
        self._persons: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], tuple[str, int]] = {}
        self._households: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._heads: dict[str, int] = {}
        self._alike: dict[tuple[str, str, str], tuple[str, int]] = {}

    def read(self, rows: Iterable[list[Read]], columns: Mapping[str, int]) -> Iterator[Person]:
        """The persons that can be used."""
        for line, cells in _cells(rows, columns, self.report):
            person = self.person(line, cells)
            if person:
                self.report.counts["members"] += 1
                yield person
        self.report.counts["households"] = len(self._households)
        if "head" in columns:
            for household, (line, _) in self._households.items():
                if household not in self._heads:
                    self.report.remark(Told(line, NO_HEAD_OF))

    def person(self, line: int, cells: Mapping[str, str]) -> Person | None:
        before = self.report.counts["faults"]
        said = {column: cells.get(column, "") for column in PEOPLE}
        if not said["household"] or not said["person"]:
            self.report.fault(Told(line, NO_KEY))
            return None
        for column, text in said.items():
            if len(text) > 120 or (column in ("household", "person") and len(text) > 40):
                self.report.fault(Told(line, LONG, {"cell": text[:40]}))
        born = self.birth(line, said["born"])
        until = self.day(line, said["valid_until"])
        facts = {column: self.word(line, column, said[column]) for column in WORDS}
        numbers = self.numbers(line, said)
        enrolled = self.programmes(line, said["enrolled"])
        self.compare(line, said, numbers)
        self.is_once(line, said, born)
        if self.report.counts["faults"] > before:
            return None
        place = self.place(line, said["place"])
        if until and until < self.as_of:
            self.report.remark(Told(line, EXPIRED))
        kept = {column: word for column, word in facts.items() if word}
        return Person(
            line, said["household"], said["person"], said["name"], born, numbers, kept, said["level"][:12], until,
            place, enrolled,
        )  # fmt: skip

    def birth(self, line: int, text: str) -> str:
        """A year, or a day."""
        plain = fold.digits(text)
        year = plain.isdecimal() and len(plain) == 4
        day = None if not plain or year else self.day(line, text)
        born = int(plain) if year else day.year if day else None
        if (born is not None and not self.as_of.year - OLDEST <= born <= self.as_of.year) or (day and day > self.as_of):
            self.report.fault(Told(line, BAD_BIRTH, {"cell": text}))
        return plain if year else day.isoformat() if day else ""

    def day(self, line: int, text: str) -> date | None:
        day = day_of(text)
        if text and day is None:
            self.report.fault(Told(line, BAD_DAY, {"cell": text[:40]}))
        return day

    def word(self, line: int, column: str, text: str) -> str:
        word = fold.fold(text)
        if word and word not in WORDS[column]:
            self.report.fault(Told(line, BAD_WORD, {"cell": text[:40], "words": ", ".join(WORDS[column])}))
        return word

    def numbers(self, line: int, said: Mapping[str, str]) -> dict[str, str]:
        """The numbers by which she may be found; what looks odd is told, and taken in."""
        found = {kind: plain_number(said[kind]) for kind in ("card", "id", "nssf") if said[kind]}
        if "card" in found and len(found["card"]) != CARD_DIGITS:
            self.report.remark(Told(line, ODD_CARD))
        phone = self.pack.e164(fold.digits(said["phone"])) if said["phone"] else None
        return {**found, "phone": phone} if phone else found

    def programmes(self, line: int, text: str) -> tuple[str, ...]:
        """The programmes from which the household receives: codes, with spaces, commas or semicolons between."""
        codes = tuple(filter(None, re.split(r"[\s,;]+", text)))
        for code in codes:
            if code not in self.pack.programmes:
                words = ", ".join(self.pack.programmes)
                self.report.fault(Told(line, BAD_WORD, {"cell": code[:40], "words": words}))
        return codes

    def compare(self, line: int, said: Mapping[str, str], numbers: Mapping[str, str]) -> None:
        """With what stands above: a household is the same on all its lines, and no number is that of two."""
        household, mine = said["household"], tuple(said[column] for column in OF_HOUSEHOLD)
        first, theirs = self._households.setdefault(household, (line, mine))
        for column, one, other in zip(OF_HOUSEHOLD, mine, theirs, strict=True):
            if one != other:
                self.report.fault(Told(line, DIFFERS, {"kind": column, "line": str(first)}))
        for kind, number in numbers.items():
            owner = household if kind in ("card", "phone") else said["person"]
            of, at = self._numbers.setdefault((kind, number), (owner, line))
            if of != owner and kind == "phone":
                self.report.remark(Told(line, SHARED_PHONE, {"line": str(at)}))
            elif of != owner:
                self.report.fault(Told(line, TWICE_NUMBER, {"kind": kind, "line": str(at)}))

    def is_once(self, line: int, said: Mapping[str, str], born: str) -> None:
        """A person stands once, a household has one head; who is alike elsewhere is told."""
        household, first = said["household"], self._persons.setdefault(said["person"], line)
        if first != line:
            self.report.fault(Told(line, TWICE_PERSON, {"line": str(first)}))
        if fold.fold(said["head"]) == "yes" and self._heads.setdefault(household, line) != line:
            self.report.remark(Told(line, TWO_HEADS, {"line": str(self._heads[household])}))
        if said["name"] and born:
            key = (fold.fold(said["name"]), born, fold.fold(said["place"]))
            other, at = self._alike.setdefault(key, (household, line))
            if other != household:
                self.report.remark(Told(line, SAME_PERSON, {"line": str(at)}))

    def place(self, line: int, text: str) -> str:
        code = fold.digits(text)
        if not text or self.pack.places.get(code):
            return code
        found = self.pack.places.meant_by(text, self.pack.areas)
        if not found:
            self.report.remark(Told(line, ODD_PLACE, {"cell": text[:40]}))
        return found


class Dues:
    """Reads the lines of payments. `households`: the keys that are known."""

    def __init__(self, pack: Pack, households: frozenset[str], report: Report) -> None:
        self.pack, self.households, self.report = pack, households, report

    def read(self, rows: Iterable[list[Read]], columns: Mapping[str, int]) -> Iterator[Due]:
        for line, cells in _cells(rows, columns, self.report):
            if due := self.due(line, {column: cells.get(column, "") for column in PAYMENTS}):
                self.report.counts["payments"] += 1
                yield due

    def due(self, line: int, said: Mapping[str, str]) -> Due | None:
        day, amount, state = day_of(said["due"]), plain_number(said["amount"]), fold.fold(said["state"])
        wrong = [
            (not said["household"], NO_KEY, {}),
            (day is None, BAD_DAY, {"cell": said["due"][:40]}),
            (not amount.isdecimal() or len(amount) > 12, BAD_AMOUNT, {"cell": said["amount"][:40]}),
            (state not in STATES, BAD_WORD, {"cell": said["state"][:40], "words": ", ".join(STATES)}),
            (said["programme"] not in self.pack.programmes, BAD_WORD,
             {"cell": said["programme"][:40], "words": ", ".join(self.pack.programmes)}),
            (len(said["at"]) > 120, LONG, {"cell": said["at"][:40]}),
        ]  # fmt: skip
        found = [Told(line, says, facts) for is_so, says, facts in wrong if is_so]
        for told in found:
            self.report.fault(told)
        if found or day is None:
            return None
        if said["household"] not in self.households:
            self.report.remark(Told(line, NOT_KNOWN))
        return Due(line, said["household"], said["programme"], day, int(amount), state, said["at"])


def plain_number(text: str) -> str:
    """A number as it is compared: digits of any script are digits, letters are small, and nothing stands between."""
    return "".join(c for c in fold.digits(text).casefold() if c.isalnum())


def day_of(text: str) -> date | None:
    """`2026-11-20`, or `20/11/2026`, in any digits."""
    plain = fold.digits(text).strip()[:10]
    try:
        if found := _DAY.fullmatch(plain):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(plain)
    except ValueError:
        return None

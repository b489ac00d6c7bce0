"""A register of elsewhere as rows: one line for each person, with what the household has repeated on each; or one for
each payment. Compares what must be the same on all lines of a household, and what may stand once only. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ..country import Pack
from ..language import fold
from ..sheets import Read
from .report import (
    BAD_AMOUNT,
    BAD_BIRTH,
    BAD_DAY,
    BAD_WORD,
    CARD_DIGITS,
    DIFFERS,
    EXPIRED,
    LONG,
    NO_HEAD_OF,
    NO_KEY,
    NOT_KNOWN,
    ODD_CARD,
    ODD_NUMBER,
    ODD_PLACE,
    OF_HOUSEHOLD,
    OLDEST,
    PAYMENTS,
    PEOPLE,
    SAME_PERSON,
    SHARED_PHONE,
    STATES,
    TWICE_NUMBER,
    TWICE_PERSON,
    TWO_HEADS,
    WORDS,
    YEARS_AROUND,
    Due,
    Person,
    Report,
    Told,
    amount_of,
    cells_of,
    day_of,
    plain_number,
)

LONGEST_KEY = 40
SHORTEST_NUMBER = 5
"""A number of fewer signs finds nobody: a dash, or a word for "none"."""


class People:
    """Reads the lines of people, and keeps what later ones are compared with; where they have been compared before,
    not again (`anew`)."""

    def __init__(self, pack: Pack, as_of: date, report: Report, anew: bool = True) -> None:
        self.pack, self.as_of, self.report, self.anew = pack, as_of, report, anew
        self._persons: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], tuple[str, int]] = {}
        self._households: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._heads: dict[str, int] = {}
        self._alike: dict[tuple[str, str, str], tuple[str, int]] = {}

    def read(self, rows: Iterable[list[Read]], columns: Mapping[str, int]) -> Iterator[Person]:
        """The persons that can be used."""
        for line, cells in cells_of(rows, columns, self.report):
            person = self.person(line, cells)
            if person:
                self.report.counts["members"] += 1
                yield person
        if self.anew:
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
                self.report.fault(Told(line, LONG, {"kind": column}))
        born = self.birth(line, said["born"])
        until = self.day(line, "valid_until", said["valid_until"])
        facts = {column: self.word(line, column, said[column]) for column in WORDS}
        numbers = self.numbers(line, said)
        enrolled = self.programmes(line, said["enrolled"])
        if self.anew:
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
        day = None if not plain or year else self.day(line, "born", text, years=OLDEST + 1)
        born = int(plain) if year else day.year if day else None
        if (born is not None and not self.as_of.year - OLDEST <= born <= self.as_of.year) or (day and day > self.as_of):
            self.report.fault(Told(line, BAD_BIRTH))
        return plain if year else day.isoformat() if day else ""

    def day(self, line: int, column: str, text: str, years: int = YEARS_AROUND) -> date | None:
        day = day_of(text)
        if text and (day is None or abs(day.year - self.as_of.year) > years):
            self.report.fault(Told(line, BAD_DAY, {"kind": column}))
        return day

    def word(self, line: int, column: str, text: str) -> str:
        word = fold.fold(text)
        if word and word not in WORDS[column]:
            self.report.fault(Told(line, BAD_WORD, {"kind": column, "words": ", ".join(WORDS[column])}))
        return word

    def numbers(self, line: int, said: Mapping[str, str]) -> dict[str, str]:
        """The numbers by which she may be found; what looks odd is told, and taken in."""
        found = {kind: plain_number(said[kind]) for kind in ("card", "id", "nssf") if said[kind]}
        found["phone"] = (self.pack.e164(fold.digits(said["phone"])) or "") if said["phone"] else ""
        for kind, number in found.items():
            if said[kind] and len(number) < SHORTEST_NUMBER:
                self.report.remark(Told(line, ODD_NUMBER, {"kind": kind}))
        found = {kind: number for kind, number in found.items() if len(number) >= SHORTEST_NUMBER}
        if "card" in found and len(found["card"]) != CARD_DIGITS:
            self.report.remark(Told(line, ODD_CARD))
        return found

    def programmes(self, line: int, text: str) -> tuple[str, ...]:
        """The programmes from which the household receives: codes, with spaces, commas or semicolons between."""
        codes = tuple(filter(None, re.split(r"[\s,;]+", text)))
        for code in codes:
            if code not in self.pack.programmes:
                words = ", ".join(self.pack.programmes)
                self.report.fault(Told(line, BAD_WORD, {"kind": "enrolled", "words": words}))
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
            self.report.remark(Told(line, ODD_PLACE))
        return found


class Dues:
    """Reads the lines of payments. `households`: the keys that are known; `as_of`: the day for which they hold."""

    def __init__(self, pack: Pack, households: frozenset[str], as_of: date, report: Report) -> None:
        self.pack, self.households, self.as_of, self.report = pack, households, as_of, report

    def read(self, rows: Iterable[list[Read]], columns: Mapping[str, int]) -> Iterator[Due]:
        for line, cells in cells_of(rows, columns, self.report):
            if due := self.due(line, {column: cells.get(column, "") for column in PAYMENTS}):
                self.report.counts["payments"] += 1
                yield due

    def due(self, line: int, said: Mapping[str, str]) -> Due | None:
        day, amount, state = day_of(said["due"]), amount_of(said["amount"]), fold.fold(said["state"])
        far = day is None or abs(day.year - self.as_of.year) > YEARS_AROUND
        wrong = [
            (not said["household"], NO_KEY, {}),
            (len(said["household"]) > LONGEST_KEY, LONG, {"kind": "household"}),
            (far, BAD_DAY, {"kind": "due"}),
            (amount is None, BAD_AMOUNT, {}),
            (state not in STATES, BAD_WORD, {"kind": "state", "words": ", ".join(STATES)}),
            (said["programme"] not in self.pack.programmes, BAD_WORD,
             {"kind": "programme", "words": ", ".join(self.pack.programmes)}),
            (len(said["at"]) > 120, LONG, {"kind": "at"}),
        ]  # fmt: skip
        found = [Told(line, says, facts) for is_so, says, facts in wrong if is_so]
        for told in found:
            self.report.fault(told)
        if found or day is None or amount is None:
            return None
        if said["household"] not in self.households:
            self.report.remark(Told(line, NOT_KNOWN))
        return Due(line, said["household"], said["programme"], day, amount, state, said["at"])

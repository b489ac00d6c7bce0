"""Reads the programmes of a pack, the papers they want, and what the questions of the screening mean to their rules.

A part of the reader of packs (`read.py`): it keeps faults, and stops at none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from ..language.formats import UNITS
from ..reading import Fault, Lined, did_you_mean, list_of, read_file, said_yes, unknown_words
from .conditions import ELSEWHERE, LIVES, AtLeast, Lives, Rule, Span
from .deciding import Deciding
from .places import Places
from .programmes import (
    EVERY,
    GUARANTEES,
    TEXTS,
    Amount,
    Dated,
    Piece,
    Programme,
    Question,
    Taper,
    Told,
    first_day,
)
from .rule_read import Unread, read_rule

_COUNT = re.compile(r"(\d{1,4})(\+?)")
_DATED = ("source", "valid_from", "reviewed_on")
_OWN = ("name", "guarantee", "urgency", "aliases", "since", "until", "instead", "office", "areas")
_SAID = ("bring", "call", "rule", "yes", "no", "missing", "amounts")
_AMOUNT = (*_DATED, "every", "pieces", "less", "least", "most")
_PIECE = ("each", "times", "per", "what", "at_most", "when")
VERDICTS = ("yes", "no", "missing")
DOUBT = {"decided": 20, "refused": 50}


class Benefits(Deciding):
    """What is due to whom."""

    def id_types(self) -> dict[str, str]:
        """`id_types: {card: IDPOOR_CARD}`: what a register of elsewhere calls each kind of number."""
        row = self.files["country"].get("id_types", Lined())
        self.words("country", row, ("card", "id", "nssf", "phone"), "the id_types")
        return dict(row)

    def doubt(self) -> dict[str, int]:
        """`doubt: {decided: 20, refused: 50}`: when a rule is suspended that says yes to those whom offices refuse."""
        row = self.files["country"].get("doubt", Lined())
        self.words("country", row, tuple(DOUBT), "the doubt")
        return {key: self.count("country", key, row, "the doubt", 1000) if key in row else DOUBT[key] for key in DOUBT}

    def currency(self) -> str:
        found = self.need("country", "currency")
        if found and found not in UNITS:
            self.fault("country", "currency", f"'{found}' is not a currency; write {' or '.join(UNITS)}")
        return found if found in UNITS else next(iter(UNITS))

    def papers(self) -> dict[str, str]:
        """What an office may want to see: `{equity_card: Equity card}`."""
        path = self.folder / "papers.yaml"
        found, faults = read_file(path, self.root) if path.exists() else (Lined(), [])
        self.faults += faults
        return {code: str(name) for code, name in found.items()}

    def questions(self, programmes: Mapping[str, Programme]) -> dict[str, Question]:
        """`countries/questions.yaml`: `{card: {what: ..., means: {yes: {card: yes}, no: {card: no}}}}`. Where she lives
        is asked by the places that the programmes name."""
        path, name = self.root / "countries" / "questions.yaml", "countries/questions.yaml"
        found, faults = read_file(path, self.root) if path.exists() else (Lined(), [])
        self.faults += faults
        questions = {}
        for code, row in found.items():
            self.faults += unknown_words(row, ("what", "means", "asked"), name, f"question '{code}'")
            said = row.get("means", Lined()).items()
            means = {answer: {fact: _meant(what) for fact, what in told.items()} for answer, told in said}
            if code == LIVES:
                means = {place: {LIVES: place} for place in (*places_named(programmes.values()), ELSEWHERE)}
            asked = said_yes(row, "asked", name, self.faults, otherwise=True)
            questions[code] = Question(code, row.get("what", code), means, asked)
        return questions

    def programmes(self, places: Places, papers: Collection[str], offices: Collection[str]) -> dict[str, Programme]:
        rules = {code: row["rule"] for code, row in self.programme_files.items() if "rule" in row}
        found = {}
        for code, row in self.programme_files.items():
            reader = _OfProgramme(self, code, row)
            found[code] = reader.programme(rules, places, papers, offices)
        return found


def places_named(programmes: Iterable[Programme]) -> list[str]:
    """The areas that rules name, in the order of their codes."""
    return sorted({area for programme in programmes if programme.rule for area in _areas(programme.rule)})


def _areas(rule: Rule) -> Iterator[str]:
    yield from rule.areas if isinstance(rule, Lives) else ()
    for part in rule.parts():
        yield from _areas(part)


def _meant(said: str) -> str | Span:
    """`yes` is a word; `2` exactly two, `3+` three or more."""
    number = _COUNT.fullmatch(said)
    return (int(number[1]), None if number[2] else int(number[1])) if number else said


class _OfProgramme:
    """Reads one programme's file."""

    def __init__(self, files: Benefits, code: str, row: Lined) -> None:
        self.files, self.code, self.row = files, code, row
        self.name = f"countries/{files.code}/programmes/{code}.yaml"

    def fault(self, line: int, sentence: str) -> None:
        self.files.faults.append(Fault(self.name, line, sentence))

    def words(self, row: Lined, known: tuple[str, ...], owner: str) -> None:
        self.files.faults += unknown_words(row, known, self.name, owner)

    def programme(
        self, rules: dict[str, object], places: Places, papers: Collection[str], offices: Collection[str]
    ) -> Programme:
        row = self.row
        self.words(row, (*_OWN, *_DATED, *TEXTS, *_SAID), f"programme '{self.code}'")
        areas = list_of(row, "areas", self.name, self.files.faults)
        self.known(areas, places.by_code, "areas", "a place of the gazetteer")
        instead, office = row.get("instead", ""), row.get("office", "")
        self.known([instead] if instead else [], self.files.programme_files, "instead", "a programme")
        self.known([office] if office else [], offices, "office", "an office")
        rule = self.rule(rules, areas)
        sentences = {what: self.need(what) for what in VERDICTS if rule or what in row}
        return Programme(
            country=self.files.code, code=self.code, name=self.need("name"),
            guarantee=self.one_of("guarantee", GUARANTEES), urgency=self.whole(row, "urgency", 50),
            aliases={tag: list_of(row["aliases"], tag, self.name, self.files.faults) for tag in row.get("aliases", ())},
            since=self.partial("since"), until=self.partial("until"), instead=instead, office=office, areas=areas,
            told=self.told(papers), rule=rule, ruled=self.dated(row) if rule else None, sentences=sentences,
            amounts=tuple(self.amount(one, rules) for one in self.rows("amounts", row)),
            line=row.line_of("rule"),
        )  # fmt: skip

    def need(self, key: str) -> str:
        found = self.row.get(key)
        if not isinstance(found, str) or not found:
            self.fault(self.row.line_of(key), f"programme '{self.code}' needs '{key}'")
            return ""
        return found

    def one_of(self, key: str, known: tuple[str, ...], row: Lined | None = None) -> str:
        row = self.row if row is None else row
        found = str(row.get(key, ""))
        if found not in known:
            self.fault(row.line_of(key), f"'{key}' is one of {', '.join(known)}{did_you_mean(found, known)}")
        return found

    def known(self, codes: Collection[str], known: Collection[str], key: str, what: str) -> None:
        for code in codes:
            if code not in known:
                self.fault(self.row.line_of(key), f"'{code}' is not {what}{did_you_mean(code, known)}")

    def whole(self, row: Lined, key: str, otherwise: int) -> int:
        """A whole number; money has no decimals in either country."""
        text = str(row.get(key, otherwise))
        if not text.isdecimal():
            self.fault(row.line_of(key), f"'{key}: {text}' is not a whole number")
            return otherwise
        return int(text)

    def partial(self, key: str) -> str:
        """A year, a month or a day."""
        text = str(self.row.get(key, ""))
        try:
            if text:
                first_day(text)
        except ValueError:
            self.fault(self.row.line_of(key), f"'{key}: {text}' is not a date; write 2017, 2024-04 or 2023-08-01")
            return ""
        return text

    def dated(self, row: Lined) -> Dated:
        """Source and days of a fact; what it does not say itself is said at the head of the file."""
        source = row.get("source") or self.row.get("source", "")
        if not source:
            self.fault(row.line, f"a fact of programme '{self.code}' has no source; leave out what none supports")
        return Dated(source, self.day(row, "valid_from"), self.day(row, "reviewed_on"))

    def day(self, row: Lined, key: str) -> date:
        text = str(row.get(key) or self.row.get(key, ""))
        try:
            return first_day(text)
        except ValueError:
            what = f"a fact of programme '{self.code}' needs {key}, a date such as 2026-11-23"
            self.fault(row.line_of(key), what)
            return date.min

    def told(self, papers: Collection[str]) -> dict[str, Told]:
        found = {}
        for what in (*TEXTS, "bring", "call"):
            if what not in self.row:
                continue
            row = self.fact_row(what)
            self.words(row, (*_DATED, "say", "papers"), f"'{what}' of programme '{self.code}'")
            wanted = list_of(row, "papers", self.name, self.files.faults)
            self.known(wanted, papers, what, "a paper of papers.yaml")
            if not row.get("say") and not wanted:
                self.fault(self.row.line_of(what), f"'{what}' of programme '{self.code}' says nothing; leave it out")
            found[what] = Told(row.get("say", ""), self.dated(row), wanted)
        return found

    def fact_row(self, what: str) -> Lined:
        """A fact with its words; where it is a sentence only, that is what it says."""
        said, row = self.row[what], Lined(self.row.line_of(what))
        if isinstance(said, str):
            row["say"] = said
        return said if isinstance(said, Lined) else row

    def rule(self, rules: dict[str, object], areas: tuple[str, ...]) -> Rule | None:
        """What it asks; where it runs in some areas only, that she lives there too."""
        if "rule" not in self.row:
            return None
        try:
            rule = read_rule(self.row["rule"], rules, self.row.line_of("rule"), self.code)
        except Unread as unread:
            self.fault(unread.line, unread.sentence)
            return None
        return AtLeast(2, (Lives(areas), rule), "all") if areas else rule

    def rows(self, key: str, row: Lined) -> list[Lined]:
        found = row.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, Lined) for one in found):
            self.fault(row.line_of(key), f"'{key}' is a list of rows, each with its words and their values")
            return []
        return found

    def amount(self, row: Lined, rules: dict[str, object]) -> Amount:
        self.words(row, _AMOUNT, f"an amount of programme '{self.code}'")
        pieces = tuple(self.piece(one, rules) for one in self.rows("pieces", row))
        return Amount(
            self.one_of("every", EVERY, row), pieces, self.taper(row), self.whole(row, "least", 0),
            self.whole(row, "most", 0), self.dated(row),
        )  # fmt: skip

    def piece(self, row: Lined, rules: dict[str, object]) -> Piece:
        self.words(row, _PIECE, f"a piece of an amount of programme '{self.code}'")
        per = [row["per"]] if isinstance(row.get("per"), str) else row.get("per", [])
        when = None
        try:
            when = read_rule(row["when"], rules, row.line_of("when")) if "when" in row else None
        except Unread as unread:
            self.fault(unread.line, unread.sentence)
        at_most = said_yes(row, "at_most", self.name, self.files.faults)
        each, times = self.whole(row, "each", 0), self.whole(row, "times", 1)
        return Piece(each, times, tuple(per), row.get("what", ""), at_most, when)

    def taper(self, row: Lined) -> Taper | None:
        found = row.get("less")
        if not isinstance(found, Lined):
            return None
        self.words(found, ("fact", "above", "percent"), "what is taken off")
        percent = self.whole(found, "percent", 0)
        if not 1 <= percent <= 100:
            self.fault(found.line_of("percent"), "'percent' lies between 1 and 100")
        return Taper(found.get("fact", ""), self.whole(found, "above", 0), percent)

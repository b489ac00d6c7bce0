"""Programmes of a country as dated facts: what each gives, to whom, where, since when, by which source. Pure.

`benefits.py` reads them from `countries/<cc>/programmes/`. A fact without a source does not stand there; one past its
review is not told to citizens any more ("ask the office"). What a rule asks is in `conditions.py`.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from ..language.catalogue import Key
from ..language.fold import fold
from .conditions import Facts, Rule, Span, written

REVIEWED_FOR = timedelta(days=365)
GUARANTEES = ("health", "children", "working_age", "old_age")
"""The four guarantees of the social protection floor (ILO Recommendation 202)."""

TEXTS = ("who", "apply", "open", "pay")
"""What is told of a programme in a sentence: for whom, how to ask, whether it can be asked for now, when it is paid."""
FACTS = (*TEXTS, "bring", "call", "amounts")
EVERY = ("once", "month", "year")


@dataclass(frozen=True)
class Dated:
    """By which source something is so, since when, and when somebody last compared the two."""

    source: str
    valid_from: date
    reviewed_on: date

    def is_stale(self, today: date) -> bool:
        return today - self.reviewed_on > REVIEWED_FOR


@dataclass(frozen=True)
class Told:
    """One fact: a sentence, a telephone number, or the codes of papers (`papers.yaml`), by what it is."""

    said: str
    dated: Dated
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """One term of an amount: `each` (whole riel or kip) so many `times`, for every one of the counted facts `per`
    (none: once). `what`: for what, in a sentence. `at_most`: it may be less. `when`: only where this holds."""

    each: int
    times: int
    per: tuple[str, ...]
    what: str
    at_most: bool = False
    when: Rule | None = None


@dataclass(frozen=True)
class Taper:
    """What is taken off for each unit of a fact (an income) above a bound, in percent, rounded down."""

    fact: str
    above: int
    percent: int


@dataclass(frozen=True)
class Amount:
    """What is given `every` month or year, or once, to a household: the sum of its pieces, less a taper, in bounds
    (`most`: 0 for none)."""

    every: str
    pieces: tuple[Piece, ...]
    less: Taper | None
    least: int
    most: int
    dated: Dated


@dataclass(frozen=True)
class Programme:
    """A benefit or a service. `urgency`: the lower, the sooner it is told. `since`, `until`: a year, a month or a day,
    as far as the source says. `instead`: the programme to which an ended one leads. `aliases`: other names, by locale.
    `office`: whose queue decides who gets it. `areas`: where it runs; none: everywhere. `sentences`: why, for yes, no
    and what is missing. `line`: of its rule, in its file."""

    country: str
    code: str
    name: str
    guarantee: str
    urgency: int
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    instead: str = ""
    office: str = ""
    areas: tuple[str, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    rule: Rule | None = None
    ruled: Dated | None = None
    sentences: Mapping[str, str] = field(default_factory=dict)
    amounts: tuple[Amount, ...] = ()
    line: int = 1

    @cached_property
    def rule_mark(self) -> str:
        """The rule's own mark: another one as soon as anything in it changes."""
        return hashlib.sha256(written(self.rule).encode()).hexdigest()[:12] if self.rule else ""

    def key(self, what: str) -> Key:
        """By which a sentence of it is translated: `name`, `yes`, `no`, `missing`, or one of TEXTS."""
        said = self.name if what == "name" else self.sentences.get(what) or self.told[what].said
        return f"programme.{self.country}.{self.code}.{what}", said

    @cached_property
    def called(self) -> frozenset[str]:
        """Every name by which people call it, folded."""
        return frozenset(fold(name) for names in ((self.name,), *self.aliases.values()) for name in names)

    def all_keys(self) -> list[Key]:
        """Every sentence of it."""
        found = [self.key(what) for what in ("name", *self.sentences, *(text for text in TEXTS if text in self.told))]
        context = f"programme.{self.country}.{self.code}.amount"
        return found + [(context, piece.what) for amount in self.amounts for piece in amount.pieces if piece.what]

    def runs(self, today: date) -> bool:
        """Whether it has begun, and has not ended."""
        return not self.has_ended(today) and (not self.since or first_day(self.since) <= today)

    def has_ended(self, today: date) -> bool:
        return bool(self.until or self.instead) and (not self.until or last_day(self.until) < today)

    def fact(self, what: str, today: date) -> Told | None:
        """A fact that may be told: it is there, it holds already, and it was reviewed within a year."""
        found = self.told.get(what)
        return found if found and found.dated.valid_from <= today and not found.dated.is_stale(today) else None

    def amount(self, today: date) -> Amount | None:
        """The amount that holds today, if it was reviewed within a year."""
        begun = [amount for amount in self.amounts if amount.dated.valid_from <= today]
        latest = max(begun, key=lambda amount: amount.dated.valid_from, default=None)
        return latest if latest and not latest.dated.is_stale(today) else None

    def empty(self) -> list[str]:
        """The facts for which no source was found."""
        return [what for what in FACTS if what not in self.told and not (what == "amounts" and self.amounts)]


@dataclass(frozen=True)
class Question:
    """What the answers to a question of the screening tell of a household: `means[answer]` are facts. `what`: what is
    asked, in a few words. One that is not `asked` is known from elsewhere, or stays open: what is missing is told."""

    code: str
    what: str
    means: Mapping[str, Mapping[str, str | Span]]
    asked: bool = True

    def settles(self) -> frozenset[str]:
        """The facts that it tells of."""
        return frozenset(name for facts in self.means.values() for name in facts)

    def key(self) -> Key:
        return f"question.{self.code}", self.what


def known_from(questions: Mapping[str, Question], answers: Mapping[str, str]) -> Facts:
    """What a household's answers tell; an answer that is "I do not know" tells nothing."""
    found: dict[str, str | Span] = {}
    for code, question in questions.items():
        found |= question.means.get(answers.get(code, ""), {})
    return found


def last_day(written: str) -> date:
    """The last day of a year, a month or a day. Raises ValueError."""
    first = first_day(written)
    match written.count("-"):
        case 0:
            return date(first.year, 12, 31)
        case 1:
            return date(first.year, first.month, monthrange(first.year, first.month)[1])
    return first


def first_day(written: str) -> date:
    """The first day of a year, a month or a day (`2017`, `2024-04`, `2023-08-01`). Raises ValueError."""
    parts = [*map(int, written.split("-")), 1, 1]
    return date(*parts[:3])

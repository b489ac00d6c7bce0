"""The rules of programmes: a small closed grammar, three-valued, without code. Pure.

    rule:
      all:
        - is: {card: yes}
        - any: [{least: {infants: 1}}, {is: {expecting: yes}}]

Ten words: `everyone`, `is`, `least`, `most`, `lives`, `all`, `any`, `not`, `of`, `meets`. A rule comes out as yes, no,
or not known yet (None), in the manner of Kleene: what is missing never means no, and learning more never turns a yes or
a no back. Depth and size are bounded, so that a rule can be read by whoever answers for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LIVES = "lives"
"""The fact of where she lives: a code of the gazetteer, or ELSEWHERE: in none of the places that a rule names."""
ELSEWHERE = "elsewhere"

Span = tuple[int, int | None]
"""What is known of a number: at least, and at most (None: no bound)."""

Facts = Mapping[str, str | Span]
"""What is known of a household: a word, or a span. What is not known is not in it."""

Verdict = bool | None


@dataclass(frozen=True)
class Everyone:
    """Holds for anybody."""

    def holds(self, facts: Facts) -> Verdict:
        return True

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def fact(self) -> str:
        return ""


@dataclass(frozen=True)
class Is:
    """`is: {work: [company, state]}`: a fact is one of these words."""

    name: str
    words: frozenset[str]

    def holds(self, facts: Facts) -> Verdict:
        known = facts.get(self.name)
        return known in self.words if isinstance(known, str) else None

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def fact(self) -> str:
        return self.name


@dataclass(frozen=True)
class Counts:
    """`least: {infants: 1}`, `most: {members: 4}`: a number is no smaller, or no larger. `most`: -1 for no bound."""

    name: str
    least: int
    most: int = -1

    def holds(self, facts: Facts) -> Verdict:
        known = facts.get(self.name)
        if not isinstance(known, tuple):
            return None
        low, high = known
        if self.most < 0:
            return True if low >= self.least else False if high is not None and high < self.least else None
        return True if high is not None and high <= self.most else False if low > self.most else None

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def fact(self) -> str:
        return self.name


@dataclass(frozen=True)
class Lives:
    """`lives: [1703, 1306]`: she lives in one of these areas, or below it. Of an area around them it is not known."""

    areas: tuple[str, ...]

    def holds(self, facts: Facts) -> Verdict:
        known = facts.get(LIVES)
        if not isinstance(known, str):
            return None
        if any(known.startswith(area) for area in self.areas):
            return True
        return None if any(area.startswith(known) for area in self.areas) else False

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def fact(self) -> str:
        return LIVES


@dataclass(frozen=True)
class AtLeast:
    """So many of several rules: `all` wants every one, `any` one, `of` a number of them. `word`: how it was written."""

    count: int
    rules: tuple[Rule, ...]
    word: str

    def holds(self, facts: Facts) -> Verdict:
        held = open_ = 0
        for rule in self.rules:
            said = rule.holds(facts)
            held += said is True
            open_ += said is None
        return True if held >= self.count else None if held + open_ >= self.count else False

    def parts(self) -> tuple[Rule, ...]:
        return self.rules

    def fact(self) -> str:
        return ""


@dataclass(frozen=True)
class Not:
    """The opposite; what is not known stays so."""

    rule: Rule

    def holds(self, facts: Facts) -> Verdict:
        said = self.rule.holds(facts)
        return None if said is None else not said

    def parts(self) -> tuple[Rule, ...]:
        return (self.rule,)

    def fact(self) -> str:
        return ""


@dataclass(frozen=True)
class Meets:
    """`meets: family_package`: whatever the rule of another programme asks."""

    programme: str
    rule: Rule

    def holds(self, facts: Facts) -> Verdict:
        return self.rule.holds(facts)

    def parts(self) -> tuple[Rule, ...]:
        return (self.rule,)

    def fact(self) -> str:
        return ""


Rule = Everyone | Is | Counts | Lives | AtLeast | Not | Meets


def every_part(rule: Rule) -> Iterator[Rule]:
    """A rule, and all that it is made of."""
    yield rule
    for part in rule.parts():
        yield from every_part(part)


def written(rule: Rule) -> str:
    """A rule in one line, the same for the same rule wherever it runs."""
    match rule:
        case Everyone():
            return "everyone"
        case Is(name, words):
            return f"is {name} {'/'.join(sorted(words))}"
        case Counts(name, least, most):
            return f"counts {name} {least} {most}"
        case Lives(areas):
            return f"lives {'/'.join(areas)}"
        case AtLeast(count, rules):
            return f"{count} of ({', '.join(map(written, rules))})"
        case Not(inner):
            return f"not ({written(inner)})"
        case Meets(programme, inner):
            return f"meets {programme} ({written(inner)})"


def needs(rule: Rule) -> frozenset[str]:
    """The facts that a rule reads."""
    return frozenset(filter(None, (rule.fact(), *(name for part in rule.parts() for name in needs(part)))))


def still_open(rule: Rule, facts: Facts) -> frozenset[str]:
    """The facts that may still decide a rule; none where it is decided."""
    if rule.holds(facts) is not None:
        return frozenset()
    return frozenset({rule.fact()} - {""}).union(*(still_open(part, facts) for part in rule.parts()))


def size(rule: Rule) -> int:
    return 1 + sum(map(size, rule.parts()))


def depth(rule: Rule) -> int:
    return 1 + max(map(depth, rule.parts()), default=0)

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

from ..reading import Lined

DEEPEST, LARGEST = 5, 40
WORDS = ("everyone", "is", "least", "most", "lives", "all", "any", "not", "of", "meets")
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
        return None if known is None else known in self.words

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


class Unread(Exception):
    """A rule that is not in the grammar: a sentence, and the key at which it is wrong."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.sentence, self.line = sentence, line


def read_rule(found: object, others: Mapping[str, object], line: int, code: str = "") -> Rule:
    """A rule from its YAML. `others`: how the rules of all programmes are written, for `meets`; `code`: that of the
    programme whose rule this is. Raises Unread."""
    rule = _rule(found, others, line, (code,))
    if depth(rule) > DEEPEST or size(rule) > LARGEST:
        raise Unread(
            f"the rule is {depth(rule)} deep and has {size(rule)} parts; at most {DEEPEST} and {LARGEST}", line
        )
    return rule


def _rule(found: object, others: Mapping[str, object], line: int, within: tuple[str, ...]) -> Rule:
    if found == "everyone":
        return Everyone()
    if not isinstance(found, Lined) or len(found) != 1:
        raise Unread(f"a rule is one word with what it asks: {', '.join(WORDS)}", getattr(found, "line", line))
    word, what = next(iter(found.items()))
    line = found.line_of(word)
    match word:
        case "is":
            return _all([Is(name, frozenset(_words(said, line))) for name, said in _facts(what, word, line)])
        case "least" | "most":
            pairs = [(name, _whole(said, line)) for name, said in _facts(what, word, line)]
            return _all([Counts(name, n) if word == "least" else Counts(name, 0, n) for name, n in pairs])
        case "lives":
            return Lives(_words(what, line))
        case "all" | "any":
            rules = _several(what, others, line, within)
            return AtLeast(len(rules) if word == "all" else 1, rules, word)
        case "not":
            return Not(_rule(what, others, line, within))
        case "of":
            return _of(what, others, line, within)
        case "meets":
            return _meets(what, others, line, within)
    raise Unread(f"'{word}' is not a word of rules; they are {', '.join(WORDS)}", line)


def _all(rules: list[Rule]) -> Rule:
    return rules[0] if len(rules) == 1 else AtLeast(len(rules), tuple(rules), "all")


def _facts(what: object, word: str, line: int) -> Iterator[tuple[str, object]]:
    if not isinstance(what, Lined) or not what:
        raise Unread(f"'{word}' asks of facts: {word}: {{fact: value}}", line)
    yield from what.items()


def _words(said: object, line: int) -> tuple[str, ...]:
    words = [said] if isinstance(said, str) else said
    if not isinstance(words, list) or not words or not all(isinstance(one, str) for one in words):
        raise Unread("a word, or a list of words, is expected here", line)
    return tuple(words)


def _whole(said: object, line: int) -> int:
    if not isinstance(said, str) or not said.isdecimal() or len(said) > 9:
        raise Unread(f"'{said}' is not a whole number", line)
    return int(said)


def _several(what: object, others: Mapping[str, object], line: int, within: tuple[str, ...]) -> tuple[Rule, ...]:
    if not isinstance(what, list) or not what:
        raise Unread("a list of rules is expected here", line)
    return tuple(_rule(one, others, line, within) for one in what)


def _of(what: object, others: Mapping[str, object], line: int, within: tuple[str, ...]) -> Rule:
    if not isinstance(what, Lined) or set(what) != {"least", "rules"}:
        raise Unread("'of' wants least, a number, and rules, a list", line)
    rules, count = _several(what["rules"], others, line, within), _whole(what["least"], line)
    if not 1 <= count <= len(rules):
        raise Unread(f"'of' wants between 1 and {len(rules)} of {len(rules)} rules", line)
    return AtLeast(count, rules, "of")


def _meets(what: object, others: Mapping[str, object], line: int, within: tuple[str, ...]) -> Rule:
    if not isinstance(what, str) or what not in others:
        raise Unread(f"'{what}' is not a programme with a rule", line)
    if what in within:
        raise Unread(f"the rule of '{what}' would be a part of itself", line)
    return Meets(what, _rule(others[what], others, line, (*within, what)))

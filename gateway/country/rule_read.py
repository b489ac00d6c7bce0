"""Reads a rule of a programme from YAML, or says in one sentence why it is none. Pure; see `conditions.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..reading import Lined
from .conditions import AtLeast, Counts, Everyone, Is, Lives, Meets, Not, Rule, depth, size

DEEPEST, LARGEST = 5, 40
WORDS = ("everyone", "is", "least", "most", "lives", "all", "any", "not", "of", "meets")


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

"""How a rule came to what it says, part by part, for whoever answers for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..country.conditions import AtLeast, Counts, Everyone, Facts, Is, Lives, Meets, Not, Rule, Verdict

SAID = {True: "yes", False: "no", None: "not known yet"}


def trail(rule: Rule, facts: Facts, deep: int = 0) -> Iterator[str]:
    """A line for each part of a rule: what it asks, what is known, and what it says."""
    yield f"{'  ' * deep}{asks(rule)}: {SAID[rule.holds(facts)]}{_known(rule, facts)}"
    for part in rule.parts():
        yield from trail(part, facts, deep + 1)


def parts_of(rule: Rule, deep: int = 0) -> Iterator[str]:
    """A line for each part of a rule as it is written."""
    yield f"{'– ' * deep}{asks(rule)}"
    for part in rule.parts():
        yield from parts_of(part, deep + 1)


def asks(rule: Rule) -> str:
    """A part of a rule as it is written."""
    match rule:
        case Everyone():
            return "everyone"
        case Is(name, words):
            return f"{name} is {' or '.join(sorted(words))}"
        case Counts(name, least, most):
            return f"{name} at least {least}" if most < 0 else f"{name} at most {most}"
        case Lives(areas):
            return f"lives in {' or '.join(areas)}"
        case Not():
            return "not"
        case Meets(programme, _):
            return f"meets the rule of {programme}"
        case AtLeast(count, rules, word):
            return {"all": "all of these", "any": "any of these"}.get(word, f"at least {count} of these {len(rules)}")


def _known(rule: Rule, facts: Facts) -> str:
    """What is known of the fact that a part reads."""
    name = rule.fact()
    if not name:
        return ""
    known = facts.get(name)
    if known is None:
        return f" ({name} was not said)"
    return f" ({name}: {known if isinstance(known, str) else shown(known)})"


def shown(known: tuple[int, int | None]) -> str:
    low, high = known
    return f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"


def said(verdict: Verdict) -> str:
    return SAID[verdict]

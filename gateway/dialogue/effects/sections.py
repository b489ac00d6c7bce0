"""What is told of a programme, section by section, in the words of whoever reads it: why, how much, how to ask, what to
bring. A fact of a conversation keeps the programme and the answers; the words are made anew each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from ...country import Pack
from ...country.conditions import Facts
from ...country.programmes import Programme, known_from
from ...entitlements.wording import Teller, from_raw, to_raw
from ...language.catalogue import Texts

DOUBTED = "doubted"
"""Among the answers to which a programme is told: that its rule is suspended."""

Tell = Callable[[Teller, Programme, Facts], str]
SECTIONS: Mapping[str, Tell] = {
    "why": lambda teller, programme, facts: teller.why(programme, facts, DOUBTED in facts),
    "reason": lambda teller, programme, facts: teller.why(programme, facts, DOUBTED in facts, brief=True),
    "about": lambda teller, programme, facts: teller.about_it(programme),
    "amount": lambda teller, programme, facts: teller.amount(programme, facts),
    "sum": lambda teller, programme, facts: teller.sum(programme, facts),
    "apply": lambda teller, programme, facts: teller.apply(programme),
    "bring": lambda teller, programme, facts: teller.bring(programme),
}


def written(name: str, texts: Texts, tag: str, pack: Pack, raw: str, today: date) -> str:
    """One section of what is told of a programme, in this language."""
    code, answers = from_raw(raw)
    if code not in pack.programmes:
        return ""
    teller = Teller(pack, texts, tag, today)
    facts = {**known_from(pack.questions, answers), **({DOUBTED: "yes"} if DOUBTED in answers else {})}
    return SECTIONS[name](teller, pack.programmes[code], facts)


def longest(names: Iterable[str], texts: Texts, tag: str, pack: Pack, today: date) -> dict[str, str]:
    """The longest that each section may be in this language, for the proof of screens."""
    found = {}
    for name in names:
        told = [written(name, texts, tag, pack, to_raw(code, {}), today) for code in pack.programmes]
        found[name] = max(told, key=len, default="")
    return found

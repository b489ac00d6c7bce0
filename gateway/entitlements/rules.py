"""Which programmes a household may ask for, and which question decides most of what is still open. Pure.

A verdict is yes, no, or not known yet (None). Nobody's name, paper or nationality is asked for one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from ..country.conditions import Facts, Verdict, still_open
from ..country.programmes import Programme, Question

MOST_QUESTIONS = 8
"""How many questions a small screen asks before it tells what is known."""


class Refusal(Exception):
    """Something a person can mend. `sentence` is an English msgid of the pages (context `console`)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def asked_now(programmes: Collection[Programme], today: date, suspended: Collection[str] = ()) -> list[Programme]:
    """The programmes of which a rule may speak today: they run, the rule was reviewed within a year, and it has not
    said yes too often to those whom the office refused. The most urgent first."""
    found, old = told_now(programmes, today), stale(programmes, today)
    return [programme for programme in found if programme.code not in old and programme.code not in suspended]


def told_now(programmes: Iterable[Programme], today: date) -> list[Programme]:
    """The programmes with a rule that run today, also those of which it may not say yes. The most urgent first."""
    return sorted((p for p in programmes if p.rule and p.runs(today)), key=lambda p: (p.urgency, p.code))


def stale(programmes: Iterable[Programme], today: date) -> frozenset[str]:
    """The programmes whose rule nobody has reviewed for a year: it says yes to nobody, she is sent to the office."""
    return frozenset(p.code for p in programmes if p.rule and (p.ruled is None or p.ruled.is_stale(today)))


def suspended(
    programmes: Mapping[str, Programme], bounds: Mapping[str, int], came: Mapping[tuple[str, str], tuple[int, int]]
) -> frozenset[str]:
    """The programmes whose rule says yes too often: of those whom it told so, at least `bounds["decided"]` were
    decided, and `bounds["refused"]` percent of them or more were refused. `came`: how many were decided, and of them
    refused, by programme and the mark of its rule: a rule that is changed begins anew."""
    found = ((p.code, came.get((p.code, p.rule_mark), (0, 0))) for p in programmes.values() if p.rule)
    return frozenset(
        code
        for code, (decided, refused) in found
        if decided >= bounds["decided"] and refused * 100 >= bounds["refused"] * decided
    )


def judge(programmes: Iterable[Programme], facts: Facts) -> dict[str, Verdict]:
    """What each rule says of a household."""
    return {programme.code: programme.rule.holds(facts) for programme in programmes if programme.rule}


def verdicts(
    programmes: Collection[Programme], facts: Facts, sure: Facts, today: date, suspended: Collection[str]
) -> dict[str, Verdict]:
    """What is told of each rule, the most urgent first. `facts`: what is known or taken to be so; `sure`: what she said
    herself. A rule that is suspended says nothing; one past its review says no yes, and its no is told to nobody; nor
    is a no that rests on what she was not asked."""
    found, old = judge(told_now(programmes, today), facts), stale(programmes, today)
    hers = judge(told_now(programmes, today), sure)
    silent = {code for code, said in found.items() if said is False and (code in old or hers[code] is None)}
    return {
        code: None if code in suspended or code in old else said
        for code, said in found.items()
        if code in suspended or code not in silent
    }


def next_question(
    questions: Mapping[str, Question], programmes: Collection[Programme], facts: Facts, asked: Collection[str]
) -> str:
    """The question that decides most of the programmes that are still open; empty where none would decide anything.

    Each open programme counts for a question with the share of its answers that would decide it. Of two that decide as
    much, the one that more programmes turn on, then the one that stands first in the file."""
    open_ = [(programme, still_open(programme.rule, facts)) for programme in programmes if programme.rule]
    best, most = "", (0.0, 0)
    for code, question in questions.items():
        concerned = [p for p, names in open_ if names & question.settles()]
        if code in asked or not question.asked or not concerned:
            continue
        weight = (sum(_decided(p, question, facts) for p in concerned), len(concerned))
        if weight > most:
            best, most = code, weight
    return best


def _decided(programme: Programme, question: Question, facts: Facts) -> float:
    """The share of the answers to a question that decide a programme."""
    assert programme.rule is not None
    decided = sum(programme.rule.holds({**facts, **means}) is not None for means in question.means.values())
    return decided / len(question.means)


def missing(programme: Programme, questions: Mapping[str, Question], facts: Facts) -> list[Question]:
    """The questions whose answers may still decide a programme."""
    if programme.rule is None:
        return []
    names = still_open(programme.rule, facts)
    return [question for question in questions.values() if names & question.settles()]

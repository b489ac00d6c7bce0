"""What is due to whom: the grammar of rules, what they say of every household, and the facts of programmes."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cli import __main__ as command
from gateway.country.conditions import AtLeast, Counts, Everyone, Facts, Is, Lives, Not, Rule
from gateway.country.programmes import known_from
from gateway.country.read import read_pack
from gateway.entitlements.explaining import trail
from gateway.entitlements.rules import MOST_QUESTIONS, asked_now, judge, missing, next_question, verdicts
from gateway.entitlements.wording import Teller
from gateway.house import served
from gateway.reading import Faulty
from gateway.settings import ROOT

TODAY = date(2026, 12, 1)

PACKS = {code: read_pack(ROOT, code) for code in ("kh", "la")}


def rules(deep: int = 3) -> st.SearchStrategy[Rule]:
    """Rules of the grammar, over a few facts."""
    leaf = st.one_of(
        st.just(Everyone()),
        st.builds(Is, st.sampled_from("ab"), st.frozensets(st.sampled_from(("yes", "no")), min_size=1)),
        st.builds(Counts, st.sampled_from("mn"), st.integers(0, 4)),
        st.builds(Counts, st.sampled_from("mn"), st.just(0), st.integers(0, 4)),
        st.builds(Lives, st.lists(st.sampled_from(("17", "1703", "13")), min_size=1, max_size=2).map(tuple)),
    )

    def several(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        some = st.lists(parts, min_size=1, max_size=3).map(tuple)
        return some.flatmap(lambda found: st.builds(AtLeast, st.integers(1, len(found)), st.just(found), st.just("of")))

    return st.recursive(leaf, lambda parts: st.one_of(several(parts), st.builds(Not, parts)), max_leaves=2**deep)


SPANS = st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 5))).map(
    lambda span: (span[0], None if span[1] is None else span[0] + span[1])
)

WORDS = {"a": ("yes", "no"), "b": ("yes", "no"), "lives": ("17", "1703", "170301", "13", "elsewhere")}


@st.composite
def less_and_more(draw) -> tuple[Facts, Facts]:
    """What is known of a household, and more of the same."""
    less: dict[str, object] = {}
    more: dict[str, object] = {}
    for name, words in WORDS.items():
        if draw(st.booleans()):
            more[name] = draw(st.sampled_from(words))
            if draw(st.booleans()):
                less[name] = more[name]
    if more.get("lives", "")[:4] == "1703" and draw(st.booleans()):
        less["lives"] = "17"  # the province alone
    for name in "mn":
        if draw(st.booleans()):
            low, high = draw(SPANS)
            less[name] = (low, high)
            at = draw(st.integers(low, low + 6 if high is None else high))
            more[name] = (at, at)
    return less, more  # type: ignore[return-value]


@given(rules(), less_and_more())
@settings(max_examples=800, deadline=None)
def test_learning_more_never_turns_a_yes_or_a_no_back(rule: Rule, known: tuple[Facts, Facts]) -> None:
    less, more = known
    before = rule.holds(less)
    assert before is None or rule.holds(more) is before


@given(rules())
@settings(max_examples=300, deadline=None)
def test_whoever_says_nothing_is_told_no_only_where_everybody_is(rule: Rule) -> None:
    """Missing data never means no: a verdict without any answer holds whatever is answered."""
    verdict = rule.holds({})
    for a, m, lives in itertools.product(("yes", "no"), (0, 2, 9), ("1703", "elsewhere")):
        facts: Facts = {"a": a, "b": a, "m": (m, m), "n": (m, m), "lives": lives}
        assert verdict is None or rule.holds(facts) is verdict


@pytest.mark.parametrize("country", ["kh", "la"])
def test_every_combination_of_answers_of_the_demo_rules_is_evaluated(country: str) -> None:
    """No rule is undecided where all that it reads was answered; none is decided by what it does not read; and every
    rule is somebody's yes, and somebody's no."""
    pack = PACKS[country]
    found = asked_now(pack.programmes.values(), TODAY)
    questions = [q for q in pack.questions.values() if any(missing(p, {q.code: q}, {}) for p in found)]
    said: dict[str, set[bool | None]] = {programme.code: set() for programme in found}
    count = 0
    for programme in found:
        reads = [q for q in questions if missing(programme, {q.code: q}, {})]
        for answers in itertools.product(*([*q.means, "unknown"] for q in reads)):
            facts = known_from(pack.questions, dict(zip((q.code for q in reads), answers, strict=True)))
            verdict = programme.rule.holds(facts)
            said[programme.code].add(verdict)
            count += 1
            if "unknown" not in answers and verdict is None:
                assert programme.code.startswith(("nssf", "lsso", "jobs", "training", "pregnancy")), programme.code
    assert all(True in verdicts for verdicts in said.values()), said
    assert all(False in verdicts for verdicts in said.values()), said
    assert count > 100


@pytest.mark.parametrize("country", ["kh", "la"])
def test_the_next_question_is_asked_only_while_it_decides_something_and_never_twice(country: str) -> None:
    pack = PACKS[country]
    found = asked_now(pack.programmes.values(), TODAY)
    for first in range(6):  # always the first answer, always the second ... and always "I do not know"
        answers = {"abroad": "here"}
        while asked := next_question(pack.questions, found, known_from(pack.questions, answers), answers):
            assert asked not in answers
            means = [*pack.questions[asked].means, "unknown"]
            answers[asked] = means[min(first, len(means) - 1)]
        assert len(answers) - 1 <= MOST_QUESTIONS
        assert all(pack.questions[code].asked for code in answers)


def test_the_question_that_decides_most_comes_first() -> None:
    """Without a card most of what Cambodia gives is decided: so it is asked for first."""
    pack = PACKS["kh"]
    found = asked_now(pack.programmes.values(), TODAY)
    assert (
        next_question(pack.questions, found, known_from(pack.questions, {"abroad": "here"}), {"abroad": "here"})
        == "card"
    )
    said = {"abroad": "here", "card": "no"}
    facts = known_from(pack.questions, said)
    assert judge(found, facts)["older"] is False
    assert next_question(pack.questions, found, facts, said) not in ("old", "school", "disability")


def test_a_rule_is_explained_part_by_part() -> None:
    programme = PACKS["kh"].programmes["pregnancy"]
    lines = list(trail(programme.rule, known_from(PACKS["kh"].questions, {"card": "yes", "infant": "unknown"})))
    assert lines[0] == "all of these: not known yet"
    assert "    infants at least 1: not known yet (infants was not said)" in lines
    assert "    card is yes: yes (card: yes)" in lines


def test_the_mark_of_a_rule_is_the_same_in_every_process() -> None:
    code = "from gateway.country.conditions import Is, written; print(written(Is('work', frozenset({'company', 'state', 'own'}))))"
    said = {
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
                       capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2", "3", "4")
    }  # fmt: skip
    assert said == {"is work company/own/state\n"}


def in_another(tmp_path: Path, file: str, old: str, new: str) -> list[str]:
    """What is said of a pack in which something is changed."""
    if not (tmp_path / "countries").exists():
        shutil.copytree(ROOT / "countries", tmp_path / "countries")
        shutil.copytree(ROOT / "locales", tmp_path / "locales", ignore=shutil.ignore_patterns("*.po", "voice"))
    path = tmp_path / "countries" / file
    text = path.read_text(encoding="utf8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf8")
    try:
        read_pack(tmp_path, "kh")
    except Faulty as faulty:
        return [str(fault) for fault in faulty.faults]
    return []


DEEP = "{not: " * 6 + "{is: {card: yes}}" + "}" * 6


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("any: [{least", "eny: [{least", "older.yaml:14 'eny' is not a word of rules"),
        ("  all: [{is: {card: yes}}, {least: {older: 1}}]", "  eval: x", "older.yaml:14 'eval' is not a word of rules"),
        ("{least: {older: 1}}", "{least: {older: many}}", "'many' is not a whole number"),
        ("{least: {older: 1}}", "{meets: gold}", "'gold' is not a programme with a rule"),
        ("{least: {older: 1}}", "{meets: older}", "the rule of 'older' would be a part of itself"),
        ("{least: {older: 1}}", "{of: {least: 3, rules: [everyone]}}", "'of' wants between 1 and 1 of 1 rules"),
        ("{least: {older: 1}}", "{is: [card]}", "'is' asks of facts: is: {fact: value}"),
        ("{least: {older: 1}}", "nobody", "a rule is one word with what it asks"),
        ("{least: {older: 1}}", DEEP, "the rule is 8 deep and has 9 parts; at most 5 and 40"),
        ("no: This is", "non: This is", "programme 'older' says 'non', which is not a word here; did you mean 'now'?"),
        (
            "source: Phnom Penh Post, 2024; Fresh News, 22 August 2024\n",
            "",
            "has no source; leave out what none supports",
        ),
        ("reviewed_on: 2026-11-22\n", "", "needs reviewed_on, a date such as 2026-11-23"),
        ("guarantee: old_age", "guarantee: age", "'guarantee' is one of health, children, working_age, old_age"),
        ("papers: [equity_card,", "papers: [gold_card,", "'gold_card' is not a paper of papers.yaml"),
        ("office: kh-national", "office: kh-natonal", "'kh-natonal' is not an office; did you mean 'kh-national'?"),
        ("since: 2024-04", "since: 2024-13", "'since: 2024-13' is not a date; write 2017, 2024-04 or 2023-08-01"),
    ],
)
def test_a_mistake_in_a_programme_is_refused_with_file_line_and_sentence(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    if old.startswith("any:"):
        old, new = "  all: [{is", "  eny: [{is"
    if "non" in new:
        told = told.partition("; did")[0]
    said = in_another(tmp_path, "kh/programmes/older.yaml", old, new)
    assert any(told in one for one in said), said
    assert all(one.startswith("countries/kh/") for one in said)


def test_what_is_told_of_a_rule() -> None:
    """Of one that is suspended, nothing is known; one past its review says no yes, and its no is told to nobody."""
    programmes, today = PACKS["kh"].programmes, date(2026, 12, 1)
    facts = known_from(PACKS["kh"].questions, {"card": "yes", "pregnant": "yes", "work": "company", "school": "no"})
    told = verdicts(programmes.values(), {**facts, "abroad": "no"}, facts, today, ["pregnancy", "scholarship"])
    assert (told["pregnancy"], told["scholarship"], told["nssf_maternity"]) == (None, None, None)
    assert "embassy" not in told, "nobody asked her where she is"
    facts = known_from(PACKS["kh"].questions, {"card": "yes", "pregnant": "no", "work": "none"})
    assert "nssf_maternity" not in verdicts(programmes.values(), facts, facts, today, ())


def test_a_rule_past_its_review_says_nothing_also_to_whoever_keeps_it(capsys) -> None:
    asked = ["rules", "pregnancy", "--say", "card=yes", "--say", "pregnant=yes", "--day"]
    assert command.main([*asked, "2026-12-01"]) == 0
    assert "pregnancy: yes" in capsys.readouterr().out
    command.main([*asked, "2028-01-01"])
    assert "pregnancy: nothing: past its review, ask the office" in capsys.readouterr().out


def teller(country: str = "kh", today: date = TODAY, tag: str = "en") -> Teller:
    return Teller(PACKS[country], served({}, drafts=True), tag, today)


def test_a_fact_past_its_review_is_not_told_and_a_rule_says_nothing_then() -> None:
    programme = PACKS["kh"].programmes["scholarship"]
    assert teller().apply(programme) == "Register at the school."
    assert teller(today=date(2028, 1, 1)).apply(programme) == "No sure fact is known here. Ask your office."
    assert programme not in asked_now(PACKS["kh"].programmes.values(), date(2028, 1, 1))


def test_what_has_ended_leads_to_what_there_is_today() -> None:
    pack = PACKS["kh"]
    assert (
        teller().about_it(pack.programmes["covid_cash"]).endswith("This is no longer given. Ask about: Family Package.")
    )
    dated = replace(pack.programmes["covid_cash"], until="2024-03")
    assert teller().ended(dated) == "This ended in March 2024. Ask about: Family Package."
    assert teller(today=date(2023, 1, 1)).why(pack.programmes["family_package"], {}) == "This begins in April 2024."
    assert pack.benefit_named("what became of the covid cash") == "covid_cash"
    assert PACKS["la"].benefit_named("I am in the CBHI") == "health_insurance"


def test_what_is_not_known_is_named_and_is_not_a_no() -> None:
    pack = PACKS["la"]
    facts = known_from(pack.questions, {"pregnant": "no", "small": "no"})
    assert pack.programmes["free_care"].rule.holds(facts) is None
    assert "Not known yet: whether you are poor, or a monk." in teller("la").why(pack.programmes["free_care"], facts)

"""What freely written sentences open: measured on sentences that nothing was tuned on, and never in spite of doubt."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.cli.understand import held_out
from gateway.language import fold
from gateway.language.locales import read_traits
from gateway.language.understanding import Understanding
from gateway.language.words import Meant, Words, read_words, stands
from gateway.settings import ROOT

WRITTEN = [tag for tag, traits in read_traits(ROOT / "locales").items() if not traits.voice_only]


@cache
def words(tag: str) -> Words:
    return read_words(ROOT / "locales", tag)[0]


@cache
def everything() -> Understanding:
    return Understanding([words(tag) for tag in WRITTEN])


@pytest.mark.parametrize("tag", WRITTEN)
def test_a_third_of_the_sentences_was_kept_out_and_none_of_them_was_learnt(tag: str) -> None:
    learnt = {fold.fold(said) for meant in words(tag).meant.values() for said in meant.says}
    kept = held_out(tag)
    assert len(kept) >= (len(learnt) + len(kept)) // 3
    assert not learnt & {fold.fold(sentence) for _, sentence in kept}


@pytest.mark.parametrize("tag", WRITTEN)
def test_what_is_opened_is_mostly_what_was_meant(tag: str) -> None:
    met = [(target, everything().find(sentence, tag)) for target, sentence in held_out(tag)]
    opened = [(target, found.target) for target, found in met if found.sure]
    right = [target for target, found in opened if found in (target, target.partition(".")[0])]
    assert len(opened) >= len(met) * 0.3
    assert len(right) >= len(opened) * 0.7
    assert sum(everything().nearest(sentence, tag) == target for target, sentence in held_out(tag)) >= len(met) * 0.4


@pytest.mark.parametrize("tag", WRITTEN)
def test_its_own_examples_hardly_ever_open_another_flow(tag: str) -> None:
    said = [(heading, one) for heading, meant in words(tag).meant.items() for one in meant.says]
    met = [(heading.partition(".")[0], everything().find(one, tag)) for heading, one in said]
    assert sum(found.sure and found.target.partition(".")[0] != flow for flow, found in met) <= len(met) * 0.05


@pytest.mark.parametrize("tag", WRITTEN)
def test_stop_and_start_are_heard_in_every_language_when_they_are_all_that_was_said(tag: str) -> None:
    assert words(tag).stop
    assert words(tag).start
    for word in words(tag).stop:
        assert everything().stops(f" {word.upper()} ")
        assert not everything().stops(f"{word} the payment")
    assert everything().stops(words(tag).plain_stop, only_plainly=True)
    assert not everything().stops("", only_plainly=True)
    assert all(everything().starts(word) for word in words(tag).start)


@pytest.mark.parametrize("text", ["", "1", "asdf qwer zxcv", "😟", "ឯងអា", "hello", "ok"])
def test_what_says_nothing_opens_nothing(text: str) -> None:
    assert not everything().find(text, "en").sure


def test_a_choice_that_is_not_offered_counts_for_its_flow() -> None:
    found = everything().find("the chief wants money under the table", "en", lambda heading: heading == "complaint")
    assert (found.target, found.sure) == ("complaint", True)
    assert everything().find("please call me back", "en", lambda heading: heading == "complaint").target != "call_back"


def test_her_own_language_counts_most() -> None:
    english = Words("en", {"a": Meant(says=("so",)), "b": Meant(says=("other",))})
    vietnamese = Words("vi", {"a": Meant(says=("khac",)), "b": Meant(says=("so",))})
    both = Understanding([english, vietnamese])
    assert both.find("so", "en").target == "a"
    assert both.find("so", "vi").target == "b"


@pytest.mark.parametrize(
    ("word", "text", "there"),
    [
        ("វាយ", "គេវាយខ្ញុំ", True),
        ("វាយ", "នៅស្វាយដង្គំ", False),  # a subscript is not a letter of its own
        ("ប្រា", "ប្រាក់", True),
        ("ប្រ", "ប្រាក់", False),
        ("hit", "he hit me", True),
        ("hit", "white", False),
        ("hit", "he hit, and ran", True),
    ],
)
def test_a_word_stands_between_letters_not_inside_one(word: str, text: str, there: bool) -> None:
    assert stands(fold.fold(word), fold.fold(text)) is there

"""Flows and packs: what is right is read, and each planted mistake is told as a sentence with file and line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from gateway.cli import __main__ as command
from gateway.cli.check import draw, faults_of, read_world
from gateway.cli.texts import collect
from gateway.dialogue.book import bind, from_bytes, to_bytes
from gateway.dialogue.effects import vocabulary
from gateway.dialogue.flow_check import check_flows
from gateway.dialogue.flow_read import flow_from_text, read_flows
from gateway.dialogue.pressing import shortest_roads
from gateway.language.catalogue import Texts
from gateway.language.locales import read_traits
from gateway.reading import Faulty
from gateway.settings import ROOT

BROKEN = Path(__file__).parent / "broken_flows"

TODAY = date(2026, 11, 24)

DEFECTS = sorted(path.parent.name for path in BROKEN.glob("*/expected"))


def told(*folders: str, into: Path) -> list[str]:
    """What the checker says of a small world: the sound one, with the files of others laid over it."""
    for folder in folders:
        shutil.copytree(BROKEN / folder, into, dirs_exist_ok=True)
    read_traits.cache_clear()
    try:
        here, faults = read_world(into)
    except Faulty as faulty:
        return [str(fault) for fault in faulty.faults]
    drawn = draw(here)
    roads = list(shortest_roads(here.flows, vocabulary(), drawn, "menu"))
    return [str(fault) for fault in (*faults, *faults_of(here, drawn, roads, TODAY))]


def test_a_sound_world_has_no_fault(tmp_path: Path) -> None:
    assert told("sound", into=tmp_path) == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_mistake_is_told(defect: str, tmp_path: Path) -> None:
    """Each folder lays its files over the sound world; `expected` is how the sentence begins, with file and line."""
    said = told("sound", defect, into=tmp_path)
    expected = (BROKEN / defect / "expected").read_text(encoding="utf8").strip()
    assert any(line.startswith(expected) for line in said), said


def test_what_is_sound_is_not_refused() -> None:
    """An act in a sub-flow whose caller has checked; a check that names its one way on."""
    caller, _ = flow_from_text(
        "caller",
        """
title: Caller
steps:
  topic: {ask: "Which?", choices: {a: A, b: B}}
  review: {check: {topic: About}, go: {yes: send}}
  send: {do: flow act, end: yes}
""",
    )
    act, _ = flow_from_text(
        "act", "title: Act\nsteps:\n  open: {do: open_case}\n  done: {say: 'Number {case}.', end: yes}\n"
    )
    assert check_flows({"caller": caller, "act": act}, vocabulary()) == []


def test_the_flows_that_are_served_have_no_fault() -> None:
    assert check_flows(read_flows(ROOT), vocabulary()) == []


def test_check_passes_and_says_what_it_proved(capsys) -> None:
    assert command.main(["check"]) == 0
    said = capsys.readouterr().out
    assert "no fault" in said
    assert "production does not serve it yet" in said
    assert "hmn (Hmoob): voice only;" in said


def test_the_table_counts_screens_parts_presses_and_seconds(capsys) -> None:
    command.main(["check", "--table"])
    said = capsys.readouterr().out
    for words in ("kh-ussd: screens", "la-ussd: screens", "kh-sms: parts of a message", "presses / seconds"):
        assert words in said
    line = next(line for line in said.splitlines() if line.startswith("  complaint.done") and "/" in line)
    assert "6 / " in line, "a reference number in at most six presses"


def test_every_sentence_that_pages_and_code_say_is_collected() -> None:
    found = {sentence for _, sentence in collect()}
    assert {
        "My queue",
        "Write what she should hear, then send again.",
        "Not paid",
        "Your number is {case}. We will answer by {due}.",
    } <= found


def test_a_fingerprint_changes_with_a_word_and_not_with_a_comment_or_a_space() -> None:
    text = "title: T\nsteps:\n  a: {say: Hello., end: yes}\n"
    first, _ = flow_from_text("t", text)
    same, _ = flow_from_text("t", "# a comment\ntitle:   T\nsteps:\n\n  a:\n    say: Hello.\n    end: yes\n")
    other, _ = flow_from_text("t", text.replace("Hello", "Hallo"))
    assert first.print == same.print != other.print


def test_a_book_comes_back_from_its_bytes_as_it_was() -> None:
    book = bind(read_flows(ROOT), Texts({"km": {"menu.top\x04How can we help?": "តើយើងអាចជួយអ្វី?"}}))
    again = from_bytes(to_bytes(book))
    assert (dict(again.flows), again.texts, again.print) == (dict(book.flows), book.texts, book.print)

"""The life of a case, as its one table has it; and that the desk and the phone keep to it."""

from __future__ import annotations

import pytest

from gateway.cases.records import Case, CaseEvent
from gateway.cases.rules import ACTS, CLOCKS, DECIDED, OPEN, OVER, STATES, Refusal, after
from gateway.channels.outbox.records import Outgoing
from gateway.cli.life import picture, table
from gateway.settings import ROOT

from .desk import TO_HOW
from .test_who_decides import lodged


def test_every_state_is_reached_and_left_as_the_table_says() -> None:
    reached = {"received"} | {act.after for act in ACTS.values() if act.after}
    assert reached == set(STATES)
    left = {state for act in ACTS.values() for state in act.before if act.after}
    assert set(STATES) - left == {"merged"}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("state", STATES)
def test_an_act_is_done_where_the_table_allows_it_and_refused_elsewhere(name, state) -> None:
    act = ACTS[name]
    if state in act.before:
        assert after(state, name) == (act.after or state)
        return
    with pytest.raises(Refusal) as refusal:
        after(state, name)
    closed = "already closed" in refusal.value.sentence
    assert closed == (state in (*DECIDED, *OVER))


def test_the_picture_and_the_table_in_the_documentation_are_those_of_the_code() -> None:
    docs = ROOT / "docs"
    assert (docs / "cases.svg").read_text(encoding="utf8") == f"{picture()}\n", "./sala states > docs/cases.svg"
    assert table() in (docs / "cases.md").read_text(encoding="utf8"), "./sala states --table"


def test_every_road_from_lodging_ends_with_a_decision_or_her_own_word() -> None:
    """What ends a case: a decision keeps every promise, and only she or the office for her takes it back."""
    ends = {name for name, act in ACTS.items() if act.after and act.after not in OPEN}
    for name in ends & {"resolve", "refer", "reject"}:
        assert ACTS[name].keeps == CLOCKS
        assert "text" in ACTS[name].takes, "she is told what was done, or why not"
    assert ends == {"resolve", "refer", "reject", "withdraw", "refuse", "merge", "confirm", "expire"}
    assert {name for name in ends if ACTS[name].who == ("gateway",)} == {"expire"}


def test_whoever_takes_it_up_says_so_once_and_she_is_told(sala, staff) -> None:
    case = lodged(sala, staff)
    assert "I take it up" in staff["officer"].get(f"/console/case/{case.id}")
    page = staff["officer"].do(case.id, "take")
    assert "Taken up" in page
    assert "I take it up" not in page
    assert sala.all_of(Case)[0].state == "acknowledged"
    told = [row.body for row in sala.all_of(Outgoing)][-1]
    assert told == f"Number {_grouped(case)}: an official is looking into it."
    staff["officer"].do(case.id, "take", 409)


def test_a_decision_needs_its_words_its_kind_and_where_it_came_from(sala, staff) -> None:
    case = lodged(sala, staff)
    desk = staff["officer"]
    assert "Write what she should hear" in desk.decide(case.id, "", status=409)
    assert "Choose how the case ends." in desk.decide(case.id, "Paid", decision="", status=409)
    page = desk.decide(case.id, "It was paid on Monday", cause="", status=409)
    assert "Choose what it came from." in page
    assert "It was paid on Monday</textarea>" in page, "what was typed is lost"
    assert sala.all_of(Case)[0].state == "routed"
    page = desk.decide(case.id, "It was paid on Monday", "partly", "information_gap")
    assert "She is partly right" in page
    row = sala.all_of(Case)[0]
    assert (row.state, row.decision, row.cause) == ("resolved", "partly", "information_gap")


@pytest.mark.parametrize(
    ("decision", "state", "told"),
    [
        ("upheld", "resolved", "The office says this was done: Because"),
        ("not_upheld", "resolved", "The office decided: Because"),
        ("referred", "referred", "The office sent it on: Because"),
        ("rejected", "rejected", "The office decided: Because"),
    ],
)
def test_what_she_hears_of_each_decision(sala, staff, decision, state, told) -> None:
    case = lodged(sala, staff)
    cause = "implementation" if state == "resolved" else ""
    staff["officer"].decide(case.id, "Because", decision, cause)
    assert sala.all_of(Case)[0].state == state
    caller = sala.caller()
    caller.dial()
    assert caller.press("3", "1").startswith(told)


def test_withdrawn_needs_how_she_said_so_and_she_is_told_in_case_it_is_untrue(sala, staff) -> None:
    case = lodged(sala, staff)
    assert "Write when and how she said so" in staff["officer"].do(case.id, "withdraw", 409, how=" ")
    page = staff["officer"].do(case.id, "withdraw", how="At the counter this morning")
    assert "At the counter this morning" in page
    assert sala.all_of(Outgoing)[-1].body == (
        f"Number {_grouped(case)} is closed because you asked. If you did not, call 0000 (demo)."
    )
    caller = sala.caller()
    caller.dial()
    assert caller.press("3", "1").startswith("It is closed because you asked.\nDid you ask to close it?")
    caller.choose("No")
    assert caller.screen.startswith("We look at it again. You will hear within 10 working days.")
    caller.press("I asked for nothing of the kind")
    assert sala.all_of(Case)[0].state == "reopened"


def test_two_complaints_of_one_phone_about_one_thing_are_made_one_and_both_numbers_answer(sala, staff) -> None:
    first = lodged(sala, staff)
    second = sala.lodge("2", "1", "1", "9", "1", "1")
    desk = staff["officer"]
    page = desk.get(f"/console/case/{second.id}")
    assert "The same phone lodged another case about the same thing:" in page
    desk.do(second.id, "merge", 409, into="1234567890123")
    desk.do(second.id, "merge", into=first.reference)
    row = sala.all_of(Case)[1]
    assert (row.state, row.into, row.due_at) == ("merged", first.id, None)
    told = sala.all_of(Outgoing)[-1].body
    assert told == f"Number {_grouped(second)} is the same as {_grouped(first)}. We answer you under {_grouped(first)}."
    desk.decide(first.id, "It was paid on Monday")
    for line in ("1", "2"):
        caller = sala.caller()
        caller.dial()
        assert caller.press("3", line).startswith("The office says this was done: It was paid on Monday")


def test_cases_of_two_phones_or_of_two_things_are_never_made_one(sala, staff) -> None:
    case = lodged(sala, staff)
    neighbour = sala.lodge(*TO_HOW, "1", "1", number="+85599000002")
    another = sala.lodge("2", "2", "1", "9", "1", "1")
    with_pin = sala.lodge(*TO_HOW, "4", "4821", "1", number="+85599000003")
    for other in (neighbour, another, with_pin):
        page = staff["officer"].do(case.id, "merge", 409, into=other.reference)
        assert "Only two open cases of the same person" in page
    assert {row.state for row in sala.all_of(Case)} == {"routed"}


def test_every_change_of_state_is_on_the_timeline(sala, staff) -> None:
    case = lodged(sala, staff)
    desk = staff["officer"]
    desk.do(case.id, "take")
    desk.answer(case.id, "Which bank?", act="ask")
    desk.answer(case.id, "We found it ourselves.")
    desk.decide(case.id, "Paid.")
    moves = [(event.data["from"], event.data["to"]) for event in sala.all_of(CaseEvent) if "to" in event.data]
    assert moves == [
        ("received", "routed"), ("routed", "acknowledged"), ("acknowledged", "waiting"), ("waiting", "in_work"),
        ("in_work", "resolved"),
    ]  # fmt: skip


def _grouped(case: Case) -> str:
    from gateway.language.formats import grouped

    return grouped(case.reference)

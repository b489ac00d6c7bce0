"""Phones are shared: whatever one person told is kept apart from what the next one says, and nothing of anyone is lost.

Each row is what is dialled and pressed on one phone, and the cases there are when all of it has lapsed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases.records import Case, CaseEvent
from gateway.dialogue.actions import waiting
from gateway.dialogue.records import Conversation, Left
from gateway.people.records import Address

from .desk import TO_HOW

NOW = datetime.now(UTC)
HERS = ("dial", "2", "2", "7", "4", "A's story")
"""The first one chooses English, tells something else than money, says no place, and is cut off at "how"."""

A, B = ("other", "A's story"), ("unpaid", "B's story")


def play(sala, *keys: str) -> None:
    caller = sala.caller()
    for key in keys:
        caller.dial() if key == "dial" else caller.press(key)


def lapse(sala) -> None:
    for minutes in (40, 80, 60 * 24 * 9, 60 * 24 * 10):
        sala.tick.once(NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("then", "cases"),
    [
        (("dial", "2", "2", "1", "4", "B's story", "1", "1"), [A, B]),  # the neighbour starts again
        (("dial", "2", "2", "7", "4", "B's story", "1", "1"), [A, ("other", "B's story")]),  # with the same topic
        (("dial", "2", "2", "1", "4", "B's story", "00", "2", "1", "1", "1"), [A, B]),  # and goes to the menu
        (("dial", "2", "#", "STOP"), [A]),
        (("dial", "2", "#"), [A]),
        (("dial", "2", "STOP"), [A]),
        (("dial", "STOP"), [A]),  # "continue or start again" may be about another's
        (("00", "dial", "STOP"), [A]),
        (("00", "STOP"), [A]),
        (("STOP",), []),  # her own, in the middle
        (("0", "0", "0", "0"), [A]),  # back to the menu
        (("0", "0", "0", "0", "i want an appointment tomorrow"), [A]),
        (("00", "2", "2", "1", "4", "B's story", "1", "1"), [A, B]),
        (("dial", "1", "2", "1"), [A]),  # goes on with it
    ],
)
def test_what_was_told_becomes_a_case_whoever_takes_the_phone_next(sala, then, cases) -> None:
    play(sala, *HERS, *then)
    lapse(sala)
    assert sorted((case.category, case.story) for case in sala.all_of(Case)) == sorted(cases)
    assert sala.all_of(Conversation) == []


def ask_opinion(sala) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).state = "resolved"
        waiting.ask_later(
            db, case.address_id, "survey", {"case": case.reference}, NOW + timedelta(days=7), NOW
        )  # fmt: skip


@pytest.mark.parametrize("then", [(), ("00",), ("dial",), ("#",), ("#", "dial"), ("dial", "1", "1")])
def test_a_half_answered_question_of_ours_is_kept(sala, then) -> None:
    ask_opinion(sala)
    play(sala, "dial", "3", "still no money", *then)
    lapse(sala)
    kept = [event for event in sala.all_of(CaseEvent) if event.kind == "opinion"]
    assert [(event.data, event.body) for event in kept] == [({"solved": "no"}, "still no money")]


def test_a_half_answered_question_is_kept_when_she_dials_much_later(sala) -> None:
    ask_opinion(sala)
    play(sala, "dial", "3", "still no money")
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Conversation)):
            row.heard_at -= timedelta(hours=2)
    play(sala, "dial")
    lapse(sala)
    assert [event.body for event in sala.all_of(CaseEvent) if event.kind == "opinion"] == ["still no money"]


def test_keys_dialled_ahead_do_not_answer_a_question_of_ours(sala) -> None:
    ask_opinion(sala)
    caller = sala.caller()
    assert caller.dial("1*1").startswith("Number ")
    lapse(sala)
    assert [event for event in sala.all_of(CaseEvent) if event.kind == "opinion"] == []


def test_what_is_parked_is_opened_in_the_language_it_was_told_in(sala) -> None:
    play(sala, *HERS, "dial", "2", "#", "1", "1", "2", "1", "4", "រឿង")
    lapse(sala)
    assert sorted((case.language, case.story) for case in sala.all_of(Case)) == [("en", "A's story"), ("km", "រឿង")]


def test_every_conversation_that_is_left_is_counted_where_it_was_left(sala) -> None:
    play(sala, *HERS, "dial", "2", "2", "1")
    lapse(sala)
    assert sorted((left.step, left.how) for left in sala.all_of(Left)) == [
        ("menu:complaint.how", "opened"),
        ("menu:complaint.place.province", "opened"),
    ]


def test_left_where_nothing_is_lost_is_counted_too(sala) -> None:
    play(sala, "dial", "2", "3", "dial")
    assert [(left.step, left.how) for left in sala.all_of(Left)] == [("menu:status.number", "left")]


def test_a_number_that_nobody_may_keep_is_forgotten_though_she_dials_again_at_the_last_word(sala) -> None:
    play(sala, "dial", "2", "2", "1", "4", "9", "4", "4821", "1")
    assert sala.all_of(Address) == []


def test_two_gateways_may_name_their_sessions_alike(sala) -> None:
    first, second = sala.caller("+85599000001"), sala.caller("+85599000002", "kh-ussd-2")
    first.dial()
    first.press("2", "2")
    second.session, second.typed = first.session, ""
    second.sequence = 0
    second.dial()
    second.session = first.session
    assert first.press("1").startswith("Where do you live?")


@pytest.mark.parametrize("more", [(), ("1", "1")])
def test_one_telling_cut_off_again_and_again_is_one_case(sala, more) -> None:
    """She starts again three times and tells the same each time; the last time she may carry it through."""
    told = ("2", "7", "4", "A's story", "1")
    play(sala, "dial", "2", *told, *("dial", "2", *told) * 2, *more[1:])
    lapse(sala)
    assert [case.story for case in sala.all_of(Case)] == ["A's story"]


def test_a_question_that_waits_does_not_keep_the_number_of_a_pin(sala) -> None:
    play(sala, "dial", "2", "2", "7", "4", "A's story", "4", "1234")
    with sala.house.database.transaction() as db:
        address = db.scalars(select(Address)).one()
        waiting.ask_later(db, address.id, "survey", {"case": "1"}, NOW + timedelta(days=9), NOW)
    sala.caller().dial()
    play(sala, "dial", "1", "1")
    assert sala.all_of(Address) == []


def test_a_typed_name_that_is_none_of_those_found_is_the_village(sala) -> None:
    """In her own words: an office may know it."""
    play(sala, "dial", "2", "2", "7", "5", "Svay Nowhere")
    lapse(sala)
    assert [case.village for case in sala.all_of(Case)] == ["Svay Nowhere"]

"""An appointment as its day comes: she is reminded the way she chose, once, and never of what was moved or cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.appointments import actions
from gateway.appointments.actions.telling import raw_when
from gateway.appointments.actions.times import reminders
from gateway.appointments.records import Appointment
from gateway.hotline.records import Task
from gateway.people.actions import spoken_to

from .at_the_window import (
    MONDAY,
    OFFICE,
    at,
    book,
    comer,
    forget_conversations,
    free,
    look,
    phones,
    prefer_kannel,
    row,
    start_of,
    texts_of,
)
from .writers import Texter

ZONE = ZoneInfo("Asia/Phnom_Penh")


@pytest.mark.parametrize(
    ("hour", "told"),
    [
        (14, ["1d 14:00", "0d 12:00"]),  # a day before, and two hours before
        (8, ["1d 08:00", "1d 19:00"]),  # two hours before is night: told in the evening
        (10, ["1d 10:00", "0d 08:00"]),  # the very end of the night is day
    ],
)
def test_she_is_reminded_a_day_and_two_hours_before_and_never_at_night(sala, hour, told) -> None:
    one = book(sala, phones(sala, 1)[0], at(hour)(sala))
    one.unit = hour * 12
    local = [moment.astimezone(ZONE) for moment in reminders(sala.house.packs["kh"], one)]
    assert [f"{(one.day - moment.date()).days}d {moment:%H:%M}" for moment in local] == told


def test_a_reminder_says_when_and_where_and_not_for_what_and_comes_once(sala) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala))
    due = start_of(one) - timedelta(days=1)
    look(sala, one, due - timedelta(minutes=1))
    assert len(texts_of(sala, one)) == 1  # the confirmation alone
    for _ in range(3):
        look(sala, one, due)
    text = texts_of(sala, one)[1].body
    assert text.startswith("We wait for you: ")
    assert "beside the old market" in text
    assert text.endswith("Another time, or not at all: dial *123#.")
    assert "benefit" not in text.casefold()
    look(sala, one, start_of(one) - timedelta(hours=2))
    assert len(texts_of(sala, one)) == 3
    assert row(sala, one.id).next_at == start_of(one) + timedelta(minutes=15)


def test_after_a_standstill_one_reminder_is_enough(sala) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala))
    look(sala, one, start_of(one) - timedelta(hours=1))
    assert len(texts_of(sala, one)) == 2
    assert row(sala, one.id).next_at > start_of(one)


def test_nobody_is_reminded_of_what_was_moved_cancelled_or_not_wanted(sala) -> None:
    first, second, third = phones(sala, 3)
    moved, cancelled = (book(sala, who, at(14)(sala)) for who in (first, second))
    unasked = book(sala, third, at(14)(sala), how="none")
    before = start_of(moved)
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, cancelled.id), MONDAY)
        want = actions.Want(OFFICE, "benefit", at(14, days=8)(sala))
    with sala.house.database.transaction() as db:
        mine = db.get_one(Appointment, moved.id)
        held = actions.hold(db, sala.house.packs["kh"], want, comer(first), MONDAY, of=mine)
        actions.move(db, sala.house, held, MONDAY)
    for one in (moved, cancelled, unasked):
        look(sala, one, before - timedelta(hours=1))
    told = [text for one in (moved, cancelled, unasked) for text in texts_of(sala, one) if text.state == "waiting"]
    assert [text.body.partition(":")[0] for text in told] == ["New time"]


def test_a_reminder_that_did_not_leave_in_time_is_taken_back(sala) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala))
    look(sala, one, start_of(one) - timedelta(days=1))
    look(sala, one, start_of(one) + timedelta(minutes=15))
    assert {text.state for text in texts_of(sala, one)} == {"withdrawn"}
    assert row(sala, one.id).state == "booked"  # nothing was entered that day: nobody is called absent


def test_who_chose_calls_is_called_and_who_does_not_answer_there_keeps_it(sala, operator) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala), how="call")
    look(sala, one, start_of(one) - timedelta(days=1))
    task = sala.all_of(Task)[0]
    assert (task.kind, task.due_at, texts_of(sala, one)) == ("remind", start_of(one), [])
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{task.id}/take")
    number = f"{one.reference[:4]} {one.reference[4:]}"
    assert number in operator.page
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, one.id), MONDAY)
    assert sala.all_of(Task)[0].state == "dropped"


def reminded(sala, number: str = "+85512000009"):
    """Somebody whose messages can be answered is reminded, as she reads English; her texter."""
    texter = Texter(sala, number)
    texter.write("hello", "2", "00")
    sala.house.packs["kh"] = prefer_kannel(sala.house.packs["kh"])
    with sala.reading() as db:
        who = spoken_to(db, number)
    now = datetime.now(UTC)
    slot = next(iter(free(sala, 1, now=now + timedelta(days=1))))
    one = book(sala, who, slot, now=now)
    look(sala, one, start_of(one) - timedelta(hours=2))
    forget_conversations(sala)
    return texter, one


def test_where_she_can_answer_one_says_that_she_comes(sala) -> None:
    texter, one = reminded(sala)
    text = texts_of(sala, one)[-1]
    assert (text.channel, text.body.endswith("Answer 1: I come. 2: another time. 3: I do not come.")) == (
        "kh-kannel",
        True,
    )
    assert texter.write("1").startswith("Thank you. We wait for you.")
    assert row(sala, one.id).coming


def test_two_moves_it_and_three_cancels_it(sala) -> None:
    texter, one = reminded(sala)
    assert texter.write("2").startswith("When?")
    texter.write("2", "1")
    now = row(sala, one.id)
    assert (now.state, now.sequence, raw_when(now) != raw_when(one)) == ("booked", 1, True)
    other, two = reminded(sala, "+85512000010")
    assert other.write("3").startswith("It is cancelled: ")
    assert row(sala, two.id).state == "cancelled"
    assert not other.write("hello").startswith("Do you come")


def test_an_answer_that_comes_too_late_changes_nothing(sala) -> None:
    texter, one = reminded(sala)
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, one.id), datetime.now(UTC))
    assert not texter.write("1").startswith("Thank you")
    assert row(sala, one.id).state == "cancelled"


def test_two_reminders_on_one_phone_are_not_answered_by_one_number(sala) -> None:
    """Two people of one family are reminded: whoever writes 3 is asked for whom."""
    texter, one = reminded(sala)
    now = datetime.now(UTC)
    slot = next(s for s in free(sala, 30, now=now + timedelta(days=1)) if (s.day, s.unit) > (one.day, one.unit + 4))
    other = book(sala, one.address_id, slot, now=now, name="Sokha")
    look(sala, other, start_of(other) - timedelta(hours=2))
    screen = texter.write("3")
    assert "Do you come?" in screen
    assert {row(sala, it.id).state for it in (one, other)} == {"booked"}
    texter.write("3")
    assert sorted(row(sala, it.id).state for it in (one, other)) == ["booked", "cancelled"]


def test_the_second_reminder_is_answered_as_the_first_was(sala) -> None:
    texter, one = reminded(sala)
    texter.write("1")
    assert row(sala, one.id).coming
    with sala.house.database.transaction() as db:
        db.get_one(Appointment, one.id).next_at = start_of(one) - timedelta(hours=1)
    look(sala, one, start_of(one) - timedelta(minutes=50))
    forget_conversations(sala)
    assert texter.write("3").startswith("It is cancelled: ")


def test_a_number_answers_the_newer_text_and_not_the_menu_that_still_stands(sala) -> None:
    texter = Texter(sala, "+85512000009")
    texter.write("hello", "2", "00")
    sala.house.packs["kh"] = prefer_kannel(sala.house.packs["kh"])
    with sala.reading() as db:
        who = spoken_to(db, "+85512000009")
    now = datetime.now(UTC)
    one = book(sala, who, free(sala, 1, now=now + timedelta(days=1))[0], now=now)
    texter.write("00")  # the menu stands
    with sala.house.database.transaction() as db:
        db.get_one(Appointment, one.id).next_at = datetime.now(UTC)
    look(sala, one, datetime.now(UTC))
    assert texter.write("3").startswith("It is cancelled: ")


def test_what_nobody_entered_of_a_day_that_is_over_stands_in_nobodys_way(sala) -> None:
    who = phones(sala, 1)[0]
    one = book(sala, who, at(14)(sala))
    with sala.house.database.transaction() as db:
        db.get_one(Appointment, one.id).day -= timedelta(days=3)
    assert book(sala, who, at(14)(sala)).id != one.id

"""The queue: in which order, who may take what, what lies with whom, what a double click does."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway.cases.attachments import Attachment, belong, keep, note, ready
from gateway.cases.records import Case
from gateway.console.hotline.queue import in_order
from gateway.hotline import actions as hotline
from gateway.hotline.records import Call, Flag, Shift, Task, waiting_tasks
from gateway.hotline.rules import fits, may_call_now, next_attempt

from .desk import TO_HOW
from .hotline_desk import NOW, NUMBER, task


def test_the_order_of_the_queue(sala) -> None:
    late = task(sala, due=NOW - timedelta(hours=1))
    evening = task(sala, hours="evening", due=NOW - timedelta(hours=2))
    soon = task(sala, due=NOW + timedelta(hours=1))
    ringing = task(sala, "call", due=NOW + timedelta(hours=3))
    thai = task(sala, language="th")
    woman = task(sala, skill="woman")
    pack = sala.house.packs["kh"]
    with sala.reading() as db:
        tasks = list(db.query(Task))
    shift = Shift(languages=["km"], skills=[])
    assert [row.id for row, _ in in_order(tasks, pack, shift, 1, NOW)] == [ringing, late, soon, evening]
    both = Shift(languages=["km", "th"], skills=["woman"])
    assert {row.id for row, _ in in_order(tasks, pack, both, 1, NOW)} == {ringing, late, soon, evening, thai, woman}


@pytest.mark.parametrize(
    ("hours", "clock", "may"),
    [("morning", 9, True), ("morning", 12, False), ("evening", 18, True), ("evening", 9, False), ("", 9, True), ("", 21, False), ("now", 23, True)],
)  # fmt: skip
def test_she_is_called_in_the_hours_that_are_safe(hours, clock, may) -> None:
    moment = datetime(2026, 12, 2, clock, tzinfo=UTC) - timedelta(hours=7)
    assert may_call_now(hours, moment, "Asia/Phnom_Penh") is may


def test_three_attempts_hours_apart() -> None:
    assert [next_attempt(n, NOW) for n in (1, 2, 3)] == [NOW + timedelta(hours=2), NOW + timedelta(hours=20), None]


def test_who_speaks_it_and_who_may() -> None:
    assert fits("km", "", frozenset({"km"}), frozenset())
    assert not fits("th", "", frozenset({"km"}), frozenset())
    assert fits("th", "", frozenset(), frozenset())
    assert not fits("km", "woman", frozenset(), frozenset())


def test_a_task_is_taken_by_one(sala, staff, operator) -> None:
    number = task(sala)
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{number}/take")
    assert "+855" not in operator.page
    assert NUMBER in operator.post(f"/console/hotline/task/{number}/number")
    with sala.house.database.transaction() as db:
        assert not hotline.take(db, number, 999)
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="no_answer")
    assert [(row.state, row.attempts) for row in sala.all_of(Task)] == [("waiting", 1)]
    operator.post(f"/console/hotline/task/{number}/take")
    for _ in range(2):
        operator.post(f"/console/hotline/task/{number}/outcome", outcome="reached")
    assert len(sala.all_of(Call)) == 1
    assert "Begin the script" in operator.page
    path = re.search(r"(/console/hotline/call/\d+)/end", operator.page)[1]
    operator.post(f"{path}/end", outcome="information", note="")
    assert sala.all_of(Task)[0].state == "done"


def test_a_message_is_heard_and_written_down(sala, staff, operator) -> None:
    number = task(sala, "message")
    with sala.house.database.transaction() as db:
        kept = note(db, "kh-hotline", "voice", "https://api.twilio.com/r", "", NOW)
        keep(db, db.get(Attachment, kept), ready(b"OggS her voice"))
        db.get(Task, number).attachment_id = kept
    assert operator.client.get(f"/console/hotline/voice/{kept}").status_code == 404
    operator.post(f"/console/hotline/task/{number}/take")
    heard = operator.client.get(f"/console/hotline/voice/{kept}")
    assert (heard.data, heard.content_type) == (b"OggS her voice", "audio/ogg")
    operator.post(f"/console/hotline/voice/{kept}/words", words="ប្រាក់មិនទាន់មក")
    assert "ប្រាក់មិនទាន់មក" in operator.page
    assert staff["officer"].client.get(f"/console/hotline/voice/{kept}").status_code == 403


def test_two_operators_take_the_same_task_at_once(sala, staff) -> None:
    number = task(sala)
    together = 1 if sala.house.settings.database_url.startswith("sqlite") else 2  # SQLite has one writer at a time
    start, taken = threading.Barrier(together), {}

    def grab(staff_id: int) -> None:
        with sala.house.database.transaction() as db:
            db.get(Task, number)
            start.wait(10)
            taken[staff_id] = hotline.take(db, number, staff_id)

    both = [threading.Thread(target=grab, args=(staff_id,)) for staff_id in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(taken.values()) == [False, True]


def test_what_lies_with_one_operator_is_nobody_elses(sala, staff, operator, other) -> None:
    case = sala.lodge(*TO_HOW, "3", "1")
    staff["officer"].answer(case.id, "Come on Monday.")
    tell, back = sala.all_of(Task)[0].id, task(sala, number="+85599000002")
    for number in (tell, back):
        operator.post(f"/console/hotline/task/{number}/take")
        other.get("/console/hotline")
        other.post(f"/console/hotline/task/{number}/take", 409)
        other.post(f"/console/hotline/task/{number}/number", 409)
        other.post(f"/console/hotline/task/{number}/outcome", 409, outcome="done")
        other.get(f"/console/hotline/task/{number}", 409)
    other.get(f"/console/calls/tell/{tell}", 409)
    assert "Come on Monday" not in other.page
    other.post(f"/console/calls/tell/{tell}/outcome", 409, outcome="told", once="x")
    assert [row.state for row in sala.all_of(Task)] == ["taken", "taken"]


def test_a_double_click_counts_once(sala, operator) -> None:
    number = task(sala)
    operator.post(f"/console/hotline/task/{number}/take")
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="no_answer")
    for _ in range(2):
        operator.post(f"/console/hotline/task/{number}/outcome", 409, outcome="no_answer")
    assert sala.all_of(Task)[0].attempts == 1
    operator.get("/console/hotline")
    once = operator.hidden("once")
    for _ in range(2):
        operator.post("/console/hotline/call", number="099 000 007", once=once)
    assert len(sala.all_of(Call)) == 1
    for _ in range(2):
        operator.post(f"/console/hotline/call/{sala.all_of(Call)[0].id}/end", outcome="abuse", note="")
    assert len(sala.all_of(Flag)) == 1


@pytest.mark.parametrize(("language", "speaks"), [("km-Latn", "km"), ("lo", "lo-Latn"), ("km", "km-Latn")])
def test_a_language_is_spoken_whatever_its_letters(language, speaks) -> None:
    assert fits(language, "", frozenset({speaks}), frozenset())


def test_a_caller_on_the_line_is_never_behind_a_long_list(sala) -> None:
    for number in range(3):
        task(sala, due=NOW - timedelta(days=number))
    ringing = task(sala, "call", due=NOW)
    with sala.reading() as db:
        assert waiting_tasks(db, "kh", limit=2)[0].id == ringing


def test_what_was_spoken_with_a_complaint_is_written_down_for_the_office(sala, staff, operator) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        kept = note(db, "kh-hotline", "voice", "https://api.twilio.com/r", "", NOW)
        belong(db, [kept], db.get_one(Case, case.id), NOW)
        keep(db, db.get_one(Attachment, kept), ready(b"OggS her voice"))
    found = sala.all_of(Task)[0]
    assert (found.kind, found.address_id) == ("write_down", None)
    assert "Write down what she said" in operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{found.id}/take")
    assert "Show the number" not in operator.page
    operator.post(f"/console/hotline/voice/{kept}/words", words="ប្រាក់មិនទាន់មក")
    operator.post(f"/console/hotline/task/{found.id}/outcome", outcome="done")
    assert "ប្រាក់មិនទាន់មក" in staff["officer"].get(f"/console/case/{case.id}")
    assert sala.all_of(Task)[0].state == "done"


def test_who_asks_to_be_called_is_on_the_list_once_with_her_hours(sala, operator) -> None:
    for keys in (("2", "5"), ("5",)):
        caller = sala.caller(NUMBER)
        caller.dial()
        caller.press(*keys)
        caller.choose("Call me", "Evening", "Call me then")
        assert caller.screen.startswith("We will call you.")
    assert [(row.kind, row.hours, row.language) for row in sala.all_of(Task)] == [("call_back", "evening", "en")]


def test_she_sees_how_many_wait_whose_language_she_does_not_speak(sala, operator) -> None:
    task(sala, language="th")
    operator.on_shift("km")
    assert "Not for you, by language or by who is asked for: 1" in operator.page

"""What time brings to a case: her phone is asked, she is reminded, a wait ends, she is asked whether it is solved, the case
is closed; and what happens when nobody says anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from gateway.cases.actions import add_words
from gateway.cases.actions.following import noticed_at
from gateway.cases.records import Case, CaseEvent
from gateway.dialogue.records import Conversation, Question
from gateway.hotline.records import Task
from gateway.language import formats

from .desk import TO_HOW
from .test_coming_back import DAY, arrive, kinds, pass_days, state, texts, told_by
from .test_who_decides import lodged
from .writers import Texter


def test_three_days_later_she_is_asked_once_and_what_she_says_counts(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid.")
    arrive(sala)
    before = len(texts(sala))
    pass_days(sala, 2)
    assert len(texts(sala)) == before
    pass_days(sala, 6)
    assert [text.partition(": ")[2] for text in texts(sala)[before:]] == [
        "was it solved? Dial *123# or call 0000 (demo)."
    ]
    caller = sala.caller()
    caller.dial()
    assert "was your problem solved?" in caller.screen
    caller.choose("No")
    caller.press("The book is still empty")
    caller.choose("Yes")
    assert caller.screen.startswith("We look at it again. You will hear within 10 working days.\n")
    assert state(sala) == "reopened"


def test_who_chose_a_call_is_asked_in_a_call_and_never_on_a_phone_that_may_be_a_neighbour_s(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].decide(case.id, "Paid.")
    pass_days(sala, 4)
    assert [task.once for task in sala.all_of(Task)] == ["tell:3"], "nobody is asked before she was told"
    operator = staff["operator"]
    operator.on_shift()
    told_by(operator, 1)
    pass_days(sala, 6)
    assert [task.kind for task in sala.all_of(Task)] == ["tell", "tell"]
    assert sala.all_of(Question) == []
    assert not any("solved" in text for text in texts(sala))
    caller = sala.caller()
    caller.dial()
    caller.choose("More", "I do not agree")
    caller.press("1", "My neighbour speaks")
    assert state(sala) == "resolved", "a phone may be in other hands"
    assert caller.screen == "We could not find it this way. Call 0000 (demo)."
    told_by(operator, 2, said="solved")
    assert state(sala) == "closed"


def test_with_a_pin_nobody_is_asked_and_it_is_closed_only_after_she_has_heard_it(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "4", "4821", "1")
    staff["officer"].decide(case.id, "Paid.")
    pass_days(sala, 40)
    assert state(sala) == "resolved"
    caller = sala.caller("+85599000088")
    caller.dial()
    caller.press("2", "3", case.reference, "4821")
    caller.choose("Not yet")
    pass_days(sala, 13, datetime.now(UTC) + 41 * DAY)
    assert texts(sala) == []
    assert sala.all_of(Question) == []
    assert state(sala) == "closed"


def test_it_is_closed_by_time_only_after_she_was_told(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid.")
    pass_days(sala, 30)
    assert state(sala) == "resolved", "the text has not gone out"
    arrive(sala)
    pass_days(sala, 13, datetime.now(UTC) + 31 * DAY)
    assert state(sala) == "closed"
    assert "expire" in kinds(sala)


def test_who_chose_a_call_is_called_before_it_is_closed(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].decide(case.id, "Paid.")
    arrive(sala)
    pass_days(sala, 30)
    assert state(sala) == "resolved", "a text that there is news is not yet the news"
    operator = staff["operator"]
    operator.on_shift()
    operator.post("/console/hotline/task/1/take")
    operator.post("/console/calls/tell/1/outcome", outcome="told", once=operator.hidden("once"))
    with sala.reading() as db:
        decision = db.scalars(select(CaseEvent).where(CaseEvent.kind == "resolve")).one()
        assert noticed_at(db, sala.house.packs["kh"], sala.all_of(Case)[0], decision) is not None
    pass_days(sala, 15, datetime.now(UTC) + 31 * DAY)
    assert state(sala) == "closed"


def test_who_lodged_by_voice_may_not_read_and_is_called_at_once_and_may_object(sala, staff) -> None:
    case = lodged(sala, staff)
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).channel = "kh-hotline"
    staff["officer"].decide(case.id, "Paid.")
    arrive(sala)
    assert [task.kind for task in sala.all_of(Task)] == ["tell"]
    pass_days(sala, 30)
    assert state(sala) == "resolved", "a text is not enough for her"
    staff["operator"].on_shift()
    told_by(staff["operator"], 1, said="not_solved", words="Nothing came")
    assert state(sala) == "reopened"


def test_an_answer_that_comes_after_the_decision_is_not_lost(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    pass_days(sala, 0)
    caller = sala.caller()
    caller.dial()
    assert "Which bank?" in caller.screen
    staff["officer"].decide(case.id, "We found it.")
    caller.press("ACLEDA")
    assert caller.screen.startswith("We added it.")
    assert "ACLEDA" in staff["officer"].get(f"/console/case/{case.id}")
    caller.dial()
    assert "Which bank?" not in caller.screen, "nobody is asked twice"


def test_the_office_s_question_waits_on_her_phone_and_her_answer_reaches_it(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    assert texts(sala)[-1].endswith("Which bank? To answer, dial *123# or call 0000 (demo).")
    pass_days(sala, 0)
    caller = sala.caller()
    for _ in range(2):
        caller.dial()
        assert "the office asks: Which bank?" in caller.screen, "again: a call that was cut is no answer"
    caller.press("ACLEDA, in Sla Kram")
    assert caller.screen.startswith(
        f"Thank you. The office has your answer for number {formats.grouped(case.reference)}.\n"
    )
    assert state(sala) == "in_work"
    assert "ACLEDA, in Sla Kram" in staff["officer"].get(f"/console/case/{case.id}")
    caller.dial()
    assert caller.press("3", "1").startswith("We have your message."), "a question that was answered is no news"


def test_whoever_answers_the_office_s_message_with_a_message_has_answered(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    pass_days(sala, 0)
    phone = Texter(sala, "+85599000001")
    phone.write("ACLEDA, in Sla Kram")
    assert phone.screen.startswith(
        f"Thank you. The office has your answer for number {formats.grouped(case.reference)}."
    )
    assert state(sala) == "in_work"
    assert "ACLEDA, in Sla Kram" in staff["officer"].get(f"/console/case/{case.id}")
    assert "Which bank?" not in phone.write("hello")


def test_what_time_brings_is_done_by_the_tick_where_no_worker_is(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    later = datetime.now(UTC) + timedelta(minutes=2)
    sala.tick.once(later)
    assert sala.all_of(Question) == [], "a worker is woken first"
    sala.tick.once(later + timedelta(seconds=4))
    sala.tick.once(later + timedelta(seconds=8))
    assert [question.flow for question in sala.all_of(Question)] == ["asked"]
    sala.work()
    assert len(sala.all_of(Question)) == 1, "the job that came late does nothing"


def test_a_later_question_takes_the_place_of_an_earlier_one(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    pass_days(sala, 0)
    caller = sala.caller()
    caller.dial()
    caller.press("ACLEDA")
    staff["officer"].answer(case.id, "Which village?", act="ask")
    sala.hands.survey(case.id, datetime.now(UTC) + timedelta(minutes=1))
    caller.dial()
    assert "Which village?" in caller.screen
    caller.press("Boeng")
    caller.dial()
    assert "Which" not in caller.screen


def test_what_she_answers_to_a_question_that_another_has_replaced_answers_nothing(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    pass_days(sala, 0)
    caller = sala.caller()
    caller.dial()
    with sala.house.database.transaction() as db:
        add_words(db, sala.house, db.get_one(Case, case.id), "I called.", "kh-hotline", datetime.now(UTC))
    staff["officer"].answer(case.id, "Which village?", act="ask")
    caller.press("ACLEDA")
    assert caller.screen.startswith("We added it.")
    assert state(sala) == "waiting", "nobody has said which village"
    assert "ACLEDA" in staff["officer"].get(f"/console/case/{case.id}")


def test_a_message_that_says_something_else_is_no_answer(sala, staff) -> None:
    """The phone may be her neighbour's, too."""
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    pass_days(sala, 0)
    for text in ("I have not been paid", "START", "12"):
        phone = Texter(sala, "+85599000001")
        assert "your answer" not in phone.write(text), text
        assert state(sala) == "waiting", text
        with sala.house.database.transaction() as db:
            db.execute(delete(Conversation))


def test_with_two_questions_on_one_phone_a_message_answers_neither(sala, staff) -> None:
    first = lodged(sala, staff)
    second = sala.lodge("2", "1", "1", "9", "1", "1")
    for case, words in ((first, "Which bank?"), (second, "Who heads the house?")):
        staff["officer"].answer(case.id, words, act="ask")
        sala.hands.survey(case.id, datetime.now(UTC) + timedelta(minutes=1))
    phone = Texter(sala, "+85599000001")
    assert "your answer" not in phone.write("Sok Dara heads it")
    assert {case.state for case in sala.all_of(Case)} == {"waiting"}


def test_she_is_reminded_and_then_the_office_goes_on_with_what_it_has(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    asked = len(texts(sala))
    pass_days(sala, 6)
    assert len(texts(sala)) == asked
    pass_days(sala, 13)
    assert [text.partition(": ")[2] for text in texts(sala)[asked:]] == ["we wait for your answer. Call 0000 (demo)."]
    assert state(sala) == "waiting"
    pass_days(sala, 15)
    assert state(sala) == "in_work", "silence costs her time, never the case"
    assert sala.all_of(Case)[0].due_at is not None


def test_looking_twice_does_nothing_twice(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid.")
    arrive(sala)
    now = datetime.now(UTC) + 4 * DAY
    for _ in range(3):
        sala.hands.survey(case.id, now)
    assert kinds(sala).count("surveyed") == 1
    assert len(sala.all_of(Question)) == 1

"""Questions of ours that wait, STOP, the last-input dialect, and where people stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import actions as cases
from gateway.cases.records import Case, CaseEvent
from gateway.channels.outbox.records import Outgoing
from gateway.dialogue.actions import purge, waiting
from gateway.dialogue.records import Left, Question
from gateway.people.records import Address, OfficeName, offices_by_name

from .desk import TO_HOW
from .test_who_decides import lodged

NOW = datetime.now(UTC)


def ask(sala, case, until: timedelta = timedelta(days=7)) -> None:
    """Asks her, after a decision, whether it is solved."""
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).state = "resolved"
        waiting.ask_later(db, case.address_id, "survey", {"case": case.reference}, NOW + until, NOW)


def test_our_questions_wait_and_come_one_at_a_time_before_the_menu(sala) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    ask(sala, case)
    ask(sala, case)
    caller = sala.caller()
    assert caller.dial().startswith("Number ")
    assert caller.press("2").startswith("What is still missing?")
    caller.press("Half of it")
    assert caller.press("1").startswith("Thank you. It helps us to do better.\nHow can we help?")
    [opinion] = [event for event in sala.all_of(CaseEvent) if event.kind == "opinion"]
    assert (opinion.data, opinion.body) == ({"solved": "partly", "easy": "yes"}, "Half of it")
    assert caller.dial().startswith("Number "), "the second one, on the next call"
    assert sala.all_of(Question) == []


def test_nothing_is_asked_in_the_middle_of_something_of_hers(sala) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    caller = sala.caller()
    caller.dial()
    caller.press("2", "1")
    ask(sala, case)
    assert caller.dial().startswith("1 Continue")
    assert len(sala.all_of(Question)) == 1


def test_our_question_can_be_passed_over_and_is_forgotten_in_time(sala) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    ask(sala, case)
    caller = sala.caller()
    caller.dial()
    assert caller.press("0").startswith("How can we help?")
    ask(sala, case, timedelta(hours=1))
    with sala.house.database.transaction() as db:
        purge(db, NOW + timedelta(hours=2))
    assert sala.all_of(Question) == []


def test_stop_is_heard_in_every_language_and_no_message_goes_out(sala, network) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    caller = sala.caller()
    caller.dial()
    caller.press("2", "1")
    assert caller.press("dung").startswith("We will send you no more messages.")
    caller.dial()
    caller.press("2", "1", "4")
    assert caller.press("dung").startswith("How shall we answer?"), "where she may write what she likes, it is a name"
    assert caller.press("ຢຸດ").startswith("We will send you no more messages.")
    assert not caller.live
    with sala.house.database.transaction() as db:
        staff_free = db.get(Case, case.id)
        cases.add_words(db, sala.house, staff_free, "more", "kh-ussd", NOW)
        cases.reply(db, sala.house, staff_free, "Come on Monday", None, "once", NOW)
    sala.work()
    last = sala.all_of(Outgoing)[-1]
    assert (last.state, last.error) == ("withdrawn", "she asked for no messages")
    assert [left.how for left in sala.all_of(Left)][-1] == "stopped"
    caller.dial()
    assert caller.press("start").startswith("You will get our messages again.")
    assert sala.all_of(Address)[0].stopped_at is None


def test_turning_the_pages_changes_nothing_on_them(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("1", "1", "2")
    first = caller.press("xx")
    assert first.startswith("សូមចុចលេខមួយ")
    assert caller.press("9") != first
    assert caller.press("0") == first


def test_nine_on_the_last_page_is_no_wrong_answer(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("1", "1", "2")
    last = caller.press("9")
    assert "9 " not in last.splitlines()[-1]
    assert caller.press("9") == last


def test_a_half_complaint_is_withdrawn_by_stop(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1", "STOP")
    sala.tick.once(NOW + timedelta(hours=1))
    assert sala.all_of(Case) == []


def test_the_last_input_dialect_tells_a_repeat_from_a_second_one(sala) -> None:
    caller = sala.caller("+85599000007", "kh-ussd-2")
    caller.dial()
    caller.press("2", "2")
    topic = caller.press("1")
    assert caller.repeat() == topic
    assert topic.startswith("Where do you live?")
    assert caller.post(Type="Release").status_code == 200


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SessionId": ""}, "SessionId is missing"),
        ({"Mobile": None}, "Mobile is missing"),
        ({"Type": "Hello"}, "Type is none of"),
        ({"Sequence": "x"}, "Sequence is missing"),
        ({"Sequence": "²"}, "Sequence is missing"),
        ({"Type": "Response", "Message": None}, "Message is missing"),
        ({"Mobile": "12"}, "not a phone number"),
    ],
)
def test_what_the_gateway_would_not_send_is_refused_in_one_line(sala, changed, told) -> None:
    caller = sala.caller("+85599000007", "kh-ussd-2")
    caller.dial()
    answer = caller.post(**changed)
    assert answer.status_code == 400
    assert told in answer.get_data(as_text=True)


def test_a_body_that_is_no_json_and_a_wrong_key_are_refused(sala) -> None:
    path = "/in/kh-ussd-2"
    bad = sala.client.post(
        path, query_string={"key": "the gateway's secret"}, data=b"\xff{", content_type="application/json"
    )
    assert (bad.status_code, bad.get_data(as_text=True)) == (400, "the body is not JSON\n")
    assert sala.client.post(path, query_string={"key": "x"}, json={}).status_code == 403


def test_where_people_stopped_is_shown_without_small_numbers(sala, staff) -> None:
    for n in range(6):
        caller = sala.caller(f"+8559900010{n}")
        caller.dial()
        caller.press("2", "2", "1")
    sala.tick.once(NOW + timedelta(hours=1))
    page = staff["supervisor"].get("/console/flows/place")
    assert "6 stopped here" in page
    listed = staff["coordinator"].get("/console/flows")
    assert "Tell us a problem" in listed
    staff["officer"].get("/console/flows", 403)


def test_offices_are_ordered_by_a_key_in_the_database(sala) -> None:
    with sala.reading() as db:
        names = {row.office: row.name for row in db.scalars(select(OfficeName).where(OfficeName.tag == "km"))}
        ordered = [names[code] for code in offices_by_name(db, "kh", "km")]
        communes = [name.removeprefix("ការិយាល័យឃុំ/សង្កាត់") for name in ordered if "ឃុំ" in name]
        assert communes[0][0] == "ក"
        assert communes[-1][0] == "អ"
        assert offices_by_name(db, "la", "vi") == offices_by_name(db, "la", "en")


def test_a_wrong_key_loses_nothing_of_a_message_that_runs_over_its_page(sala, staff) -> None:
    lodged(sala, staff)
    staff["officer"].answer(sala.all_of(Case)[0].id, "Come on Monday with your card. " * 6 + "LAST: ask for room 12.")
    caller = sala.caller()
    caller.dial()
    caller.choose("My case")
    caller.press("1")
    assert "LAST" not in caller.screen
    wrong = [caller.press("7")]
    while "\n9 " in caller.screen:
        wrong.append(caller.press("9"))
    assert "LAST: ask for room 12." in "\n".join(wrong)

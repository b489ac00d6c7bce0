"""Somebody lodges for another, who is asked herself; a case follows her to a new number; calls chosen by lot; many cases
from one telephone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from gateway.cases import actions
from gateway.cases.actions.following import sampled
from gateway.cases.records import Case, CaseEvent
from gateway.cases.rules import SAMPLE
from gateway.channels.outbox.records import Outgoing
from gateway.hotline.records import Task

from .desk import TO_HOW
from .test_confidential import accuse
from .test_paper import FORM, at_the_window
from .test_who_decides import lodged

HER_NUMBER = "+85512345678"


def for_her(sala, desk, behalf: str = "carer", **more: str) -> Case:
    at_the_window(desk, behalf=behalf, language="en", **more)
    sala.work()
    case = sala.all_of(Case)[-1]
    sala.hands.survey(case.id, datetime.now(UTC))
    return case


def test_she_is_asked_herself_on_her_own_number_and_agrees(sala, staff) -> None:
    case = for_her(sala, staff["officer"])
    assert "She has not said yet whether she agrees." in staff["officer"].get(f"/console/case/{case.id}")
    phone = sala.caller(HER_NUMBER)
    phone.dial()
    assert "somebody asked us for help in your name" in phone.screen
    assert FORM["story"] not in phone.screen
    assert case.answer_by == "hotline", "what a third party typed is not hers yet"
    before = len(sala.all_of(Outgoing))
    staff["officer"].answer(case.id, "Come on Monday with the card.")
    assert not any("Monday" in row.body for row in sala.all_of(Outgoing)[before:]), "no words of the office go out"
    phone.press("1")
    assert "Thank you." in phone.screen
    assert sala.all_of(Case)[0].answer_by == "write"
    assert "She has agreed." in staff["officer"].get(f"/console/case/{case.id}")
    sala.hands.survey(case.id, datetime.now(UTC) + timedelta(minutes=1))
    assert [event.kind for event in sala.all_of(CaseEvent)].count("consent_asked") == 1


def test_where_she_does_not_agree_nobody_goes_on_with_it(sala, staff) -> None:
    for_her(sala, staff["officer"], "family")
    assert "somebody asked us for help in your name" in sala.all_of(Outgoing)[-1].body, "and a text says so"
    phone = sala.caller(HER_NUMBER)
    phone.dial()
    phone.press("2")
    assert sala.all_of(Case)[0].state != "withdrawn", "one wrong key stops nothing"
    phone.choose("Go on with it")
    phone.choose("No, stop it", "Nobody, stop it")
    assert "It is stopped." in phone.screen
    assert sala.all_of(Case)[0].state == "withdrawn"


def test_she_is_asked_again_until_she_has_said(sala, staff) -> None:
    for_her(sala, staff["officer"])
    phone = sala.caller(HER_NUMBER)
    for _ in range(3):
        phone.dial()
        assert "somebody asked us for help in your name" in phone.screen, "a call that was cut is no answer"
    phone.press("1")
    phone.dial()
    assert "somebody told us" not in phone.screen


@pytest.mark.parametrize(("keys", "state"), [("1", "resolved"), ("21", "withdrawn")])
def test_a_decision_does_not_swallow_what_she_says_to_it(sala, staff, keys, state) -> None:
    case = for_her(sala, staff["officer"])
    staff["officer"].decide(case.id, "It is paid.")
    phone = sala.caller(HER_NUMBER)
    phone.dial()
    phone.press(*keys)
    row = sala.all_of(Case)[0]
    assert (row.state, row.answer_by) == (state, "write" if keys == "1" else "hotline")


def test_words_that_are_added_do_not_swallow_the_question_to_her(sala, staff) -> None:
    at_the_window(staff["officer"], behalf="carer", language="en")
    sala.work()
    with sala.house.database.transaction() as db:
        actions.add_words(db, sala.house, db.get_one(Case, 1), "More.", "kh-hotline", datetime.now(UTC))
    sala.hands.survey(1, datetime.now(UTC) + timedelta(minutes=1))
    assert "consent_asked" in [event.kind for event in sala.all_of(CaseEvent)]


def test_where_she_is_to_be_called_an_operator_asks_her(sala, staff, operator) -> None:
    for_her(sala, staff["officer"], "union", answer_by="call")
    [task] = sala.all_of(Task)
    operator.post(f"/console/hotline/task/{task.id}/take")
    page = operator.get(f"/console/calls/tell/{task.id}")
    assert "Somebody asked us for help in your name" in page
    assert FORM["story"] not in page
    operator.post(f"/console/calls/tell/{task.id}/outcome", outcome="told", said="refuses", words="", note="", once="a")
    assert sala.all_of(Case)[0].state == "withdrawn"


def test_nobody_else_lifts_her_stop(sala, staff) -> None:
    from gateway.people import actions as people
    from gateway.people.records import Address

    with sala.house.database.transaction() as db:
        people.stop(db, people.hear_from(db, "kh", HER_NUMBER, datetime.now(UTC)).id, datetime.now(UTC))
    for_her(sala, staff["officer"])
    assert sala.all_of(Address)[0].stopped_at is not None
    with sala.house.database.transaction() as db:
        actions.consent(db, sala.house, db.get_one(Case, 1), True, datetime.now(UTC))
    assert sala.all_of(Address)[0].stopped_at is None, "she does"


def test_a_question_of_the_office_does_not_swallow_the_question_to_her(sala, staff) -> None:
    at_the_window(staff["officer"], behalf="carer", language="en")
    sala.work()
    case = sala.all_of(Case)[0]
    staff["officer"].answer(case.id, "Which day?", act="ask")
    now = datetime.now(UTC) + timedelta(minutes=1)
    sala.hands.survey(case.id, now)
    assert sala.all_of(Case)[0].next_at is not None
    sala.hands.survey(case.id, now)
    assert sala.all_of(Case)[0].next_at > now + timedelta(days=5), "she is reminded of it, too"


def test_a_facilitator_lodges_for_others_and_reads_nothing(sala, staff) -> None:
    desk = staff["facilitator"]
    assert "Lodge for somebody" in desk.get("/console")
    case = for_her(sala, desk, "union")
    for path in (
        f"/console/case/{case.id}",
        "/console/queue",
        "/console/register",
        "/console/figures",
        "/console/forms",
    ):
        desk.get(path, 200 if path == "/console/forms" else 403)
    page = at_the_window(desk, 409, behalf="carer", answer_by="pin")
    assert "we ask her ourselves" in page
    at_the_window(desk, 409, behalf="nobody I know")
    at_the_window(desk, 409, behalf="")


def call(operator, number: str) -> str:
    operator.get("/console/hotline")
    operator.post("/console/hotline/call", number=number, once=operator.hidden("once"))
    return re.search(r"/console/hotline/call/\d+", operator.page)[0]


def test_her_case_follows_her_abroad_once_she_names_its_number_and_her_old_one(sala, staff, operator) -> None:
    case = lodged(sala, staff)
    path = call(operator, "+66812345678")
    operator.get(path)
    wrong = (case.reference, "+85599000002"), ("4829130572264", "+85599000001"), (case.reference, "")
    for reference, old in wrong:
        page = operator.post(f"{path}/moved", 403, reference=reference, old=old)
        assert "That fits no case." in page
    before = sala.all_of(Case)[0].address_id
    operator.post(f"{path}/moved", reference=f" {case.reference[:6]} {case.reference[6:]}", old="099000001")
    assert sala.all_of(Case)[0].address_id != before
    text = sala.all_of(Outgoing)[-1]
    assert (text.address_id, "another phone" in text.body) == (before, True), "the old number is told"
    staff["officer"].answer(case.id, "Come on Monday.")
    assert sala.all_of(Outgoing)[-1].address_id == sala.all_of(Case)[0].address_id


def test_tries_are_bounded_and_nothing_is_learned_of_a_confidential_case(sala, staff, operator) -> None:
    case = accuse(sala, number="+85599000042")
    path = call(operator, "+85599000077")
    operator.get(path)
    page = operator.post(f"{path}/moved", 403, reference=case.reference, old="+85599000042")
    assert "That fits no case." in page, "in the words of any other"
    assert sala.all_of(Case)[0].address_id == case.address_id
    for _ in range(4):
        operator.post(f"{path}/moved", 403, reference=case.reference, old="+85599000043")
    operator.post(f"{path}/moved", 429, reference=case.reference, old="+85599000077")


def test_what_is_on_its_way_goes_to_the_new_number_too(sala, staff, operator) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which day?", act="ask")
    sala.hands.survey(case.id, datetime.now(UTC))
    path = call(operator, "+66812345678")
    operator.get(path)
    operator.post(f"{path}/moved", reference=case.reference, old="099000001")
    here = sala.all_of(Case)[0].address_id
    from gateway.dialogue.records import Question

    assert [row.address_id for row in sala.all_of(Question)] == [here]
    waiting = [row for row in sala.all_of(Outgoing) if row.about.startswith("event:") and "Which day" in row.body]
    assert {row.address_id for row in waiting if row.state == "waiting"} <= {here}


def test_whoever_lodged_for_her_cannot_take_her_case_to_another_phone(sala, staff, operator) -> None:
    case = for_her(sala, staff["facilitator"], "union")
    path = call(operator, "+85599000088")
    operator.get(path)
    operator.post(f"{path}/moved", 403, reference=case.reference, old=HER_NUMBER)


@pytest.mark.parametrize("closed", [False, True])
def test_one_of_twenty_decided_cases_is_called_by_lot_and_once(sala, staff, closed) -> None:
    chosen = sum(sampled(Case(reference=f"{number:013}")) for number in range(4000))
    assert 4000 / SAMPLE * 0.7 < chosen < 4000 / SAMPLE * 1.3, "by the number, evenly"
    case = lodged(sala, staff)
    while not sampled(case):
        case.reference = f"{int(case.reference) + 1:013}"
    with sala.house.database.transaction() as db:
        db.execute(update(Case).values(reference=case.reference, answer_by="call", safe_hours="morning"))
    staff["officer"].decide(case.id, "It is paid.")
    if closed:
        with sala.house.database.transaction() as db:
            actions.confirm(db, sala.house, db.get_one(Case, case.id), datetime.now(UTC))
    for day in (1, 8, 9):
        sala.hands.survey(case.id, datetime.now(UTC) + timedelta(days=day, minutes=1))
    assert [task.once.partition(":")[0] for task in sala.all_of(Task)] == ["tell", "sample"]


@pytest.mark.parametrize("how", ["write", "hotline"])
def test_many_from_one_telephone_are_shown_to_a_supervisor_where_the_number_may_be_known(sala, staff, how) -> None:
    for _ in range(4):
        case = sala.lodge(*TO_HOW, "1", "1") if not sala.all_of(Case) else _again(sala)
        staff["officer"].do(case.id, "place", place="171001", category="unpaid")
    with sala.house.database.transaction() as db:
        db.execute(update(Case).values(answer_by=how))
    page = staff["supervisor"].get("/console/many")
    assert ("4 cases" in page) == (how == "write")
    assert "99000001" not in page
    staff["officer"].get("/console/many", 403)


def _again(sala) -> Case:
    with sala.house.database.transaction() as db:
        first = db.get_one(Case, 1)
        told = actions.Complaint(
            category="unpaid", place="", village="", story="", against="", answer_by="write", safe_hours="", pin="",
            language="en", channel="kh-ussd", flow="complaint",
        )  # fmt: skip
        case = actions.open_case(db, sala.house.packs["kh"], told, first.address_id, datetime.now(UTC))
    sala.work()
    return case

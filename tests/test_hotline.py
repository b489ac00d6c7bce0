"""A call at the desk: its live script, what a dropped session began, a second fact, how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.cases.records import Case
from gateway.hotline import actions as hotline
from gateway.hotline.actions import shifts
from gateway.hotline.records import Call, Flag, Task
from gateway.people.actions import hear_from

from .desk import TO_HOW
from .hotline_desk import NOW, NUMBER, call, say
from .writers import Texter


def test_an_operator_finishes_what_a_dropped_session_began(sala, operator) -> None:
    caller = sala.caller(NUMBER)
    caller.dial()
    caller.press("1", "1", "2", "1", "4", "គ្មានប្រាក់")  # Khmer; she can read it; not paid; the place later; her story
    path = call(operator)
    assert "គ្មានប្រាក់" not in operator.page
    say(operator, path)
    assert "Continue" in operator.page
    assert "បន្ត" in operator.page
    assert "គ្មានប្រាក់" not in operator.page
    say(operator, path, press="1")
    assert "How shall we answer you?" in operator.page
    assert "គ្មានប្រាក់" in operator.page
    assert operator.page.index('lang="km"') < operator.page.index("How shall we answer you?")
    say(operator, path, press="3")
    say(operator, path, press="1")
    case = sala.all_of(Case)[0]
    assert (case.story, case.answer_by, case.language, case.channel) == ("គ្មានប្រាក់", "hotline", "km", "kh-desk")
    number = f"{case.reference[:3]} {case.reference[3:6]} {case.reference[6:9]} {case.reference[9:]}"
    assert number in operator.page


def test_what_a_call_began_is_finished_by_sms(sala, operator) -> None:
    path = call(operator)
    operator.post(f"{path}/language", tag="en")
    say(operator, path)
    say(operator, path, press="2")
    say(operator, path, press="1")
    texter = Texter(sala, NUMBER)
    assert texter.write("hello").startswith("1 Continue")
    assert texter.write("1").startswith("Where do you live?")


def test_the_same_press_sent_twice_is_one_answer(sala, operator) -> None:
    path = call(operator)
    operator.post(f"{path}/language", tag="en")
    say(operator, path)
    once = operator.hidden("once")
    for _ in range(2):
        operator.post(f"{path}/say", once=once, press="2", text="")
    assert "What is your complaint about?" in operator.page


@pytest.mark.parametrize("fact", ["last four", "whole", "place"])
def test_her_cases_are_shown_after_a_second_fact(sala, operator, fact) -> None:
    sala.lodge("2", "2", "1", "1", "3", "1", "2", "4", "9", "1", "1")
    case = sala.all_of(Case)[0]
    path = call(operator)
    shown = f"{case.reference[:3]} {case.reference[3:6]}"
    assert shown not in operator.page
    operator.post(f"{path}/facts", 403, fact="1" if case.reference.endswith("1") else "9999")
    assert shown not in operator.page
    said = {"last four": case.reference[-4:], "whole": case.reference, "place": "Siem Reab"}[fact]
    assert shown in operator.post(f"{path}/facts", fact=said)


def test_wrong_facts_are_bounded(sala, operator) -> None:
    sala.lodge(*TO_HOW, "1", "1")
    path = call(operator)
    for _ in range(5):
        operator.post(f"{path}/facts", 403, fact="nowhere")
    operator.post(f"{path}/facts", 429, fact=sala.all_of(Case)[0].reference)


def test_bad_input_is_a_sentence_and_keeps_what_was_typed(operator) -> None:
    operator.get("/console/hotline")
    operator.post("/console/hotline/call", 400, number="09<9")
    assert "That is not a telephone number." in operator.page
    assert 'value="09&lt;9"' in operator.page
    path = call(operator)
    operator.post(f"{path}/end", 400, outcome="x", note="she will call again")
    assert "she will call again" in operator.page
    operator.post("/console/hotline/tap", 400, outcome="x")


def test_two_taps_end_a_call_and_abuse_leaves_a_flag_that_ends(sala, staff, operator) -> None:
    operator.get("/console/hotline")
    operator.post("/console/hotline/tap", outcome="silent")
    assert [(row.outcome, row.address_id) for row in sala.all_of(Call)] == [("silent", None)]
    path = call(operator)
    operator.post(f"{path}/end", outcome="abuse", note="")
    flag = sala.all_of(Flag)[0]
    assert flag.until - flag.put_at == timedelta(days=30)
    call(operator)
    assert "This number was flagged for abuse." in operator.page
    supervisor = staff["supervisor"]
    supervisor.get("/console/hotline/figures")
    assert NUMBER not in supervisor.page
    supervisor.post(f"/console/hotline/flag/{flag.id}", act="lift")
    call(operator)
    assert "flagged" not in operator.page


def test_a_call_of_another_operator_is_nobody_elses(sala, staff, operator) -> None:
    path = call(operator)
    for role in ("officer", "inspector", "admin", "auditor"):
        staff[role].get(path, 403)
    with sala.house.database.transaction() as db:
        db.get(Call, 1).staff_id = None
    operator.get(path, 404)


def test_she_who_chose_hotline_only_is_told_when_she_calls(sala, staff, operator) -> None:
    """Also after three calls in vain."""
    case = sala.lodge(*TO_HOW, "3", "1")
    staff["officer"].decide(case.id, "Come on Monday.")
    with sala.house.database.transaction() as db:
        row = db.get_one(Task, sala.all_of(Task)[0].id)
        for _ in range(3):
            hotline.not_reached(db, sala.house, row, NOW)
    assert sala.all_of(Task)[0].state == "unreached"
    path = call(operator)
    assert "Come on Monday" in operator.post(f"{path}/facts", fact=case.reference[-4:])
    operator.post(f"/console/hotline/task/{sala.all_of(Task)[0].id}/take")
    operator.post(
        f"/console/calls/tell/{sala.all_of(Task)[0].id}/outcome", outcome="told", note="", once=operator.hidden("once")
    )
    assert sala.all_of(Task)[0].state == "done"


def test_a_fact_opens_the_case_that_it_fits_and_no_other(sala, operator) -> None:
    """Two of one house use the phone; one of them asked that nobody calls her."""
    place = ("2", "2", "1", "1", "3", "1", "2", "4", "9")
    one, two = sala.lodge(*place, "1", "1"), sala.lodge("2", "1", "1", "9", "3", "1")
    shown = [f"{case.reference[:3]} {case.reference[3:6]}" for case in (one, two)]
    path = call(operator)
    page = operator.post(f"{path}/facts", fact=one.reference[-4:])
    assert [reference in page for reference in shown] == [True, False]
    page = operator.post(f"{path}/facts", fact="Siem Reab")
    assert [reference in page for reference in shown] == [True, False]
    with sala.house.database.transaction() as db:
        db.get_one(Case, one.id).answer_by = "hotline"
    operator.post(f"{path}/facts", 403, fact="Siem Reab")
    operator.post(f"{path}/end", outcome="status", note="")
    operator.get("/console/hotline")
    operator.post(f"{path}/facts", 409, fact=two.reference[-4:])


def test_flags_of_another_country_are_not_seen(sala, staff, operator) -> None:
    with sala.house.database.transaction() as db:
        shifts.flag(db, hear_from(db, "la", "+8562055512345", NOW).id, 1, datetime.now(UTC))
    supervisor = staff["supervisor"]
    assert "Flagged for abuse" not in supervisor.get("/console/hotline/figures")
    supervisor.post("/console/hotline/flag/1", 404, act="lift")
    coordinator = staff["coordinator"]
    coordinator.get("/console/hotline/figures")
    coordinator.post("/console/hotline/flag/1", 403, act="lift")


def test_a_nul_in_a_form_is_a_plain_refusal(sala, operator) -> None:
    operator.get("/console/hotline")
    operator.post("/console/articles/flag", 400, kind="wrong", article="a\0b", note="x")
    assert sala.client.get("/?lang=k%00m").status_code == 400

"""What the independent office does with a confidential case: who is let in, the other side, calling her, her rights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from gateway.audit import Entry
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.promises import Notice, Promise
from gateway.channels.outbox.records import Outgoing

from .desk import TO_HOW, Desk, first_of
from .test_coming_back import pass_days
from .test_confidential import SAFE, SECRET_STORY, accuse, apart
from .test_ladder import add, step, tell
from .test_who_decides import lodged


def test_somebody_is_let_in_with_a_reason_and_whoever_reads_it_is_on_the_page(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala)
    staff["officer"].get(f"/console/case/{case.id}", 404)
    assert "Write why." in hers.do(case.id, "access", 409, who="officer", kind="listed", why=" ")
    assert "Choose who it is." in hers.do(case.id, "access", 409, who="nobody", kind="listed", why="She saw it")
    page = hers.do(case.id, "access", who="officer", kind="listed", why="She saw it happen")
    assert "She saw it happen" in page
    assert SECRET_STORY in staff["officer"].get(f"/console/case/{case.id}")
    assert first_of(case) in staff["officer"].get("/console/queue")
    page = hers.get(f"/console/case/{case.id}")
    assert "Who has read it" in page
    assert page.count(">officer ") == 0 or "officer" in page
    reads = [entry.actor for entry in sala.all_of(Entry) if entry.act == "case.read"]
    assert len(set(reads)) == 2


def test_the_one_complained_of_is_kept_from_it_even_in_the_independent_office(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala)
    add(sala, "the accused", "officer", "kh-independent")
    accused = Desk(sala, "the accused")
    accused.sign_in()
    assert SECRET_STORY in accused.get(f"/console/case/{case.id}")
    hers.do(case.id, "access", who="the accused", kind="kept_from", why="It is about him")
    accused.get(f"/console/case/{case.id}", 404)
    assert first_of(case) not in accused.get("/console/queue")
    accused.post(f"/console/case/{case.id}/access", 404, who="the accused", kind="listed", why="me")


def test_an_ordinary_case_may_be_kept_from_somebody_of_its_own_office(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["supervisor"].do(case.id, "access", who="officer", kind="kept_from", why="Her cousin lodged it")
    staff["officer"].get(f"/console/case/{case.id}", 404)
    assert "Only a confidential case has a list." in staff["supervisor"].do(
        case.id, "access", 409, who="far officer", kind="listed", why="She asked"
    )


def test_an_allegation_is_found_true_only_after_the_other_side_was_asked(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala)
    page = hers.decide(case.id, "He gave it back.", status=409)
    assert "Before you find this true" in page
    assert "He gave it back.</textarea>" in page
    assert "Write what the one complained of says" in hers.do(case.id, "other_side", 409, other=" ")
    page = hers.do(case.id, "other_side", other="He says that it was a gift.")
    assert "He says that it was a gift." in page
    hers.decide(case.id, "He gave it back.")
    assert sala.all_of(Case)[0].state == "resolved"


def test_somebody_who_is_not_safe_is_asked_no_story_and_called_by_whom_and_when_she_says(sala, staff) -> None:
    caller = sala.caller()
    caller.dial()
    screens = [caller.press(key) for key in SAFE]
    assert "You can call 0000 (demo) now." in "".join(screens)
    assert not any("what happened" in screen.lower() for screen in screens[3:]), "no story is asked"
    assert caller.screen == 'The caller will first say: "This is about your appointment."'
    sala.work()
    case = sala.all_of(Case)[0]
    assert (case.category, case.story, case.answer_by, case.queue) == ("violence", None, "call", "kh-independent")
    assert sala.all_of(Outgoing) == []
    page = apart(sala).get(f"/console/case/{case.id}")
    assert "a woman" in page
    assert "in the morning" in page
    with sala.reading() as db:
        due = db.execute(text("SELECT clock, hours FROM promises ORDER BY id")).all()
    assert [tuple(row) for row in due] == [("acknowledge", 24), ("answer", 24), ("resolve", 0)]
    caller.dial()
    assert first_of(case) not in caller.press("3"), "her phone does not name it"


def test_the_independent_office_calls_her_itself(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala, "call")
    hers.decide(case.id, "We looked.", "not_upheld")
    hers.do(case.id, "called", 409, outcome="nonsense")
    hers.do(case.id, "called", outcome="no_answer")
    page = hers.do(case.id, "called", outcome="told", note="She thanks")
    assert "She thanks" in page
    kinds = [event.kind for event in sala.all_of(CaseEvent)]
    assert kinds.count("call") == 2
    assert kinds.count("heard") == 1, "the days in which she may appeal run from here"


def called(desk: Desk, case: Case, outcome: str = "told", **more: str) -> str:
    return desk.do(case.id, "called", outcome=outcome, **more)


@pytest.mark.parametrize(
    ("said", "state"), [("solved", "closed"), ("not_solved", "reopened"), ("appeal", "appealed"), ("", "resolved")]
)
def test_what_she_says_when_she_is_called_counts(sala, staff, said, state) -> None:
    hers, case = apart(sala), accuse(sala, "call")
    add(sala, "second", "officer", "kh-independent")
    hers.decide(case.id, "We looked.", "not_upheld")
    assert first_of(case) in hers.get("/console/queue"), "decided, and she has not been told"
    page = called(hers, case, said=said, words="He still asks")
    assert "He still asks" in page
    assert sala.all_of(Case)[0].state == state


def test_three_calls_in_vain_count_as_told(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala, "call")
    hers.decide(case.id, "We looked.", "not_upheld")
    for _ in range(2):
        called(hers, case, "no_answer")
    pass_days(sala, 20)
    assert sala.all_of(Case)[0].state == "resolved"
    called(hers, case, "wrong_person")
    pass_days(sala, 20, datetime.now(UTC) + timedelta(days=21))
    assert sala.all_of(Case)[0].state == "closed"
    assert first_of(case) not in hers.get("/console/queue")


def test_a_call_is_noted_only_where_she_chose_one(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala, "pin")
    assert "Choose how the call came out." in hers.do(case.id, "called", 409, outcome="told")


def test_only_a_supervisor_says_who_may_see_it_and_nobody_kept_out_comes_back(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala)
    add(sala, "the accused", "officer", "kh-independent")
    hers.do(case.id, "access", who="officer", kind="listed", why="She saw it")
    for who, kind in (("apart", "kept_from"), ("far officer", "listed")):
        page = staff["officer"].do(case.id, "access", 409, who=who, kind=kind, why="I want to")
        assert "Somebody else must do this for you." in page
    hers.do(case.id, "access", who="the accused", kind="kept_from", why="It is about him")
    page = hers.do(case.id, "access", 409, who="the accused", kind="listed", why="His friend asks")
    assert "Somebody else must do this for you." in page


def test_who_is_kept_out_neither_judges_an_appeal_nor_is_told_of_it(sala, staff) -> None:
    add(sala, "of the district", "supervisor", "kh-1710")
    case = lodged(sala, staff)
    district = Desk(sala, "of the district")
    district.sign_in()
    district.do(case.id, "access", who="supervisor", kind="kept_from", why="Her cousin")
    district.do(case.id, "access", who="officer", kind="kept_from", why="It is about him")
    tell(sala, step(sala, 150))
    assert {row.office for row in sala.all_of(Notice)} == {"kh-1710"}


def test_what_was_on_its_way_is_not_sent_once_a_case_is_confidential(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].answer(case.id, "Come on Monday.")
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Outgoing)):
            row.state = "waiting"
    staff["officer"].do(case.id, "place", category="violence")
    assert {row.state for row in sala.all_of(Outgoing)} == {"withdrawn"}
    terms = {row.clock: (row.state, row.hours) for row in sala.all_of(Promise)}
    assert terms == {"acknowledge": ("met", 0), "answer": ("met", 0), "resolve": ("open", 0)}


def test_violence_that_is_found_later_is_promised_in_hours_from_then(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    staff["officer"].do(case.id, "place", 409, category="violence", place="no such place at all, forty letters long")
    staff["officer"].do(case.id, "place", category="violence")
    row = next(row for row in sala.all_of(Promise) if row.clock == "answer")
    assert (row.hours, row.due_at - row.made_at) == (24, timedelta(hours=24))
    assert row.made_at > case.opened_at


def test_whoever_may_not_decide_may_still_say_that_it_accuses_somebody(sala, staff) -> None:
    from .test_who_decides import decided_by

    case = lodged(sala, staff)
    decided_by(sala, "province")
    assert "It accuses somebody, or she is in danger" in staff["officer"].get(f"/console/case/{case.id}")
    staff["officer"].do(case.id, "place", category="staff")
    assert sala.all_of(Case)[0].confidential


def test_words_that_were_being_typed_when_it_became_confidential_are_kept(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).answer_by = "call"
    caller = sala.caller()
    caller.dial()
    caller.press("3", "1", "2")
    staff["officer"].do(case.id, "place", category="bribe")
    caller.press("It was the chief")
    assert "It was the chief" in apart(sala).get(f"/console/case/{case.id}")


def test_a_case_that_was_merged_leads_nobody_to_one_that_became_confidential(sala, staff) -> None:
    first, second = lodged(sala, staff), sala.lodge("2", "1", "1", "9", "1", "1")
    staff["officer"].do(second.id, "merge", into=first.reference)
    staff["officer"].do(first.id, "place", category="bribe")
    page = staff["officer"].get(f"/console/case/{second.id}")
    assert first_of(first) not in page
    with sala.house.database.transaction() as db:
        db.get_one(Case, first.id).answer_by = "call"
    caller = sala.caller()
    caller.dial()
    assert first_of(first) not in caller.press("3")


def test_the_place_of_a_confidential_case_is_named_to_nobody(sala, staff) -> None:
    accuse(sala, "write", "+85599000001")
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "A problem", "Not paid")
    assert "Sla Kram" not in caller.screen


def test_a_text_of_a_confidential_case_sends_her_to_no_operator(sala, staff) -> None:
    hers, case = apart(sala), accuse(sala)
    hers.answer(case.id, "Which day?", act="ask")
    hers.do(case.id, "withdraw", how="She said so")
    assert not any("0000" in row.body for row in sala.all_of(Outgoing))
    assert sala.all_of(Outgoing)[1].body.endswith("Which day? To answer, dial *123#.")


def test_an_operator_who_tells_and_an_official_who_secludes_do_not_block_each_other(sala, staff) -> None:
    """On PostgreSQL each would wait for what the other holds, were the case not locked first by both."""
    import threading

    staff["operator"].on_shift()
    for round_ in range(4):
        case = sala.lodge(*TO_HOW, "2", "1", "1", number=f"+8559900400{round_}")
        staff["officer"].answer(case.id, "Come.")
        operator, officer = staff["operator"], staff["officer"]
        operator.get("/console/hotline")
        operator.post(f"/console/hotline/task/{round_ + 1}/take")
        form = {"csrf_token": operator.hidden("csrf_token"), "outcome": "told", "once": operator.hidden("once")}
        officer.get(f"/console/case/{case.id}")
        place = {"csrf_token": officer.hidden("csrf_token"), "category": "bribe", **officer.sealed()}
        statuses: list[int] = []

        def send(desk: Desk, path: str, data: dict[str, str], statuses: list[int] = statuses) -> None:
            statuses.append(desk.client.post(path, data=data).status_code)

        posts = (
            (operator, f"/console/calls/tell/{round_ + 1}/outcome", form),
            (officer, f"/console/case/{case.id}/place", place),
        )
        threads = [threading.Thread(target=send, args=post) for post in posts]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert 500 not in statuses

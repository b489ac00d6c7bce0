"""After a decision: she says that it is solved or not, it comes back, somebody else decides, an operator notes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import actions
from gateway.cases.actions.telling import by_voice
from gateway.cases.records import Case, CaseEvent
from gateway.cases.rules import Refusal
from gateway.channels.outbox.records import Outgoing
from gateway.hotline.records import Task

from .desk import TO_HOW, Desk
from .test_ladder import add
from .test_who_decides import lodged

DAY = timedelta(days=1)


def state(sala) -> str:
    return sala.all_of(Case)[0].state


def pass_days(sala, days: int, since: datetime | None = None) -> None:
    """What the tick does for the case on each of the next days."""
    begin = since or datetime.now(UTC)
    for day in range(days + 1):
        sala.hands.survey(sala.all_of(Case)[0].id, begin + day * DAY + timedelta(minutes=1))


def arrive(sala) -> None:
    """All texts so far have reached the phone."""
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Outgoing)):
            row.state, row.settled_at = "delivered", datetime.now(UTC)


def texts(sala) -> list[str]:
    return [row.body for row in sala.all_of(Outgoing)]


def kinds(sala) -> list[str]:
    return [event.kind for event in sala.all_of(CaseEvent)]


def test_she_says_on_her_phone_that_it_is_solved(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid on Monday.")
    caller = sala.caller()
    caller.dial()
    caller.press("3", "1")
    caller.choose("Yes")
    assert caller.screen == "Thank you."
    assert state(sala) == "closed"
    assert "She agrees; closed" in staff["officer"].get(f"/console/case/{case.id}")


def test_not_solved_comes_back_to_the_office_with_what_is_missing(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid on Monday.")
    caller = sala.caller()
    caller.dial()
    caller.press("3", "1")
    caller.choose("No")
    assert caller.screen.startswith("We look at it again. You will hear within 10 working days.")
    assert state(sala) == "reopened", "the call may be cut here"
    caller.press("Nothing has come")
    assert caller.screen == "We added it."
    row = sala.all_of(Case)[0]
    assert (row.state, row.queue, row.round, row.decision) == ("reopened", "kh-1710", 1, None)
    page = staff["officer"].get(f"/console/case/{case.id}")
    assert "Nothing has come" in page
    assert "Not solved, she says" in staff["officer"].get("/console/queue")
    caller.dial()
    assert caller.press("3", "1").startswith("We have your message."), "the old answer is not told as if it were new"
    staff["officer"].decide(case.id, "Now it is there.")
    caller.dial()
    assert caller.press("3", "1").startswith("The office says this was done: Now it is there.")


def test_an_appeal_goes_to_a_higher_office_and_whoever_decided_before_may_not_decide_again(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "You are not on the list.", "not_upheld", "policy_gap")
    caller = sala.caller()
    caller.dial()
    caller.press("3", "1")
    assert "Do you agree?" in caller.screen
    caller.choose("No")
    caller.press("My neighbour is on it")
    assert caller.screen == "Somebody else looks at it now. You will hear within 10 working days."
    row = sala.all_of(Case)[0]
    assert (row.state, row.queue) == ("appealed", "kh-17")
    assert texts(sala)[-1].startswith("Number ")
    # The officer works for the province too: she sees it, and may not decide it.
    page = staff["officer"].get(f"/console/case/{case.id}")
    assert "Somebody else must decide this case" in page
    assert "Decide and close the case" not in page
    form = {"decision": "upheld", "cause": "implementation", "done": "Yes", **staff["officer"].sealed()}
    page = staff["officer"].post(f"/console/case/{case.id}/decide", 409, **form)
    assert "You decided this case before she appealed." in page
    page = staff["supervisor"].decide(case.id, "You are on it now.")
    assert state(sala) == "resolved"


def test_an_appeal_stays_where_it_came_to_or_goes_up(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "No.", "not_upheld", "policy_gap")
    with sala.house.database.transaction() as db:
        actions.appeal(db, sala.house, db.get_one(Case, case.id), "Why?", datetime.now(UTC))
    page = staff["supervisor"].do(case.id, "place", 409, category="list")
    assert "She appealed to this office." in page
    assert sala.all_of(Case)[0].queue == "kh-17"


def test_where_no_office_is_higher_somebody_else_of_the_same_decides(sala, staff) -> None:
    add(sala, "of the nation", "officer", "kh-national")
    add(sala, "another", "officer", "kh-national")
    case = lodged(sala, staff)
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).queue = "kh-national"
    first, second = Desk(sala, "of the nation"), Desk(sala, "another")
    first.sign_in(), second.sign_in()
    first.decide(case.id, "No.", "not_upheld", "policy_gap")
    with sala.house.database.transaction() as db:
        actions.appeal(db, sala.house, db.get_one(Case, case.id), "Why?", datetime.now(UTC))
    assert sala.all_of(Case)[0].queue == "kh-national"
    assert "Somebody else must decide this case" in first.get(f"/console/case/{case.id}")
    second.decide(case.id, "Yes, after all.")
    assert state(sala) == "resolved"


def test_the_appeal_page_says_when_there_is_nothing_to_appeal_yet(sala, staff) -> None:
    lodged(sala, staff)
    caller = sala.caller()
    caller.dial()
    caller.choose("More", "I do not agree")
    caller.press("1", "I do not agree at all")
    assert caller.screen == "There is no decision yet. Call 0000 (demo)."
    assert state(sala) == "routed"


@pytest.mark.parametrize("days", [13, 15])
def test_she_may_come_back_within_14_days_of_being_told(sala, staff, days) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "No.", "not_upheld", "policy_gap")
    later = datetime.now(UTC) + days * DAY
    with sala.house.database.transaction() as db:
        assert actions.may_come_back(db, sala.house.packs["kh"], db.get_one(Case, case.id), later), (
            "while nobody has told her, always"
        )
    arrive(sala)
    with sala.house.database.transaction() as db:
        row = db.get_one(Case, case.id)
        assert actions.may_come_back(db, sala.house.packs["kh"], row, later) == (days < 14)
        if days > 14:
            with pytest.raises(Refusal):
                actions.appeal(db, sala.house, row, "Too late", later)


def told_by(operator: Desk, task: int, **form: str) -> str:
    """An operator takes a task and tells her."""
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{task}/take")
    once = operator.hidden("once")
    return operator.post(f"/console/calls/tell/{task}/outcome", outcome="told", once=once, **form)


def test_what_comes_too_late_in_a_call_stands_on_the_case_and_breaks_nothing(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid.")
    arrive(sala)
    pass_days(sala, 16)
    assert state(sala) == "closed"
    with sala.house.database.transaction() as db:
        event = db.scalars(select(CaseEvent).where(CaseEvent.kind == "resolve")).one()
        by_voice(db, db.get_one(Case, case.id), event, datetime.now(UTC))
        for row in db.scalars(select(Outgoing)):
            row.settled_at = datetime.now(UTC) - 30 * DAY
    staff["operator"].on_shift()
    page = told_by(staff["operator"], 1, said="appeal", words="I never agreed")
    assert "What she said stands on the case." in page
    assert state(sala) == "closed"
    assert "I never agreed" in staff["officer"].get(f"/console/case/{case.id}")


def test_an_operator_who_tells_an_old_decision_closes_no_newer_one(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].answer(case.id, "We ask the bank.")
    staff["officer"].decide(case.id, "It is there.")
    staff["operator"].on_shift()
    told_by(staff["operator"], 1, said="solved")
    assert state(sala) == "resolved", "what she heard was not the decision"
    told_by(staff["operator"], 2, said="not_solved", words="It is not")
    assert state(sala) == "reopened"
    assert {task.state for task in sala.all_of(Task)} == {"done"}


def test_what_is_withdrawn_is_asked_and_told_no_more_and_whoever_decided_may_not_withdraw_it(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    pass_days(sala, 0)
    staff["officer"].do(case.id, "withdraw", how="At the counter")
    caller = sala.caller()
    caller.dial()
    assert "Which bank?" not in caller.screen
    with sala.house.database.transaction() as db:
        actions.reopen(db, sala.house, db.get_one(Case, case.id), "I did not", datetime.now(UTC))
    staff["officer"].decide(case.id, "No.", "not_upheld", "policy_gap")
    with sala.house.database.transaction() as db:
        actions.appeal(db, sala.house, db.get_one(Case, case.id), "Why?", datetime.now(UTC))
    page = staff["officer"].do(case.id, "withdraw", 409, how="She said so")
    assert "You decided this case before she appealed." in page


def test_the_operator_who_tells_a_decision_notes_that_she_does_not_agree(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].decide(case.id, "You are not on the list.", "not_upheld", "policy_gap")
    operator = staff["operator"]
    operator.on_shift()
    operator.post("/console/hotline/task/1/take")
    assert "Does she agree?" in operator.page
    form = {"outcome": "told", "said": "appeal", "words": "My neighbour is on it"}
    operator.post("/console/calls/tell/1/outcome", once=operator.hidden("once"), **form)
    row = sala.all_of(Case)[0]
    assert (row.state, row.queue) == ("appealed", "kh-17"), (
        "nobody works at the nation's office; the supervisor of this one decides"
    )

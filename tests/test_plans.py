"""A household's plan: several needs under one number, steps that were agreed with it, reminders to both sides, one owner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import actions
from gateway.cases.actions.planning import plans_pass_on
from gateway.cases.records import Case
from gateway.cases.records.plans import Need, Plan, PlanStep, count_due
from gateway.cases.rules import Refusal
from gateway.channels.outbox.records import Outgoing
from gateway.people.records import Staff

from .desk import LOCAL, TO_HOW
from .hotline_desk import call, say
from .test_coming_back import DAY

TODAY = datetime.now(LOCAL).date()


def plan(sala) -> Plan:
    return sala.all_of(Plan)[-1]


def steps(sala) -> list[PlanStep]:
    return sala.all_of(PlanStep)


def begun(sala, staff, *how: str) -> Plan:
    """A case of hers, and a plan with it, begun by the officer."""
    case = sala.lodge(*TO_HOW, *(how or ("1", "1")))
    staff["officer"].do(case.id, "plan")
    return plan(sala)


def agree(sala, staff, what: str, who: str = "she", days: int = 5, status: int = 200, **more: str) -> str:
    officer = staff["officer"]
    path = f"/console/plan/{plan(sala).id}"
    officer.get(path)
    form = {"what": what, "who": who, "day": (TODAY + timedelta(days=days)).isoformat(), "agreed": "yes"}
    return officer.post(f"{path}/step", status, once=officer.hidden("once"), **{**form, **more})


def texts(sala) -> list[str]:
    return [row.body for row in sala.all_of(Outgoing) if row.about.startswith("plan:")]


def at_nine(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 1, tzinfo=LOCAL).astimezone(UTC)


def remind(sala, day: date) -> None:
    sala.tick.once(at_nine(day))


def test_several_needs_of_a_household_stand_under_one_number_with_one_owner(sala, staff) -> None:
    first = begun(sala, staff)
    other = sala.lodge(*TO_HOW, "1", "1", number="+85599000002")
    page = staff["officer"].do(other.id, "plan", plan=first.reference)
    with sala.reading() as db:
        assert set(db.scalars(select(Need.case_id))) == {1, 2}
    assert len(sala.all_of(Plan)) == 1
    assert "officer" in page
    third = sala.lodge(*TO_HOW, "1", "1", number="+85599000003")
    assert "No open plan has this number." in staff["officer"].do(third.id, "plan", 409, plan="1")
    assert texts(sala) == [f"Your plan has the number {grouped(first)}. To hear it, dial *123# or call 0000 (demo)."]


def grouped(row: Plan) -> str:
    r = row.reference
    return f"{r[:3]} {r[3:6]} {r[6:9]} {r[9:]}"


def test_a_step_needs_what_by_whom_until_when_and_that_she_agreed(sala, staff) -> None:
    begun(sala, staff)
    assert "Agree on the step with her first" in agree(sala, staff, "Bring the birth paper", agreed="", status=409)
    assert "Choose a day from today on" in agree(sala, staff, "Bring it", days=-1, status=409)
    assert "Write what is to be done" in agree(sala, staff, "Bring it", who="nobody", status=409)
    page = agree(sala, staff, "Bring the birth paper")
    assert "Bring the birth paper" in page
    assert len(steps(sala)) == 1


def test_a_second_click_adds_no_second_step(sala, staff) -> None:
    begun(sala, staff)
    officer = staff["officer"]
    path = f"/console/plan/{plan(sala).id}"
    officer.get(path)
    once, day = officer.hidden("once"), (TODAY + timedelta(days=3)).isoformat()
    for _ in range(2):
        officer.post(f"{path}/step", what="Bring it", who="she", day=day, agreed="yes", once=once)
    assert len(steps(sala)) == 1


def test_both_sides_are_reminded_two_days_before_and_on_the_day(sala, staff) -> None:
    begun(sala, staff)
    agree(sala, staff, "Bring the birth paper", days=5)
    agree(sala, staff, "Ask the school", who="office", days=5)
    before = len(texts(sala))
    remind(sala, TODAY + timedelta(days=2))
    assert len(texts(sala)) == before
    remind(sala, TODAY + timedelta(days=3))
    remind(sala, TODAY + timedelta(days=3))
    mine = texts(sala)[before:]
    assert len(mine) == 1, "once, and of her own step"
    assert mine[0].endswith(": Bring the birth paper")
    remind(sala, TODAY + timedelta(days=5))
    assert len(texts(sala)) == before + 2
    remind(sala, TODAY + timedelta(days=6))
    assert len(texts(sala)) == before + 2, "the day after, only the owner"
    with sala.reading() as db:
        owner = db.scalars(select(Staff).where(Staff.name == "officer")).one()
        assert count_due(db, owner.id, TODAY + timedelta(days=6)) == 2
    assert all(step.next_at is None for step in steps(sala))


def test_who_chose_a_call_gets_no_words_of_the_plan_on_her_phone(sala, staff) -> None:
    begun(sala, staff, "2", "1", "1")
    agree(sala, staff, "Bring the birth paper", days=5)
    remind(sala, TODAY + timedelta(days=3))
    assert not any("birth paper" in text for text in texts(sala))
    assert texts(sala)[-1].startswith(f"Plan {grouped(plan(sala))}: a day that you agreed on is near:")
    caller = sala.caller()
    caller.dial()
    caller.choose("My rights", "Our plan")
    assert caller.screen.startswith("No plan is known for this phone.")


def test_she_hears_what_comes_next_and_says_that_her_part_is_done(sala, staff) -> None:
    begun(sala, staff)
    agree(sala, staff, "Bring the birth paper", days=5)
    agree(sala, staff, "Ask the school", who="office", days=7)
    caller = sala.caller()
    caller.dial()
    caller.choose("My rights", "Our plan")
    assert "you: Bring the birth paper" in caller.screen
    assert "the office: Ask the school" in caller.screen
    assert "Have you done it: Bring the birth paper?" in caller.screen
    caller.choose("It is done")
    assert caller.screen.startswith("Thank you. Whoever looks after your plan sees it.")
    assert [step.said_at is not None for step in steps(sala)] == [True, False]
    assert "She says that she has done it" in staff["officer"].get(f"/console/plan/{plan(sala).id}")
    before = len(texts(sala))
    remind(sala, TODAY + timedelta(days=3))
    assert len(texts(sala)) == before, "what she has done she is not reminded of"


def test_the_office_finds_it_done_and_closes_the_plan(sala, staff) -> None:
    begun(sala, staff)
    agree(sala, staff, "Ask the school", who="office", days=7)
    officer, path = staff["officer"], f"/console/plan/{plan(sala).id}"
    officer.get(path)
    officer.post(f"{path}/done/{steps(sala)[0].id}")
    assert steps(sala)[0].done_at is not None
    officer.post(f"{path}/close")
    assert plan(sala).closed_at is not None
    day = (TODAY + timedelta(days=3)).isoformat()
    page = officer.post(f"{path}/step", 409, what="Once more", who="she", day=day, agreed="yes", once="x")
    assert "This plan is over" in page


def test_somebody_else_looks_after_it_and_whoever_leaves_hands_it_over(sala, staff) -> None:
    first = begun(sala, staff)
    officer, path = staff["officer"], f"/console/plan/{first.id}"
    officer.get(path)
    officer.post(f"{path}/owner", 409, to="far officer")
    with sala.house.database.transaction() as db:
        people = {row.name: row for row in db.scalars(select(Staff))}
        actions.pass_on(db, people["officer"], people["supervisor"], "system", datetime.now(UTC), leaves=True)
    assert plan(sala).owner_id == people["supervisor"].id


def test_no_plan_is_seen_from_another_office(sala, staff) -> None:
    first = begun(sala, staff)
    staff["far officer"].get(f"/console/plan/{first.id}", 404)
    assert grouped(first) not in staff["far officer"].get("/console/plans")
    assert grouped(first) in staff["officer"].get("/console/plans")
    staff["operator"].get("/console/plans", 403)


def test_a_confidential_case_is_in_no_plan(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).confidential = True
    with pytest.raises(Refusal, match="confidential"), sala.house.database.transaction() as db:
        actions.begin_plan(db, sala.house, db.get_one(Case, case.id), 1, datetime.now(UTC))


def test_a_plan_is_forgotten_some_time_after_it_is_over(sala, staff) -> None:
    begun(sala, staff)
    agree(sala, staff, "Bring the birth paper")
    officer, path = staff["officer"], f"/console/plan/{plan(sala).id}"
    officer.get(path)
    officer.post(f"{path}/close")
    with sala.house.database.transaction() as db:
        actions.forget_plans(db, sala.house.packs["kh"], datetime.now(UTC) + 800 * DAY)
    assert ([step.what for step in steps(sala)], plan(sala).address_id) == ([None], None)


# What must not be


def test_a_plan_never_shows_a_case_that_became_confidential(sala, staff) -> None:
    begun(sala, staff)
    officer, path = staff["officer"], f"/console/plan/{plan(sala).id}"
    reference = sala.all_of(Case)[0].reference
    assert reference[:3] in officer.get(path)
    officer.do(1, "place", category="violence")
    assert sala.all_of(Case)[0].confidential
    page = officer.get(path)
    assert "Violence" not in page
    assert f"{reference[:3]} {reference[3:6]}" not in page
    assert plan(sala).closed_at is not None, "nothing is left of it"


def test_no_plan_begins_before_she_has_agreed_and_none_goes_on_after_she_refused(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).behalf = "carer"
    assert "She has not agreed yet" in staff["officer"].do(case.id, "plan", 409)
    assert sala.all_of(Plan) == []
    with sala.house.database.transaction() as db:
        actions.consent(db, sala.house, db.get_one(Case, case.id), True, datetime.now(UTC))
    staff["officer"].do(case.id, "plan")
    agree(sala, staff, "Bring the birth paper", days=5)
    staff["officer"].do(case.id, "withdraw", how="She came and said so")
    before = len(texts(sala))
    remind(sala, TODAY + timedelta(days=3))
    assert len(texts(sala)) == before


def test_a_plan_follows_her_to_her_new_telephone(sala, staff) -> None:
    from gateway.people.actions import hear_from

    begun(sala, staff)
    agree(sala, staff, "Bring the birth paper", days=5)
    with sala.house.database.transaction() as db:
        new = hear_from(db, "kh", "+85599000066", datetime.now(UTC))
        actions.move_to(db, sala.house, db.get_one(Case, 1), new.id, 1, datetime.now(UTC))
    assert plan(sala).address_id == new.id
    remind(sala, TODAY + timedelta(days=3))
    assert [row.address_id for row in sala.all_of(Outgoing) if "birth paper" in row.body] == [new.id]


def test_a_plan_that_nobody_closed_is_forgotten_with_its_cases(sala, staff) -> None:
    begun(sala, staff)
    agree(sala, staff, "Bring the birth paper")
    with sala.house.database.transaction() as db:
        db.get_one(Case, 1).state = "closed"
    later = datetime.now(UTC) + 800 * DAY
    with sala.house.database.transaction() as db:
        actions.forget_old(db, sala.house.packs["kh"], later)
        actions.forget_plans(db, sala.house.packs["kh"], later)
    assert ([step.what for step in steps(sala)], plan(sala).address_id) == ([None], None)


def test_she_is_asked_only_of_a_step_that_she_was_told(sala, staff) -> None:
    begun(sala, staff)
    for day in (3, 4, 5):
        agree(sala, staff, f"Office {day}", who="office", days=day)
    agree(sala, staff, "Bring the birth paper", days=6)
    caller = sala.caller()
    caller.dial()
    caller.choose("My rights", "Our plan")
    assert "you: Bring the birth paper" in caller.screen
    caller.choose("It is done")
    assert [step.what for step in steps(sala) if step.said_at] == ["Bring the birth paper"]


def test_a_plan_of_somebody_who_leaves_without_a_successor_is_not_left_alone(sala, staff) -> None:
    begun(sala, staff)
    with sala.house.database.transaction() as db:
        people = {row.name: row for row in db.scalars(select(Staff))}
        db.get_one(Plan, 1).office = "kh-17"
        plans_pass_on(db, people["officer"], None, datetime.now(UTC))
    assert plan(sala).owner_id == people["supervisor"].id


def test_an_operator_tells_the_plan_to_who_chose_a_call(sala, staff, operator) -> None:
    begun(sala, staff, "2", "1", "1")
    agree(sala, staff, "Bring the birth paper", days=5)
    assert texts(sala)[0].endswith("To hear it, call 0000 (demo).")
    path = call(operator)
    say(operator, path)
    say(operator, path, press="1")
    page = say(operator, path, press="7")
    assert "Bring the birth paper" in page


def test_a_reminder_that_fails_rests_and_holds_up_no_other(sala, staff, monkeypatch) -> None:
    begun(sala, staff)
    agree(sala, staff, "Bring the birth paper", days=5)
    tried: list[int] = []

    def broken(step_id: int, now: datetime) -> None:
        tried.append(step_id)
        raise RuntimeError

    monkeypatch.setattr(sala.hands, "remind", broken)
    for second in range(5):
        sala.tick.once(at_nine(TODAY + timedelta(days=3)) + timedelta(seconds=second))
    assert tried == [1]

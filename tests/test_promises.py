"""What a case is promised, as rows: made, paused while the office waits for her, met, void, counted anew on purpose.

The bugs of other systems that concern a whole case, not only its arithmetic (`test_clock.py`), are named here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from gateway.audit import Entry
from gateway.cases import actions
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.promises import Promise
from gateway.clock import due, paused_due, working_seconds
from gateway.country import Term

from .desk import TO_HOW
from .test_who_decides import lodged


def promises(sala) -> dict[str, Promise]:
    """The promises of the newest round, by clock."""
    return {row.clock: row for row in sala.all_of(Promise)}


def ago(sala, **span: int) -> None:
    """Everything of all cases happened that much earlier."""
    back = timedelta(**span)
    with sala.house.database.transaction() as db:
        for table, names in (
            (Case, ("opened_at", "decided_at", "due_at", "next_at")),
            (CaseEvent, ("at",)),
            (Promise, ("made_at", "first_due_at", "due_at", "next_at", "met_at")),
        ):
            for row in db.scalars(select(table)):
                for name in names:
                    if getattr(row, name):
                        setattr(row, name, getattr(row, name) - back)


def kh(sala):
    return sala.house.packs["kh"].calendar_of("kh-1710")


def test_a_case_that_nobody_has_routed_is_promised_already(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    case, rows = sala.all_of(Case)[0], promises(sala)
    assert case.state == "received"
    assert [(row.state, row.office) for row in rows.values()] == [("open", "")] * 3
    assert case.due_at == rows["acknowledge"].due_at > case.opened_at
    assert all(row.next_at and row.next_at < row.due_at for row in rows.values()), (
        "half of it is told before it is over"
    )


def test_it_runs_in_the_time_of_the_office_that_gets_it(sala, staff) -> None:
    pack = sala.house.packs["kh"]
    short = replace(pack.calendar, hours={0: pack.calendar.hours[0]})  # kh-17 works on Mondays
    sala.house.packs["kh"] = replace(pack, calendars={"kh-17": short})
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    sala.route_without_workers()
    case, rows = sala.all_of(Case)[0], promises(sala)
    assert rows["acknowledge"].office == "kh-17"
    assert rows["acknowledge"].due_at == due(short, case.opened_at, 2)
    assert rows["acknowledge"].due_at > due(pack.calendar, case.opened_at, 2)


def test_each_act_keeps_its_promise(sala, staff) -> None:
    case = lodged(sala, staff)
    desk = staff["officer"]
    desk.do(case.id, "take")
    assert [row.state for row in promises(sala).values()] == ["met", "open", "open"]
    desk.answer(case.id, "We ask the bank")
    assert [row.state for row in promises(sala).values()] == ["met", "met", "open"]
    assert sala.all_of(Case)[0].due_at == promises(sala)["resolve"].due_at
    desk.decide(case.id, "Paid")
    assert [row.state for row in promises(sala).values()] == ["met"] * 3
    assert sala.all_of(Case)[0].due_at is None
    assert all(row.next_at is None for row in promises(sala).values())


def test_an_answer_counts_as_taking_up_and_a_decision_as_an_answer(sala, staff) -> None:
    """Zammad 3140 escalated although somebody had answered."""
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Paid")
    rows = promises(sala).values()
    assert [row.state for row in rows] == ["met"] * 3
    assert len({row.met_at for row in rows}) == 1


def test_how_long_it_took_is_never_left_empty(sala, staff) -> None:
    """Zammad 2579: the time at closing stayed null; GLPI 687: a case lodged outside hours got none."""
    case = lodged(sala, staff)
    ago(sala, days=3)
    staff["officer"].decide(case.id, "Paid")
    for row in promises(sala).values():
        assert row.working_s == working_seconds(kh(sala), row.made_at, row.met_at)
        assert row.calendar_s >= 3 * 86400


def test_the_clock_stands_still_while_the_office_waits_for_her(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    rows = promises(sala)
    assert [row.state for row in rows.values()] == ["met", "paused", "paused"]
    assert [row.due_at for row in rows.values()][1:] == [None, None]
    assert sala.all_of(Case)[0].due_at is None
    assert "Our clock stands still" in staff["officer"].get(f"/console/case/{case.id}")
    ago(sala, days=7)
    caller = sala.caller()
    caller.dial()
    caller.press(
        "3",
        "1",
        "ACLEDA",
    )
    row, asked = promises(sala)["answer"], _event(sala, "ask")
    pause = (asked.at, _event(sala, "answered").at)
    assert row.state == "open"
    assert row.due_at == paused_due(kh(sala), row.made_at, row.first_due_at, [pause])
    assert row.due_at > row.first_due_at
    assert sala.all_of(Case)[0].state == "in_work"


def test_the_same_promise_is_not_lengthened_by_another_one_s_pause(sala, staff) -> None:
    """GLPI 15605: changing something dropped the pause. Two waits, a change of what it is about in between: both count."""
    case = lodged(sala, staff)
    desk = staff["officer"]
    pauses = []
    for question in ("Which bank?", "Which month?"):
        desk.answer(case.id, question, act="ask")
        ago(sala, days=2)
        desk.answer(case.id, "We know now.")
    for event in sala.all_of(CaseEvent):
        if event.data.get("to") == "waiting":
            pauses.append((event.at, None))
        if event.data.get("from") == "waiting":
            pauses[-1] = (pauses[-1][0], event.at)
    row = promises(sala)["resolve"]
    assert len(pauses) == 2
    assert row.due_at == paused_due(kh(sala), row.made_at, row.first_due_at, pauses)
    desk.decide(case.id, "Paid")
    row = promises(sala)["resolve"]
    assert row.working_s == working_seconds(kh(sala), row.made_at, row.met_at, pauses)


def test_her_answer_starts_the_clock_again_whatever_channel_it_comes_by(sala, staff) -> None:
    """Zammad 1322: a reply through another channel did not. An operator writes it down in a call."""
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    operator = staff["operator"]
    operator.on_shift()
    page = operator.get("/console/hotline")
    assert "Which bank?" not in page
    operator.post("/console/hotline/task/1/take")
    assert "What she answers" in operator.page
    assert "Which bank?" in operator.page
    once = operator.hidden("once")
    operator.post("/console/calls/tell/1/outcome", outcome="told", words="ACLEDA", once=once)
    assert promises(sala)["answer"].state == "open"
    assert "ACLEDA" in staff["officer"].get(f"/console/case/{case.id}")


def test_one_promise_never_takes_the_place_of_another(sala, staff) -> None:
    """Zammad 5177: the clock of the next reply replaced that of the first."""
    case = lodged(sala, staff)
    first = {row.clock: row.first_due_at for row in promises(sala).values()}
    desk = staff["officer"]
    desk.do(case.id, "take")
    desk.answer(case.id, "We look.")
    desk.answer(case.id, "We still look.")
    assert {row.clock: row.first_due_at for row in sala.all_of(Promise)} == first
    assert len(sala.all_of(Promise)) == 3


def test_what_is_merged_or_withdrawn_is_told_of_no_more(sala, staff) -> None:
    """Zammad 904: a merged case still escalated; 4353: one without a promise stayed late."""
    first, second = lodged(sala, staff), sala.lodge("2", "1", "1", "9", "1", "1")
    staff["officer"].do(second.id, "merge", into=first.reference)
    staff["officer"].do(first.id, "withdraw", how="By telephone")
    rows = sala.all_of(Promise)
    assert {row.state for row in rows} == {"void"}
    assert {row.next_at for row in rows} == {None}
    assert {row.due_at for row in sala.all_of(Case)} == {None}


def test_a_case_that_comes_back_is_promised_anew_and_what_it_took_before_stays(sala, staff) -> None:
    """Zammad 188: reopened ones were counted wrong, since only one pause was known."""
    case = lodged(sala, staff)
    staff["officer"].answer(case.id, "Which bank?", act="ask")
    staff["officer"].decide(case.id, "Paid")
    ago(sala, days=2)
    with sala.house.database.transaction() as db:
        actions.reopen(db, sala.house, db.get_one(Case, case.id), "Nothing came", datetime.now(UTC))
    rows = sala.all_of(Promise)
    assert [(row.round, row.state) for row in rows] == [(0, "met")] * 3 + [(1, "open")] * 3
    again = promises(sala)["answer"]
    assert again.first_due_at == again.due_at == due(kh(sala), again.made_at, 10)


def test_a_promise_in_hours_runs_at_night_too(sala) -> None:
    pack = sala.house.packs["kh"]
    soon = {"acknowledge": Term(hours=24), "answer": Term(hours=24), "resolve": Term(10)}
    category = replace(pack.categories["unpaid"], terms=soon)
    sala.house.packs["kh"] = replace(pack, categories={**pack.categories, "unpaid": category})
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    assert "within 24 hours" in caller.screen
    row = promises(sala)["answer"]
    assert row.due_at == row.made_at + timedelta(hours=24)
    assert row.next_at == row.made_at + timedelta(hours=12)


def test_a_holiday_declared_late_moves_open_promises_only_when_somebody_says_so(sala, staff) -> None:
    case = lodged(sala, staff)
    done = sala.lodge(*TO_HOW, "1", "1", number="+85599000005")
    staff["officer"].decide(done.id, "Paid")
    before = {row.id: row.due_at for row in sala.all_of(Promise)}
    pack = sala.house.packs["kh"]
    today = datetime.now(UTC).date()
    closed = frozenset({*pack.calendar.closed, *(today + timedelta(days=n) for n in range(1, 11))})
    new = replace(pack.calendar, closed=closed)
    sala.house.packs["kh"] = replace(pack, calendar=new, version="later")
    assert {row.id: row.due_at for row in sala.all_of(Promise)} == before
    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        moved = actions.recompute(db, sala.house.packs["kh"], "system", "a royal holiday", now)
    rows = [row for row in sala.all_of(Promise) if row.case_id == case.id]
    assert moved == 3
    assert all(row.due_at == due(new, row.made_at, row.days) and row.policy == "later" for row in rows)
    assert all(row.due_at == before[row.id] for row in sala.all_of(Promise) if row.case_id == done.id)
    assert sala.all_of(Case)[0].due_at == rows[0].due_at
    with sala.house.database.transaction() as db:
        assert actions.recompute(db, sala.house.packs["kh"], "system", "again", now) == 0
    acts = [(entry.act, entry.why) for entry in sala.all_of(Entry) if entry.act.startswith("promise")]
    assert acts.count(("promise.moved", "a royal holiday")) == 3
    assert ("promises.recomputed", "a royal holiday") in acts


def _event(sala, kind: str) -> CaseEvent:
    return [event for event in sala.all_of(CaseEvent) if event.kind == kind][-1]

"""Who is told that a promise runs out: at each step once, however many workers run, also of a case nobody took."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from sqlalchemy import select, update

from gateway.cases.records import Case
from gateway.cases.records.promises import Notice, Promise, running_out
from gateway.clock import share_at
from gateway.people.actions import add_staff
from gateway.people.records import Staff

from .desk import HASH, TO_HOW, Desk, first_of
from .test_promises import kh
from .test_who_decides import lodged


def add(sala, name: str, role: str, *offices: str) -> None:
    with sala.house.database.transaction() as db:
        add_staff(
            db, name=name, role=role, password=HASH, country="kh", offices=offices, language="en", totp=None,
            actor="system", now=datetime.now(UTC),
        )  # fmt: skip


def step(sala, percent: int, clock: str = "answer", later: timedelta = timedelta(seconds=1)) -> datetime:
    """The moment just after so much of a promise is used."""
    row = next(row for row in sala.all_of(Promise) if row.clock == clock)
    return share_at(kh(sala), row.made_at, row.first_due_at, percent) + later


def tell(sala, now: datetime) -> None:
    """What workers do at that moment."""
    with sala.reading() as db:
        due = running_out(db, now)
    for promise_id in due:
        sala.hands.escalate(promise_id, now)


def told(sala, clock: str = "answer") -> list[tuple[int, str, str]]:
    return [(row.percent, row.office, row.role) for row in sala.all_of(Notice) if row.clock == clock]


def test_the_holder_then_her_supervisor_then_the_next_office_then_the_highest(sala, staff) -> None:
    lodged(sala, staff)
    add(sala, "of the district", "supervisor", "kh-1710")
    add(sala, "of the nation", "supervisor", "kh-national")
    expected = [(50, "kh-1710", "officer"), (100, "kh-1710", "supervisor"), (150, "kh-17", "supervisor"),
                (200, "kh-national", "supervisor")]  # fmt: skip
    for count, (percent, *_) in enumerate(expected, start=1):
        tell(sala, step(sala, percent, later=-timedelta(seconds=1)))
        assert told(sala) == expected[: count - 1], "too early"
        tell(sala, step(sala, percent))
        assert told(sala) == expected[:count]
    tell(sala, step(sala, 200) + timedelta(days=400))
    assert told(sala) == expected, "the ladder has an end"


def test_a_case_that_nobody_has_even_routed_is_told_of(sala, staff) -> None:
    """DIGIT's scheduler passes over what has no assignee: exactly what is neglected never escalates."""
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    assert sala.all_of(Case)[0].state == "received"
    tell(sala, step(sala, 100, "acknowledge"))
    assert told(sala, "acknowledge") == [(100, "kh-17", "supervisor")]
    (notice,) = sala.all_of(Notice)
    with time_machine.travel(notice.show_at, tick=False):
        staff["supervisor"].sign_in()
        assert "not sorted yet" in staff["supervisor"].get("/console/notices")


def test_what_was_told_before_it_was_routed_is_not_taken_for_seen(sala, staff) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    tell(sala, step(sala, 100, "acknowledge"))
    sala.work()
    tell(sala, step(sala, 100, "acknowledge"))
    rows = [row for row in sala.all_of(Notice) if row.clock == "acknowledge"]
    assert [(row.percent, row.office, row.seen_at) for row in rows] == [(100, "kh-17", None)]


def test_without_any_supervisor_the_officers_are_told_and_without_anybody_the_last_resort(sala, staff) -> None:
    lodged(sala, staff)
    with sala.house.database.transaction() as db:
        db.execute(update(Staff).where(Staff.name == "supervisor").values(active=False))
    tell(sala, step(sala, 100))
    assert told(sala) == [(100, "kh-1710", "officer")]
    with sala.house.database.transaction() as db:
        db.execute(update(Staff).where(Staff.name.in_(("officer", "far officer"))).values(active=False))
        db.execute(update(Staff).where(Staff.name == "supervisor").values(active=True))
        db.scalars(select(Case)).one().queue = "kh-01"
    tell(sala, step(sala, 150))
    assert told(sala)[-1] == (150, "kh-17", "supervisor")


def test_a_notice_goes_when_the_promise_is_kept(sala, staff) -> None:
    case = lodged(sala, staff)
    tell(sala, step(sala, 100))
    with time_machine.travel(step(sala, 100) + timedelta(days=3), tick=False):
        staff["supervisor"].sign_in()
        assert first_of(case) in staff["supervisor"].get("/console/notices")
        staff["supervisor"].decide(case.id, "Paid.")
        assert first_of(case) not in staff["supervisor"].get("/console/notices")


def test_whoever_answers_at_that_moment_and_the_ladder_do_not_block_each_other(sala, staff) -> None:
    """On PostgreSQL each would wait for what the other holds, were the case not locked first by both."""
    for round_ in range(5):
        case = sala.lodge(*TO_HOW, "1", "1", number=f"+8559900200{round_}")
        with sala.reading() as db:
            due = [row.id for row in db.scalars(select(Promise).where(Promise.case_id == case.id))]
        with sala.house.database.transaction() as db:
            db.execute(update(Promise).where(Promise.case_id == case.id).values(next_at=datetime.now(UTC)))
        start, failed = threading.Barrier(2), []

        def climb(due=due, start=start, failed=failed) -> None:
            start.wait()
            try:
                for promise_id in due:
                    sala.hands.escalate(promise_id, datetime.now(UTC) + timedelta(days=60))
            except Exception as error:
                failed.append(error)

        thread = threading.Thread(target=climb)
        thread.start()
        start.wait()
        staff["officer"].answer(case.id, "Come on Monday.")
        thread.join()
        assert failed == []


def test_where_nobody_works_the_next_who_does_is_told(sala, staff) -> None:
    lodged(sala, staff)
    with sala.house.database.transaction() as db:
        db.execute(update(Staff).where(Staff.name == "officer").values(active=False))
    tell(sala, step(sala, 50))
    assert told(sala) == [(50, "kh-17", "supervisor")]


def test_after_a_standstill_there_is_one_notice_of_a_case_and_not_ten(sala, staff) -> None:
    lodged(sala, staff)
    much_later = step(sala, 200, "resolve") + timedelta(days=30)
    tell(sala, much_later)
    assert {row.percent for row in sala.all_of(Notice)} == {200}
    with time_machine.travel(much_later + timedelta(days=3), tick=False):
        staff["supervisor"].sign_in()
        page = staff["supervisor"].get("/console/notices")
    assert page.count('class="call"') == 1


def test_ten_workers_tell_once(sala, staff) -> None:
    lodged(sala, staff)
    now = step(sala, 100)
    with sala.reading() as db:
        promise_id = running_out(db, now)[-1]
    start, done = threading.Barrier(10), []

    def work() -> None:
        start.wait()
        done.append(sala.hands.escalate(promise_id, now))

    threads = [threading.Thread(target=work) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(done) == [False] * 9 + [True]
    assert len([row for row in sala.all_of(Notice) if row.promise_id == promise_id]) == 1


def test_a_worker_is_woken_and_where_there_is_none_the_tick_does_it(sala, staff) -> None:
    lodged(sala, staff)
    now = step(sala, 50, "acknowledge")
    with sala.house.database.transaction() as db:
        db.execute(update(Promise).where(Promise.clock == "acknowledge").values(next_at=datetime.now(UTC)))
        db.execute(update(Promise).where(Promise.clock == "acknowledge").values(
            made_at=Promise.made_at, step=0))  # fmt: skip
    connection = redis.Redis.from_url(sala.env["REDIS_URL"])
    connection.flushall()
    sala.tick.once(now)
    sala.tick.once(now + timedelta(seconds=1))
    assert connection.llen("rq:queue:escalate") == 1, "one job, and not one a second"
    assert told(sala, "acknowledge") == []
    sala.tick.once(now + timedelta(seconds=4))
    assert told(sala, "acknowledge") == [(50, "kh-1710", "officer")]
    sala.work()
    assert told(sala, "acknowledge") == [(50, "kh-1710", "officer")], "the job that came late does nothing"


def test_nobody_is_told_at_night_or_on_a_holiday(sala, staff) -> None:
    """Zammad 4432: reminders at midnight and on weekends."""
    lodged(sala, staff)
    with sala.house.database.transaction() as db:
        db.execute(update(Promise).where(Promise.clock != "answer").values(next_at=None))
    now = step(sala, 100, later=timedelta(hours=5))
    assert not kh(sala).works_at(now)
    tell(sala, now)
    row = next(row for row in sala.all_of(Notice) if row.clock == "answer")
    assert kh(sala).works_at(row.show_at)
    assert row.show_at > now
    with time_machine.travel(row.show_at - timedelta(minutes=1), tick=False):
        staff["supervisor"].sign_in()
        assert "is used" not in staff["supervisor"].get("/console/notices")
    with time_machine.travel(row.show_at + timedelta(minutes=1), tick=False):
        staff["supervisor"].sign_in()
        assert "is used" in staff["supervisor"].get("/console/notices")


def test_what_is_answered_waits_for_her_or_is_over_is_told_of_no_more(sala, staff) -> None:
    for number, act in enumerate(("reply", "ask", "withdraw"), start=1):
        case = sala.lodge(*TO_HOW, "1", "1", number=f"+8559900100{number}")
        if act == "withdraw":
            staff["officer"].do(case.id, act, how="By telephone")
        else:
            staff["officer"].answer(case.id, "Come.", act=act)
    tell(sala, step(sala, 100))
    assert told(sala) == []
    assert {row.clock for row in sala.all_of(Notice)} <= {"resolve"}


@pytest.mark.parametrize(("name", "sees"), [("supervisor", True), ("officer", False), ("far officer", False)])
def test_a_notice_is_read_by_those_it_is_for_alone(sala, staff, name, sees) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    now = step(sala, 100, "acknowledge")
    tell(sala, now)
    notice = sala.all_of(Notice)[0]
    assert (notice.office, notice.role) == ("kh-17", "supervisor")
    with time_machine.travel(notice.show_at + timedelta(minutes=1), tick=False):
        desk = Desk(sala, name)
        desk.sign_in()
        assert (first_of(case) in desk.get("/console/notices")) == sees
        assert ("Notices <strong" in desk.get("/console/queue")) == sees
        desk.post(f"/console/notices/{notice.id}/seen", 200 if sees else 404)
        if sees:
            assert "Nothing runs out that you have not seen." in desk.page
            assert "seen by supervisor" in desk.get(f"/console/case/{case.id}")
    assert (sala.all_of(Notice)[0].seen_by is not None) == sees

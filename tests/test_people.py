"""Staff are away, hand over, leave; an office at which nobody works raises an alarm; what people said is forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from gateway.cases import actions
from gateway.cases.attachments import Attachment, belong, note
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.alarms import Alarm
from gateway.channels.outbox.records import Outgoing
from gateway.people import actions as people
from gateway.people.records import Address, Staff, StaffOffice

from .desk import Desk
from .test_ladder import add
from .test_who_decides import lodged

TODAY = date(2026, 11, 26)


def one(sala, name: str) -> Staff:
    with sala.reading() as db:
        return db.scalars(select(Staff).where(Staff.name == name)).one()


def change(desk: Desk, sala, name: str, act: str, status: int = 200, **form: str) -> str:
    desk.get("/console/team")
    return desk.post(f"/console/team/{one(sala, name).id}", status, **{"act": act, "sure": "yes", **form})


def test_whoever_is_away_is_not_told_and_an_empty_office_raises_an_alarm(sala, staff) -> None:
    lodged(sala, staff)
    boss = staff["supervisor"]
    today = datetime.now(UTC).date() - timedelta(days=1)
    page = change(boss, sala, "officer", "away", **{"from": today.isoformat(), "until": "2031-01-01"})
    assert one(sala, "officer").away
    assert "Nobody works at" in page, "with nobody left at the district, its supervisor is told"
    assert sala.all_of(Alarm)[0].ended_at is None
    with sala.reading() as db:
        case, pack = sala.all_of(Case)[0], sala.house.packs["kh"]
        office, role = actions.ladder.reader(db, pack, case, "holder")
    assert (office, role) == ("kh-17", "supervisor"), "not whoever is away"
    page = change(boss, sala, "officer", "back")
    assert "Nobody works at" not in page
    assert not one(sala, "officer").away


@pytest.mark.parametrize(
    ("begins", "ends", "today", "away", "kept"),
    [
        (TODAY, None, TODAY, True, True),
        (TODAY, TODAY, TODAY, True, True),
        (TODAY, TODAY, TODAY + timedelta(days=1), False, False),
        (TODAY, TODAY, TODAY - timedelta(days=1), False, True),
        (TODAY, TODAY + timedelta(days=3), TODAY + timedelta(days=2), True, True),
    ],
)
def test_absences_begin_and_end_by_themselves(sala, staff, begins, ends, today, away, kept) -> None:
    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Staff).where(Staff.name == "officer")).one()
        people.set_away(db, row, begins, ends, TODAY - timedelta(days=9), "system", now)
        assert not row.away
        people.follow_absences(db, "kh", today)
    row = one(sala, "officer")
    assert (row.away, row.away_from is not None) == (away, kept)


def test_days_that_cannot_be_are_refused(sala, staff) -> None:
    change(staff["supervisor"], sala, "officer", "away", **{"from": "2026-11-01", "until": ""})
    for begins, ends in (("", ""), ("soon", ""), ("2026-12-02", "2026-12-01"), ("2026-01-10", "2026-01-12")):
        page = change(staff["supervisor"], sala, "officer", "away", 409, **{"from": begins, "until": ends})
        assert "Choose the first day" in page
    assert one(sala, "officer").away, "nor does a refusal bring her back"


def test_nobody_leaves_an_office_with_nobody(sala, staff) -> None:
    boss = staff["supervisor"]
    add(sala, "second", "officer", "kh-01")
    assert "Nobody else would work at one of her offices." in change(boss, sala, "officer", "leave", 409)
    assert "Tick that she leaves" in change(boss, sala, "officer", "leave", 409, sure="")
    assert "Choose to whom." in change(boss, sala, "officer", "hand_over", 409)
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Staff).where(Staff.name == "second")).one()
        people.hand_over(
            db, db.scalars(select(Staff).where(Staff.name == "supervisor")).one(), row, "system", datetime.now(UTC)
        )
    change(boss, sala, "officer", "leave", to="second")
    assert not one(sala, "officer").active
    assert {"kh-17", "kh-1710", "kh-01"} <= one(sala, "second").office_codes()
    staff["officer"].get("/console/queue")
    assert "Sign in" in staff["officer"].page, "her session has ended"


def test_a_supervisor_changes_nothing_of_those_above_or_elsewhere_or_herself(sala, staff) -> None:
    boss = staff["supervisor"]
    for name in ("far officer", "supervisor", "admin"):
        change(boss, sala, name, "leave", 404)
        assert one(sala, name).active
    staff["officer"].get("/console/team", 403)
    assert "far officer" in staff["admin"].get("/console/team")
    change(staff["admin"], sala, "auditor", "leave")
    assert not one(sala, "auditor").active


def test_nobody_hands_herself_what_she_may_not_see(sala, staff) -> None:
    """An official of the district who also works at the independent office: her supervisor is not that office's."""
    add(sala, "both", "officer", "kh-1710")
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Staff).where(Staff.name == "both")).one()
        row.offices.append(StaffOffice(office="kh-independent"))
    for act in ("hand_over", "leave", "away"):
        change(staff["supervisor"], sala, "both", act, 404, to="supervisor")
    assert "kh-independent" not in one(sala, "supervisor").office_codes()


def test_an_independent_office_without_anybody_is_told_of_whether_or_not_there_is_a_case(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        actions.watch_offices(db, sala.house.packs["kh"], datetime.now(UTC))
        actions.watch_offices(db, sala.house.packs["kh"], datetime.now(UTC))
    assert [alarm.office for alarm in sala.all_of(Alarm)] == ["kh-independent"]
    add(sala, "apart", "officer", "kh-independent")
    with sala.house.database.transaction() as db:
        actions.watch_offices(db, sala.house.packs["kh"], datetime.now(UTC))
    assert sala.all_of(Alarm)[0].ended_at


def test_what_she_said_is_forgotten_when_its_time_is_over_and_the_figures_stay(sala, staff) -> None:
    case = lodged(sala, staff)
    with sala.house.database.transaction() as db:
        row = db.get_one(Case, case.id)
        row.story, row.village = "the chief keeps my card", "Trapeang Ses"
        belong(db, [note(db, "kh-telegram", "photo", "f", "", datetime.now(UTC))], row, datetime.now(UTC))
    staff["officer"].decide(case.id, "Your card is with us.")
    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        assert actions.forget_old(db, sala.house.packs["kh"], now + timedelta(days=20)) == set(), "while it is kept"
        actions.confirm(db, sala.house, db.get_one(Case, case.id), now)
    keep = sala.house.packs["kh"].keep

    def forget(at: datetime) -> set[int]:
        with sala.house.database.transaction() as db:
            return actions.forget_old(db, sala.house.packs["kh"], at)

    assert forget(now + keep - timedelta(days=1)) == set()
    assert forget(now + keep + timedelta(days=1)) == {case.address_id}
    assert forget(now + keep + timedelta(days=2)) == set(), "once"
    row = sala.all_of(Case)[0]
    assert (row.story, row.village, row.against, row.address_id) == (None, None, None, None)
    assert (row.category, row.decision, row.reference) == (case.category, "upheld", case.reference)
    assert {event.body for event in sala.all_of(CaseEvent)} == {None}
    assert sala.all_of(Attachment) == []
    assert [row for row in sala.all_of(Outgoing) if row.about] == []
    assert "Forgotten" in staff["officer"].get(f"/console/case/{case.id}")


def test_an_open_case_is_never_forgotten(sala, staff) -> None:
    lodged(sala, staff)
    with sala.house.database.transaction() as db:
        assert actions.forget_old(db, sala.house.packs["kh"], datetime.now(UTC) + timedelta(days=9999)) == set()


def test_the_tick_forgets_and_lets_the_number_go(sala, staff) -> None:
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "Done.")
    with sala.house.database.transaction() as db:
        actions.confirm(db, sala.house, db.get_one(Case, case.id), datetime.now(UTC))
    long_ago = datetime.now(UTC) - sala.house.packs["kh"].keep - timedelta(days=40)
    with sala.house.database.transaction() as db:
        db.execute(update(Case).values(changed_at=long_ago, next_at=None))
        db.execute(update(Address).values(last_month=long_ago.date().replace(day=1)))
        db.execute(text("DELETE FROM conversations"))
    sala.tick.once(datetime.now(UTC))
    assert sala.all_of(Case)[0].forgotten_at is not None

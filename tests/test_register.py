"""The register of an office: what came to it in a month, signed when that is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.paper import Register

from .desk import LOCAL, first_of, month_of
from .test_paper import at_the_window, printed
from .test_who_decides import decided_by, lodged


def test_what_is_keyed_in_late_stands_in_the_register_of_the_month_in_which_it_was(sala, staff) -> None:
    desk = staff["officer"]
    [number] = printed(desk, sala)
    long_ago = (datetime.now(UTC) - timedelta(days=45)).date()
    at_the_window(desk, paper=number, told_on=long_ago.isoformat())
    sala.work()
    page = desk.get(f"/console/register?office=kh-1710&month={month_of(datetime.now(UTC))}")
    assert number[:3] + " " in page
    assert long_ago.isoformat() in page, "with the day on which she told it"


def test_the_register_shows_her_cases_and_where_they_wait_above(sala, staff) -> None:
    case = lodged(sala, staff)
    decided_by(sala, "province")
    staff["officer"].do(case.id, "up", advice="")
    month = month_of(datetime.now(UTC))
    page = staff["officer"].get(f"/console/register?office=kh-1710&month={month}")
    above = sala.house.packs["kh"].office_name("kh-17", "en")
    assert f"{above}, since" in page
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).due_at = datetime.now(UTC) - timedelta(days=1)
    page = staff["officer"].get(f"/console/register?office=kh-1710&month={month}")
    assert page.count("late</strong>") >= 1, "the delay of the office above"
    assert "012" not in page
    staff["operator"].get("/console/register", 403)
    other = staff["far officer"].get(f"/console/register?office=kh-1710&month={month}")
    assert first_of(case) not in other


def test_a_case_that_came_later_stands_in_the_month_in_which_it_came(sala, staff) -> None:
    at_the_window(staff["officer"])
    sala.work()
    [case] = sala.all_of(Case)
    decided_by(sala, "province")
    now = datetime.now(UTC)
    before = now - timedelta(days=40)
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).opened_at = before
        db.execute(update(CaseEvent).where(CaseEvent.kind.in_(("opened", "route"))).values(at=before))
    staff["officer"].do(case.id, "up", advice="")

    def stands_in(office: str, month: str) -> bool:
        page = staff["supervisor"].get(f"/console/register?office={office}&month={month}")
        return first_of(case) in page

    assert [stands_in("kh-1710", month_of(at)) for at in (before, now)] == [True, False]
    assert [stands_in("kh-17", month_of(at)) for at in (before, now)] == [False, True]
    assert f"came {now.astimezone(LOCAL).date()}" in staff["supervisor"].page


def test_what_is_withdrawn_does_not_look_as_if_it_waited(sala, staff) -> None:
    case = lodged(sala, staff)
    month = month_of(datetime.now(UTC))
    assert "Withdrawn" not in staff["officer"].get(f"/console/register?office=kh-1710&month={month}")
    staff["officer"].do(case.id, "withdraw", how="She said so at the counter.")
    assert "Withdrawn" in staff["officer"].get(f"/console/register?office=kh-1710&month={month}")


def test_it_is_signed_once_when_its_month_is_over_and_changes_no_more(sala, staff) -> None:
    case = lodged(sala, staff)
    month = month_of(datetime.now(UTC))
    desk = staff["supervisor"]
    desk.get(f"/console/register?office=kh-1710&month={month}")
    assert "The month is not over yet." in desk.post("/console/register", 409, office="kh-1710", month=month)
    last = datetime.now(UTC) - timedelta(days=40)
    with sala.house.database.transaction() as db:
        db.execute(update(CaseEvent).where(CaseEvent.kind.in_(("route", "send_on"))).values(at=last))
    before = month_of(last)
    desk.post("/console/register", office="kh-1710", month=before)
    assert "Signed by" in desk.page
    assert "This register is signed already." in desk.post("/console/register", 409, office="kh-1710", month=before)
    staff["officer"].decide(case.id, "It is paid.")
    page = staff["officer"].get(f"/console/register?office=kh-1710&month={before}")
    assert "She is right" not in page, "what was decided later is not in it"
    assert "A supervisor signs the register." in staff["officer"].post(
        "/console/register", 409, office="kh-1710", month="2026-01"
    )
    desk.post("/console/register", 404, office="kh-independent", month=before)
    assert len(sala.all_of(Register)) == 1


def test_a_signed_register_keeps_no_line_of_what_became_confidential(sala, staff) -> None:
    case = lodged(sala, staff)
    last = datetime.now(UTC) - timedelta(days=40)
    with sala.house.database.transaction() as db:
        db.execute(update(CaseEvent).where(CaseEvent.kind.in_(("route", "send_on"))).values(at=last))
    desk = staff["supervisor"]
    desk.get("/console/register")
    desk.post("/console/register", office="kh-1710", month=month_of(last))
    assert first_of(case) in desk.page
    desk.do(case.id, "place", category="bribe")
    assert first_of(case) not in desk.get(f"/console/register?office=kh-1710&month={month_of(last)}")

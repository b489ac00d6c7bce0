"""Who may decide a case, what the others are told, and how a case reaches whoever may."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from gateway.cases.records import Case, CaseEvent

from .desk import TO_HOW

FIRST = [("route", "kh-17-triage"), ("send_on", "kh-1710")]
"""Sorted by triage, which learns where she lives: so far went every case of these tests."""


def lodged(sala, staff) -> Case:
    """An unpaid grant in Sla Kram: it lies with the district, which may decide it."""
    case = sala.lodge(*TO_HOW, "1", "1")
    desk = staff["officer"]
    desk.get(f"/console/case/{case.id}")
    desk.post(f"/console/case/{case.id}/place", place="171001", version=desk.hidden("version"))
    return sala.all_of(Case)[0]


def decided_by(sala, level: str, *roles: str) -> None:
    """From now on the pack says that unpaid cases are decided there."""
    pack = sala.house.packs["kh"]
    right = replace(pack.rights["unpaid"], level=level, roles=roles or ("officer", "supervisor"))
    sala.house.packs["kh"] = replace(pack, rights={**pack.rights, "unpaid": right})


def hops(sala) -> list[tuple[str, str]]:
    with sala.reading() as db:
        moves = select(CaseEvent).where(CaseEvent.kind.in_(("route", "send_on", "pass_up"))).order_by(CaseEvent.id)
        return [(event.kind, event.data["queue"]) for event in db.scalars(moves)]


def up(desk, case: Case, advice: str = "", status: int = 200) -> str:
    desk.get(f"/console/case/{case.id}")
    hidden = {name: desk.hidden(name) for name in ("once", "version")}
    return desk.post(f"/console/case/{case.id}/up", status, advice=advice, **hidden)


def test_who_may_decide_is_told_so_and_closes_the_case(sala, staff) -> None:
    case = lodged(sala, staff)
    assert "You may decide this case." in staff["officer"].get(f"/console/case/{case.id}")
    assert "Pass it up" not in staff["officer"].page
    staff["officer"].decide(case.id, "It was paid today")
    assert sala.all_of(Case)[0].state == "resolved"


def test_who_may_not_decide_answers_but_cannot_close_and_passes_it_up(sala, staff) -> None:
    case = lodged(sala, staff)
    decided_by(sala, "province")
    page = staff["officer"].get(f"/console/case/{case.id}")
    assert "You cannot decide this case. It is decided by: Siemreap provincial office." in page
    assert 'value="resolve"' not in page
    assert "You may not decide this case." in staff["officer"].decide(case.id, "Paid", status=409)
    staff["officer"].answer(case.id, "The province decides; we have written to it")
    promised = sala.all_of(Case)[0].due_at
    assert "Passed up to" in up(staff["officer"], case, "Her book is in order")
    row = sala.all_of(Case)[0]
    assert (row.queue, row.state, row.due_at) == ("kh-17", "routed", promised)
    assert hops(sala) == [*FIRST, ("pass_up", "kh-17")]
    assert "Her book is in order" in staff["officer"].get(f"/console/case/{case.id}")
    caller = sala.caller()
    caller.dial()
    assert "Her book" not in caller.press("3", "1")


def test_two_clicks_pass_it_up_once(sala, staff) -> None:
    case = lodged(sala, staff)
    decided_by(sala, "province")
    desk = staff["officer"]
    desk.get(f"/console/case/{case.id}")
    hidden = {name: desk.hidden(name) for name in ("once", "version")}
    desk.post(f"/console/case/{case.id}/up", advice="Once", **hidden)
    desk.post(f"/console/case/{case.id}/up", advice="Once", **hidden)
    assert hops(sala) == [*FIRST, ("pass_up", "kh-17")]


def test_an_answer_written_before_it_was_passed_up_is_not_taken_for_sent(sala, staff) -> None:
    """Back in the browser: both forms stood on one page."""
    case = lodged(sala, staff)
    decided_by(sala, "province")
    desk = staff["officer"]
    desk.get(f"/console/case/{case.id}")
    hidden = {name: desk.hidden(name) for name in ("once", "version")}
    desk.post(f"/console/case/{case.id}/up", advice="Up", **hidden)
    page = desk.post(f"/console/case/{case.id}/answer", 409, text="We are on it", act="reply", **hidden)
    assert "Somebody changed this case a moment ago." in page
    assert "We are on it" in page


def test_a_case_cannot_be_called_something_else_by_somebody_who_may_not_decide_it(sala, staff) -> None:
    case = lodged(sala, staff)
    decided_by(sala, "district", "supervisor")
    desk = staff["officer"]
    assert "It is about something else" not in desk.get(f"/console/case/{case.id}")
    version = desk.hidden("version")
    page = desk.post(f"/console/case/{case.id}/place", 409, version=version, category="amount")
    assert "You may not decide this case." in page
    assert sala.all_of(Case)[0].category == "unpaid"


def test_a_case_whose_queue_left_the_pack_is_decided_at_the_level_above_and_can_be_sent_on(sala, staff) -> None:
    case, pack = lodged(sala, staff), sala.house.packs["kh"]
    offices = {code: office for code, office in pack.offices.items() if code != "kh-1710"}
    queues = {code: queue for code, queue in pack.queues.items() if code != "kh-1710"}
    sala.house.packs["kh"] = replace(pack, offices=offices, queues=queues)
    desk = staff["officer"]
    assert "You may decide this case." in desk.get(f"/console/case/{case.id}")
    desk.post(f"/console/case/{case.id}/place", version=desk.hidden("version"), category="list")
    assert sala.all_of(Case)[0].queue == "kh-171001"


def test_what_she_may_decide_herself_is_not_passed_up(sala, staff) -> None:
    case = lodged(sala, staff)
    page = up(staff["officer"], case, "Please decide", 409)
    assert "This case lies with an office that can decide." in page
    assert hops(sala) == FIRST


def test_where_only_a_supervisor_may_decide_an_officer_is_told_so(sala, staff) -> None:
    case = lodged(sala, staff)
    decided_by(sala, "district", "supervisor")
    page = staff["officer"].get(f"/console/case/{case.id}")
    assert "Somebody else must decide this case" in page
    assert "You may not decide this case." in staff["officer"].decide(case.id, "Paid", status=409)
    staff["supervisor"].decide(case.id, "It was paid today")
    assert sala.all_of(Case)[0].state == "resolved"


def test_what_is_about_something_else_goes_to_whoever_decides_that(sala, staff) -> None:
    case = lodged(sala, staff)
    desk = staff["officer"]
    desk.get(f"/console/case/{case.id}")
    desk.post(f"/console/case/{case.id}/place", version=desk.hidden("version"), category="list")
    row = sala.all_of(Case)[0]
    assert (row.category, row.queue, row.due_at) == ("list", "kh-171001", case.due_at)
    assert "Sent on to Sla Kram commune office." in desk.page
    assert hops(sala) == [*FIRST, ("send_on", "kh-171001")]


def test_sending_it_on_as_what_it_is_already_or_as_nothing_is_refused(sala, staff) -> None:
    case = lodged(sala, staff)
    desk = staff["officer"]
    for category, told in (
        ("unpaid", "This case lies with an office that can decide."),
        ("nothing", "Choose what it is about."),
    ):
        desk.get(f"/console/case/{case.id}")
        page = desk.post(f"/console/case/{case.id}/place", 409, version=desk.hidden("version"), category=category)
        assert told in page
    assert hops(sala) == FIRST

"""The official's desk: her queue, the case, answering, placing; what a mistake costs (nothing)."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.audit import Entry
from gateway.cases.attachments import Attachment, belong, keep, note, ready
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.promises import Promise
from gateway.channels.outbox.records import Outgoing
from gateway.people.records import OfficeRow, QueueRow

from .conftest import served, wait_for
from .desk import TO_HOW, first_of
from .pictures import taken_photo


def test_a_case_of_another_office_does_not_exist(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    assert first_of(case) in staff["officer"].get("/console/queue")
    assert "Nothing waits for you." in staff["far officer"].get("/console/queue")
    staff["far officer"].get(f"/console/case/{case.id}", 404)


def test_what_was_written_to_a_case_that_is_closed_by_then_is_not_lost(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    before = officer.sealed()
    staff["supervisor"].decide(case.id, "It is paid.")
    page = officer.post(f"/console/case/{case.id}/answer", 409, text="A long answer", act="reply", **before)
    assert "A long answer" in page


def test_where_she_is_not_right_nothing_need_have_gone_wrong(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    page = staff["supervisor"].decide(case.id, "It was paid.", "upheld", "no_fault", 409)
    assert "She is right, so something went wrong." in page
    staff["supervisor"].decide(case.id, "It was paid.", "not_upheld", "no_fault")
    assert "Nothing went wrong" in staff["supervisor"].get(f"/console/case/{case.id}")


DECIDED = "the office decided: Paid on Monday. Not right? Dial *123# or call 0000 (demo) within 14 days."


def test_the_whole_answer_goes_out_as_sms_and_its_fate_stands_on_the_timeline(network, sala, staff) -> None:
    officer = staff["officer"]
    with served(sala.app, int(sala.env["PORT"])):
        case = sala.lodge(*TO_HOW, "1", "1")
        assert "Place not set" in officer.get("/console/queue")
        officer.answer(case.id, "We ask the bank and write again.")
        officer.decide(case.id, "Paid on Monday.")
        sala.work()
        wait_for(lambda: [row.state for row in sala.all_of(Outgoing)] == ["delivered"] * 3)
    bodies = [row.body for row in sala.all_of(Outgoing)]
    assert [body.partition(": ")[2] for body in bodies[1:]] == ["We ask the bank and write again.", DECIDED]
    page = officer.get(f"/console/case/{case.id}")
    assert page.count("delivered</strong>") == 3
    assert "Decided" in page
    assert "Nothing waits for you." in officer.get("/console/queue")
    first, last = (row for row in sala.all_of(Promise) if row.clock != "acknowledge")
    assert first.calendar_s <= last.calendar_s
    assert None not in (first.working_s, last.working_s)


def test_triage_sets_the_place_and_sends_it_on(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    version = officer.hidden("version")
    officer.post(f"/console/case/{case.id}/place", 409, place="nowhere", version=version)
    assert "That place is not in the list." in officer.page
    officer.post(f"/console/case/{case.id}/place", 409, place="171001", version="0")
    assert "Somebody changed this case" in officer.page
    officer.post(f"/console/case/{case.id}/place", place="171001", version=version)
    moved = sala.all_of(Case)[0]
    assert (moved.queue, moved.place, moved.due_at) == ("kh-1710", "171001", case.due_at)
    assert [event.kind for event in sala.all_of(CaseEvent)] == ["opened", "route", "send_on"]
    officer.get(f"/console/case/{case.id}")
    officer.post(f"/console/case/{case.id}/place", 409, place="171002", version=officer.hidden("version"))
    assert "lies with an office that can decide" in officer.page


def test_a_double_tap_sends_one_answer(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    hidden = {name: officer.hidden(name) for name in ("once", "version")}
    for _ in range(2):
        officer.post(f"/console/case/{case.id}/answer", text="Come on Monday.", act="reply", **hidden)
    assert [event.kind for event in sala.all_of(CaseEvent)].count("reply") == 1


def test_who_comes_second_is_told_and_loses_nothing(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer, supervisor = staff["officer"], staff["supervisor"]
    supervisor.get(f"/console/case/{case.id}")
    stale = {name: supervisor.hidden(name) for name in ("once", "version")}
    officer.answer(case.id, "First.")
    supervisor.post(f"/console/case/{case.id}/answer", 409, text="My long text.", act="reply", **stale)
    assert "Somebody changed this case a moment ago." in supervisor.page
    assert "My long text.</textarea>" in supervisor.page
    assert [event.body for event in sala.all_of(CaseEvent) if event.kind == "reply"] == ["First."]


def test_two_who_answer_an_answered_case_do_not_both_send(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer, supervisor = staff["officer"], staff["supervisor"]
    officer.answer(case.id, "First.")
    supervisor.get(f"/console/case/{case.id}")
    stale = {name: supervisor.hidden(name) for name in ("once", "version")}
    officer.answer(case.id, "Come on Monday.")
    supervisor.post(f"/console/case/{case.id}/answer", 409, text="Do not come on Monday.", act="reply", **stale)
    assert len([event for event in sala.all_of(CaseEvent) if event.kind == "reply"]) == 2


def test_an_answer_is_bounded_cleaned_and_never_sent_by_an_unknown_act(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.answer(case.id, "Delete this.", act="delete", status=400)
    assert "longer than 1200 letters" in officer.answer(case.id, "x" * 1201, status=409)
    officer.answer(case.id, "Come \u202eon\x07 Monday")
    assert [event.body for event in sala.all_of(CaseEvent) if event.kind == "reply"] == ["Come on Monday"]


def test_a_case_of_an_office_that_left_the_pack_stays_on_its_list(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        for table, code in ((OfficeRow, "kh-17"), (QueueRow, "kh-17-triage")):
            db.get(table, code).retired = True
    assert first_of(case) in staff["officer"].get("/console/queue")
    assert first_of(case) in staff["supervisor"].get("/console/queue")


def test_an_empty_answer_and_a_closed_case_are_refused_in_a_sentence(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    assert "Write what she should hear" in officer.answer(case.id, "  ", status=409)
    officer.decide(case.id, "Done.")
    page = officer.get(f"/console/case/{case.id}")
    assert "Send the answer" not in page, "there is nothing to answer any more"
    version = str(sala.all_of(Case)[0].version)
    officer.post(f"/console/case/{case.id}/answer", 409, text="Again.", act="reply", once="other", version=version)
    assert "already closed" in officer.page


def test_a_number_is_shown_only_on_a_tap_that_the_audit_keeps(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    assert "99000001" not in officer.get(f"/console/case/{case.id}")
    assert "+85599000001" in officer.post(f"/console/case/{case.id}/number")
    assert [entry.actor for entry in sala.all_of(Entry) if entry.act == "number.read"] == ["staff:2"]


@pytest.mark.parametrize("keys", [("3", "1"), ("4", "4821", "1")])
def test_the_office_never_sees_a_number_that_was_kept_from_it(sala, staff, keys) -> None:
    case = sala.lodge(*TO_HOW, *keys)
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    assert "Show the number" not in officer.page
    officer.post(f"/console/case/{case.id}/number", 404)


def test_two_clicks_at_once_send_one_answer_and_show_no_error(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    form = {name: officer.hidden(name) for name in ("csrf_token", "once", "version")} | {
        "text": "Come.",
        "act": "reply",
    }
    cookie, statuses = officer.client.get_cookie("sala").value, []

    def click() -> None:
        client = sala.app.test_client()
        client.set_cookie("sala", cookie)
        statuses.append(client.post(f"/console/case/{case.id}/answer", data=form).status_code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert statuses == [302] * 4
    assert [event.kind for event in sala.all_of(CaseEvent)].count("reply") == 1


def test_a_case_in_a_retired_triage_can_still_be_sent_on(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    pack = sala.house.packs["kh"]
    without = {code: queue for code, queue in pack.queues.items() if code != "kh-17-triage"}
    sala.house.packs["kh"] = replace(pack, queues=without, triage="kh-01-triage")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    officer.post(f"/console/case/{case.id}/place", place="1710", version=officer.hidden("version"))
    assert sala.all_of(Case)[0].queue == "kh-1710"


def test_a_text_that_was_not_delivered_can_be_sent_again(network, sala, staff) -> None:
    caller = sala.caller("+85599990000")
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    sala.work()
    case = sala.all_of(Case)[0]
    page = staff["officer"].get(f"/console/case/{case.id}")
    assert "not delivered" in page
    assert "Send it again" in page
    row = sala.all_of(Outgoing)[0]
    staff["officer"].post(f"/console/case/{case.id}/again/{row.id}")
    assert sala.all_of(Outgoing)[0].state == "waiting"
    staff["officer"].post(f"/console/case/{case.id}/again/99", 404)


def test_late_due_new_and_answered(sala, staff) -> None:
    sala.lodge("2", "2", "1", "4", "9", "1", "1")
    for _ in range(3):
        sala.lodge("2", "1", "4", "9", "1", "1")
    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        late, due, *_ = db.scalars(select(Case).order_by(Case.id))
        late.due_at, due.due_at = now - timedelta(days=1), now + timedelta(seconds=30)
    staff["officer"].answer(4, "We are looking into it.")
    page = staff["officer"].get("/console/queue")
    assert re.findall(r'<section class="group (\w+)">', page) == ["late", "due", "new", "work"]
    assert re.findall(r"/console/case/(\d)", page) == ["1", "2", "3", "4"]


def test_what_she_sent_is_seen_and_heard_by_whoever_may_read_the_case(sala, staff) -> None:
    case, other = (sala.lodge(*TO_HOW, "1", "1", number=f"+8559900000{n}") for n in (1, 2))
    with sala.house.database.transaction() as db:
        ids = [note(db, "kh-telegram", "photo", f"f{n}", "<b>her hut</b>", datetime.now(UTC)) for n in range(3)]
        keep(db, db.get_one(Attachment, ids[0]), ready(taken_photo()))
        keep(db, db.get_one(Attachment, ids[1]), ready(b"<script>alert(1)</script>"))
        belong(db, ids, case, datetime.now(UTC))
    officer = staff["officer"]
    page = officer.get(f"/console/case/{case.id}")
    assert page.count("A photo she sent") == 1
    assert "could not be fetched" in page
    assert "is being fetched" in page
    assert "&lt;b&gt;her hut" in page
    seen = officer.client.get(f"/console/case/{case.id}/thing/{ids[0]}")
    assert (seen.data, seen.content_type) == (ready(taken_photo()).body, "image/jpeg")
    assert (seen.headers["X-Content-Type-Options"], seen.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert [row.thing for row in sala.all_of(Entry) if row.act == "thing.read"] == [f"attachment:{ids[0]}"]
    for path in (f"{case.id}/thing/{ids[1]}", f"{other.id}/thing/{ids[0]}", f"{case.id}/thing/999"):
        officer.get(f"/console/case/{path}", 404)
    staff["far officer"].get(f"/console/case/{case.id}/thing/{ids[0]}", 404)
    staff["operator"].get(f"/console/case/{case.id}/thing/{ids[0]}", 403)

"""The pages staff work on: who may see them, what they show, what a mistake costs (nothing)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from gateway.audit import Entry
from gateway.cases.records import Case, CaseEvent, Telling
from gateway.channels.outbox import Outgoing
from gateway.people.actions import add_staff
from gateway.people.records import Presence, Staff
from gateway.people.rules import PERMISSIONS, ROLES, in_reach

from .conftest import served, wait_for

PASSWORD = "a password for tests"
HASH = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
TO_HOW = ("2", "1", "1", "4", "9")


class Desk:
    """Somebody at a browser, with cookies and the forms of the pages she was shown."""

    def __init__(self, sala, name: str) -> None:
        self.client, self.name = sala.app.test_client(), name
        self.page = ""

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code)
        self.page = answer.get_data(as_text=True)
        return self.page

    def post(self, path: str, status: int = 200, **form: str) -> str:
        form = {"csrf_token": self.hidden("csrf_token"), **form}
        answer = self.client.post(path, data=form, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code)
        self.page = answer.get_data(as_text=True)
        return self.page

    def hidden(self, name: str) -> str:
        return re.search(rf'name="{name}" value="([^"]*)"', self.page)[1]

    def sign_in(self, password: str = PASSWORD, status: int = 200, **more: str) -> str:
        self.get("/console/sign-in")
        return self.post("/console/sign-in", status, name=self.name, password=password, **more)

    def answer(self, case: int, text: str, act: str = "reply", status: int = 200, **more: str) -> str:
        self.get(f"/console/case/{case}")
        hidden = {name: self.hidden(name) for name in ("once", "version")}
        return self.post(f"/console/case/{case}/answer", status, text=text, act=act, **{**hidden, **more})


@pytest.fixture
def staff(sala) -> dict[str, Desk]:
    offices = {"officer": ("kh-17", "kh-1710"), "supervisor": ("kh-17",)}
    with sala.house.database.transaction() as db:
        for role in ROLES:
            add_staff(
                db, name=role, role=role, password=HASH, country="kh", offices=offices.get(role, ()), language="en",
                totp=None, actor="system", now=datetime.now(UTC),
            )  # fmt: skip
        add_staff(
            db, name="far officer", role="officer", password=HASH, country="kh", offices=["kh-01"], language="en",
            totp=None, actor="system", now=datetime.now(UTC),
        )  # fmt: skip
    desks = {name: Desk(sala, name) for name in (*ROLES, "far officer")}
    for desk in desks.values():
        desk.sign_in()
    return desks


@pytest.fixture
def lodge(sala):
    def lodged(*keys: str) -> Case:
        caller = sala.caller()
        caller.dial()
        caller.press(*keys)
        assert caller.screen.startswith("Your number is"), caller.screen
        sala.work()
        with sala.reading() as db:
            return db.scalars(select(Case).order_by(Case.id.desc())).first()

    return lodged


def all_of(sala, table):
    with sala.reading() as db:
        return list(db.scalars(select(table).order_by(table.id)))


def test_every_route_declares_who_may_use_it(sala) -> None:
    known = {"public", "signed_in", *(p for permissions in PERMISSIONS.values() for p in permissions)}
    for name, view in sala.app.view_functions.items():
        assert getattr(view, "needs", None) in known, f"{name} declares no permission"


def test_a_route_without_a_permission_would_be_found() -> None:
    app = Flask("planted")
    app.add_url_rule("/secret", "secret", lambda: "")
    assert getattr(app.view_functions["secret"], "needs", None) is None


def test_each_role_opens_what_its_permissions_name_and_nothing_else(sala, staff) -> None:
    for rule in sala.app.url_map.iter_rules():
        needs = sala.app.view_functions[rule.endpoint].needs
        if needs in ("public", "signed_in"):
            continue
        path = re.sub(r"<int[^>]*>", "999999", rule.rule)
        nobody = sala.app.test_client()
        method = "POST" if "POST" in rule.methods else "GET"
        for role in ROLES:
            desk = staff[role]
            form = {"csrf_token": desk.hidden("csrf_token")} if method == "POST" else None
            status = desk.client.open(path, method=method, data=form).status_code
            allowed = needs in PERMISSIONS[role]
            assert (status != 403) == allowed, (role, path, status)
        assert nobody.get(path).status_code in (302, 405)
        assert nobody.post(path).status_code in (400, 405)


def test_reach_goes_down_from_a_supervisors_office_only() -> None:
    commune = ["kh-171001", "kh-1710", "kh-17"]
    assert in_reach("supervisor", frozenset({"kh-17"}), commune)
    assert not in_reach("supervisor", frozenset({"kh-01"}), commune)
    assert not in_reach("supervisor", frozenset({"kh-171001"}), ["kh-17"])
    assert in_reach("officer", frozenset({"kh-171001"}), commune)
    assert not in_reach("officer", frozenset({"kh-17"}), commune)
    assert not in_reach("supervisor", frozenset(), commune)


def test_a_case_of_another_office_does_not_exist(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    assert str(case.reference[:3]) in staff["officer"].get("/console/queue")
    assert "Nothing waits for you." in staff["far officer"].get("/console/queue")
    staff["far officer"].get(f"/console/case/{case.id}", 404)


def test_the_whole_answer_goes_out_as_sms_and_its_fate_stands_on_the_timeline(network, sala, staff, lodge) -> None:
    officer = staff["officer"]
    with served(sala.app, int(sala.env["PORT"])):
        case = lodge(*TO_HOW, "1", "1")
        assert "Place not set" in officer.get("/console/queue")
        officer.answer(case.id, "We ask the bank and write again.")
        officer.answer(case.id, "Paid on Monday.", act="resolve")
        sala.work()
        wait_for(lambda: [row.state for row in all_of(sala, Outgoing)] == ["delivered"] * 3)
    bodies = [row.body for row in all_of(sala, Outgoing)]
    assert [body.partition(": ")[2] for body in bodies[1:]] == ["We ask the bank and write again.", "Paid on Monday."]
    page = officer.get(f"/console/case/{case.id}")
    assert page.count("delivered</strong>") == 3
    assert "Resolved" in page
    assert "Nothing waits for you." in officer.get("/console/queue")
    found = all_of(sala, Case)[0]
    assert found.first_answer_calendar_s <= found.resolution_calendar_s
    assert None not in (found.first_answer_working_s, found.resolution_working_s)


def test_triage_sets_the_place_and_sends_it_on(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    version = officer.hidden("version")
    officer.post(f"/console/case/{case.id}/place", 409, place="nowhere", version=version)
    assert "That place is not in the list." in officer.page
    officer.post(f"/console/case/{case.id}/place", 409, place="171001", version="0")
    assert "Somebody changed this case" in officer.page
    officer.post(f"/console/case/{case.id}/place", place="171001", version=version)
    moved = all_of(sala, Case)[0]
    assert (moved.queue, moved.place, moved.due_at) == ("kh-1710", "171001", case.due_at)
    assert [event.kind for event in all_of(sala, CaseEvent)] == ["opened", "routed", "routed"]
    officer.get(f"/console/case/{case.id}")
    officer.post(f"/console/case/{case.id}/place", 409, place="171002", version=officer.hidden("version"))
    assert "lies with an office that can decide" in officer.page


def test_a_double_tap_sends_one_answer(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    hidden = {name: officer.hidden(name) for name in ("once", "version")}
    for _ in range(2):
        officer.post(f"/console/case/{case.id}/answer", text="Come on Monday.", act="reply", **hidden)
        officer.page = officer.page
    assert [event.kind for event in all_of(sala, CaseEvent)].count("reply") == 1


def test_who_comes_second_is_told_and_loses_nothing(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer, supervisor = staff["officer"], staff["supervisor"]
    supervisor.get(f"/console/case/{case.id}")
    stale = {name: supervisor.hidden(name) for name in ("once", "version")}
    officer.answer(case.id, "First.")
    supervisor.post(f"/console/case/{case.id}/answer", 409, text="My long text.", act="reply", **stale)
    assert "Somebody changed this case a moment ago." in supervisor.page
    assert "My long text.</textarea>" in supervisor.page
    assert [event.body for event in all_of(sala, CaseEvent) if event.kind == "reply"] == ["First."]


def test_two_who_answer_an_answered_case_do_not_both_send(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer, supervisor = staff["officer"], staff["supervisor"]
    officer.answer(case.id, "First.")
    supervisor.get(f"/console/case/{case.id}")
    stale = {name: supervisor.hidden(name) for name in ("once", "version")}
    officer.answer(case.id, "Come on Monday.")
    supervisor.post(f"/console/case/{case.id}/answer", 409, text="Do not come on Monday.", act="reply", **stale)
    assert len([event for event in all_of(sala, CaseEvent) if event.kind == "reply"]) == 2


def test_an_answer_is_bounded_cleaned_and_never_sent_by_an_unknown_act(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    officer.answer(case.id, "Delete this.", act="delete", status=400)
    assert "longer than 1200 letters" in officer.answer(case.id, "x" * 1201, status=409)
    officer.answer(case.id, "Come \u202eon\x07 Monday")
    assert [event.body for event in all_of(sala, CaseEvent) if event.kind == "reply"] == ["Come on Monday"]


def test_a_case_of_an_office_that_left_the_pack_stays_on_its_list(sala, staff, lodge) -> None:
    from gateway.people.records import OfficeRow, QueueRow

    case = lodge(*TO_HOW, "1", "1")
    with sala.house.database.transaction() as db:
        for table, code in ((OfficeRow, "kh-17"), (QueueRow, "kh-17-triage")):
            db.get(table, code).retired = True
    assert case.reference[:3] in staff["officer"].get("/console/queue")
    assert case.reference[:3] in staff["supervisor"].get("/console/queue")


def test_numbers_that_are_no_ids_are_404(sala, staff) -> None:
    for path in ("/console/case/99999999999999999999", "/console/calls/99999999999999999999"):
        staff["officer"].get(path, 404)


def test_an_empty_answer_and_a_closed_case_are_refused_in_a_sentence(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    assert "Write what she should hear" in officer.answer(case.id, "  ", status=409)
    officer.answer(case.id, "Done.", act="resolve")
    page = officer.get(f"/console/case/{case.id}")
    assert "</textarea>" not in page
    version = str(all_of(sala, Case)[0].version)
    officer.post(f"/console/case/{case.id}/answer", 409, text="Again.", act="reply", once="other", version=version)
    assert "already closed" in officer.page


def test_a_number_is_shown_only_on_a_tap_that_the_audit_keeps(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    officer = staff["officer"]
    assert "99000001" not in officer.get(f"/console/case/{case.id}")
    assert "+85599000001" in officer.post(f"/console/case/{case.id}/number")
    assert [entry.actor for entry in all_of(sala, Entry) if entry.act == "number.read"] == ["staff:2"]


@pytest.mark.parametrize("keys", [("3", "1"), ("4", "4821", "1")])
def test_the_office_never_sees_a_number_that_was_kept_from_it(sala, staff, lodge, keys) -> None:
    case = lodge(*TO_HOW, *keys)
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    assert "Show the number" not in officer.page
    officer.post(f"/console/case/{case.id}/number", 404)


def test_the_operator_tells_the_answer_and_notes_how_it_came_out(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "2", "1", "1")
    staff["officer"].answer(case.id, "Your money comes on Monday.", act="resolve")
    operator = staff["operator"]
    assert "in the morning" in operator.get("/console/calls")
    path = f"/console/calls/{all_of(sala, Telling)[0].id}"
    assert "Your money comes on Monday." in operator.get(path)
    assert "+85599000001" not in operator.page
    assert "+85599000001" in operator.post(f"{path}/number")
    operator.post(f"{path}/outcome", 400, outcome="maybe")
    once = operator.hidden("once")
    for _ in range(2):
        operator.post(f"{path}/outcome", outcome="no_answer", note="", once=once)
    assert "called 1 times" in operator.get("/console/calls")
    operator.get(path)
    operator.post(f"{path}/outcome", outcome="told", note="She thanked us.", once=operator.hidden("once"))
    assert "Nobody waits for a call." in operator.get("/console/calls")
    operator.get(path)
    operator.post(f"{path}/number", 404)
    operator.get(path)
    operator.post(f"{path}/outcome", 409, outcome="told", once="again")
    assert [event.data["outcome"] for event in all_of(sala, CaseEvent) if event.kind == "call"] == ["no_answer", "told"]
    operator.get(f"/console/case/{case.id}", 403)


def test_no_official_reaches_a_number_by_the_operator_s_door(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "3", "1")
    staff["officer"].answer(case.id, "There is an answer.")
    path = f"/console/calls/{all_of(sala, Telling)[0].id}"
    for role in ("officer", "supervisor", "far officer", "inspector"):
        desk = staff[role]
        desk.get("/console/queue")
        assert "+855" not in desk.post(f"{path}/number", 403)
        desk.get("/console/queue")
        desk.get(path, 403)


def test_two_clicks_at_once_send_one_answer_and_show_no_error(sala, staff, lodge) -> None:
    import threading

    case = lodge(*TO_HOW, "1", "1")
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
    assert [event.kind for event in all_of(sala, CaseEvent)].count("reply") == 1


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        for presence in db.scalars(select(Presence)):
            presence.seen_at -= timedelta(minutes=100)
    before = [presence.seen_at for presence in all_of(sala, Presence)]
    staff["officer"].client.get("/console/queue", headers={"HX-Request": "true"})
    assert [presence.seen_at for presence in all_of(sala, Presence)] == before
    staff["officer"].get("/console/queue")
    assert [presence.seen_at for presence in all_of(sala, Presence)] != before


def test_a_name_made_up_to_fill_another_s_bucket_fills_its_own(sala, staff) -> None:
    attacker = Desk(sala, "officer from 127.0.0.1")
    for _ in range(11):
        attacker.sign_in("wrong", 403)
    assert "My queue" in Desk(sala, "officer").sign_in()


def test_a_case_in_a_retired_triage_can_still_be_sent_on(sala, staff, lodge) -> None:
    from dataclasses import replace

    case = lodge(*TO_HOW, "1", "1")
    pack = sala.house.packs["kh"]
    without = {code: queue for code, queue in pack.queues.items() if code != "kh-17-triage"}
    sala.house.packs["kh"] = replace(pack, queues=without, triage="kh-01-triage")
    officer = staff["officer"]
    officer.get(f"/console/case/{case.id}")
    officer.post(f"/console/case/{case.id}/place", place="1710", version=officer.hidden("version"))
    assert all_of(sala, Case)[0].queue == "kh-1710"


def test_a_text_that_was_not_delivered_can_be_sent_again(network, sala, staff) -> None:
    caller = sala.caller("+85599990000")
    caller.dial()
    caller.press(*TO_HOW, "1", "1")
    sala.work()
    case = all_of(sala, Case)[0]
    page = staff["officer"].get(f"/console/case/{case.id}")
    assert "not delivered" in page
    assert "Send it again" in page
    row = all_of(sala, Outgoing)[0]
    staff["officer"].post(f"/console/case/{case.id}/again/{row.id}")
    assert all_of(sala, Outgoing)[0].state == "waiting"
    staff["officer"].post(f"/console/case/{case.id}/again/99", 404)


def test_late_due_new_and_answered(sala, staff, lodge) -> None:
    lodge("2", "1", "1", "4", "9", "1", "1")
    for _ in range(3):
        lodge("1", "1", "4", "9", "1", "1")
    now = datetime.now(UTC)
    with sala.house.database.transaction() as db:
        late, due, *_ = db.scalars(select(Case).order_by(Case.id))
        late.due_at, due.due_at = now - timedelta(days=1), now + timedelta(seconds=30)
    staff["officer"].answer(4, "We are looking into it.")
    page = staff["officer"].get("/console/queue")
    assert re.findall(r'<section class="group (\w+)">', page) == ["late", "due", "new", "answered"]
    assert re.findall(r"/console/case/(\d)", page) == ["1", "2", "3", "4"]


def test_signing_in_is_refused_in_one_sentence_and_bounded(sala, staff) -> None:
    stranger = Desk(sala, "officer")
    for _ in range(10):
        stranger.sign_in("wrong", 403)
    assert "do not fit together" in stranger.page
    stranger.sign_in(PASSWORD, 403)
    assert Desk(sala, "supervisor").sign_in()
    elsewhere = Desk(sala, "officer")
    elsewhere.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert "My queue" in elsewhere.sign_in(), "somebody locked her out from afar"


def test_signing_out_ends_the_session_on_the_server(sala, staff) -> None:
    officer = staff["officer"]
    cookie = officer.client.get_cookie("sala").value
    officer.get("/console/queue")
    officer.post("/console/sign-out")
    thief = sala.app.test_client()
    thief.set_cookie("sala", cookie)
    assert thief.get("/console/queue").status_code == 302


def test_a_session_ends_when_it_was_idle_or_the_person_was_switched_off(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        for presence in db.scalars(select(Presence)):
            presence.seen_at -= timedelta(hours=3)
    assert staff["officer"].client.get("/console/queue").status_code == 302
    staff["officer"].sign_in()
    with sala.house.database.transaction() as db:
        db.scalars(select(Staff).where(Staff.name == "officer")).one().active = False
    assert staff["officer"].client.get("/console/queue").status_code == 302


def test_a_form_without_its_token_changes_nothing(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    answer = staff["officer"].client.post(f"/console/case/{case.id}/answer", data={"text": "x"})
    assert answer.status_code == 400
    assert "This form is too old" in answer.get_data(as_text=True)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\\\evil.example"])
def test_the_next_page_after_signing_in_is_never_somebody_elses(sala, staff, target) -> None:
    desk = Desk(sala, "officer")
    desk.get("/console/sign-in")
    form = {"csrf_token": desk.hidden("csrf_token"), "name": "officer", "password": PASSWORD}
    answer = desk.client.post("/console/sign-in", query_string={"next": target}, data=form)
    assert answer.headers["Location"] == "/console"


def test_pages_carry_a_strict_policy_and_are_not_cached(sala, staff) -> None:
    headers = staff["officer"].client.get("/console/queue").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["Cache-Control"] == "no-store"
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_pages_are_in_the_reader_s_language(sala, staff) -> None:
    officer = staff["officer"]
    officer.get("/console/queue")
    officer.post("/console/language", lang="km", back="/console/queue")
    assert "បញ្ជីការងារ" in officer.page
    assert '<html lang="km">' in officer.page


def test_a_page_that_fails_shows_a_number_that_the_log_has_too(sala, staff, capfd, monkeypatch) -> None:
    from gateway.cases.pages import desk

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full of +85599000001")

    monkeypatch.setattr(desk, "in_queues", broken)
    page = staff["officer"].get("/console/queue", 500)
    number = re.search(r'<p class="reference">(\w+)</p>', page)[1]
    logged = capfd.readouterr().err
    assert number in logged
    assert "99000001" not in logged


def test_metrics_tell_times_from_rows_to_this_machine_only(sala, staff, lodge) -> None:
    case = lodge(*TO_HOW, "1", "1")
    staff["officer"].answer(case.id, "Done.", act="resolve")
    told = sala.client.get("/metrics").get_data(as_text=True)
    assert 'sala_resolution_calendar_seconds_bucket{le="3600.0"} 1.0' in told
    assert "sala_first_answer_working_seconds_count 1.0" in told
    assert 'sala_cases{state="resolved"} 1.0' in told
    assert sala.client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403
    assert sala.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    assert (
        sala.client.get(
            "/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}, headers={"Authorization": "Bearer té"}
        ).status_code
        == 403
    )


class TestOutsideTheDemo:
    @pytest.fixture
    def env(self, env, monkeypatch) -> dict[str, str]:
        env.pop("SALA_DEMO")
        monkeypatch.delenv("SALA_DEMO")
        return env

    def test_inspector_and_admin_need_a_one_time_code_that_opens_once(self, sala) -> None:
        secret = pyotp.random_base32()
        with sala.house.database.transaction() as db:
            add_staff(
                db, name="root", role="admin", password=HASH, country="kh", offices=(), language="en", totp=secret,
                actor="system", now=datetime.now(UTC),
            )  # fmt: skip
        desk, code = Desk(sala, "root"), pyotp.TOTP(secret).now()
        desk.sign_in(status=403)
        desk.sign_in(status=403, code="000000" if code != "000000" else "111111")
        desk.sign_in(code=code)
        assert "You are signed in" in desk.page
        Desk(sala, "root").sign_in(status=403, code=code)

    def test_the_phone_is_not_there_and_no_draft_is_served(self, sala) -> None:
        assert sala.client.get("/phone").status_code == 404
        caller = sala.caller()
        caller.dial()
        assert "ភាសាខ្មែរ" not in caller.screen
        assert "English" in caller.screen

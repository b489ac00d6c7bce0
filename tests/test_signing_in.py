"""Signing in and out: one sentence when it fails, bounds, sessions that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from gateway.people.actions import add_staff
from gateway.people.records import Presence, Staff

from .desk import HASH, PASSWORD, TO_HOW, Desk


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(sala, staff) -> None:
    with sala.house.database.transaction() as db:
        for presence in db.scalars(select(Presence)):
            presence.seen_at -= timedelta(minutes=100)
    before = [presence.seen_at for presence in sala.all_of(Presence)]
    staff["officer"].client.get("/console/queue", headers={"HX-Request": "true"})
    assert [presence.seen_at for presence in sala.all_of(Presence)] == before
    staff["officer"].get("/console/queue")
    assert [presence.seen_at for presence in sala.all_of(Presence)] != before


def test_a_name_made_up_to_fill_another_s_bucket_fills_its_own(sala, staff) -> None:
    attacker = Desk(sala, "officer from 127.0.0.1")
    for _ in range(11):
        attacker.sign_in("wrong", 403)
    assert "My queue" in Desk(sala, "officer").sign_in()


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


def test_a_form_without_its_token_changes_nothing(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
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
        assert "Who works where" in desk.page
        Desk(sala, "root").sign_in(status=403, code=code)

    def test_the_phone_is_not_there_and_no_draft_is_served(self, sala) -> None:
        assert sala.client.get("/phone").status_code == 404
        caller = sala.caller()
        caller.dial()
        assert "ភាសាខ្មែរ" not in caller.screen
        assert "English" in caller.screen

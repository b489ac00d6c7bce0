"""The pages as a whole: who may open which, how they fail, what the machine tells of itself."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from gateway.logs import redact
from gateway.people.rules import PERMISSIONS, ROLES, in_reach

from .desk import TO_HOW


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


def test_each_role_begins_where_it_works(staff) -> None:
    for role in set(ROLES) - {"auditor"}:
        assert "Your role has no page of its own yet" not in staff[role].get("/console"), role


def test_the_language_is_changed_without_leaving_the_page(staff) -> None:
    desk = staff["supervisor"]
    desk.get("/console/register?office=kh-1710&month=2026-10")
    page = desk.post("/console/language", lang="km", back=desk.hidden("back").replace("&amp;", "&"))
    assert 'value="2026-10"' in page


def test_numbers_that_are_no_ids_are_404(sala, staff) -> None:
    for path in ("/console/case/99999999999999999999", "/console/calls/99999999999999999999"):
        staff["officer"].get(path, 404)


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


def test_a_page_that_fails_shows_a_mark_that_the_log_has_too(sala, staff, capfd) -> None:
    with sala.house.database.transaction() as db:
        db.execute(text("ALTER TABLE cases RENAME TO cases_away"))
    page = staff["officer"].get("/console/queue", 500)
    assert re.search(r'<p class="reference">(\w+)</p>', page)[1] in capfd.readouterr().err


@pytest.mark.parametrize(
    "value", ["call +85599000001 now", "012 345 678 9", "/in/kh-ussd?key=geheim&x=1", "token=geheim"]
)
def test_what_slips_into_a_log_is_blotted_out(value: str) -> None:
    blotted = str(redact(None, "", {"event": value, "why": value}))
    assert not re.search(r"\d{5}|geheim|345", blotted)


def test_metrics_tell_times_from_rows_to_this_machine_only(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "1", "1")
    staff["officer"].decide(case.id, "Done.")
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

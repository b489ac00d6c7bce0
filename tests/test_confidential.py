"""Confidential cases: invisible, not masked, to everyone who is not listed. Every page of every role is asked, found
from the table of routes, so that a new page cannot be forgotten."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from gateway.cases import actions
from gateway.cases.attachments import Attachment, belong, note
from gateway.cases.records import Case, CaseEvent
from gateway.channels.outbox.records import Outgoing
from gateway.hotline.records import Task
from gateway.people import actions as people
from gateway.people.rules import ROLES

from .desk import TO_HOW, Desk, first_of
from .test_ladder import add
from .test_who_decides import lodged

SECRET_STORY = "the chief took half of it"
SAFE = ("2", "2", "6", "4", "1", "1", "1", "1")
"""English, a problem, a person, not safe, call me, in the morning, a woman, send it."""

CHANGING = re.compile(r'(name="(?:csrf_token|once|version)" value=)"[^"]*"|datetime="[^"]*"|\b\d\d:\d\d\b|\?v=\w+')


def apart(sala) -> Desk:
    """Who works at the independent office."""
    add(sala, "apart", "supervisor", "kh-independent")
    desk = Desk(sala, "apart")
    desk.sign_in()
    return desk


def accuse(sala, how: str = "write", number: str = "+85599000042", category: str = "bribe") -> Case:
    """A complaint about a bribe, lodged as a phone does."""
    with sala.house.database.transaction() as db:
        now = datetime.now(UTC)
        address = people.hear_from(db, "kh", number, now)
        told = actions.Complaint(
            category=category, place="171001", village="", story=SECRET_STORY, against="the chief", answer_by=how,
            safe_hours="morning" if how == "call" else "", pin="x" if how == "pin" else "", language="en",
            channel="kh-ussd", flow="complaint", risk="yes",
        )  # fmt: skip
        case = actions.open_case(db, sala.house.packs["kh"], told, address.id, now)
    sala.work()
    return case


def pages(sala, staff: dict[str, Desk], case: Case | None = None) -> dict[tuple[str, str], str]:
    """What every page that can be asked for answers to everybody: its status and its words."""
    found = {}
    for name, desk in staff.items():
        for rule in sala.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint == "static":
                continue
            ids = {"int": "1", "string": "complaint", "path": "x", "default": "complaint"}
            values = {argument: _fill(argument, case) for argument in rule.arguments}
            with sala.app.test_request_context():
                path = sala.app.url_map.bind("localhost").build(rule.endpoint, values)
            answer = desk.client.get(path)
            body = CHANGING.sub(r"\1", answer.get_data(as_text=True))
            found[name, path] = f"{answer.status_code} {body}"
            del ids
    return found


def _fill(argument: str, case: Case | None) -> object:
    if argument == "case_id":
        return case.id if case else 999
    return 999 if argument.endswith("_id") else "complaint"


def test_no_page_of_anybody_else_changes_when_there_are_some(sala, staff) -> None:
    """One for each way of being answered."""
    lodged(sala, staff)
    hers = apart(sala)
    staff["operator"].on_shift()
    before = pages(sala, staff)
    cases = [accuse(sala, how) for how in ("write", "call", "hotline", "pin")]
    after = pages(sala, staff)
    assert len({path for _, path in after}) > 25, "the table of routes was not read"
    differs = {key: _difference(before[key], after[key]) for key in before if before[key] != after[key]}
    # Texts of all kinds are counted together for whoever runs Sala; nothing in them leads to a case.
    differs = {key: lines for key, lines in differs.items() if not all("sala_outbox" in line for line in lines)}
    assert differs == {}
    queue = hers.get("/console/queue")
    assert all(first_of(case) in queue for case in cases), "she who is listed does see them"


def _difference(before: str, after: str) -> list[str]:
    old = set(before.splitlines())
    return [line for line in after.splitlines() if line not in old]


def test_whoever_guesses_its_number_finds_what_is_not_there(sala, staff) -> None:
    ordinary = lodged(sala, staff)
    case = accuse(sala)
    for rule in sala.app.url_map.iter_rules():
        if "case_id" not in rule.arguments:
            continue
        for name in ROLES:
            desk = staff[name]
            desk.get("/console")
            values = dict.fromkeys(rule.arguments, 1) | {"case_id": case.id}
            path = sala.app.url_map.bind("localhost").build(rule.endpoint, values)
            method = "POST" if "POST" in rule.methods else "GET"
            form = {"csrf_token": desk.hidden("csrf_token"), "version": "1", "once": "x", "act": "reply"}
            answer = desk.client.open(path, method=method, data=form if method == "POST" else None)
            assert answer.status_code in (400, 403, 404), (name, path, answer.status_code)
            assert "chief" not in answer.get_data(as_text=True)
    page = staff["officer"].do(ordinary.id, "merge", 409, into=case.reference)
    assert SECRET_STORY not in page
    assert "Only two open cases of the same person" in page, "as if there were no such number"


def test_it_goes_to_the_independent_office_whatever_the_rules_say(sala, staff) -> None:
    from dataclasses import replace

    case = accuse(sala)
    assert (case.confidential, sala.all_of(Case)[0].queue) == (True, "kh-independent")
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, rules=())
    from gateway.country.route import route

    for category in ("staff", "bribe", "retaliation", "violence"):
        assert route(sala.house.packs["kh"], category, "171001").queue == "kh-independent"


def test_no_operator_hears_of_it_in_a_call_or_on_a_task(sala, staff) -> None:
    hers = apart(sala)
    for how, number in (("call", "+85599000042"), ("hotline", "+85599000043"), ("write", "+85599000044")):
        case = accuse(sala, how, number)
        hers.do(case.id, "other_side", other="The chief denies it.")
        hers.decide(case.id, "He has given it back.")
    assert sala.all_of(Task) == []
    operator = staff["operator"]
    operator.on_shift()
    for number in ("+85599000042", "+85599000044"):
        operator.get("/console/hotline")
        operator.post("/console/hotline/call", number=number, once=operator.hidden("once"))
        path = re.search(r"/console/hotline/call/\d+", operator.page)[0]
        for case in sala.all_of(Case):
            operator.post(f"{path}/facts", 403, fact=case.reference[-4:])
        operator.get(path)
        operator.post(f"{path}/say", once="a")
        operator.post(f"{path}/say", once="b", press="2")
        assert not any(first_of(case) in operator.page for case in sala.all_of(Case))


def test_nothing_is_written_to_her_phone_but_where_she_chose_it(sala, staff) -> None:
    hers = apart(sala)
    for how, number in (("call", "+85599000042"), ("hotline", "+85599000043"), ("pin", "+85599000044")):
        case = accuse(sala, how, number)
        hers.do(case.id, "take")
        hers.answer(case.id, "Which day was it?", act="ask")
        sala.hands.survey(case.id, datetime.now(UTC) + timedelta(minutes=1))
        hers.decide(case.id, "We looked.", "not_upheld")
    assert sala.all_of(Outgoing) == []
    accuse(sala, "write", "+85599000045")
    assert len(sala.all_of(Outgoing)) == 1


def test_its_dead_texts_stand_on_nobody_s_list_and_nobody_is_asked_about_it(sala, staff) -> None:
    case = accuse(sala, "write")
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Outgoing)).one()
        row.state, row.error, row.settled_at = "failed", "switched off", datetime.now(UTC)
    for name in ("supervisor", "admin"):
        page = staff[name].get("/console/letters")
        assert "switched off" not in page
        staff[name].post("/console/letters/1/again", 404)
    hers = apart(sala)
    hers.decide(case.id, "We looked.", "not_upheld")
    for day in range(10):
        sala.hands.survey(case.id, datetime.now(UTC) + timedelta(days=day, minutes=1))
    assert "surveyed" not in {event.kind for event in sala.all_of(CaseEvent)}


def test_what_she_says_by_voice_is_written_down_by_no_operator(sala, staff) -> None:
    case = accuse(sala)
    with sala.house.database.transaction() as db:
        thing = note(db, "kh-telegram", "voice", "f", "", datetime.now(UTC))
        belong(db, [thing], db.get_one(Case, case.id), datetime.now(UTC))
    assert sala.all_of(Task) == []
    assert sala.all_of(Attachment)[0].case_id == case.id


def test_it_is_promised_and_told_of_within_the_independent_office_alone(sala, staff) -> None:
    from .test_ladder import step, tell

    hers = apart(sala)
    accuse(sala)
    tell(sala, step(sala, 200))
    with sala.reading() as db:
        offices = set(db.scalars(text("SELECT office FROM notices")))
    assert offices == {"kh-independent"}
    assert hers.get("/console/queue")


def test_an_ordinary_case_becomes_confidential_and_is_gone(sala, staff) -> None:
    case = sala.lodge(*TO_HOW, "2", "1", "1")
    officer = staff["officer"]
    officer.answer(case.id, "Come on Monday.")
    assert [task.state for task in sala.all_of(Task)] == ["waiting"]
    page = officer.do(case.id, "place", category="bribe", place="")
    assert first_of(case) not in page
    assert "Sent on to" not in page
    officer.get(f"/console/case/{case.id}", 404)
    staff["supervisor"].get(f"/console/case/{case.id}", 404)
    staff["inspector"].get(f"/console/case/{case.id}", 404)
    assert [task.state for task in sala.all_of(Task)] == ["dropped"]
    row = sala.all_of(Case)[0]
    assert (row.confidential, row.queue) == (True, "kh-independent")
    hers = apart(sala)
    assert "A confidential case stays where it is." in hers.do(case.id, "place", 409, category="other")


def test_outside_the_demo_no_help_that_is_not_there_is_named_and_nothing_that_needs_it_is_offered(sala) -> None:
    real = sala.house.packs["kh"].for_real(datetime.now(UTC).date())
    assert real.referrals == {}
    assert not {"bribe", "violence", "staff", "retaliation"} & set(real.categories)
    assert "safety" not in real.services
    assert "complaint" in real.services

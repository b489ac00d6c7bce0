"""What came of a request: a rule that says yes to those whom the office refuses is suspended; weeks later, did it come?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.cases.records import Case, to_look_at
from gateway.cases.records.requests import Request, judged, outcomes
from gateway.entitlements.rules import suspended

from .requesting import asks, filled, form, granted, mine, national
from .test_coming_back import pass_days, texts
from .test_screening import screened


def test_what_the_rule_had_told_her_is_kept_with_what_she_asks_for(sala, staff) -> None:
    caller, _ = screened(sala)
    caller.choose("Mother and baby", "Ask now")
    assert caller.screen.startswith("2. For whom?"), "which it is was chosen already"
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    programme = sala.house.packs["kh"].programmes["pregnancy"]
    assert (form(sala).told, form(sala).rule) == ("yes", programme.rule_mark)


def test_a_rule_that_says_yes_too_often_is_suspended_and_shown(sala, staff) -> None:
    pack = sala.house.packs["kh"]
    mark = pack.programmes["pregnancy"].rule_mark
    assert suspended(pack.programmes, pack.doubt, {("pregnancy", mark): (20, 10)}) == {"pregnancy"}
    assert suspended(pack.programmes, pack.doubt, {("pregnancy", mark): (19, 19)}) == frozenset()
    assert suspended(pack.programmes, pack.doubt, {("pregnancy", mark): (20, 9)}) == frozenset()
    assert suspended(pack.programmes, pack.doubt, {("pregnancy", "another"): (20, 20)}) == frozenset(), "a new rule"
    case = granted(sala, staff, "not_upheld")
    with sala.house.database.transaction() as db:
        row = db.get_one(Request, case.id)
        row.told, row.rule = "yes", mark
    with sala.reading() as db:
        assert judged(db, "kh") == {("pregnancy", mark): (1, 1)}
    sala.house.packs["kh"].doubt.update({"decided": 1, "refused": 50})  # as a pilot may set it
    try:
        caller, _ = screened(sala, number="+85599000055")
        assert "Mother and baby" not in caller.screen
        caller.choose("What is not sure", "Mother and baby")
        assert caller.screen.startswith("No sure fact is known here. Ask your office.")
        page = staff["supervisor"].get("/console/programmes")
        assert "The rule is suspended: of 1 whom it told that they may ask, the office refused 1." in page
    finally:
        sala.house.packs["kh"].doubt.update({"decided": 20, "refused": 50})


def asked_weeks_later(sala, staff):
    granted(sala, staff)
    pass_days(sala, 15)
    before = [text for text in texts(sala) if "what was granted" in text]
    assert before == [], "nobody is asked too soon"
    pass_days(sala, 29)
    found = [text for text in texts(sala) if "what was granted" in text]
    assert len(found) == 1
    assert found[0].endswith("did you receive what was granted? Dial *123# or call 0000 (demo).")
    caller = sala.caller()
    caller.dial()
    while "what was granted" not in caller.screen:
        caller.press("1")
    return caller


def test_weeks_after_it_was_granted_she_is_asked_whether_it_came(sala, staff) -> None:
    caller = asked_weeks_later(sala, staff)
    caller.choose("Yes")
    assert form(sala).received == "yes"
    with sala.reading() as db:
        assert outcomes(db, "kh")["pregnancy"] == {
            "asked": 1,
            "granted": 1,
            "refused": 0,
            "followed": 1,
            "received yes": 1,
        }


def test_what_has_not_come_is_asked_after_as_a_complaint_of_its_own(sala, staff) -> None:
    caller = asked_weeks_later(sala, staff)
    caller.choose("Not yet", "Yes")
    assert caller.screen.startswith("We ask the office. Your number for it is")
    complaint = mine(sala)
    assert (complaint.category, complaint.programme, complaint.place) == ("unpaid", "pregnancy", "171001")


def test_that_she_is_entitled_and_the_service_is_not_there_is_counted(sala, staff) -> None:
    caller = asked_weeks_later(sala, staff)
    caller.choose("Not given here")
    assert caller.screen.startswith("Thank you. We count it: you have the right, and the service is not there.")
    page = staff["supervisor"].get("/console/programmes")
    assert "entitled but the service is not there: 1." in page


def test_who_was_refused_is_not_asked_whether_it_came(sala, staff) -> None:
    granted(sala, staff, "not_upheld")
    pass_days(sala, 40)
    assert not any("what was granted" in text for text in texts(sala))


def test_a_granted_request_with_a_pin_is_not_looked_at_for_ever(sala, staff) -> None:
    national(sala)
    caller = asks(sala)
    filled(caller)
    caller.choose("I ask, with PIN")
    caller.press("2468")
    caller.choose("I agree. Send it")
    sala.work()
    staff["supervisor"].decide(mine(sala).id, "Granted.", cause="implementation")
    later = datetime.now(UTC) + timedelta(days=40)
    with sala.house.database.transaction() as db:
        row = db.get_one(Case, mine(sala).id)
        row.state, row.next_at = "closed", later - timedelta(days=1)
    sala.hands.survey(mine(sala).id, later)
    with sala.reading() as db:
        assert to_look_at(db, later + timedelta(days=1)) == []

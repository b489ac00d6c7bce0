"""What she asks for: a benefit in one short form, for herself or another; a change of her situation; and weeks later,
whether what was granted came. A rule that says yes to those whom the office refuses is suspended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import actions as cases
from gateway.cases.pages.requested import FORM
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.requests import Request, judged, outcomes
from gateway.channels.outbox.records import Outgoing
from gateway.cli.entitled import rules as rules_command
from gateway.country.route import route
from gateway.dialogue.effects.requests import FORM as SENT
from gateway.entitlements.rules import suspended
from gateway.people.records import Staff, StaffOffice

from .test_coming_back import DAY, arrive, pass_days, texts
from .test_screening import screened

assert rules_command


def asks(sala, number: str = "+85599000001", benefit: str = "Mother and baby"):
    """Dials and fills the form in down to for whom it is."""
    caller = sala.caller(number)
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "Ask for it")
    while benefit not in caller.screen:
        pick(caller, benefit)
    caller.choose(benefit)
    return caller


def pick(caller, name: str) -> None:
    """Opens the part of a long list in which a name stands."""
    for line in caller.screen.splitlines():
        number, _, letters = line.partition(" ")
        if number.isdigit() and number != "0":
            firsts = letters.split(" - ") if " - " in letters else letters.split()
            if firsts[0] <= name[0] <= firsts[-1]:
                caller.press(number)
                return
    caller.press("9")


def filled(caller, whom: str = "For us") -> None:
    caller.choose(whom)
    caller.press("Sok Dara", "1988")
    in_sla_kram(caller)
    caller.press("990000010001")
    caller.choose("That is right")


def in_sla_kram(caller) -> None:
    caller.choose("Type the name")
    caller.press("Sla Kram", "2")


def mine(sala) -> Case:
    return sala.all_of(Case)[-1]


def form(sala) -> Request:
    with sala.reading() as db:
        return db.scalars(select(Request).order_by(Request.case_id.desc())).first()


def national(sala) -> None:
    """The supervisor works at the national office too, which decides who gets a benefit."""
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Staff).where(Staff.name == "supervisor")).one()
        db.add(StaffOffice(staff_id=row.id, office="kh-national"))


# Asking for a benefit


def test_the_form_is_short_numbered_and_goes_to_the_office_that_decides(sala, staff) -> None:
    caller = asks(sala)
    assert caller.screen.startswith("2. For whom?")
    caller.choose("For us")
    assert caller.screen.startswith("3. Full name of who receives?")
    assert caller.press("Sok Dara").startswith("4. Year of birth?")
    assert caller.press("1988").startswith("5. Where do you live?")
    caller.choose("Type the name")
    assert caller.screen.startswith("5. "), "what a page within asks has its number"
    caller.press("Sla Kram", "2")
    assert caller.screen.startswith("6. Card number, if any?")
    caller.press("9")
    assert "2 Mother and" in caller.screen
    assert "4 Sok Dara" in caller.screen
    caller.choose("That is right", "Write to me")
    assert caller.screen.startswith("The office gets this to decide, and nobody else.")
    caller.choose("I agree. Send it")
    assert caller.screen.startswith("Your number is ")
    sala.work()
    case = mine(sala)
    assert (case.category, case.programme, case.place, case.queue) == ("apply", "pregnancy", "171001", "kh-national")
    assert form(sala).answers == {
        "which": "pregnancy", "whom": "me", "name": "Sok Dara", "born": "1988", "place": "171001",
    }  # fmt: skip
    assert form(sala).agreed_at is not None, "she agreed by sending it"


def test_the_numbers_on_the_page_are_those_that_she_hears(sala) -> None:
    numbers = sala.book.flows["request"].numbers()
    assert {name: numbers[name] for name in FORM} == {name: n for n, name in enumerate(FORM, 1)}
    assert tuple(FORM) == SENT


def test_each_hop_leaves_a_trace_and_she_hears_where_it_lies_by_its_number(sala, staff) -> None:
    caller = asks(sala)
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    sala.work()
    caller.live = False
    caller.dial()
    caller.choose("My case")
    caller.press("1")
    assert caller.screen.startswith("It is with: National social protection office (demo). You will have an answer by")
    hops = [(e.kind, e.data.get("queue")) for e in sala.all_of(CaseEvent) if "queue" in e.data]
    assert hops == [("route", "kh-national")]


def test_a_programme_without_an_office_goes_to_the_lowest_that_may_decide(sala) -> None:
    pack = sala.house.packs["kh"]
    assert route(pack, "apply", "171001", programme="pregnancy").queue == "kh-national"
    assert route(pack, "apply", "171001", programme="training").queue == "kh-labour"
    assert route(pack, "apply", "171001", programme="embassy").queue == "kh-171001"
    assert route(pack, "apply", "171001").queue == "kh-171001"


def test_the_official_reads_the_form_as_it_was_filled_in(sala, staff) -> None:
    national(sala)
    caller = asks(sala)
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    sala.work()
    page = staff["supervisor"].get(f"/console/case/{mine(sala).id}")
    for line in ("1. Benefit", "3. Name", "4. Year of birth", "6. Card", "Sok Dara", "990000010001", "She agreed"):
        assert line in page, line


def test_half_a_form_is_offered_again_and_left_alone_nothing_is_kept(sala) -> None:
    caller = asks(sala)
    caller.choose("For us")
    caller.press("Sok Dara")
    caller.live = False
    assert "Continue" in caller.dial()
    caller.press("1")
    assert caller.screen.startswith("4. Year of birth?")
    caller.live = False
    sala.tick.once(datetime.now(UTC) + timedelta(days=2))
    assert sala.all_of(Case) == []


def test_the_operator_asks_the_same_numbered_questions(sala, staff) -> None:
    from gateway.dialogue.script import page

    script = page(sala.book.flows["request"], sala.book.flows, sala.book.texts, "en")
    assert "2. For whom is it?" in script
    assert "5. Where you live" in script


# For somebody else


def for_another(sala, her: str = "099 000 077"):
    caller = asks(sala, benefit="Sixty and older")
    filled(caller, "Another")
    assert caller.screen.startswith("Who are you to them?")
    caller.choose("Carer")
    caller.press(*([her] if her else ["9"]))
    caller.press("2468")
    caller.choose("I agree. Send it")
    sala.work()
    return caller


def test_for_another_she_is_asked_on_her_own_phone_before_anybody_decides(sala, staff) -> None:
    national(sala)
    caller = for_another(sala)
    assert "We ask on their phone whether they agree." in caller.screen
    case = mine(sala)
    assert (case.behalf, case.answer_by, form(sala).agreed_at) == ("carer", "hotline", None)
    sala.tick.once(datetime.now(UTC) + timedelta(seconds=10))
    pass_days(sala, 0)
    refused = staff["supervisor"].decide(case.id, "Granted.", cause="implementation", status=409)
    assert "She has not agreed yet" in refused
    hers = sala.caller("+85599000077")
    hers.dial()
    if hers.screen.startswith("Choose a language"):
        hers.choose("English")
    assert "Do you agree?" in hers.screen
    hers.choose("Yes, go on")
    assert form(sala).agreed_at is not None
    assert mine(sala).answer_by == "write", "from now on she is answered as was chosen"
    staff["supervisor"].decide(case.id, "Granted.", cause="implementation")
    assert mine(sala).decision == "upheld"


def test_whoever_asked_hears_with_a_pin_where_it_lies_and_nothing_else(sala, staff) -> None:
    national(sala)
    for_another(sala)
    case = mine(sala)
    with sala.house.database.transaction() as db:
        cases.consent(db, sala.house, db.get_one(Case, case.id), True, datetime.now(UTC))

    def status() -> str:
        caller = sala.caller()
        caller.dial()
        caller.choose("My case")
        if caller.screen.startswith("Which number?"):
            caller.choose("Another")
        return caller.press(case.reference, "2468")

    assert status().startswith("It is with: National social protection office (demo).")
    staff["supervisor"].decide(case.id, "Granted: a secret of hers.", cause="implementation")
    said = status()
    assert "secret of hers" not in said
    assert said.startswith("We have your message. Call 0000 (demo) to hear more.")


def test_without_a_phone_of_hers_an_official_asks_her_and_not_whoever_lodged_it(sala, staff) -> None:
    national(sala)
    caller = for_another(sala, her="")
    assert "Go together to: Sla Kram commune office." in caller.screen
    case = mine(sala)
    assert (case.address_id, case.queue) == (None, "kh-171001"), "it lies with the office near her"
    supervisor = staff["supervisor"]
    assert "She told us herself whether she agrees" in supervisor.get(f"/console/case/{case.id}")
    supervisor.do(case.id, "agree", 409, said="agrees", where="")
    supervisor.do(case.id, "agree", said="agrees", where="At the window on Monday")
    assert form(sala).agreed_at is not None
    assert [e.body for e in sala.all_of(CaseEvent) if e.kind == "agree"] == ["At the window on Monday"]
    assert mine(sala).queue == "kh-national", "and now with the one that decides"


def test_the_phone_of_whoever_asks_is_not_hers(sala) -> None:
    caller = for_another(sala, her="099 000 001")
    assert "Go together to:" in caller.screen
    assert mine(sala).address_id is None


# A change


@pytest.mark.parametrize(
    ("choice", "category"),
    [("Birth", "birth"), ("We moved", "moved"), ("Illness", "illness"), ("Lost work", "job"), ("Lost card", "card"),
     ("Left off the list", "list")],
)  # fmt: skip
def test_a_change_is_a_request_of_its_own_kind_with_the_same_promise_and_appeal(sala, staff, choice, category) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "My rights", "A change", choice, "Tell you later")
    caller.press("9")
    caller.choose("Write to me", "Send it")
    assert "Answer within 10 working days" in caller.screen
    sala.work()
    case = mine(sala)
    pack = sala.house.packs["kh"]
    assert (case.category, pack.is_request(case.category)) == (category, True)
    assert case.queue == "kh-17-triage", "the place is not known yet"


def test_a_change_that_was_refused_may_be_appealed(sala, staff) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "My rights", "A change", "Birth", "Tell you later")
    caller.press("9")
    caller.choose("Write to me", "Send it")
    sala.work()
    staff["officer"].do(mine(sala).id, "place", place="1710", category="birth")
    staff["officer"].decide(mine(sala).id, "The birth is not in the book.", decision="not_upheld", cause="policy_gap")
    arrive(sala)
    caller.live = False
    caller.dial()
    caller.choose("My case")
    caller.press("1")
    assert "The office decided: The birth is not in the book." in caller.screen
    caller.choose("No")
    caller.press("It is in the book")
    assert caller.screen.startswith("Somebody else looks at it now.")
    assert mine(sala).state == "appealed"


def test_a_request_is_granted_and_nobody_is_blamed_for_it(sala, staff) -> None:
    national(sala)
    caller = asks(sala)
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    sala.work()
    page = staff["supervisor"].get(f"/console/case/{mine(sala).id}")
    assert "It is granted" in page
    assert "What did it come from?" not in page
    staff["supervisor"].decide(mine(sala).id, "You receive it from January.", cause="")
    assert (mine(sala).decision, mine(sala).cause) == ("upheld", "no_fault")
    arrive(sala)
    caller.live = False
    caller.dial()
    caller.choose("My case")
    caller.press("1")
    assert caller.screen.startswith("The office decided: You receive it from January.")
    assert "solved" not in caller.screen
    pass_days(sala, 10)
    assert not any("solved" in text for text in texts(sala))


def test_at_the_window_the_same_form_is_filled_in(sala, staff) -> None:
    officer = staff["officer"]
    officer.get("/console/lodge")
    form = {"category": "apply", "story": "", "answer_by": "write", "phone": "099 000 044", "language": "en", "agreed": "yes",
            "once": officer.hidden("once"), "place": "171001"}  # fmt: skip
    page = officer.post("/console/lodge", 409, **form)
    assert "Who asks for a benefit says which, and the full name of whoever shall receive it." in page
    assert "Write the year of birth in four digits." in officer.post(
        "/console/lodge", 409, **form, programme="older", name="Chan Thy", born="50"
    )
    officer.post("/console/lodge", **form, programme="older", name="Chan Thy", born="1950")
    sala.work()
    assert (mine(sala).queue, mine(sala).programme) == ("kh-national", "older")
    assert form_answers(sala) == {"which": "older", "whom": "me", "name": "Chan Thy", "born": "1950", "place": "171001"}


def form_answers(sala) -> dict[str, str]:
    return form(sala).answers


@pytest.mark.parametrize(
    ("typed", "opens"),
    [
        ("i lost my card", "change.what.card"), ("a baby was born", "change.what.birth"), ("our plan", "plan"),
        ("i want to apply for the scholarship", "request"), ("ខ្ញុំសុំជំនួយ", "request"), ("ບັດເສຍ", "change.what.card"),
    ],
)  # fmt: skip
def test_a_sentence_opens_a_request(sala, typed: str, opens: str) -> None:
    from gateway.dialogue.actions.opening import opening

    tag = "km" if typed[0] == "ខ" else "lo" if typed[0] == "ບ" else "en"
    pack = sala.house.packs["la" if tag == "lo" else "kh"]
    assert opening(sala.house, pack, sala.book, tag, typed).target == opens


# What was told, and what the office decided


def granted(sala, staff, decision: str = "upheld") -> Case:
    national(sala)
    caller = asks(sala)
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    sala.work()
    cause = "implementation" if decision == "upheld" else "no_fault"
    staff["supervisor"].decide(mine(sala).id, "Decided.", decision=decision, cause=cause)
    arrive(sala)
    return mine(sala)


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


# Did it come?


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


def test_a_form_is_forgotten_with_its_case(sala, staff) -> None:
    case = granted(sala, staff)
    later = datetime.now(UTC) + 800 * DAY
    with sala.house.database.transaction() as db:
        row = db.get_one(Case, case.id)
        row.state = "closed"
    with sala.house.database.transaction() as db:
        cases.forget_old(db, sala.house.packs["kh"], later)
    assert (form(sala).answers, form(sala).programme) == ({}, "pregnancy")
    with sala.reading() as db:
        raw = repr(db.execute(select(Outgoing.body)).all())
    assert "Sok Dara" not in raw


# What must not be


def test_a_granted_request_with_a_pin_is_not_looked_at_for_ever(sala, staff) -> None:
    from gateway.cases.records import to_look_at

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


def test_consent_is_not_gone_round_by_calling_it_something_else(sala, staff) -> None:
    national(sala)
    for_another(sala)
    case = mine(sala)
    staff["supervisor"].do(case.id, "place", category="other")
    refused = staff["supervisor"].decide(case.id, "Granted.", cause="implementation", status=409)
    assert "She has not agreed yet" in refused


def test_whoever_asked_for_her_answers_nothing_in_her_name_and_does_not_hear_that_she_refused(sala, staff) -> None:
    national(sala)
    for_another(sala)
    case = mine(sala)
    staff["supervisor"].answer(case.id, "Where does she live?", act="ask")
    caller = sala.caller()
    caller.dial()
    caller.choose("My case")
    caller.press(case.reference, "2468")
    assert caller.screen.startswith("We have your message. Call 0000 (demo) to hear more."), (
        "no day, no question of the office"
    )
    caller.choose("Yes")
    caller.press("In Phnom Penh")
    assert mine(sala).state == "waiting"
    assert "Whoever lodged it for her added" in staff["supervisor"].get(f"/console/case/{case.id}")
    with sala.house.database.transaction() as db:
        cases.consent(db, sala.house, db.get_one(Case, case.id), False, datetime.now(UTC))
    caller.live = False
    caller.dial()
    caller.choose("My case")
    caller.press(case.reference, "2468")
    assert caller.screen.startswith("We have your message. Call 0000 (demo) to hear more.")


def test_nobody_is_asked_again_and_again_whether_she_agrees(sala, staff) -> None:
    for turn in range(5):
        for_another(sala) if not turn else asked_for_77(sala, turn)
    assert len([case for case in sala.all_of(Case) if case.address_id]) == 3
    assert not any("We will answer by" in text for text in texts(sala)), "no receipt before she has agreed"


def asked_for_77(sala, turn: int) -> None:
    caller = asks(sala, number=f"+8559900040{turn}", benefit="Sixty and older")
    filled(caller, "Another")
    caller.choose("Carer")
    caller.press("099 000 077", "2468")
    caller.choose("I agree. Send it")
    sala.work()


def test_what_was_asked_in_the_register_is_forgotten_with_the_case(sala, staff) -> None:
    case = granted(sala, staff)
    with sala.house.database.transaction() as db:
        event = db.scalars(select(CaseEvent).where(CaseEvent.kind == "opened")).one()
        event.data = {**event.data, "household": "H1"}
        db.get_one(Case, case.id).state = "closed"
    with sala.house.database.transaction() as db:
        cases.forget_old(db, sala.house.packs["kh"], datetime.now(UTC) + 800 * DAY)
    assert not any("household" in event.data for event in sala.all_of(CaseEvent))


def test_the_mark_of_a_rule_is_the_same_in_every_process() -> None:
    import os
    import subprocess
    import sys

    code = "from gateway.country.conditions import Is, written; print(written(Is('work', frozenset({'company', 'state', 'own'}))))"
    said = {
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
                       capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2", "3", "4")
    }  # fmt: skip
    assert said == {"is work company/own/state\n"}

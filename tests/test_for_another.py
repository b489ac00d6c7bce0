"""A benefit asked for somebody else: she is asked herself, before anybody decides, and nobody answers in her name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.cases import actions as cases
from gateway.cases.records import Case, CaseEvent

from .requesting import asks, filled, form, mine, national
from .test_coming_back import pass_days, texts


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

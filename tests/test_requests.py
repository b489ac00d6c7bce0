"""What she asks for: a benefit in one short form, or a change of her situation; what the office sees and does with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import actions as cases
from gateway.cases.pages.requested import FORM
from gateway.cases.records import Case, CaseEvent
from gateway.channels.outbox.records import Outgoing
from gateway.country.route import route
from gateway.dialogue.actions.opening import opening
from gateway.dialogue.effects.requests import FORM as SENT
from gateway.dialogue.script import page

from .register_files import CARD
from .requesting import asks, filled, form, granted, mine, national
from .test_coming_back import DAY, arrive, pass_days, texts


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
    script = page(sala.book.flows["request"], sala.book.flows, sala.book.texts, "en")
    assert "2. For whom is it?" in script
    assert "5. Where you live" in script


def test_papers_that_somebody_of_the_household_showed_are_seen_from_the_request(sala, staff, register) -> None:
    """By the card that she named: nobody asks for them twice."""
    national(sala)
    staff["officer"].post("/console/household/papers", number=CARD, why="She shows her card", paper="id_card")
    caller = asks(sala)
    filled(caller)
    caller.choose("Write to me", "I agree. Send it")
    sala.work()
    page = staff["supervisor"].get(f"/console/case/{mine(sala).id}")
    assert "which papers were shown" in page
    number, why = (re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("number", "why"))
    seen = staff["supervisor"].post("/console/household", number=number, why=why)
    assert "Identity card" in seen
    assert "shown on" in seen


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
    tag = "km" if typed[0] == "ខ" else "lo" if typed[0] == "ບ" else "en"
    pack = sala.house.packs["la" if tag == "lo" else "kh"]
    assert opening(sala.house, pack, sala.book, tag, typed).target == opens


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


def test_what_was_asked_in_the_register_is_forgotten_with_the_case(sala, staff) -> None:
    case = granted(sala, staff)
    with sala.house.database.transaction() as db:
        event = db.scalars(select(CaseEvent).where(CaseEvent.kind == "opened")).one()
        event.data = {**event.data, "household": "H1"}
        db.get_one(Case, case.id).state = "closed"
    with sala.house.database.transaction() as db:
        cases.forget_old(db, sala.house.packs["kh"], datetime.now(UTC) + 800 * DAY)
    assert not any("household" in event.data for event in sala.all_of(CaseEvent))

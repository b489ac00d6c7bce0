"""Looking a household up with a second fact: what each opens, guesses that are bounded, payments, and what staff see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from gateway.audit import Entry
from gateway.cases.records import Case, CaseEvent
from gateway.channels.outbox.records import Outgoing
from gateway.entitlements import actions

from .register_files import CARD, HEAD, SOK, pin_of, proven, take_in


def test_a_year_of_birth_opens_the_level_and_nothing_else(sala, register) -> None:
    caller = proven(sala, "Year of birth", "1988")
    assert caller.screen.splitlines() == [
        "Found in the register of Friday 20 November 2026.", "What do you want to hear?", "1 My card",
        "2 Appointment", "3 Nothing", "0 Back",
    ]  # fmt: skip
    assert caller.choose("My card").startswith("Your card: level 1. Valid until Friday 31 December 2027.")


def test_a_secret_number_opens_family_payments_and_papers(sala, register) -> None:
    pin = pin_of(sala)
    with sala.house.database.transaction() as db:
        actions.show_papers(db, "kh", "H1", ["id_card"], "kh-17", 1, date(2026, 11, 3), datetime.now(UTC))
    caller = proven(sala, "Secret number", pin)
    assert caller.choose("Family").startswith("In your family: Sok Dara 1988, Sok Rithy 2019.")
    assert caller.choose("We receive").startswith("You receive: Mother and baby.")
    assert caller.choose("Papers").startswith("We have seen: Identity card (Tuesday 3 November).")
    paid = caller.choose("Payments")
    assert paid.startswith("Last: Mother and baby, 80,000 riel, Sunday 1 November. It was sent. (Friday 20 November)")
    rest = read_on(caller)
    assert "Next: Mother and baby" in rest
    assert "Wing agent Sla Kram" in rest


def test_any_of_its_numbers_finds_a_household(sala, register) -> None:
    for number in (CARD, "9900 0001-0001", "991111111", "099 000 001", "+855 99 000 001"):
        caller = proven(sala, "Year of birth", "1988", card=number)
        assert caller.screen.startswith("Found in the register"), number


def test_a_card_that_has_ended_is_told_so(sala, register) -> None:
    caller = proven(sala, "Year of birth", "1950", card="990000010002")
    assert caller.choose("My card").startswith("Your card: level 2. It ended on Saturday 31 January 2026.")


def test_nobody_learns_whether_the_number_or_the_second_fact_is_wrong(sala, register) -> None:
    """And guesses are slowed, then stopped, on any telephone."""
    wrong = proven(sala, "Year of birth", "1901").screen
    assert wrong == proven(sala, "Year of birth", "1988", card="990000019999", number="+85599000008").screen
    assert wrong.startswith("We did not find it. Check what you typed.")
    caller = proven(sala, "Year of birth", "1902")
    assert caller.screen.startswith("We did not find it.")
    assert proven(sala, "Year of birth", "1988").screen.startswith("Please wait a few minutes")


def test_guesses_at_one_card_are_bounded_from_however_many_telephones(sala, register) -> None:
    for guess in range(6):
        proven(sala, "Year of birth", str(1900 + guess), number=f"+8559900010{guess}")
    caller = proven(sala, "Year of birth", "1988", number="+85599000200")
    assert caller.screen.startswith("Ask your office, or call 0000 (demo).")


def test_its_people_are_told_that_somebody_looked_by_the_way_they_chose(sala, register) -> None:
    def notices() -> list[str]:
        return [row.body for row in sala.all_of(Outgoing) if row.body.startswith("Somebody asked today")]

    proven(sala, "Year of birth", "1988", number="+85599000001")
    assert notices() == [], "from their own telephone: they know"
    proven(sala, "Year of birth", "1988")
    proven(sala, "Year of birth", "1988")
    assert len(notices()) == 1, "once a day"
    pin = pin_of(sala)
    caller = proven(sala, "Secret number", pin, number="+85599000001")
    caller.choose("Tell me", "Not at all")
    with sala.house.database.transaction() as db:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        actions.look_up(db, sala.house, sala.house.packs["kh"], "+85599000009", CARD, "1988", [], tomorrow)
    assert len(notices()) == 1


def test_nothing_of_the_register_is_shown_again_to_whoever_dials_next(sala, register) -> None:
    caller = proven(sala, "Secret number", pin_of(sala))
    caller.choose("Family")
    caller.live = False
    assert caller.dial().startswith("How can we help?")


def read_on(caller) -> str:
    """All pages of what is shown."""
    pages = [caller.screen]
    while "\n9 " in caller.screen:
        pages.append(caller.press("9"))
    return "\n".join(page.partition("\n9 ")[0] for page in pages)


def to_payments(sala, pin: str):
    caller = sala.caller("+85599000009")
    caller.dial()
    caller.choose("English", "My rights", "My payment", "Yes")
    caller.press(CARD)
    caller.press(pin)
    return caller


def test_a_payment_that_did_not_come_is_a_complaint_already_filled_in(sala, register) -> None:
    caller = to_payments(sala, pin_of(sala))
    assert read_on(caller).startswith(
        "Found in the register of Friday 20 November 2026.\nLast: Mother and baby, 80,000 riel"
    )
    assert caller.press("1").startswith("Next: Mother and baby")
    read_on(caller)
    assert caller.choose("Not come").startswith("Do you live in Sla Kram?"), "the register knows it"
    caller.choose("Yes", "Write to me")
    caller.press("1")
    sala.work()
    (case,) = sala.all_of(Case)
    assert (case.category, case.programme, case.place) == ("unpaid", "pregnancy", "171001")
    assert sala.all_of(CaseEvent)[0].data["household"] == "H1"
    assert case.story == "Mother and baby, 80,000 riel, Sunday 1 November"


def test_a_call_that_is_cut_in_the_middle_of_it_becomes_a_case_and_shows_nobody_her_payment(sala, register) -> None:
    caller = to_payments(sala, pin_of(sala))
    caller.choose("Not come", "Yes")
    caller.live = False
    assert caller.dial().startswith("How can we help?"), "it is not offered to whoever dials next"
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=40))
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=80))
    (case,) = sala.all_of(Case)
    assert (case.category, case.programme, case.answer_by) == ("unpaid", "pregnancy", "hotline")


def test_without_the_secret_number_no_payment_is_told_and_that_one_did_not_come_may_be_said(sala, register) -> None:
    caller = sala.caller("+85599000009")
    caller.dial()
    caller.choose("English", "My rights", "My payment", "No")
    assert caller.screen.startswith("The office gives the number. Did a payment not come?")
    caller.choose("Not come")
    assert caller.screen.startswith("Where do you live?")
    other = sala.caller("+85599000019")
    other.dial()
    other.choose("English", "My rights", "My payment", "Yes")
    other.press(CARD, "0123")
    assert other.screen.startswith("We did not find it. Check what you typed.")


def test_a_wrong_secret_number_does_not_spoil_the_year_that_is_typed_after_it(sala, register) -> None:
    caller = proven(sala, "Secret number", "0123")
    caller.press(CARD)
    caller.choose("Year of birth")
    assert caller.press("1988").startswith("Found in the register")


def test_where_no_register_is_nobody_is_asked_for_a_number(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "My rights")
    assert caller.choose("My card").startswith("We cannot look into the register yet.")


def test_a_household_is_looked_at_with_a_reason_that_the_audit_keeps(sala, register, staff) -> None:
    officer = staff["officer"]
    assert "Write why you look" in officer.post("/console/household", 400, number=CARD, why="")
    page = officer.post("/console/household", number=CARD, why="She asks about her payment")
    assert "Sok Dara" in page
    read = [entry for entry in sala.all_of(Entry) if entry.act == "register.read"]
    assert [entry.why for entry in read] == ["She asks about her payment"]
    assert sala.all_of(Outgoing) == [], "her telephone may be in other hands: a look of the staff is in the audit alone"
    page = officer.post("/console/household/pin", 409, number=CARD, why="She lost her number")
    assert "Look at her papers first" in page
    assert "Write why you look" in officer.post("/console/household/pin", 400, number=CARD, why="", seen="yes")
    page = officer.post("/console/household/pin", number=CARD, why="She lost her number", seen="yes")
    assert "shown once" in page
    given = [entry for entry in sala.all_of(Entry) if entry.act == "register.pin_given"]
    assert [entry.why for entry in given] == ["She lost her number"]
    assert any(row.once.startswith("pin:") for row in sala.all_of(Outgoing)), "its people are told"
    page = officer.post("/console/household/papers", number=CARD, why="She shows her card", paper="id_card")
    assert "shown on" in page


def test_a_household_elsewhere_is_looked_at_only_with_somebody_of_it_there(sala, register, staff) -> None:
    take_in(sala, HEAD + SOK.replace("171001", "010201"), as_of=date(2026, 11, 22))
    officer = staff["officer"]
    page = officer.post("/console/household", 409, number=CARD, why="She is here")
    assert "outside your area" in page
    assert "Sok Dara" not in page
    page = officer.post("/console/household", number=CARD, why="She is here", near="yes")
    assert "Sok Dara" in page
    assert [e.why for e in sala.all_of(Entry) if e.act == "register.read"] == [
        "held back: She is here",
        "outside: She is here",
    ]


def test_a_number_that_finds_nobody_is_in_the_audit_too(sala, register, staff) -> None:
    staff["officer"].post("/console/household", number="990000019999", why="She lost her card")
    assert [e.thing for e in sala.all_of(Entry) if e.act == "register.read"] == ["known:none"]

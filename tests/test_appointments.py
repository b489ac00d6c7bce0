"""An appointment as people book it: from any phone, through any door, with every change of mind."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.appointments import actions
from gateway.appointments.actions.telling import raw_when
from gateway.appointments.records import Appointment, Seat, numbered
from gateway.appointments.records.around import Told, Waiting
from gateway.appointments.rules import Taken, slot_of
from gateway.channels.outbox.records import Outgoing
from gateway.dialogue.records import Conversation
from gateway.entitlements import actions as entitlements

from .at_the_window import OFFICE, book, free, phones, row, seats
from .hotline_desk import call, say
from .register_files import pin_of, proven
from .writers import Chatter, Texter

NUMBER = re.compile(r"\b(\d{4}) (\d{4})\b")
TO_OFFICE = ("2", "4", "2", "9", "1", "1", "1", "1")  # English, appointment, benefit, no name, then the commune


def number_on(screen: str) -> str:
    return "".join(NUMBER.search(screen).groups())


def booked(sala) -> list[Appointment]:
    return [one for one in sala.all_of(Appointment) if one.state == "booked"]


def texts(sala, about: str = "appointment") -> list[Outgoing]:
    return [text for text in sala.all_of(Outgoing) if text.about.startswith(about)]


@pytest.fixture
def caller(sala):
    made = sala.caller()
    made.dial()
    return made


def to_times(caller) -> str:
    """To the question when, at the district office of Angkor Chum."""
    caller.press(*TO_OFFICE)
    caller.choose("Angkor Chum (district)")
    if "Over 60" in caller.screen:
        caller.choose("No")
    assert caller.screen.startswith("When?"), caller.screen
    return caller.screen


def test_she_books_in_her_commune_and_her_number_is_written_to_her(sala, caller) -> None:
    caller.press(*TO_OFFICE)
    assert caller.screen.startswith("Where will you come?")
    caller.choose("Char Chhuk (commune)")
    times = [line for line in caller.screen.splitlines() if re.match(r"[1-3] \w+ \d", line)]
    assert len(times) == 3  # the next three, and another day below them
    caller.press("1")
    caller.choose("By message", "Book it")
    one = booked(sala)[0]
    assert not caller.live
    assert number_on(caller.screen) == one.reference
    assert "Bring: Equity card, Identity card." in caller.screen
    text = texts(sala)[0]
    assert one.reference in text.body.replace(" ", "")
    assert "Ask for a benefit" not in text.body  # the phone may be in other hands
    assert seats(sala) == {one.id: 4}


def test_of_the_times_she_chooses_by_day_and_changes_her_mind_on_the_way(sala, caller) -> None:
    to_times(caller)
    caller.choose("Another day")
    days = [line.partition(" ")[2] for line in caller.screen.splitlines() if re.match(r"\d+ \w+ \d", line)]
    caller.choose(days[1])
    caller.press("0")  # back to the days, and to another one
    caller.choose(days[0])
    hours = re.findall(r"^\d+ \w+ \d+/\d+ (\d\d):\d\d$", caller.screen, re.MULTILINE)
    assert len(hours) == len(set(hours)) > 3  # one of each hour, and no letters
    caller.press("1")
    caller.choose("Not at all")
    assert "Book it" in caller.screen
    caller.press("0")
    caller.choose("By message", "Book it")
    assert len(booked(sala)) == 1
    assert len(seats(sala)) == 1  # whatever else was held on the way is free


def test_a_line_of_what_is_read_back_changes_that_answer(sala, caller) -> None:
    to_times(caller)
    held = caller.screen.splitlines()[1].partition(" ")[2]
    caller.press("1")
    caller.choose("Not at all", held)
    assert caller.screen.startswith("When?")
    caller.press("2")  # and straight back to what is read back
    caller.choose("Book it")
    assert len(seats(sala)) == 1


def test_a_call_that_is_cut_goes_on_where_it_was(sala, caller) -> None:
    to_times(caller)
    caller.press("1")
    caller.dial()
    caller.press("1")  # continue
    caller.choose("By message", "Book it")
    assert len(booked(sala)) == 1


def test_a_time_that_somebody_else_took_meanwhile_is_said_kindly_and_others_are_shown(sala, caller) -> None:
    to_times(caller)
    caller.press("1")
    caller.choose("By message")
    other = phones(sala, 1)[0]
    with sala.house.database.transaction() as db:  # the hold ran out, and another was quicker
        mine = db.scalars(select(Appointment).where(Appointment.state == "held")).one()
        for seat in db.scalars(select(Seat)):
            seat.until = datetime.now(UTC) - timedelta(minutes=1)
        slot = slot_of(raw_when(mine))
        place = mine.place
    while True:  # every counter that had this time
        try:
            with sala.house.database.transaction() as db:
                want = actions.Want(place, "benefit", slot)
                held = actions.hold(
                    db, sala.house.packs["kh"], want, actions.Comer(other, "", "en", "kh-ussd"), datetime.now(UTC)
                )
                actions.book(db, sala.house, held, "none", "", datetime.now(UTC))
                db.get_one(Appointment, held.id).address_id = None
        except Taken:
            break
    caller.choose("Book it")
    assert caller.screen.startswith("That time has just been taken.")
    caller.choose(next(line.partition(" ")[2] for line in caller.screen.splitlines() if re.match(r"\d \w+ \d", line)))
    caller.choose("By message", "Book it")
    assert any(one.address_id for one in booked(sala))


def booking_of(sala, caller) -> Appointment:
    caller.press(*TO_OFFICE)
    caller.choose("Char Chhuk (commune)")
    caller.press("1")
    caller.choose("By message", "Book it")
    return booked(sala)[0]


def test_she_moves_it_and_her_number_stays(sala, caller) -> None:
    one = booking_of(sala, caller)
    caller.dial()
    caller.choose("Appointment", "Move it")
    caller.press("2")
    caller.choose("Move it")
    assert number_on(caller.screen) == one.reference
    now = row(sala, one.id)
    assert (now.sequence, now.state) == (1, "booked")
    assert (now.day, now.unit) != (one.day, one.unit)
    assert seats(sala) == {one.id: 4}
    assert [text.state for text in texts(sala)] == [
        "withdrawn",
        "waiting",
    ]  # what told the old time is not sent any more


def test_she_cancels_it_and_the_seat_is_free_at_once(sala, caller) -> None:
    one = booking_of(sala, caller)
    caller.dial()
    caller.choose("Appointment", "Cancel it", "Cancel")
    assert re.match(r"It is cancelled: \w+ \d+ \w+ \d\d:\d\d\. Thank you for telling us\.", caller.screen)
    assert (row(sala, one.id).state, seats(sala)) == ("cancelled", {})
    caller.dial()
    assert caller.choose("Appointment").startswith("What is it for?")


def test_the_number_of_somebody_else_opens_nothing(sala, caller) -> None:
    one = booking_of(sala, caller)
    other = sala.caller("+85599000077")
    other.dial()
    other.press("2")
    other.choose("Appointment", "I have one")
    other.press(f"{one.reference[:4]} {one.reference[4:]}")  # as it is told
    assert other.screen.startswith("This phone has no appointment of that number.")
    other.press("10000000", "99999999")
    assert other.screen == "We could not do it this way. Call 0000 (demo)."
    assert row(sala, one.id).state == "booked"


def test_a_second_for_the_same_is_her_first_and_a_name_makes_it_another_person_s(sala, caller) -> None:
    one = booking_of(sala, caller)
    caller.dial()
    caller.choose("Appointment", "Another")
    caller.press("2", "9")
    assert caller.screen.startswith("You have one.")  # before she has said where and when
    caller.dial()
    caller.press("2")
    caller.choose("Appointment", "Another")
    caller.press("2", "Sokha", "1", "1", "1", "1", "1", "1")
    caller.choose("Not at all", "Book it")
    assert [two.name for two in booked(sala)] == [None, "Sokha"]
    caller.dial()
    caller.choose("Appointment")
    assert caller.screen.count("08:") == 2
    assert "Sokha" in caller.screen  # whose it is stands beside it
    assert one.reference not in caller.screen.replace(" ", "")
    caller.press("2")
    assert "Keep it" in caller.screen


def test_where_every_seat_is_gone_she_may_wait_for_one(sala, caller) -> None:
    pack = sala.house.packs["kh"]
    gone = replace(pack.windows["kh-170101"], opens=0, cut_off=timedelta(hours=24))
    sala.house.packs["kh"] = replace(pack, windows={**pack.windows, "kh-170101": gone})
    caller.press(*TO_OFFICE)
    caller.choose("Char Chhuk (commune)", "Yes")
    assert caller.screen == "We will write to this phone when a time is free."
    waits = sala.all_of(Waiting)
    assert [(one.place, one.service) for one in waits] == [("kh-170101", "benefit")]
    sala.house.packs["kh"] = pack


def test_by_message_one_word_and_a_number_book_the_time_that_was_told(sala) -> None:
    texter = Texter(sala, "+85512000001")
    texter.write("hello", "2")
    texter.write("4", "2", "9", "1", "1", "1", "1", "1")
    times = [line for line in texter.screen.splitlines() if re.match(r"[1-3] \w+ \d", line)]
    assert len(times) == 3
    second = _told(sala).times[1]
    texter.write("APPT 2", "1", "1")
    one = booked(sala)[0]
    assert raw_when(one) == second
    assert one.reference in texter.screen.replace(" ", "")


def _told(sala) -> Told:
    with sala.reading() as db:
        return db.scalars(select(Told)).one()


def test_the_same_message_books_at_once_when_the_conversation_is_long_over(sala) -> None:
    who = Texter(sala, "+85512000001")
    who.write("hello", "2", "4", "2", "9", "1", "1", "1", "1", "1", "00")
    told = _told(sala).times
    with sala.house.database.transaction() as db:
        for conversation in db.scalars(select(Conversation)):
            db.delete(conversation)
    who.write("appt 2.")
    one = booked(sala)[0]
    assert (raw_when(one), one.how) == (told[1], "write")
    assert one.reference in who.screen.replace(" ", "")
    assert "You have one for this already." in who.write("APPT 2")
    assert len(booked(sala)) == 1


def test_in_a_chat_the_times_are_buttons(sala, chats) -> None:
    chat = Chatter(sala, "77")
    chat.write("/start")
    chat.press("English")
    chat.press("An appointment at the office", "Equity card")
    chat.write("9")
    chat.press("Siemreap", "A B C", "Angkor Chum", "I do not know", "Angkor Chum (district)", "No")
    time = next(label for label in chat.buttons if re.match(r"\w+ \d+/\d+ \d\d:\d\d", label))
    chat.press(time, "By message to this phone", "Book it")
    one = booked(sala)[0]
    assert one.reference in chat.screen.replace(" ", "")
    assert texts(sala) == []  # it stands in the chat: it is not written again


def test_the_operator_books_while_talking(sala, operator) -> None:
    path = call(operator)
    operator.post(f"{path}/language", tag="en")
    say(operator, path)

    def choose(*labels: str) -> None:
        for label in labels:
            press = re.search(rf'name="press" value="(\w+)"[^>]*><span[^>]*>{re.escape(label)}<', operator.page)
            say(operator, path, press=press[1])

    choose("An appointment at the office", "A problem")
    say(operator, path, press="9")
    choose("Siemreap", "A B C", "Angkor Chum", "I do not know", "Angkor Chum (district)", "Yes")
    say(operator, path, press="1")
    choose("Call me", "In the evening", "Book it")
    one = booked(sala)[0]
    assert (one.how, one.hours, one.priority, one.channel) == ("call", "evening", True, "kh-desk")
    assert "Come on" in operator.page


def test_what_is_asked_of_a_benefit_leads_here_with_the_service_filled_in(sala, caller) -> None:
    caller.press("2", "1", "1")
    while "You may ask for" not in caller.screen:
        caller.press("1")
    caller.choose("Mother and baby", "Appointment")
    assert caller.screen.startswith("Whose name?")


def test_a_case_leads_here_too(sala) -> None:
    case = sala.lodge("2", "2", "1", "4", "9", "1", "1")
    caller = sala.caller()
    caller.dial()
    caller.choose("My case")
    if "Add something?" not in caller.screen:
        caller.press("1")
    caller.choose("Appointment")
    assert caller.screen.startswith("Whose name?")
    caller.press("9")
    assert case.category == "unpaid"


def test_a_visit_to_her_commune_is_offered_first_and_told_when_asked_for(sala, staff, caller) -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    plan(staff["supervisor"], day)
    caller.press("2")
    caller.choose("More", "Team visits")
    caller.press("1", "1", "1", "1")
    assert "Char Chhuk, at the pagoda" in caller.screen
    caller.choose("Book", "Ask for a benefit")
    caller.press("9")
    assert caller.screen.startswith("Do you live in Char Chhuk?")
    caller.press("1")
    line = caller.screen.splitlines()[1]
    assert re.match("1 .* team", line)
    caller.press("1")
    assert f"{day.day}/{day.month} 08:00" in caller.screen
    caller.press("1")
    caller.choose("By message", "Book it")
    one = booked(sala)[0]
    assert (one.place, one.day) == ("v1", day)
    assert "the team in Char Chhuk, at the pagoda" in caller.screen


def plan(desk, day: date, area: str = "170101") -> None:
    desk.get("/console/visits")
    desk.post(
        "/console/visits", office="kh-17", area=area, day=day.isoformat(), begin="08:00", end="10:00", counters="1",
        services=["benefit", "card"], landmark="at the pagoda", once="0123456789abcdef",
    )  # fmt: skip


def test_an_office_that_left_the_pack_loses_nobody(sala, caller) -> None:
    """Its appointments stay, she is told their place, and may cancel; a move finds no time there."""
    one = booking_of(sala, caller)
    pack = sala.house.packs["kh"]
    gone = {code: office for code, office in pack.offices.items() if code != one.place}
    sala.house.packs["kh"] = replace(
        pack, offices=gone, windows={c: w for c, w in pack.windows.items() if c != one.place}
    )
    caller.dial()
    caller.choose("Appointment")
    assert "Char Chhuk commune office" in caller.screen
    caller.choose("Move it")
    assert caller.screen.startswith("No other time is free. We wait for you: ")
    caller.dial()
    caller.choose("Appointment", "Cancel it", "Cancel")
    assert row(sala, one.id).state == "cancelled"
    sala.house.packs["kh"] = pack


def test_a_number_is_read_back_by_its_owner_alone(sala) -> None:
    who = phones(sala, 1)[0]
    one = book(sala, who, free(sala, 1)[0])
    with sala.reading() as db:
        assert numbered(db, one.reference).id == one.id
    assert one.place == OFFICE


def test_papers_that_her_household_has_shown_are_not_asked_for_again(sala, register) -> None:
    with sala.house.database.transaction() as db:
        entitlements.show_papers(db, "kh", "H1", ["equity_card"], "kh-17", 1, date(2026, 11, 3), datetime.now(UTC))
    caller = proven(sala, "Secret number", pin_of(sala))
    caller.choose("Appointment", "Ask for a benefit")
    caller.press("9", "1", "1", "1", "1")
    caller.choose("Char Chhuk (commune)")
    caller.press("1")
    caller.choose("By message", "Book it")
    assert caller.screen.endswith("Bring: Identity card.")
    assert [text.body.partition("Bring:")[2] for text in texts(sala)] == [" Identity card."]


def test_what_she_holds_is_hers_to_choose_again(sala, caller) -> None:
    times = to_times(caller)
    caller.press("1", "0")
    assert caller.screen == times


def test_a_visit_that_is_about_to_be_called_off_is_offered_to_nobody(sala, staff, caller) -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    plan(staff["supervisor"], day)
    with sala.house.database.transaction() as db:
        actions.close(db, sala.house, actions.Closing("v1", day, day, why="other"), "kh", 1, "off", datetime.now(UTC))
    caller.press("2")
    caller.choose("More", "Team visits")
    caller.press("1", "1", "1", "1")
    assert caller.screen.startswith("No team comes there")


def test_whoever_wants_to_move_what_is_about_to_close_hears_so(sala, staff, caller) -> None:
    one = booking_of(sala, caller)
    with sala.house.database.transaction() as db:
        closing = actions.Closing(one.place, one.day, one.day + timedelta(days=59), why="other")
        actions.close(db, sala.house, closing, "kh", 1, "off", datetime.now(UTC))
    caller.dial()
    caller.choose("Appointment", "Move it")
    assert caller.screen == "The office is closed then. We write to you soon, with a new time."


def test_a_key_that_was_pressed_is_nobodys_name(sala) -> None:
    assert [actions.Comer(1, name, "en", "kh-ussd").called for name in ("1", " 12 ", "Sok 2", "សុខ")] == [
        "",
        "",
        "Sok 2",
        "សុខ",
    ]

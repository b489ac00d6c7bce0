"""Other ways to an appointment: by message, in a chat, with an operator, from a result, a case or the register, and to a visit of the team."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from gateway.appointments import actions
from gateway.appointments.actions.telling import raw_when
from gateway.appointments.records.around import Told
from gateway.dialogue.records import Conversation
from gateway.entitlements import actions as entitlements

from .at_the_window import booked, texts
from .hotline_desk import call, say
from .register_files import pin_of, proven
from .writers import Chatter, Texter


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


def test_a_visit_that_is_about_to_be_called_off_is_offered_to_nobody(sala, staff, caller) -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    plan(staff["supervisor"], day)
    with sala.house.database.transaction() as db:
        actions.close(db, sala.house, actions.Closing("v1", day, day, why="other"), "kh", 1, "off", datetime.now(UTC))
    caller.press("2")
    caller.choose("More", "Team visits")
    caller.press("1", "1", "1", "1")
    assert caller.screen.startswith("No team comes there")

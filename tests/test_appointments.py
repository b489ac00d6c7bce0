"""An appointment as it is booked by USSD, moved and cancelled, with every change of mind."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from gateway.appointments import actions
from gateway.appointments.actions.telling import raw_when
from gateway.appointments.records import Appointment, Seat, numbered
from gateway.appointments.records.around import Waiting
from gateway.appointments.rules import Taken, slot_of

from .at_the_window import OFFICE, TO_OFFICE, book, booked, free, phones, row, seats, texts

NUMBER = re.compile(r"\b(\d{4}) (\d{4})\b")


def number_on(screen: str) -> str:
    return "".join(NUMBER.search(screen).groups())


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


def test_what_she_holds_is_hers_to_choose_again(sala, caller) -> None:
    times = to_times(caller)
    caller.press("1", "0")
    assert caller.screen == times


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

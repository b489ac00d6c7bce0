"""What stands around the day of a window: paper, calendars, closings on the page, figures, questions afterwards, forgetting."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import vobject

from gateway.appointments import actions
from gateway.appointments.actions import day as acts
from gateway.appointments.records import Appointment
from gateway.appointments.rules import instant
from gateway.channels.outbox.records import Outgoing
from gateway.dialogue.records import Conversation
from gateway.people.actions import spoken_to

from .at_the_window import MONDAY, OFFICE, WINDOW, ZONE, book, comer, free, pairs, phones, row, today, tokens


def test_from_paper_one_press_each_and_a_wrong_one_is_put_right(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    ones = today(sala, 2)
    with sala.house.database.transaction() as db:  # their time has come and gone
        for one in ones:
            db.get_one(Appointment, one.id).unit = 0
    day = ones[0].day.isoformat()
    desk.get(f"{WINDOW}/sheet?day={day}")
    assert all(pairs(one) in desk.page for one in ones)
    desk.get(f"{WINDOW}/catch-up?day={day}")
    for one, what in zip(ones, ("served", "missed"), strict=True):
        desk.post(f"{WINDOW}/catch-up", day=day, reference=one.reference, what=what)
    assert [row(sala, one.id).state for one in ones] == ["served", "missed"]
    desk.post(f"{WINDOW}/catch-up", day=day, reference=ones[1].reference, what="served")
    assert row(sala, ones[1].id).state == "served"
    for _ in range(2):
        desk.post(f"{WINDOW}/catch-up", day=day, service="card", count="7", once="the form")
    assert len(tokens(sala)) == 7
    desk.post(f"{WINDOW}/catch-up", 409, day=day, service="card", count="0", once="another")


def test_after_her_visit_she_is_asked_two_questions(sala) -> None:
    now, number = datetime.now(UTC), "+85599000044"
    caller = sala.caller(number)
    caller.dial()
    caller.press("2")
    with sala.reading() as db:
        who = spoken_to(db, number)
    one = book(sala, who, free(sala, 1, now=now)[0], now=now)
    with sala.house.database.transaction() as db:
        mine = db.get_one(Appointment, one.id)
        mine.day = (now - timedelta(days=1)).astimezone(ZONE).date()
        acts.served(db, sala.house.packs["kh"], mine, now)
        mine.next_at = now
    sala.hands.seating.appointment(one.id, now)
    asked = [text.body for text in sala.all_of(Outgoing) if "how was it" in text.body]
    assert asked == [f"Your appointment {pairs(one)}: how was it? Dial *123# to tell us."]
    with sala.house.database.transaction() as db:
        for conversation in db.query(Conversation):
            db.delete(conversation)
    caller.dial()
    assert caller.screen.startswith(f"Appointment {pairs(one)}: did you get what you came for?")
    caller.press("2", "1")
    assert caller.screen.startswith("Thank you. It helps us to do better.")
    assert (row(sala, one.id).was_done, row(sala, one.id).was_easy) == ("partly", "yes")


def test_an_officer_sees_her_own_windows_and_a_supervisor_those_below(sala, staff) -> None:
    staff["officer"].get(WINDOW)
    staff["officer"].get("/console/window/kh-171001", 404)
    staff["supervisor"].get("/console/window/kh-171001")
    staff["far officer"].get(WINDOW, 404)
    for name in ("operator", "inspector", "coordinator", "admin", "auditor", "facilitator"):
        staff[name].get(WINDOW, 403)


def test_a_closing_on_the_page_shows_who_is_touched_and_is_taken_back(sala, staff) -> None:
    desk, now = staff["officer"], datetime.now(UTC)
    slot = free(sala, 1, now=now + timedelta(days=1))[0]
    one = book(sala, phones(sala, 1)[0], slot, now=now)
    day = slot.day.isoformat()
    desk.get(f"{WINDOW}/close?first={day}&why=flood")
    assert pairs(one) in desk.page
    desk.post(f"{WINDOW}/close?first={day}&why=flood", first=day, why="flood", once=desk.hidden("once"))
    assert "1 people are told at" in desk.page
    assert re.search(r"→ .*<strong>\d\d:\d\d</strong>", desk.page)
    desk.post("/console/closing/1/undo")
    assert "Nobody was told." in desk.page
    desk.get(f"{WINDOW}/close?first=2020-01-01&last=2019-01-01&why=flood", 400)
    assert "It ends before it begins." in desk.page  # said before anything is pressed
    desk.post(f"{WINDOW}/close", 409, first="2020-01-01", last="2020-01-01", why="flood", once="x")
    assert "This is over. Choose days from today on." in desk.page
    desk.get(f"{WINDOW}?day={day}")
    assert "Closed on this day" not in desk.page  # it was taken back


def feed(sala, desk) -> str:
    desk.get(f"{WINDOW}/calendar")
    desk.post(f"{WINDOW}/calendar")
    return re.search(r"/calendar/[\w-]+\.ics", desk.page)[0]


def test_a_calendar_reads_the_office_s_feed_and_finds_no_name_in_it(sala, staff) -> None:
    """Read by another parser than the one that wrote it. Khmer lines are folded between letters."""
    now = datetime.now(UTC)
    first, second, third = [
        book(sala, who, slot, now=now, name="Sok Dara")
        for who, slot in zip(phones(sala, 3), free(sala, 3, now=now), strict=True)
    ]
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, second.id), now)
        slot = free(sala, 10, now=now)[9]
        held = actions.hold(
            db,
            sala.house.packs["kh"],
            actions.Want(OFFICE, "benefit", slot),
            comer(third.address_id),
            now,
            of=db.get_one(Appointment, third.id),
        )
        actions.move(db, sala.house, held, now)
    path = feed(sala, staff["officer"])
    body = sala.app.test_client().get(path).get_data()
    assert b"Dara" not in body
    assert body.replace(b"\r\n", b"").count(b"\n") == 0
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    for line in body.split(b"\r\n"):
        line.decode()  # no letter is cut in two
    read = vobject.readOne(body.decode())
    events = {event.uid.value: event for event in read.vevent_list}
    one = events[f"appointment-{first.id}@sala"]
    assert one.dtstart.value == instant("Asia/Phnom_Penh", first.day, first.unit)
    assert one.dtend.value - one.dtstart.value == timedelta(minutes=20)
    assert (one.status.value, one.sequence.value) == ("CONFIRMED", "0")
    assert events[f"appointment-{second.id}@sala"].status.value == "CANCELLED"
    assert events[f"appointment-{second.id}@sala"].sequence.value == "1"
    assert events[f"appointment-{third.id}@sala"].sequence.value == "1"
    assert "ការិយាល័យ" in one.location.value
    again = feed(sala, staff["officer"])
    assert again != path
    assert sala.app.test_client().get(path).status_code == 404


def test_the_figures_count_what_happened_at_a_window(open_now, staff) -> None:
    sala = open_now
    ones = today(sala, 6)
    yesterday = (datetime.now(UTC) - timedelta(days=1)).astimezone(ZONE).date()
    with sala.house.database.transaction() as db:
        for number, one in enumerate(ones):
            mine = db.get_one(Appointment, one.id)
            mine.day, mine.state = yesterday, "missed" if number < 2 else "served"
    staff["supervisor"].get("/console/window-figures")
    line = next(
        row
        for row in staff["supervisor"].page.split("<tr>")
        if OFFICE in row or "Siem Reab" in row or "Siem Reap" in row
    )
    cells = [re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<td>(.*?)</td>", line)]
    assert cells[:6] == ["4", "0", "2", "33%", "0", "0"]
    assert cells[7] == "0"
    staff["officer"].get("/console/window-figures", 403)


def test_an_officer_does_not_close_what_is_not_hers(sala, staff) -> None:
    desk, day = staff["officer"], (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    desk.get(f"{WINDOW}/close?first={day}&why=flood&below=yes", 400)
    assert "The offices below are not yours." in desk.page
    desk.post(f"{WINDOW}/close", 409, first=day, why="flood", below="yes", once="x")
    supervisor = staff["supervisor"]
    supervisor.get(f"{WINDOW}/close")
    assert 'name="below"' in supervisor.page


def test_odd_requests_are_sentences_and_no_crashes(sala, staff) -> None:
    desk, one = staff["supervisor"], book(sala, phones(sala, 1)[0], free(sala, 1)[0])
    with sala.house.database.transaction() as db:
        mine = db.get_one(Appointment, one.id)
        mine.state, mine.reference = "served", None  # forgotten
    desk.get(f"{WINDOW}?day={one.day}")
    desk.get(f"{WINDOW}/sheet?day={one.day}")
    desk.get(f"{WINDOW}/catch-up?day={one.day}")
    for code in ("v99999999999999999999999", "v3000000000", "v٣", "nothing", "kh-17"):
        assert sala.app.test_client().get(f"/office/{code}/now").status_code == 404, code
        desk.get(f"/console/window/{code}", 404) if code != "kh-17" else None
    for query in ("first=0001-01-01&last=0001-01-02", "first=9999-12-31&last=9999-12-31", "first=x"):
        desk.get(f"/console/window-figures?{query}")
    desk.get("/console/visits")
    form = {
        "office": "kh-17",
        "area": "170101",
        "day": (datetime.now(UTC) + timedelta(days=9)).date().isoformat(),
        "services": "card",
    }
    for wrong in (
        {"begin": "08:00", "end": ""},
        {"begin": "25:00", "end": "26:00"},
        {"begin": "10:00", "end": "08:00"},
    ):
        desk.post("/console/visits", 409, **form, counters="1", once="a", **wrong)
    desk.post("/console/visits", 409, **{**form, "area": "120101"}, counters="1", once="b", begin="08:00", end="10:00")
    desk.get(f"{WINDOW}/close?first=zzzz", 400)


def test_old_appointments_are_forgotten_and_their_numbers_are_free(sala) -> None:
    one = book(sala, phones(sala, 1)[0], free(sala, 1)[0], name="Sok Dara")
    with sala.house.database.transaction() as db:
        assert actions.forget_old(db, sala.house.packs["kh"], MONDAY + timedelta(days=80)) == set()
        assert actions.forget_old(db, sala.house.packs["kh"], MONDAY + timedelta(days=120)) == {one.address_id}
    kept = row(sala, one.id)
    assert (kept.name, kept.who, kept.reference, kept.address_id) == (None, None, None, None)
    assert [text for text in sala.all_of(Outgoing) if text.about == f"appointment:{one.id}"] == []

"""The day at a window as its staff live it: who comes is given a number, is called in a fair order, served, sent on or
absent; on paper as well; and what the wall and the calendars show."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from gateway.appointments import actions
from gateway.appointments.actions import day as acts
from gateway.appointments.records import Appointment, numbered
from gateway.appointments.records.day import Token
from gateway.appointments.rules import instant
from gateway.appointments.turns import Waiter, in_order
from gateway.channels.outbox.records import Outgoing
from gateway.country.windows import Counter
from gateway.dialogue.records import Conversation
from gateway.people.actions import spoken_to

from .at_the_window import MONDAY, OFFICE, book, comer, free, later, phones, row

ZONE = ZoneInfo("Asia/Phnom_Penh")
WINDOW = f"/console/window/{OFFICE}"


@pytest.fixture
def open_now(sala):
    """The window is open every hour of every day, and stands where it is ten in the morning now, so that the pages have
    a today with time left: two counters, a third for both."""
    pack = sala.house.packs["kh"]
    ahead = 10 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-(ahead if ahead >= -12 else ahead + 24):+d}"
    always = dict.fromkeys(range(7), ((time(0), time.max),))
    calendar = replace(pack.calendar, zone=zone, hours=always, closed=frozenset(), other={})
    wide = replace(
        pack.windows[OFFICE], week=always, cut_off=timedelta(0), walk_in=30,
        counters=(Counter(1), Counter(2, ("card",)), Counter(3, (), priority=True)),
    )  # fmt: skip
    sala.house.packs["kh"] = replace(pack, zone=zone, calendar=calendar, windows={**pack.windows, OFFICE: wide})
    yield sala
    sala.house.packs["kh"] = pack


def today(sala, count: int, **more) -> list[Appointment]:
    """Some who come today, booked a moment ago."""
    now = datetime.now(UTC)
    slots = free(sala, count, now=now)
    return [book(sala, who, slot, now=now, **more) for who, slot in zip(phones(sala, count), slots, strict=True)]


def pairs(one: Appointment) -> str:
    return f"{one.reference[:4]} {one.reference[4:]}"


def act(desk, path: str, status: int = 200, **form: str) -> str:
    desk.get(WINDOW)
    if path.startswith("counter/"):  # the page says who is there
        shown = re.search(rf'{path.rpartition("/")[0]}/\w+"[^>]*>.*?name="token" value="(\d+)"', desk.page, re.DOTALL)
        form["token"] = shown[1] if shown else "0"
    return desk.post(f"{WINDOW}/{path}", status, **form)


def tokens(sala) -> list[Token]:
    return sala.all_of(Token)


def test_who_has_come_is_found_by_number_telephone_or_name_and_called(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    ones = today(sala, 3, name="សុខ ដារ៉ា")
    for looked in (ones[0].reference, pairs(ones[0]), "099 100 000", "ដារ៉ា"):
        desk.get(f"{WINDOW}?find={looked}")
        assert "She is here" in desk.page
        assert pairs(ones[0]) in desk.page
    desk.get(f"{WINDOW}?find=Nobody")
    assert "Nobody of this number, telephone or name" in desk.page
    act(desk, "came", reference=ones[1].reference)
    act(desk, "came", reference=ones[1].reference)  # twice is once
    act(desk, "came", reference=ones[0].reference)
    assert [(token.number, token.appointment_id) for token in tokens(sala)] == [(1, ones[1].id), (2, ones[0].id)]
    act(desk, "counter/1/call")
    assert [token.state for token in tokens(sala)] == ["waits", "called"]  # her time is the earlier one
    act(desk, "counter/1/begin")
    act(desk, "counter/1/finish")
    assert (row(sala, ones[0].id).state, row(sala, ones[1].id).state) == ("served", "came")


def test_nobody_is_checked_in_at_another_window_or_on_another_day(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    now = datetime.now(UTC)
    slot = next(slot for slot in free(sala, 300, now=now) if slot.day > now.astimezone(ZONE).date())
    one = book(sala, phones(sala, 1)[0], slot, now=now)
    act(desk, "came", 409, reference=one.reference)
    assert "This appointment is not for today at this window." in desk.page
    act(desk, "came", 409, reference="12345678")
    assert tokens(sala) == []


def walk(desk, service: str = "benefit", once: str = "", **more: str) -> None:
    desk.get(WINDOW)
    desk.post(f"{WINDOW}/walk-in", service=service, once=once or desk.hidden("once"), **more)


def test_people_without_an_appointment_have_their_turn_and_priority_goes_first(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    for more in ({}, {}, {"priority": "yes"}):
        walk(desk, **more)
    walk(desk, once="the same form")
    assert 'Her number is <strong class="big">4</strong>' in desk.page
    walk(desk, once="the same form")
    assert [token.number for token in tokens(sala)] == [1, 2, 3, 4]
    called = []
    for _ in range(4):
        act(desk, "counter/1/call")
        called.append(next(token.number for token in tokens(sala) if token.state == "called"))
    assert called == [3, 1, 2, 4]
    act(desk, "counter/1/finish")
    act(desk, "counter/1/call", 409)
    assert "Nobody waits for this counter now." in desk.page


def test_who_is_sent_on_keeps_her_number_and_goes_first_there(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    for service in ("card", "card"):
        walk(desk, service)
    act(desk, "counter/1/call")
    act(desk, "counter/1/begin")
    act(desk, "counter/1/send", to="2")
    act(desk, "counter/2/call")
    assert [(token.number, token.state, token.counter) for token in tokens(sala)] == [(1, "called", 2), (2, "waits", 0)]
    act(desk, "counter/2/send", 409, to="2")
    assert "Choose another counter of this window." in desk.page


def test_who_is_not_there_when_called_comes_back_behind_the_others(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    one = today(sala, 1)[0]
    act(desk, "came", reference=one.reference)
    act(desk, "counter/1/call")
    act(desk, "counter/1/absent")
    assert (tokens(sala)[0].state, row(sala, one.id).state) == ("gone", "missed")
    walk(desk)
    act(desk, f"back/{tokens(sala)[0].id}")
    act(desk, "counter/1/call")
    assert [(token.number, token.state) for token in tokens(sala)] == [(1, "waits"), (2, "called")]
    assert row(sala, one.id).state == "came"


def test_where_the_day_is_kept_here_who_does_not_come_is_absent_and_may_come_late(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    walk(desk)
    one = today(sala, 1)[0]
    start = instant(sala.house.packs["kh"].zone, one.day, one.unit)
    sala.hands.seating.appointment(one.id, start + timedelta(minutes=14))
    assert row(sala, one.id).state == "booked"
    sala.hands.seating.appointment(one.id, start + timedelta(minutes=16))
    assert row(sala, one.id).state == "missed"
    with sala.house.database.transaction() as db:
        window = sala.house.packs["kh"].windows[OFFICE]
        late = acts.check_in(db, sala.house, window, numbered(db, one.reference), 1, start + timedelta(minutes=40))
    assert (late.late, row(sala, one.id).state) == (True, "came")


def test_who_is_next_but_one_is_told_on_her_telephone_once(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    for n in range(4):
        walk(desk, phone=f"09900000{n}")
    act(desk, "counter/1/call")
    act(desk, "counter/1/call")
    told = [text for text in sala.all_of(Outgoing) if "it is nearly your turn" in text.body]
    assert [text.body for text in told] == ["Number 3: it is nearly your turn.", "Number 4: it is nearly your turn."]


def test_the_wall_shows_numbers_and_nothing_else(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    today(sala, 1, name="Sok Dara")
    for _ in range(3):
        walk(desk)
    act(desk, "counter/1/call")
    page = sala.app.test_client().get(f"/office/{OFFICE}/now")
    text = re.sub(r"<head>.*?</head>|<[^>]+>|\s", "", page.get_data(as_text=True), flags=re.DOTALL)
    assert text in ("<!doctypehtml>1→1⋯23", "1→1⋯23")  # number one, to counter one; two and three are next
    assert 'http-equiv="refresh"' in page.get_data(as_text=True)
    assert sala.app.test_client().get("/office/kh-17/now").status_code == 404


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


def waiter(number: int, **more) -> Waiter:
    return Waiter(
        number,
        more.get("walk_in", False),
        more.get("priority", False),
        more.get("sent_on", False),
        later(minutes=number),
    )


def test_of_all_who_are_called_people_without_an_appointment_are_their_share() -> None:
    waiting = [waiter(n) for n in range(1, 8)] + [waiter(n, walk_in=True) for n in range(11, 18)]
    assert in_order(waiting, 0, 0, 30, later(hours=1))[:10] == [11, 1, 2, 12, 3, 4, 13, 5, 6, 7]


people = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30)


@given(people, st.integers(0, 90), st.integers(0, 20))
def test_the_order_leaves_nobody_out_and_gives_everybody_a_share(given_people, percent, called) -> None:
    waiting = [Waiter(n, w, p, s, later(minutes=n)) for n, (w, p, s) in enumerate(given_people)]
    order = in_order(waiting, called, called * percent // 100, percent, later(hours=1))
    assert sorted(order) == [one.number for one in waiting]
    by_number, walked, left = (
        {one.number: one for one in waiting},
        called * percent // 100,
        sum(w.walk_in for w in waiting),
    )
    for count, number in enumerate(order, called + 1):
        walked += by_number[number].walk_in
        left -= by_number[number].walk_in
        assert not left or 100 * walked >= percent * count - 100


def test_a_second_press_is_about_nobody_else(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    for _ in range(3):
        walk(desk)
    desk.get(WINDOW)
    for status in (200, 409):  # the same page, pressed twice
        desk.post(f"{WINDOW}/counter/1/call", status, token="0")
    assert [token.state for token in tokens(sala)] == ["called", "waits", "waits"]
    assert "Somebody else is at this counter now." in desk.page


def test_who_is_sent_to_a_counter_that_does_not_do_it_is_called_there(open_now, staff) -> None:
    sala, desk = open_now, staff["officer"]
    walk(desk, "benefit")
    act(desk, "counter/1/call")
    act(desk, "counter/1/send", to="2")  # it does cards alone
    act(desk, "counter/1/call", 409)
    act(desk, "counter/2/call")
    assert [(token.state, token.counter) for token in tokens(sala)] == [("called", 2)]


def test_clerks_who_give_numbers_at_once_give_each_another(open_now) -> None:
    sala = open_now
    window, pack = sala.house.packs["kh"].windows[OFFICE], sala.house.packs["kh"]

    def one(n: int) -> int:
        with sala.house.database.transaction() as db:
            return acts.walk_in(db, window, pack, "benefit", False, "", "en", 1, f"clerk{n % 6}", MONDAY).number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(set(pool.map(one, range(12)))) == [1, 2, 3, 4, 5, 6]


def test_whoever_comes_early_waits_for_her_time_unless_nobody_else_does() -> None:
    early, walked = waiter(50), [waiter(n, walk_in=True) for n in (1, 2)]
    assert in_order([early, *walked], 0, 0, 0, later(minutes=10)) == [1, 2, 50]
    assert in_order([early, *walked], 0, 0, 0, later(minutes=60)) == [50, 1, 2]


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

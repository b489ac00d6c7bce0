"""The day at a window: who comes is given a number, is called in a fair order, served, sent on or absent; what the wall shows."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.appointments.actions import day as acts
from gateway.appointments.records import numbered
from gateway.appointments.rules import instant
from gateway.appointments.turns import Waiter, in_order
from gateway.channels.outbox.records import Outgoing

from .at_the_window import MONDAY, OFFICE, WINDOW, ZONE, book, free, later, pairs, phones, row, today, tokens

people = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30)


def act(desk, path: str, status: int = 200, **form: str) -> str:
    desk.get(WINDOW)
    if path.startswith("counter/"):  # the page says who is there
        shown = re.search(rf'{path.rpartition("/")[0]}/\w+"[^>]*>.*?name="token" value="(\d+)"', desk.page, re.DOTALL)
        form["token"] = shown[1] if shown else "0"
    return desk.post(f"{WINDOW}/{path}", status, **form)


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

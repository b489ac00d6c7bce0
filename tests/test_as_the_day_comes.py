"""What time brings to an appointment: she is reminded the way she chose, never of what was moved or cancelled; a freed
seat goes to who waits longest; a window that closes moves everybody, or lets it be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.appointments import actions
from gateway.appointments.actions.telling import raw_when
from gateway.appointments.actions.times import reminders
from gateway.appointments.records import Appointment
from gateway.appointments.records.around import Closure, Visit, Waiting
from gateway.appointments.rules import Refusal, Slot, clock_of, instant
from gateway.channels.outbox.records import Outgoing
from gateway.dialogue.records import Conversation
from gateway.hotline.records import Task
from gateway.people.actions import spoken_to

from .at_the_window import MONDAY, OFFICE, book, comer, free, later, phones, row, seats
from .writers import Texter

ZONE = ZoneInfo("Asia/Phnom_Penh")


def start_of(one) -> datetime:
    return instant("Asia/Phnom_Penh", one.day, one.unit)


def texts_of(sala, one) -> list[Outgoing]:
    return [text for text in sala.all_of(Outgoing) if text.about == f"appointment:{one.id}"]


def look(sala, one, now: datetime) -> None:
    sala.hands.seating.appointment(one.id, now)


def at(hour: int, minute: int = 0, days: int = 1):
    """The first free time from an hour of a day on."""
    wanted = hour * 12 + minute // 5

    def chosen(sala):
        day = (MONDAY + timedelta(days=days)).date()
        return next(slot for slot in free(sala, 200, since=day) if slot.day >= day and slot.unit >= wanted)

    return chosen


@pytest.mark.parametrize(
    ("hour", "told"),
    [
        (14, ["1d 14:00", "0d 12:00"]),  # a day before, and two hours before
        (8, ["1d 08:00", "1d 19:00"]),  # two hours before is night: told in the evening
        (10, ["1d 10:00", "0d 08:00"]),  # the very end of the night is day
    ],
)
def test_she_is_reminded_a_day_and_two_hours_before_and_never_at_night(sala, hour, told) -> None:
    one = book(sala, phones(sala, 1)[0], at(hour)(sala))
    one.unit = hour * 12
    local = [moment.astimezone(ZONE) for moment in reminders(sala.house.packs["kh"], one)]
    assert [f"{(one.day - moment.date()).days}d {moment:%H:%M}" for moment in local] == told


def test_a_reminder_says_when_and_where_and_not_for_what_and_comes_once(sala) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala))
    due = start_of(one) - timedelta(days=1)
    look(sala, one, due - timedelta(minutes=1))
    assert len(texts_of(sala, one)) == 1  # the confirmation alone
    for _ in range(3):
        look(sala, one, due)
    text = texts_of(sala, one)[1].body
    assert text.startswith("We wait for you: ")
    assert "beside the old market" in text
    assert text.endswith("Another time, or not at all: dial *123#.")
    assert "benefit" not in text.casefold()
    look(sala, one, start_of(one) - timedelta(hours=2))
    assert len(texts_of(sala, one)) == 3
    assert row(sala, one.id).next_at == start_of(one) + timedelta(minutes=15)


def test_after_a_standstill_one_reminder_is_enough(sala) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala))
    look(sala, one, start_of(one) - timedelta(hours=1))
    assert len(texts_of(sala, one)) == 2
    assert row(sala, one.id).next_at > start_of(one)


def test_nobody_is_reminded_of_what_was_moved_cancelled_or_not_wanted(sala) -> None:
    first, second, third = phones(sala, 3)
    moved, cancelled = (book(sala, who, at(14)(sala)) for who in (first, second))
    unasked = book(sala, third, at(14)(sala), how="none")
    before = start_of(moved)
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, cancelled.id), MONDAY)
        want = actions.Want(OFFICE, "benefit", at(14, days=8)(sala))
    with sala.house.database.transaction() as db:
        mine = db.get_one(Appointment, moved.id)
        held = actions.hold(db, sala.house.packs["kh"], want, comer(first), MONDAY, of=mine)
        actions.move(db, sala.house, held, MONDAY)
    for one in (moved, cancelled, unasked):
        look(sala, one, before - timedelta(hours=1))
    told = [text for one in (moved, cancelled, unasked) for text in texts_of(sala, one) if text.state == "waiting"]
    assert [text.body.partition(":")[0] for text in told] == ["New time"]


def test_a_reminder_that_did_not_leave_in_time_is_taken_back(sala) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala))
    look(sala, one, start_of(one) - timedelta(days=1))
    look(sala, one, start_of(one) + timedelta(minutes=15))
    assert {text.state for text in texts_of(sala, one)} == {"withdrawn"}
    assert row(sala, one.id).state == "booked"  # nothing was entered that day: nobody is called absent


def test_who_chose_calls_is_called_and_who_does_not_answer_there_keeps_it(sala, operator) -> None:
    one = book(sala, phones(sala, 1)[0], at(14)(sala), how="call")
    look(sala, one, start_of(one) - timedelta(days=1))
    task = sala.all_of(Task)[0]
    assert (task.kind, task.due_at, texts_of(sala, one)) == ("remind", start_of(one), [])
    operator.get("/console/hotline")
    operator.post(f"/console/hotline/task/{task.id}/take")
    number = f"{one.reference[:4]} {one.reference[4:]}"
    assert number in operator.page
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, one.id), MONDAY)
    assert sala.all_of(Task)[0].state == "dropped"


def reminded(sala, number: str = "+85512000009"):
    """Somebody whose messages can be answered is reminded, as she reads English; her texter."""
    texter = Texter(sala, number)
    texter.write("hello", "2", "00")
    sala.house.packs["kh"] = prefer_kannel(sala.house.packs["kh"])
    with sala.reading() as db:
        who = spoken_to(db, number)
    now = datetime.now(UTC)
    slot = next(iter(free(sala, 1, now=now + timedelta(days=1))))
    one = book(sala, who, slot, now=now)
    look(sala, one, start_of(one) - timedelta(hours=2))
    forget_conversations(sala)
    return texter, one


def prefer_kannel(pack):
    return replace(pack, channels={"kh-kannel": pack.channels["kh-kannel"], **pack.channels})


def forget_conversations(sala) -> None:
    with sala.house.database.transaction() as db:
        for conversation in db.scalars(select(Conversation)):
            db.delete(conversation)


def test_where_she_can_answer_one_says_that_she_comes(sala) -> None:
    texter, one = reminded(sala)
    text = texts_of(sala, one)[-1]
    assert (text.channel, text.body.endswith("Answer 1: I come. 2: another time. 3: I do not come.")) == (
        "kh-kannel",
        True,
    )
    assert texter.write("1").startswith("Thank you. We wait for you.")
    assert row(sala, one.id).coming


def test_two_moves_it_and_three_cancels_it(sala) -> None:
    texter, one = reminded(sala)
    assert texter.write("2").startswith("When?")
    texter.write("2", "1")
    now = row(sala, one.id)
    assert (now.state, now.sequence, raw_when(now) != raw_when(one)) == ("booked", 1, True)
    other, two = reminded(sala, "+85512000010")
    assert other.write("3").startswith("It is cancelled: ")
    assert row(sala, two.id).state == "cancelled"
    assert not other.write("hello").startswith("Do you come")


def test_an_answer_that_comes_too_late_changes_nothing(sala) -> None:
    texter, one = reminded(sala)
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, one.id), datetime.now(UTC))
    assert not texter.write("1").startswith("Thank you")
    assert row(sala, one.id).state == "cancelled"


def waits(sala, who: int, now: datetime) -> None:
    with sala.house.database.transaction() as db:
        want = actions.Want(OFFICE, "benefit", Slot(MONDAY.date(), 0))
        assert actions.wait(db, sala.house.packs["kh"], want, comer(who), now)


def test_a_seat_that_is_free_again_goes_to_who_waits_longest_for_an_hour_then_to_the_next(sala) -> None:
    """One seat alone can be had: whoever has waited longest is told, and whoever does not take it, waits behind."""
    first, second, holder = phones(sala, 3)
    only_this(sala, at(8, days=8)(sala))
    slot = free(sala, 1)[0]
    taken = [book(sala, None, slot, how="none") for _ in slot.counters[1:]]
    one = book(sala, holder, slot)
    for who, minutes in ((second, 2), (first, 1)):
        waits(sala, who, later(minutes=minutes))
    for waiting in sala.all_of(Waiting):
        sala.hands.seating.offer(waiting.id, later(minutes=15))
    assert all(waiting.offer_id is None for waiting in sala.all_of(Waiting))
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, one.id), later(minutes=20))
    offered = offers(sala, later(minutes=20))
    assert [offer.address_id for offer in offered] == [first]
    assert "Free now" in texts_of(sala, offered[0])[0].body
    assert [offer.address_id for offer in offers(sala, later(minutes=81))] == [second]
    with sala.house.database.transaction() as db:
        held = actions.offer_of(db, second, offers(sala, later(minutes=82))[0].id)
        mine = actions.book(db, sala.house, held, "write", "", later(minutes=83))
        actions.took(db, mine.id)
    assert [waiting.address_id for waiting in sala.all_of(Waiting)] == [first]
    assert len(seats(sala)) == len(taken) + 1


def only_this(sala, slot) -> None:
    """The window is open for this one time alone."""
    pack = sala.house.packs["kh"]
    hours = ((clock_of(slot.unit), clock_of(slot.unit + 4)),)
    narrow = replace(pack.windows[OFFICE], week={}, days={slot.day: hours}, walk_in=0)
    sala.house.packs["kh"] = replace(pack, windows={**pack.windows, OFFICE: narrow})


@pytest.fixture(autouse=True)
def the_pack_as_it_was(sala):
    """Tests share what was read of the packs."""
    before = dict(sala.house.packs)
    yield
    sala.house.packs.update(before)


def offers(sala, now: datetime) -> list[Appointment]:
    for waiting_id in sala.hands.seating.late_offers(now):
        sala.hands.seating.offer(waiting_id, now)
    for waiting_id in sala.hands.seating.late_offers(now):
        sala.hands.seating.offer(waiting_id, now)
    return [one for one in sala.all_of(Appointment) if one.state == "offered"]


def test_nothing_is_offered_while_people_sleep(sala) -> None:
    who = phones(sala, 1)[0]
    waits(sala, who, MONDAY)
    evening = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)  # half past seven: within the hour it is night
    assert offers(sala, evening) == []
    assert len(offers(sala, later(days=1))) == 1


def test_an_offer_is_taken_on_her_phone(sala) -> None:
    caller = sala.caller("+85599100000")
    caller.dial()
    caller.press("2")
    who, now = phones(sala, 1)[0], datetime.now(UTC)
    waits(sala, who, now)
    with sala.house.database.transaction() as db:
        db.scalars(select(Waiting)).one().next_at = now
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, quiet=None)
    sala.hands.seating.offer(sala.all_of(Waiting)[0].id, now)
    forget_conversations(sala)
    caller.dial()
    assert caller.screen.startswith("Free: ")
    caller.press("1")
    assert "Number " in caller.screen
    one = next(one for one in sala.all_of(Appointment) if one.state == "booked")
    assert (one.address_id, sala.all_of(Waiting)) == (who, [])


@pytest.fixture
def three(sala, staff):
    """Three people come tomorrow: two of them tell."""
    tomorrow = at(8)
    made = [
        book(sala, who, tomorrow(sala), how=how)
        for who, how in zip(phones(sala, 3), ("write", "call", "none"), strict=True)
    ]
    return sala, made


def close(sala, made, now: datetime = MONDAY, **more) -> Closure:
    with sala.house.database.transaction() as db:
        closing = actions.Closing(OFFICE, made[0].day, made[0].day, why="flood", **more)
        return actions.close(db, sala.house, closing, "kh", 1, f"close:{now}{more}", now)


def test_a_window_that_closes_keeps_a_new_time_for_everybody_and_tells_them_ten_minutes_later(three) -> None:
    sala, made = three
    closure = close(sala, made)
    assert all(slot.day != made[0].day for slot in free(sala, 100))  # nobody else is given that day
    assert [raw_when(row(sala, one.id)) for one in made] == [raw_when(one) for one in made]
    sala.hands.seating.closing(closure.id, later(minutes=9))
    assert len([text for text in sala.all_of(Outgoing) if "New time" in text.body]) == 0
    for _ in range(2):
        sala.hands.seating.closing(closure.id, later(minutes=10))
    for one in made:
        now = row(sala, one.id)
        assert (now.state, now.reference, now.sequence, now.day > made[0].day) == ("booked", one.reference, 1, True)
    told = [text for text in sala.all_of(Outgoing) if "New time" in text.body]
    assert len(told) == 3  # also who wanted no reminder: she would come to a closed door
    assert [task.kind for task in sala.all_of(Task)] == ["remind"]
    assert len(seats(sala)) == 3


def test_it_can_be_taken_back_until_they_are_told_and_then_not(three) -> None:
    sala, made = three
    closure = close(sala, made)
    with sala.house.database.transaction() as db:
        actions.undo(db, closure.id, "kh", 1, later(minutes=5))
        actions.undo(db, closure.id, "kh", 1, later(minutes=5))
    sala.hands.seating.closing(closure.id, later(minutes=20))
    assert {one.id: 4 for one in made} == seats(sala)
    assert any(slot.day == made[0].day for slot in free(sala, 100))
    again = close(sala, made, later(minutes=30))
    sala.hands.seating.closing(again.id, later(minutes=41))
    with pytest.raises(Refusal), sala.house.database.transaction() as db:
        actions.undo(db, again.id, "kh", 1, later(minutes=42))


def test_where_no_time_is_free_hers_is_cancelled_and_she_is_told(three) -> None:
    sala, made = three
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, windows={OFFICE: replace(pack.windows[OFFICE], opens=1)})
    closure = close(sala, made)
    sala.hands.seating.closing(closure.id, later(minutes=10))
    assert {row(sala, one.id).state for one in made} == {"cancelled"}
    told = [text.body for text in sala.all_of(Outgoing) if text.body.startswith("The office is closed then")]
    assert len(told) == 3
    assert all("0000 (demo)" in body for body in told)


def test_who_moved_or_cancelled_before_she_was_told_is_left_alone(three) -> None:
    sala, made = three
    closure = close(sala, made)
    with sala.house.database.transaction() as db:
        actions.cancel(db, db.get_one(Appointment, made[0].id), later(minutes=3))
    sala.hands.seating.closing(closure.id, later(minutes=10))
    assert row(sala, made[0].id).state == "cancelled"
    assert len(seats(sala)) == 2


def test_a_holiday_declared_late_closes_an_office_and_all_below_it(three) -> None:
    sala, made = three
    with sala.house.database.transaction() as db:
        closing = actions.Closing("kh-national", made[0].day, made[0].day, below=True, why="holiday")
        assert len(actions.touched_by(db, sala.house.packs["kh"], closing, MONDAY)) == 3
        actions.close(db, sala.house, closing, "kh", 1, "late", MONDAY)
    assert all(slot.day != made[0].day for slot in free(sala, 60))
    assert all(slot.day != made[0].day for slot in free(sala, 60, place="kh-170101"))


def test_an_afternoon_that_closes_leaves_the_morning(three) -> None:
    sala, made = three
    closing = actions.Closing(OFFICE, made[0].day, made[0].day, 14 * 12, 17 * 12, why="illness")
    with sala.house.database.transaction() as db:
        assert actions.touched_by(db, sala.house.packs["kh"], closing, MONDAY) == []
        actions.close(db, sala.house, closing, "kh", 1, "afternoon", MONDAY)
    units = {slot.unit for slot in free(sala, 300) if slot.day == made[0].day}
    assert units
    assert max(units) < 14 * 12


def test_two_reminders_on_one_phone_are_not_answered_by_one_number(sala) -> None:
    """Two people of one family are reminded: whoever writes 3 is asked for whom."""
    texter, one = reminded(sala)
    now = datetime.now(UTC)
    slot = next(s for s in free(sala, 30, now=now + timedelta(days=1)) if (s.day, s.unit) > (one.day, one.unit + 4))
    other = book(sala, one.address_id, slot, now=now, name="Sokha")
    look(sala, other, start_of(other) - timedelta(hours=2))
    screen = texter.write("3")
    assert "Do you come?" in screen
    assert {row(sala, it.id).state for it in (one, other)} == {"booked"}
    texter.write("3")
    assert sorted(row(sala, it.id).state for it in (one, other)) == ["booked", "cancelled"]


def test_the_second_reminder_is_answered_as_the_first_was(sala) -> None:
    texter, one = reminded(sala)
    texter.write("1")
    assert row(sala, one.id).coming
    with sala.house.database.transaction() as db:
        db.get_one(Appointment, one.id).next_at = start_of(one) - timedelta(hours=1)
    look(sala, one, start_of(one) - timedelta(minutes=50))
    forget_conversations(sala)
    assert texter.write("3").startswith("It is cancelled: ")


def test_a_number_answers_the_newer_text_and_not_the_menu_that_still_stands(sala) -> None:
    texter = Texter(sala, "+85512000009")
    texter.write("hello", "2", "00")
    sala.house.packs["kh"] = prefer_kannel(sala.house.packs["kh"])
    with sala.reading() as db:
        who = spoken_to(db, "+85512000009")
    now = datetime.now(UTC)
    one = book(sala, who, free(sala, 1, now=now + timedelta(days=1))[0], now=now)
    texter.write("00")  # the menu stands
    with sala.house.database.transaction() as db:
        db.get_one(Appointment, one.id).next_at = datetime.now(UTC)
    look(sala, one, datetime.now(UTC))
    assert texter.write("3").startswith("It is cancelled: ")


def test_what_nobody_entered_of_a_day_that_is_over_stands_in_nobodys_way(sala) -> None:
    who = phones(sala, 1)[0]
    one = book(sala, who, at(14)(sala))
    with sala.house.database.transaction() as db:
        db.get_one(Appointment, one.id).day -= timedelta(days=3)
    assert book(sala, who, at(14)(sala)).id != one.id


def test_a_closing_whose_new_day_is_closed_too_finds_another(three) -> None:
    sala, made = three
    first = close(sala, made)
    with sala.reading() as db:
        to = db.get_one(Appointment, actions.touched_of(db, first.id)[0].to_id)
    with sala.house.database.transaction() as db:
        actions.close(
            db, sala.house, actions.Closing(OFFICE, to.day, to.day, why="flood"), "kh", 1, "second", later(minutes=5)
        )
    sala.hands.seating.closing(first.id, later(minutes=10))
    days = {row(sala, one.id).day for one in made}
    assert all(row(sala, one.id).state == "booked" for one in made)
    assert not days & {made[0].day, to.day}
    assert len(seats(sala)) == 3


def test_who_was_booked_in_the_moment_of_the_closing_is_touched_as_well(three) -> None:
    sala, made = three
    closure = close(sala, made)
    with sala.house.database.transaction() as db:  # as it is when two transactions did not see each other
        touched = next(one for one in actions.touched_of(db, closure.id) if one.appointment_id == made[0].id)
        db.delete(touched)
    sala.hands.seating.closing(closure.id, later(minutes=10))
    assert row(sala, made[0].id).day > made[1].day


def test_part_of_a_visit_or_another_day_that_is_closed_leaves_it_and_its_office_s_closing_calls_it_off(three) -> None:
    sala, _ = three
    day = MONDAY.date() + timedelta(days=3)
    with sala.house.database.transaction() as db:
        visit = actions.plan_visit(
            db, sala.house.packs["kh"], OFFICE, "171001", day, 96, 132, 1, ["benefit"], "well; pump", 1, "v", MONDAY
        )
    one = book(sala, phones(sala, 1, 99_500_000)[0], free(sala, 9, place="v1")[-1], place="v1")
    for n, closing in enumerate(
        (
            actions.Closing("v1", day, day, 96, 98),
            actions.Closing("v1", day + timedelta(days=1), day + timedelta(days=1)),
        )
    ):
        with sala.house.database.transaction() as db:
            made = actions.close(db, sala.house, replace(closing, why="other"), "kh", 1, f"part{n}", MONDAY)
        sala.hands.seating.closing(made.id, later(minutes=10))
    assert visit_row(sala).called_off_at is None
    assert row(sala, one.id).place == "v1"
    with sala.house.database.transaction() as db:
        made = actions.close(db, sala.house, actions.Closing(OFFICE, day, day, why="flood"), "kh", 1, "whole", MONDAY)
    assert free(sala, 9, place="v1") == []
    sala.hands.seating.closing(made.id, later(minutes=10))
    assert visit_row(sala).called_off_at is not None
    assert (row(sala, one.id).place != "v1", row(sala, one.id).state) == (True, "booked")
    assert visit.id == 1


def visit_row(sala):
    return sala.all_of(Visit)[0]


def test_nobody_is_reminded_of_what_is_about_to_be_told_as_closed(three) -> None:
    sala, made = three
    due = row(sala, made[0].id).next_at
    close(sala, made, due - timedelta(minutes=5))
    look(sala, made[0], due)
    assert not [text for text in sala.all_of(Outgoing) if text.body.startswith("We wait")]
    assert row(sala, made[0].id).next_at == due + timedelta(minutes=10)


def test_who_waits_for_what_is_no_more_waits_no_longer(sala) -> None:
    who = phones(sala, 1)[0]
    waits(sala, who, MONDAY)
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, at_window={c: s for c, s in pack.at_window.items() if c != "benefit"})
    for waiting in sala.all_of(Waiting):
        sala.hands.seating.offer(waiting.id, later(hours=1))
    assert sala.all_of(Waiting) == []
    sala.house.packs["kh"] = pack

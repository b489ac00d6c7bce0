"""A window that closes moves everybody, or lets it be undone until they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.appointments import actions
from gateway.appointments.actions.telling import raw_when
from gateway.appointments.records import Appointment
from gateway.appointments.records.around import Closure, Visit
from gateway.appointments.rules import Refusal
from gateway.channels.outbox.records import Outgoing
from gateway.hotline.records import Task

from .at_the_window import (
    MONDAY,
    OFFICE,
    at,
    book,
    free,
    later,
    look,
    phones,
    row,
    seats,
)


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

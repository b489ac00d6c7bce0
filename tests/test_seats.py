"""A seat is never given twice: many who want the same one at once, on both databases; holds that run out, swaps, and
confirmations that come twice. And no phone has more than its share."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from gateway.appointments import actions
from gateway.appointments.records import Appointment, take
from gateway.appointments.rules import Refusal, Same, Taken, TooMany
from gateway.channels.outbox.records import Outgoing
from gateway.country.windows import Counter as Desk

from .at_the_window import MONDAY, OFFICE, book, comer, free, later, phones, row, seats

BOOKERS, SEATS, TIMES = 200, 5, 50


@pytest.fixture
def five(sala):
    """An office with five counters and nothing kept for people without an appointment: a time has five seats."""
    pack = sala.house.packs["kh"]
    narrow = replace(pack.windows[OFFICE], counters=tuple(Desk(n) for n in range(1, SEATS + 1)), walk_in=0)
    sala.house.packs["kh"] = replace(pack, windows={**pack.windows, OFFICE: narrow})
    yield sala
    sala.house.packs["kh"] = pack


def at_once(work, given):
    """What came of some work that all begin together."""

    def one(what):
        try:
            return work(what)
        except Refusal as refusal:
            return type(refusal)

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, given))


def apart(slots, units: int = 4):
    """Times of which each begins after the one before it is over."""
    found = []
    for slot in slots:
        if not found or slot.day != found[-1].day or slot.unit >= found[-1].unit + units:
            found.append(slot)
    return found


def nobody_has_any(sala) -> None:
    """For the next time: the seats stay taken, and no phone has an appointment yet."""
    with sala.house.database.transaction() as db:
        db.execute(update(Appointment).values(address_id=None))


def test_two_hundred_want_five_seats_fifty_times_over(five) -> None:
    everybody, times = phones(five, BOOKERS), apart(free(five, 4 * TIMES))[:TIMES]
    assert len(times) == TIMES
    for slot in times:
        came_out = at_once(lambda who, slot=slot: book(five, who, slot, how="none").counter, everybody)
        assert sorted(counter for counter in came_out if counter is not Taken) == [1, 2, 3, 4, 5], slot
        assert Counter(came_out)[Taken] == BOOKERS - SEATS
        nobody_has_any(five)
    assert Counter(seats(five).values()) == {4: SEATS * TIMES}


def test_holds_that_ran_out_are_the_next_ones_and_are_given_once(five) -> None:
    """Five hold and go away; when their time is over, of two hundred five have the seats, and none of those who held
    them can confirm any more."""
    everybody = phones(five, BOOKERS)
    slot, pack = free(five, 1)[0], five.house.packs["kh"]
    want, early = actions.Want(OFFICE, "benefit", slot), phones(five, SEATS, 99_200_000)
    with five.house.database.transaction() as db:
        held = [actions.hold(db, pack, want, comer(who), MONDAY).id for who in early]
    assert set(at_once(lambda who: book(five, who, slot, how="none", now=later(minutes=3)), everybody[:20])) == {Taken}

    def confirm(which):
        with five.house.database.transaction() as db:
            return actions.book(db, five.house, db.get_one(Appointment, which), "none", "", later(minutes=5)).id

    def come(who):
        return confirm(who[1]) if who[0] else book(five, who[1], slot, how="none", now=later(minutes=5)).id

    came_out = at_once(come, [(False, who) for who in everybody] + [(True, which) for which in held])
    given = [one for one in came_out if one is not Taken]
    assert len(given) == len(set(given)) == SEATS
    assert seats(five) == dict.fromkeys(given, 4)


def test_a_hold_that_ran_out_and_that_nobody_took_is_still_hers(five) -> None:
    slot, pack = free(five, 1)[0], five.house.packs["kh"]
    who = phones(five, 1)[0]
    with five.house.database.transaction() as db:
        held = actions.hold(db, pack, actions.Want(OFFICE, "benefit", slot), comer(who), MONDAY)
    with five.house.database.transaction() as db:
        one = actions.book(db, five.house, db.get_one(Appointment, held.id), "write", "", later(minutes=90))
    assert (one.state, seats(five)) == ("booked", {one.id: 4})


def test_of_all_who_want_to_move_to_the_last_seat_one_does_and_the_others_keep_theirs(five) -> None:
    """The new seat is hers before the old one is free: nobody ends with two, nor with none."""
    slots = apart(free(five, 200))
    goal, others = slots[0], slots[1:]
    for who in phones(five, SEATS - 1, 99_300_000):
        book(five, who, goal, how="none")
    movers = phones(five, 30)
    there = [book(five, who, slot, how="none") for who, slot in zip(movers, others, strict=False)]
    pack = five.house.packs["kh"]

    def change(one):
        with five.house.database.transaction() as db:
            mine = db.get_one(Appointment, one.id)
            held = actions.hold(db, pack, actions.Want(OFFICE, "benefit", goal), comer(one.address_id), MONDAY, of=mine)
            return actions.move(db, five.house, held, MONDAY).id

    moved = [one for one in at_once(change, there) if one is not Taken]
    assert len(moved) == 1
    assert set(seats(five).values()) == {4}
    assert len(seats(five)) == SEATS - 1 + len(movers)
    for one in there:
        now = row(five, one.id)
        assert (now.unit, now.day, now.sequence) == (
            (goal.unit, goal.day, 1) if one.id in moved else (one.unit, one.day, 0)
        )


def test_two_who_exchange_their_times_end_with_one_each(five) -> None:
    """Each wants where the other sits, at once, again and again: it waits for no lock, and nothing is lost."""
    first, second = apart(free(five, 40))[:2]
    pack = five.house.packs["kh"]
    for who in phones(five, 2 * (SEATS - 1), 99_400_000)[: SEATS - 1]:
        book(five, who, first, how="none")
    for who in phones(five, 2 * (SEATS - 1), 99_400_000)[SEATS - 1 :]:
        book(five, who, second, how="none")
    one, other = (book(five, who, slot, how="none") for who, slot in zip(phones(five, 2), (first, second), strict=True))

    def change(what):
        mine, to = what
        with five.house.database.transaction() as db:
            held = actions.hold(
                db,
                pack,
                actions.Want(OFFICE, "benefit", to),
                comer(mine.address_id),
                MONDAY,
                of=db.get_one(Appointment, mine.id),
            )
            return actions.move(db, five.house, held, MONDAY).id

    assert set(at_once(change, [(one, second), (other, first)] * 10)) == {Taken}
    assert seats(five)[one.id] == seats(five)[other.id] == 4


def test_a_confirmation_that_comes_many_times_makes_one_appointment(five) -> None:
    slot, pack = free(five, 1)[0], five.house.packs["kh"]
    who = phones(five, 1)[0]
    with five.house.database.transaction() as db:
        held = actions.hold(db, pack, actions.Want(OFFICE, "benefit", slot), comer(who), MONDAY).id

    def confirm(_):
        with five.house.database.transaction() as db:
            one = db.scalar(select(Appointment).where(Appointment.id == held).with_for_update())
            return actions.book(db, five.house, one, "write", "", MONDAY).reference

    assert len(set(at_once(confirm, range(40)))) == 1
    assert seats(five) == {held: 4}
    with five.reading() as db:
        assert db.scalar(select(func.count()).select_from(Outgoing).where(Outgoing.about == f"appointment:{held}")) == 1


def test_one_phone_that_asks_many_times_at_once_has_one_appointment(five) -> None:
    who, times = phones(five, 1)[0], apart(free(five, 100))[:20]
    came_out = at_once(lambda slot: book(five, who, slot, how="none").id, times)
    assert Counter(came_out)[Same] == len(times) - 1
    assert len(seats(five)) == 1


def test_three_people_on_one_number_have_one_each_and_no_phone_has_more_than_four(five) -> None:
    who, times = phones(five, 1)[0], apart(free(five, 100))
    for name, slot in zip(("Dara", "Sokha", "Chan Thy"), times, strict=False):
        book(five, who, slot, name=name)
    with pytest.raises(Same):
        book(five, who, times[3], name="  SOKHA ")  # the same name, however it is typed
    book(five, who, times[3], service="problem", name="Dara")
    with pytest.raises(TooMany):
        book(five, who, times[4], name="Vanna")
    assert len(seats(five)) == 4


def test_whoever_chooses_again_holds_one_time_only(five) -> None:
    who, (first, second), pack = phones(five, 1)[0], apart(free(five, 40))[:2], five.house.packs["kh"]
    for slot in (first, second):
        with five.house.database.transaction() as db:
            held = actions.hold(db, pack, actions.Want(OFFICE, "benefit", slot), comer(who), MONDAY)
    assert seats(five) == {held.id: 4}


def test_whoever_finds_one_unit_of_hers_taken_has_none_of_them(five) -> None:
    """Whatever was read before: the table itself refuses it, and nothing of it stays."""
    first, second = phones(five, 2)
    slot = free(five, 1)[0]
    one = book(five, first, slot, how="none")
    with five.house.database.transaction() as db:
        other = Appointment(
            country="kh", place=OFFICE, service="benefit", day=one.day, unit=one.unit + 3, minutes=20, counter=one.counter,
            state="held", address_id=second, language="en", channel="kh-ussd", made_at=MONDAY, changed_at=MONDAY,
        )  # fmt: skip
        db.add(other)
        db.flush()
        assert not take(db, other, later(minutes=4), MONDAY)
    assert seats(five) == {one.id: 4}

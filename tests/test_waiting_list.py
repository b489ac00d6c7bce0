"""Whoever waits for a free time: what is freed is kept for who waits longest, for an hour, by day; then for the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from gateway.appointments import actions
from gateway.appointments.records import Appointment
from gateway.appointments.records.around import Waiting
from gateway.appointments.rules import clock_of

from .at_the_window import (
    MONDAY,
    OFFICE,
    at,
    book,
    forget_conversations,
    free,
    later,
    phones,
    seats,
    texts_of,
    waits,
)


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


def test_who_waits_for_what_is_no_more_waits_no_longer(sala) -> None:
    who = phones(sala, 1)[0]
    waits(sala, who, MONDAY)
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, at_window={c: s for c, s in pack.at_window.items() if c != "benefit"})
    for waiting in sala.all_of(Waiting):
        sala.hands.seating.offer(waiting.id, later(hours=1))
    assert sala.all_of(Waiting) == []
    sala.house.packs["kh"] = pack

"""Seats at a window, for tests that take and move them: who comes, what is wanted, and what stands in the table."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from sqlalchemy import select

from gateway.appointments import actions, windows
from gateway.appointments.records import Appointment, Seat
from gateway.appointments.rules import Slot
from gateway.appointments.slots import Asking
from gateway.people import actions as people

OFFICE = "kh-1710"
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
"""Eight in the morning in Phnom Penh, an hour in which people are awake."""


def comer(address_id: int | None, name: str = "") -> actions.Comer:
    return actions.Comer(address_id, name, "en", "kh-ussd")


def phones(sala, count: int, first: int = 99_100_000) -> list[int]:
    with sala.house.database.transaction() as db:
        return [people.make_known(db, "kh", f"+855{first + n}", MONDAY).id for n in range(count)]


def free(
    sala, count: int, service: str = "benefit", place: str = OFFICE, now: datetime = MONDAY, since: date | None = None
) -> list[Slot]:
    pack = sala.house.packs["kh"]
    with sala.reading() as db:
        window = windows.window_of(db, pack, place)
        asking = Asking(service, pack.at_window[service].minutes, False, now)
        return list(islice(windows.free_at(db, pack, window, asking, since), count))


def book(
    sala,
    address_id: int | None,
    slot: Slot,
    service: str = "benefit",
    name: str = "",
    how: str = "write",
    place: str = OFFICE,
    now: datetime = MONDAY,
):
    """Holds and books in one transaction, as somebody who is quick."""
    with sala.house.database.transaction() as db:
        pack = sala.house.packs["kh"]
        held = actions.hold(db, pack, actions.Want(place, service, slot), comer(address_id, name), now)
        return actions.book(db, sala.house, held, how, "", now)


def row(sala, appointment_id: int) -> Appointment:
    with sala.reading() as db:
        return db.get_one(Appointment, appointment_id)


def seats(sala) -> dict[int, int]:
    """How many seats each appointment has."""
    with sala.reading() as db:
        return dict(Counter(db.scalars(select(Seat.appointment_id))))


def later(**more: int) -> datetime:
    return MONDAY + timedelta(**more)

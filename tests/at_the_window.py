"""Seats at a window, for tests that take and move them: who comes, what is wanted, and what stands in the table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.appointments import actions, windows
from gateway.appointments.records import Appointment, Seat
from gateway.appointments.records.day import Token
from gateway.appointments.rules import Slot, instant
from gateway.appointments.slots import Asking
from gateway.channels.outbox.records import Outgoing
from gateway.country.windows import Counter as Desk
from gateway.dialogue.records import Conversation
from gateway.people import actions as people

OFFICE = "kh-1710"
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
"""Eight in the morning in Phnom Penh, an hour in which people are awake."""
ZONE = ZoneInfo("Asia/Phnom_Penh")
WINDOW = f"/console/window/{OFFICE}"
TO_OFFICE = ("2", "4", "2", "9", "1", "1", "1", "1")  # English, appointment, benefit, no name, then the commune


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


def waits(sala, who: int, now: datetime) -> None:
    with sala.house.database.transaction() as db:
        want = actions.Want(OFFICE, "benefit", Slot(MONDAY.date(), 0))
        assert actions.wait(db, sala.house.packs["kh"], want, comer(who), now)


def forget_conversations(sala) -> None:
    with sala.house.database.transaction() as db:
        for conversation in db.scalars(select(Conversation)):
            db.delete(conversation)


def prefer_kannel(pack):
    return replace(pack, channels={"kh-kannel": pack.channels["kh-kannel"], **pack.channels})


@pytest.fixture
def caller(sala):
    made = sala.caller()
    made.dial()
    return made


def booked(sala) -> list[Appointment]:
    return [one for one in sala.all_of(Appointment) if one.state == "booked"]


def texts(sala, about: str = "appointment") -> list[Outgoing]:
    return [text for text in sala.all_of(Outgoing) if text.about.startswith(about)]


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
        counters=(Desk(1), Desk(2, ("card",)), Desk(3, (), priority=True)),
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


def tokens(sala) -> list[Token]:
    return sala.all_of(Token)

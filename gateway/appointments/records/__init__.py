"""Tables of appointments: who comes when and for what, and the seats that this takes.

A seat is one row for one unit of five minutes at one counter, and no two can be the same: whoever inserts it has it. A
seat that is only held has an end (`until`), which is compared with the clock whenever it is read; no job frees it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    TextClause,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeEngine

from ... import seal
from ...db import Base, Moment, Sealed, changed
from ...language import fold
from ..rules import LIVE, OPEN, needs

NAME = "appointments.name"


class Appointment(Base):
    """Somebody comes, or came. `place`: the code of the window, an office or a visit. `day`, `unit`: when, by the clock
    on its wall. `reference`: her number, freed with everything else that is hers. `who`: stands for the name that was
    given, so that a phone may have one for each person; of no name, for none. `how`: by which way she is reminded.
    `sequence`: how often it was changed, for calendars. `coming`: she said that she comes. `next_at`: when time brings
    something to it. `of`: the appointment whose place this one is to take, where it is held for a move. `was_done`,
    `was_easy`: what she said afterwards, asked at `asked_at`."""

    __tablename__ = "appointments"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    place: Mapped[str] = mapped_column(String(40))
    service: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    unit: Mapped[int]
    minutes: Mapped[int]
    counter: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str | None] = mapped_column(String(12), unique=True)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    name: Mapped[str | None] = mapped_column(Sealed(NAME))
    who: Mapped[str | None] = mapped_column(String(80))
    priority: Mapped[bool] = mapped_column(default=False)
    how: Mapped[str] = mapped_column(String(8), default="none")
    hours: Mapped[str] = mapped_column(String(10), default="")
    language: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int] = mapped_column(default=0)
    coming: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    of: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    was_easy: Mapped[str] = mapped_column(String(10), default="")
    was_done: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (
        Index("ix_appointments_next_at", "next_at"),
        Index("ix_appointments_place_day", "place", "day"),
        Index("ix_appointments_state_made_at", "state", "made_at"),
    )

    def units(self) -> range:
        return range(self.unit, self.unit + needs(self.minutes))


class Seat(Base):
    """One unit of one counter on one day, and whose it is. `until`: how long it is held; None once it is booked."""

    __tablename__ = "seats"

    place: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    until: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = ({"sqlite_with_rowid": False},)  # read in the order of its key, in one go


def take(db: Session, one: Appointment, until: datetime | None, now: datetime) -> bool:
    """Takes the seats of an appointment at its counter, all of them or none; what somebody held too long is hers no
    more. Whether they were free."""
    if _insert(db, one, until):
        return True
    gone = and_(Seat.unit.in_(one.units()), Seat.until <= now)
    mine = and_(Seat.place == one.place, Seat.day == one.day, Seat.counter == one.counter)
    return bool(changed(db, delete(Seat).where(mine, gone))) and _insert(db, one, until)


@lru_cache
def _insert_of(count: int) -> TextClause:
    """Inserts so many units in a row that nobody has. In words, because a statement of many rows is otherwise made anew
    each time; both databases read it."""
    rows = ", ".join(f"(:place, :day, :counter, :unit + {n}, :appointment_id, :until)" for n in range(count))
    head = "INSERT INTO seats (place, day, counter, unit, appointment_id, until) VALUES "
    types: dict[str, TypeEngine[Any]] = {"day": Date(), "until": Moment(), "unit": Integer()}
    return text(f"{head}{rows} ON CONFLICT DO NOTHING").bindparams(*(bindparam(n, type_=t) for n, t in types.items()))


def _insert(db: Session, one: Appointment, until: datetime | None) -> bool:
    """Inserts the seats of an appointment that nobody has; where that is not all of them, none."""
    units = one.units()
    own = {"place": one.place, "day": one.day, "counter": one.counter, "unit": one.unit, "appointment_id": one.id}
    try:
        with db.connection().begin_nested():
            if changed(db, _insert_of(len(units)), {**own, "until": until}) < len(units):
                raise _Short
    except _Short:
        return False
    return True


class _Short(Exception):
    """Not all units were free: those that were are given back at once, so that nobody waits for them."""


def confirm(db: Session, held: Appointment) -> bool:
    """Makes held seats booked ones. A hold that ran out and that nobody took since is as good. Whether all of them were
    still hers."""
    mine = update(Seat).where(Seat.appointment_id == held.id).values(until=None)
    return changed(db, mine.execution_options(synchronize_session=False)) == len(held.units())


def give(db: Session, held_id: int, to: int) -> None:
    """The seats of one appointment become those of another, whose own are free."""
    free(db, to)
    db.execute(update(Seat).where(Seat.appointment_id == held_id).values(appointment_id=to))


def free(db: Session, appointment_id: int) -> None:
    """Nobody sits there any more."""
    db.execute(delete(Seat).where(Seat.appointment_id == appointment_id))


WORD = 48
"""So many units go into one number that every database can hold."""

_PART = Seat.unit // WORD
_TAKEN = (
    select(Seat.day, Seat.counter, _PART, cast(func.sum(cast(1, BigInteger).op("<<")(Seat.unit % WORD)), BigInteger))
    .where(
        Seat.place == bindparam("place"),
        Seat.appointment_id != bindparam("but"),
        Seat.day.between(bindparam("first"), bindparam("last")),
        or_(Seat.until.is_(None), Seat.until > bindparam("now", type_=Moment())),
    )
    .group_by(Seat.day, Seat.counter, _PART)
)


def taken(
    db: Session, place: str, first: date, last: date, now: datetime, *, but: int = 0
) -> dict[date, dict[int, int]]:
    """The units that are not free, by day and counter, both days too. The database puts them together: a month that is
    full is thousands of seats, and a few numbers. `but`: an appointment whose seats do not count."""
    found: dict[date, dict[int, int]] = {}
    for day, counter, part, units in db.execute(
        _TAKEN, {"place": place, "first": first, "last": last, "now": now, "but": but}
    ):
        counters = found.setdefault(day, {})
        counters[counter] = counters.get(counter, 0) | units << part * WORD
    return found


def who_of(name: str) -> str:
    """What stands for a name, however it was typed; of no name, for none."""
    return seal.ring().hash(fold.fold(name), NAME)


def is_who(name: str) -> list[str]:
    return seal.ring().hashes(fold.fold(name), NAME)


def locked(db: Session, appointment_id: int | None) -> Appointment | None:
    """An appointment as it is now, which nobody else changes until this transaction is over."""
    return db.get(Appointment, appointment_id, with_for_update=True, populate_existing=True) if appointment_id else None


def numbered(db: Session, reference: str) -> Appointment | None:
    """The appointment of a number, if there is one."""
    return db.scalar(_NUMBERED, {"reference": reference}) if reference else None


def is_given(db: Session, reference: str) -> bool:
    """Whether an appointment has this number."""
    return db.connection().execute(_GIVEN, {"reference": reference}).first() is not None


_GIVEN = select(Appointment.id).where(Appointment.reference == bindparam("reference"))
_NUMBERED = select(Appointment).where(Appointment.reference == bindparam("reference"))


def expected_of(db: Session, addresses: Collection[int], today: date) -> list[Appointment]:
    """Those for which somebody of these phones is expected from today on, the next one first. What nobody has entered
    of a day that is over stands in nobody's way."""
    return [one for one in live_of(db, addresses, today) if one.state in OPEN]


def live_of(db: Session, addresses: Collection[int], today: date) -> list[Appointment]:
    """Those that have a seat from today on, also one that is only held, the next one first."""
    if len(addresses) == 1:
        return list(db.scalars(_LIVE_ONE, {"address": next(iter(addresses)), "today": today}))
    return list(db.scalars(_LIVE, {"addresses": list(addresses), "today": today}))


_LIVE_ALL = (
    select(Appointment)
    .where(Appointment.day >= bindparam("today"), or_(*(Appointment.state == state for state in LIVE)))
    .order_by(Appointment.day, Appointment.unit, Appointment.id)
)
_LIVE = _LIVE_ALL.where(Appointment.address_id.in_(bindparam("addresses", expanding=True)))
_LIVE_ONE = _LIVE_ALL.where(Appointment.address_id == bindparam("address"))


def on_day(db: Session, place: str, day: date, states: Collection[str]) -> list[Appointment]:
    of = select(Appointment).where(Appointment.place == place, Appointment.day == day, Appointment.state.in_(states))
    return list(db.scalars(of.order_by(Appointment.unit, Appointment.counter, Appointment.id)))


def between(
    db: Session, places: Collection[str], first: date, last: date, states: Collection[str]
) -> list[Appointment]:
    of = select(Appointment).where(
        Appointment.place.in_(places), Appointment.day.between(first, last), Appointment.state.in_(states)
    )
    return list(db.scalars(of.order_by(Appointment.day, Appointment.unit, Appointment.counter, Appointment.id)))


def due(db: Session, now: datetime, skip: Collection[int], limit: int = 100) -> list[int]:
    """Appointments to which time has brought something."""
    of = select(Appointment.id).where(Appointment.next_at <= now, Appointment.id.not_in(skip))
    return list(db.scalars(of.order_by(Appointment.next_at).limit(limit)))


def places_booked(db: Session, country: str, since: date) -> dict[str, int]:
    """How many are expected from a day on, by window."""
    of = select(Appointment.place, func.count()).where(
        Appointment.country == country, Appointment.day >= since, Appointment.state.in_(OPEN)
    )
    return {row[0]: row[1] for row in db.execute(of.group_by(Appointment.place))}

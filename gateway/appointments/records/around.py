"""Tables around appointments: visits of mobile units, closures, who waits for a free time, what was told, and the
calendars that offices subscribe to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, and_, bindparam, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, Sealed
from ...people.records import GOES
from ..rules import Closed


class Visit(Base):
    """A mobile unit of an office comes to an area on a day: an office with a date. `begin`, `end`: units of the day;
    `landmark`: where it sits down, as people there say. `called_off_at`: it does not come."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    area: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    begin: Mapped[int]
    end: Mapped[int]
    counters: Mapped[int]
    services: Mapped[list[str]] = mapped_column(JSON)
    landmark: Mapped[str] = mapped_column(String(120), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    called_off_at: Mapped[datetime | None] = mapped_column(Moment)
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (Index("ix_visits_country_day", "country", "day"),)

    def units(self) -> range:
        return range(self.begin, self.end)


class Closure(Base):
    """A window is closed, and those below its office too where `below`. `begin`, `end`: units of each day. It counts
    for new bookings at once; those who are touched are told at `send_at`, and until then it can be undone."""

    __tablename__ = "closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    place: Mapped[str] = mapped_column(String(40))
    below: Mapped[bool]
    first: Mapped[date]
    last: Mapped[date]
    begin: Mapped[int]
    end: Mapped[int]
    why: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    send_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (Index("ix_closures_country_last", "country", "last"),)

    def closed(self) -> Closed:
        return Closed(self.first, self.last, self.begin, self.end)


class Touched(Base):
    """An appointment that a closure touches. `to_id`: the new time that is kept for her until she is told; None where
    none was found, and hers is cancelled."""

    __tablename__ = "closure_touched"

    closure_id: Mapped[int] = mapped_column(ForeignKey("closures.id"), primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), primary_key=True, index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)


class Waiting(Base):
    """Somebody waits for a free time at a window. `offer_id`: the time that is kept for her now, until `offer_until`.
    `next_at`: when to look for her again."""

    __tablename__ = "waiting"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    place: Mapped[str] = mapped_column(String(40))
    service: Mapped[str] = mapped_column(String(40))
    priority: Mapped[bool]
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    who: Mapped[str] = mapped_column(String(80))
    name: Mapped[str | None] = mapped_column(Sealed("waiting.name"))
    language: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    offer_until: Mapped[datetime | None] = mapped_column(Moment)
    offers: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Moment, index=True)

    __table_args__ = (Index("ix_waiting_place_since", "place", "since"),)


class Told(Base):
    """The times that were last told to an address, so that `APPT 2` says which one she wants."""

    __tablename__ = "told_times"

    address_id: Mapped[int] = mapped_column(
        ForeignKey("addresses.id"), primary_key=True, autoincrement=False, info={GOES: True}
    )
    place: Mapped[str] = mapped_column(String(40))
    service: Mapped[str] = mapped_column(String(40))
    priority: Mapped[bool]
    times: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class Feed(Base):
    """The calendar of an office behind an address that nobody can guess; one at a time."""

    __tablename__ = "feeds"

    place: Mapped[str] = mapped_column(String(40), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    token: Mapped[str] = mapped_column(Sealed("feeds.token"))
    token_hash: Mapped[str] = mapped_column(String(80), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)


def visits_ahead(db: Session, country: str, since: date, areas: Collection[str] | None = None) -> list[Visit]:
    """The visits from a day on that take place; those to some areas, where they are named."""
    of = select(Visit).where(Visit.country == country, Visit.day >= since, Visit.called_off_at.is_(None))
    of = of if areas is None else of.where(Visit.area.in_(areas))
    return list(db.scalars(of.order_by(Visit.day, Visit.begin, Visit.id)))


def closures_of(db: Session, own: Collection[str], above: Collection[str], since: date) -> list[Closure]:
    """What is closed from a day on at a window: by its own codes, or by an office above it for all below."""
    codes = [*dict.fromkeys((*own, *above))]
    rows = db.scalars(_closed_at(len(codes)), {"since": since, **{f"code{n}": code for n, code in enumerate(codes)}})
    return [row for row in rows if row.below or row.place in own]


@lru_cache
def _closed_at(count: int) -> Select[Closure]:
    """Made once for so many codes: it is asked at every booking."""
    there = or_(*(Closure.place == bindparam(f"code{n}") for n in range(count)))
    last = and_(Closure.undone_at.is_(None), Closure.last >= bindparam("since"))
    return select(Closure).where(there, last).order_by(Closure.id)


def closures_to_send(db: Session, now: datetime, skip: Collection[int]) -> list[int]:
    waiting = select(Closure.id).where(Closure.send_at <= now, Closure.sent_at.is_(None), Closure.undone_at.is_(None))
    return list(db.scalars(waiting.where(Closure.id.not_in(skip)).order_by(Closure.id).limit(20)))


def waiting_due(db: Session, now: datetime, skip: Collection[int], limit: int = 50) -> list[int]:
    """Those for whom it is time to look, who has waited longest first."""
    of = select(Waiting.id).where(Waiting.next_at <= now, Waiting.id.not_in(skip))
    return list(db.scalars(of.order_by(Waiting.since, Waiting.id).limit(limit)))


def waiting_of(db: Session, address_id: int) -> list[Waiting]:
    return list(db.scalars(select(Waiting).where(Waiting.address_id == address_id).order_by(Waiting.id)))

"""The table of the day: who has come to a window, under which number, and how far she is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment

WAITS, CALLED, SERVED, DONE, GONE = "waits", "called", "served", "done", "gone"


class Token(Base):
    """Somebody who has come today. `number`: what she is called by. `appointment_id`: None for whoever came without
    one. `in_line_at`: from when on she counts as waiting: her appointment's time, or when she came. `late`: she
    came after her time, and waits with those without an appointment. `address_id`: where she may be told that it is
    nearly her turn. `told_at`: when she was. `called_at`, `begun_at`, `ended_at`: of the counter where she is now or
    was last; `waited`, `took`: seconds over all counters."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    number: Mapped[int]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), unique=True)
    service: Mapped[str] = mapped_column(String(40))
    priority: Mapped[bool]
    late: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default=WAITS)
    counter: Mapped[int] = mapped_column(default=0)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    language: Mapped[str] = mapped_column(String(12), default="en")
    came_at: Mapped[datetime] = mapped_column(Moment)
    in_line_at: Mapped[datetime] = mapped_column(Moment)
    called_at: Mapped[datetime | None] = mapped_column(Moment)
    begun_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    waited: Mapped[int] = mapped_column(default=0)
    took: Mapped[int] = mapped_column(default=0)
    paper: Mapped[bool] = mapped_column(default=False)
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (
        UniqueConstraint("place", "day", "number"),
        Index("ix_tokens_place_day_state", "place", "day", "state"),
    )


def tokens_of(db: Session, place: str, day: date) -> list[Token]:
    return list(db.scalars(select(Token).where(Token.place == place, Token.day == day).order_by(Token.number)))


def last_number(db: Session, place: str, day: date) -> int:
    return db.scalar(select(func.max(Token.number)).where(Token.place == place, Token.day == day)) or 0


def token_of(db: Session, appointment_id: int) -> Token | None:
    return db.scalar(select(Token).where(Token.appointment_id == appointment_id))


def came_between(db: Session, places: Collection[str], first: date, last: date) -> list[Token]:
    return list(db.scalars(select(Token).where(Token.place.in_(places), Token.day.between(first, last))))

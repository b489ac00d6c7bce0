"""Tables of the hotline: tasks that wait for an operator, calls, missed calls, who is on shift, what is handed over."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..db import Base, Moment, Sealed


class Task(Base):
    """Something an operator does by voice. `about` names what it belongs to (`event:12`). `state`: waiting, taken,
    done, unreached (called three times for nothing) or dropped. `due_at`: what was promised; `next_at`: when it may be
    tried."""

    __tablename__ = "hotline_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(10))
    about: Mapped[str] = mapped_column(String(60), default="")
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    attachment_id: Mapped[int | None]
    language: Mapped[str] = mapped_column(String(12), default="")
    skill: Mapped[str] = mapped_column(String(20), default="")
    hours: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    put_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    next_at: Mapped[datetime] = mapped_column(Moment)
    tried_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (Index("ix_hotline_tasks_country_state", "country", "state"),)


class Call(Base):
    """A call that reached the hotline, or was logged by hand. `sid_hash`: the provider's call, as a keyed hash.
    `outcome`: what it was about (`rules.WRAP_UP`), or `abandoned`. `outgoing`: we called her.
    `forget`: whose it was is kept no longer than the call."""

    __tablename__ = "hotline_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(40))
    sid_hash: Mapped[str | None] = mapped_column(String(80), unique=True)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("hotline_tasks.id"))
    language: Mapped[str] = mapped_column(String(12), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str | None] = mapped_column(Sealed("hotline_calls.note"))
    outgoing: Mapped[bool] = mapped_column(default=False)
    forget: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_hotline_calls_country_began_at", "country", "began_at"),)


class Missed(Base):
    """A missed call that asks to be called back. `state`: waiting, calling, reached, unreached, refused (`why`)."""

    __tablename__ = "missed_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(40))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    prefix: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    day: Mapped[date]
    rang_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (
        Index("ix_missed_calls_state_due_at", "state", "due_at"),
        Index("ix_missed_calls_address_id_rang_at", "address_id", "rang_at"),
    )


class Shift(Base):
    """Somebody on shift, or who was. `languages`: locales that she speaks; none: any. `phone`: where calls reach
    her."""

    __tablename__ = "hotline_shifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    phone: Mapped[str | None] = mapped_column(Sealed("hotline_shifts.phone"))
    state: Mapped[str] = mapped_column(String(10))
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index(
            "uq_hotline_shifts_open", "staff_id", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip


class Spell(Base):
    """A time in one state of a shift."""

    __tablename__ = "hotline_spells"

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("hotline_shifts.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Handover(Base):
    """What a shift leaves to the next: a note, and the tasks that lay with somebody who went home."""

    __tablename__ = "hotline_handovers"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    from_staff: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(Sealed("hotline_handovers.note"))
    tasks: Mapped[list[int]] = mapped_column(JSON, default=list)
    put_at: Mapped[datetime] = mapped_column(Moment)
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)


class Flag(Base):
    """A caller who was abusive, for as long as it lasts; a supervisor may lift it."""

    __tablename__ = "caller_flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(Sealed("caller_flags.note"))
    put_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment)


class ArticleFlag(Base):
    """An operator says that an article is wrong, or that one is missing."""

    __tablename__ = "article_flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    article: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Sealed("article_flags.note"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    put_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)


def open_handovers(db: Session, country: str) -> list[Handover]:
    mine = select(Handover).where(Handover.country == country, Handover.accepted_by.is_(None))
    return list(db.scalars(mine.order_by(Handover.id)))


def is_flagged(db: Session, address_id: int, now: datetime) -> bool:
    return db.scalar(select(Flag.id).where(Flag.address_id == address_id, Flag.until > now).limit(1)) is not None


def waiting_tasks(db: Session, country: str, limit: int = 1000) -> list[Task]:
    """What waits for anybody, or lies with somebody, and may be done now or later; callers on the line first."""
    mine = select(Task).where(Task.country == country, Task.state.in_(("waiting", "taken")))
    return list(db.scalars(mine.order_by(Task.kind != "call", Task.due_at).limit(limit)))


def left_open(db: Session, staff_id: int) -> list[Call]:
    """Her calls of which she has not yet said what they were about."""
    mine = select(Call).where(Call.staff_id == staff_id, Call.outcome == "", Call.answered_at.is_not(None))
    return list(db.scalars(mine.where(Call.address_id.is_not(None)).order_by(Call.began_at)))


def called_back(db: Session, prefix: str, day: date) -> int:
    """How many missed calls of this country's numbers were taken up on a day."""
    counted = select(func.count()).where(Missed.prefix == prefix, Missed.day == day, Missed.state != "refused")
    return db.scalar(counted) or 0


def last_ring(db: Session, address_id: int) -> datetime | None:
    """When this number last rang and was taken up."""
    rang = select(func.max(Missed.rang_at)).where(Missed.address_id == address_id, Missed.state != "refused")
    return db.scalar(rang)


def due_missed(db: Session, now: datetime, limit: int = 10) -> list[int]:
    """Missed calls to be called back now; and those of which nobody said how our call ended."""
    due = select(Missed.id).where(Missed.state.in_(("waiting", "calling")), Missed.due_at <= now)
    return list(db.scalars(due.order_by(Missed.due_at).limit(limit)))

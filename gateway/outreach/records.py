"""Tables of outreach: who wants news of which area, messages to many, answers to polls, codes that were named."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..db import Base, Moment
from ..people.records import Address


class Wish(Base):
    """An address that asked for news of an area. Deleted when she wants no more."""

    __tablename__ = "wishes"

    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(20), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)


class Broadcast(Base):
    """A message to many. `texts`: by locale. `cursor`: the last address that was put into the outbox. `counts`: what
    came of a poll, when whose answers they were is no longer kept."""

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(20))
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    answers_of: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    cursor: Mapped[int] = mapped_column(default=0)
    put: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON)


class PollAnswer(Base):
    """What an address answered to a poll; counted, never shown beside the address."""

    __tablename__ = "poll_answers"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), primary_key=True)
    answer: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)


class CampaignCount(Base):
    """How often the code of a campaign was named on a day. Nobody's address."""

    __tablename__ = "campaign_counts"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


def audience(
    db: Session, country: str, places: Collection[str], after: int = 0, answers_of: int | None = None,
    limit: int | None = None,
) -> list[Address]:  # fmt: skip
    """Whom a message for these areas reaches: who asked for it and can be reached, in the order of their ids. With
    `answers_of`: who answered that poll."""
    reached = select(Address).where(
        Address.country == country, Address.id > after, Address.stopped_at.is_(None), Address.closed_at.is_(None)
    )
    if answers_of is None:
        reached = reached.join(Wish, Wish.address_id == Address.id).where(Wish.place.in_(places))
    else:
        reached = reached.join(PollAnswer, PollAnswer.address_id == Address.id)
        reached = reached.where(PollAnswer.broadcast_id == answers_of)
    return list(db.scalars(reached.order_by(Address.id).limit(limit)))


def poll_counts(db: Session, broadcast_id: int) -> dict[str, int]:
    row = db.get(Broadcast, broadcast_id)
    if row is not None and row.counts is not None:
        return dict(row.counts)
    counted = select(PollAnswer.answer, func.count().label("n")).where(PollAnswer.broadcast_id == broadcast_id)
    return {row.answer: row.n for row in db.execute(counted.group_by(PollAnswer.answer))}


def of_country(db: Session, country: str, limit: int = 50) -> list[Broadcast]:
    mine = select(Broadcast).where(Broadcast.country == country)
    return list(db.scalars(mine.order_by(Broadcast.id.desc()).limit(limit)))


def sending(db: Session) -> list[int]:
    return list(db.scalars(select(Broadcast.id).where(Broadcast.state == "sending").order_by(Broadcast.id)))

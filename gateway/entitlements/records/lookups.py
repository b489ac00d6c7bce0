"""Table of look-ups in a register of elsewhere: asked by a worker, heard a moment later, or sent as a message."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, SealedJson
from ...people.records import GOES


class Lookup(Base):
    """One question. `asked`: the number, the second fact and who asks, sealed; emptied once it is answered. `state`:
    waiting, found, none, locked, given_up. `opens`, `sight`: what came of it, until `until`. `send`: she waits for a
    message. `next_at`: when it is asked next; `tries`: how often it was."""

    __tablename__ = "lookups"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True, info={GOES: True})
    language: Mapped[str] = mapped_column(String(12))
    asked: Mapped[dict[str, Any]] = mapped_column(SealedJson("lookups.asked"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    send: Mapped[bool] = mapped_column(default=False)
    opens: Mapped[str] = mapped_column(String(8), default="")
    sight: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("lookups.sight"))
    tries: Mapped[int] = mapped_column(default=0)
    put_at: Mapped[datetime] = mapped_column(Moment)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_lookups_state_next_at", "state", "next_at"), Index("ix_lookups_until", "until"))


def waits(db: Session, address_id: int) -> bool:
    """Whether a question of this address is not answered yet."""
    mine = select(Lookup.id).where(Lookup.address_id == address_id, Lookup.state == "waiting")
    return db.scalar(mine.limit(1)) is not None


def to_ask(db: Session, now: datetime, skip: Collection[int] = (), limit: int = 20) -> list[int]:
    """Questions whose time has come."""
    due = select(Lookup.id).where(Lookup.state == "waiting", Lookup.next_at <= now, Lookup.id.not_in(skip))
    return list(db.scalars(due.order_by(Lookup.next_at).limit(limit)))

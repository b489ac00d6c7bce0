"""The table of the outbox, and what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from ...db import Base, Moment, Sealed, SealedJson
from .. import Line
from ..posting import BULK

BATCH = 20
IN_ORDER_FOR = timedelta(minutes=2)
"""How long a reply that does not get through holds up the next one of its thread."""


class Outgoing(Base):
    """One text to one address. `about` says what it belongs to (`case:12`), for whoever put it there. `kind`: reply,
    notice or bulk (`posting.py`). `buttons`: what can be pressed below it. `forget`: the row goes once it was handed
    over, and so may the number. `anew`: how often it was sent again because the phone was off. `receipts`: by part."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    body: Mapped[str] = mapped_column(Sealed("outbox.body"))
    buttons: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("outbox.buttons"))
    purpose: Mapped[str] = mapped_column(String(20))
    kind: Mapped[int] = mapped_column(default=BULK)
    forget: Mapped[bool] = mapped_column(default=False)
    about: Mapped[str] = mapped_column(String(60))
    once: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    anew: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    provider_id: Mapped[str | None] = mapped_column(String(80))
    parts: Mapped[int] = mapped_column(default=1)
    receipts: Mapped[dict[str, str] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(200))
    put_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_outbox_state_kind_due_at", "state", "kind", "due_at"),
        Index("ix_outbox_about", "about"),
        Index("ix_outbox_address_id", "address_id"),
    )


class Ready(NamedTuple):
    """A claimed row, with what is needed to send it. `attempts`: which try this is."""

    id: int
    channel: str
    address_id: int
    body: str
    buttons: dict[str, Any] | None
    purpose: str
    kind: int
    about: str
    forget: bool
    attempts: int


READY = tuple(getattr(Outgoing, name) for name in Ready._fields)


def in_order(now: datetime) -> ColumnElement[bool]:
    """True of a row unless an earlier reply in the same thread was put out a moment ago and still waits or is being
    sent."""
    earlier = aliased(Outgoing)
    unsent = select(earlier.id).where(
        earlier.address_id == Outgoing.address_id, earlier.channel == Outgoing.channel, earlier.id < Outgoing.id,
        earlier.purpose == "reply", earlier.state.in_(("waiting", "sending")), earlier.put_at > now - IN_ORDER_FOR,
    )  # fmt: skip
    return or_(Outgoing.purpose != "reply", ~unsent.exists())


def lines_of(buttons: dict[str, Any] | None) -> tuple[tuple[Line, ...], str]:
    """What can be pressed below a text, and the mark of the screen."""
    kept = buttons or {}
    return tuple(Line(press, label) for press, label in kept.get("lines", ())), kept.get("mark", "")


def about(db: Session, things: Sequence[str]) -> list[Outgoing]:
    """What was put out about these things, oldest first."""
    return list(db.scalars(select(Outgoing).where(Outgoing.about.in_(things)).order_by(Outgoing.id)))


def overdue(db: Session, before: datetime, now: datetime) -> list[int]:
    """Rows that should have been taken up by now: the workers were not woken, or are not there; and those put back,
    for which no worker is woken."""
    put_back = and_(Outgoing.error.is_not(None), Outgoing.due_at <= now)
    late = and_(Outgoing.state == "waiting", or_(Outgoing.due_at < before, put_back))
    order = (Outgoing.kind, Outgoing.due_at, Outgoing.id)
    return list(db.scalars(select(Outgoing.id).where(late).order_by(*order).limit(BATCH)))


def next_to(db: Session, address_id: int, now: datetime) -> int | None:
    """The next reply that waits for this address: a conversation is written to in order."""
    mine = and_(Outgoing.address_id == address_id, Outgoing.state == "waiting", Outgoing.due_at <= now)
    return db.scalar(select(Outgoing.id).where(mine, Outgoing.purpose == "reply").order_by(Outgoing.id).limit(1))


def stuck(db: Session, before: datetime) -> int:
    """Texts put out before then that still wait, however often they were tried."""
    still = and_(Outgoing.state.in_(("waiting", "sending")), Outgoing.put_at < before)
    return db.scalar(select(func.count()).where(still)) or 0


def still_to_go(db: Session, thing: str) -> int:
    """How many texts about this have not gone out yet."""
    waiting = select(func.count()).where(Outgoing.about == thing, Outgoing.state == "waiting")
    return db.scalar(waiting) or 0


def dead_letters(db: Session, channels: Sequence[str], limit: int) -> list[Outgoing]:
    """What failed for good, or may not have arrived, newest first; replies aside: she was there, and may ask again."""
    dead = and_(Outgoing.state.in_(("failed", "unknown")), Outgoing.purpose != "reply", Outgoing.channel.in_(channels))
    return list(db.scalars(select(Outgoing).where(dead).order_by(Outgoing.id.desc()).limit(limit)))


def counts(db: Session) -> dict[str, int]:
    found = db.execute(select(Outgoing.state, func.count().label("number")).group_by(Outgoing.state))
    return {row.state: row.number for row in found}

"""The outbox: what must still be said, as rows. A send is proved by its row, not by a call.

A row is claimed with a lease, sent outside any transaction, and marked. A worker killed in between
leaves a lease that runs out: whether that text went out nobody knows, so it becomes *unknown*, is
never repeated by itself, and is settled by the provider's receipt (whose address names the row) or
by a member of staff. Receipts may come twice and in any order; a state never goes backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..db import Base, Moment, Sealed, wake_later
from . import NotSent, Receipt

LEASE = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
GIVE_UP = timedelta(hours=48)
BATCH = 20
JITTER = SystemRandom()
RANK = {"waiting": 0, "sending": 1, "unknown": 2, "sent": 3, "failed": 4, "delivered": 5}


class Outgoing(Base):
    """One text to one address. `about` says what it belongs to (`case:12`), for whoever put it there."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    body: Mapped[str] = mapped_column(Sealed("outbox.body"))
    purpose: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(60))
    once: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    provider_id: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(String(200))
    put_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_outbox_state_due_at", "state", "due_at"), Index("ix_outbox_about", "about"))


class Ready(NamedTuple):
    """A claimed row, with what is needed to send it."""

    id: int
    channel: str
    address_id: int
    body: str


def put(
    db: Session, channel: str, address_id: int, body: str, *, purpose: str, about: str, once: str, now: datetime
) -> None:
    """Puts a text into the outbox. `once`: the same word puts nothing a second time."""
    if db.scalar(select(Outgoing.id).where(Outgoing.once == once)):
        return
    row = Outgoing(
        channel=channel,
        address_id=address_id,
        body=body,
        purpose=purpose,
        about=about,
        once=once,
        due_at=now,
        put_at=now,
    )
    db.add(row)
    db.flush()
    wake_later(db, "deliver", row.id)


def claim(db: Session, now: datetime, only: int | None = None) -> list[Ready]:
    """Leases what is due (or the row `only`, if it is due), so that no other worker sends it."""
    due = and_(Outgoing.state == "waiting", Outgoing.due_at <= now)
    wanted = select(Outgoing.id).where(due).order_by(Outgoing.due_at).limit(BATCH).with_for_update(skip_locked=True)
    if only is not None:
        wanted = wanted.where(Outgoing.id == only)
    ids = db.scalars(wanted).all()
    taken = (
        update(Outgoing)
        .where(Outgoing.id.in_(ids), Outgoing.state == "waiting")
        .values(state="sending", lease_until=now + LEASE, attempts=Outgoing.attempts + 1)
        .returning(Outgoing.id, Outgoing.channel, Outgoing.address_id, Outgoing.body)
    )
    return [Ready(*row) for row in db.execute(taken)]


def sent(db: Session, row_id: int, provider_id: str, now: datetime) -> None:
    """The provider took it. A receipt may have been quicker: it is not undone."""
    values = {"provider_id": provider_id, "lease_until": None, "error": None}
    db.execute(update(Outgoing).where(Outgoing.id == row_id).values(**values))
    _advance(db, Outgoing.id == row_id, "sent", now, None)


def not_sent(db: Session, row_id: int, failure: NotSent, now: datetime) -> None:
    """Back to waiting with a growing, jittered pause, for two days; or failed for good; or unknown. A receipt
    that came meanwhile stands."""
    row = db.get_one(Outgoing, row_id)
    values: dict[str, object] = {"error": failure.reason[:200], "lease_until": None}
    if failure.unknown:
        values["state"] = "unknown"
    elif failure.permanent or now - row.put_at >= GIVE_UP:
        values |= {"state": "failed", "settled_at": now}
    else:
        pause = min(FIRST_RETRY * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
        values |= {"state": "waiting", "due_at": now + pause * JITTER.uniform(0.8, 1.2)}
    db.execute(update(Outgoing).where(Outgoing.id == row_id, Outgoing.state == "sending").values(**values))


def mark_lost(db: Session, now: datetime) -> int:
    """Rows whose sender died with the lease: nobody knows whether they went out."""
    lost = and_(Outgoing.state == "sending", Outgoing.lease_until < now)
    values = {"state": "unknown", "lease_until": None, "error": "the sender was stopped while sending"}
    return db.execute(update(Outgoing).where(lost).values(**values)).rowcount  # type: ignore[attr-defined,no-any-return]


def receive(db: Session, channel: str, row_id: int | None, receipt: Receipt, now: datetime) -> bool:
    """Takes the provider's word. The row is found by the provider's id, or by the row named in the callback."""
    found = Outgoing.provider_id == receipt.provider_id
    if row_id is not None:
        found = or_(found, and_(Outgoing.id == row_id, Outgoing.provider_id.is_(None)))
    where = and_(Outgoing.channel == channel, found)
    db.execute(update(Outgoing).where(where, Outgoing.provider_id.is_(None)).values(provider_id=receipt.provider_id))
    return _advance(db, where, receipt.state, now, receipt.error or None)


def _advance(db: Session, where: object, state: str, now: datetime, error: str | None) -> bool:
    lower = [name for name, rank in RANK.items() if rank < RANK[state]]
    values: dict[str, object] = {"state": state, "settled_at": now, "lease_until": None}
    if error:
        values["error"] = f"code {error}"[:200]
    done = update(Outgoing).where(where, Outgoing.state.in_(lower)).values(**values)  # type: ignore[arg-type]
    return bool(db.execute(done).rowcount)  # type: ignore[attr-defined]


def send_again(db: Session, row_id: int, now: datetime) -> bool:
    """By a member of staff, for a text that failed or whose fate is unknown."""
    again = update(Outgoing).where(Outgoing.id == row_id, Outgoing.state.in_(("failed", "unknown")))
    values = {
        "state": "waiting",
        "attempts": 0,
        "put_at": now,
        "due_at": now,
        "provider_id": None,
        "error": None,
        "settled_at": None,
    }
    done = db.execute(again.values(**values))
    if done.rowcount:  # type: ignore[attr-defined]
        wake_later(db, "deliver", row_id)
    return bool(done.rowcount)  # type: ignore[attr-defined]


def about(db: Session, things: Sequence[str]) -> list[Outgoing]:
    """What was put out about these things, oldest first."""
    return list(db.scalars(select(Outgoing).where(Outgoing.about.in_(things)).order_by(Outgoing.id)))


def overdue(db: Session, before: datetime) -> list[int]:
    """Rows that should have been taken up by now: the workers were not woken, or are not there."""
    late = and_(Outgoing.state == "waiting", Outgoing.due_at < before)
    return list(db.scalars(select(Outgoing.id).where(late).order_by(Outgoing.due_at).limit(BATCH)))


def stuck(db: Session, before: datetime) -> int:
    """Texts put out before then that still wait, however often they were tried."""
    still = and_(Outgoing.state.in_(("waiting", "sending")), Outgoing.put_at < before)
    return db.scalar(select(func.count()).where(still)) or 0


def goes_to(db: Session, address_id: int) -> bool:
    """Whether any text was ever put out to this address."""
    return db.scalar(select(Outgoing.id).where(Outgoing.address_id == address_id).limit(1)) is not None


def counts(db: Session) -> dict[str, int]:
    found = db.execute(select(Outgoing.state, func.count().label("number")).group_by(Outgoing.state))
    return {row.state: row.number for row in found}

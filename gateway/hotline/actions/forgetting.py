"""How long the hotline knows a number: three months after a call, or not at all where the caller asked for that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from ..records import Call, Flag, Missed, Task

KEPT = timedelta(days=90)
OVER = ("done", "unreached", "dropped")
WRITTEN_UP = timedelta(hours=1)
RINGS = ("waiting", "calling")


def forget_after_call(db: Session, address_id: int) -> None:
    """She asked that no number be kept, while somebody may still be speaking with her."""
    running = update(Call).where(Call.address_id == address_id, Call.ended_at.is_(None))
    db.execute(running.values(forget=True))


def let_go(db: Session, address_id: int) -> None:
    """What is over forgets whose it was; what still waits, or is spoken, keeps it."""
    _clear(db, and_(Call.address_id == address_id, Call.ended_at.is_not(None)))
    db.execute(update(Task).where(Task.address_id == address_id, Task.state.in_(OVER)).values(address_id=None))
    db.execute(delete(Missed).where(Missed.address_id == address_id, Missed.state.not_in(RINGS)))


def forget_about(db: Session, abouts: Collection[str]) -> None:
    """Tasks about these forget whose they were."""
    db.execute(update(Task).where(Task.about.in_(abouts)).values(address_id=None, attachment_id=None))


def purge(db: Session, now: datetime) -> Collection[int]:
    """Forgets whose what is long over was; the numbers of calls just ended that were to be kept no longer."""
    old = now - KEPT
    _clear(db, and_(Call.began_at < old, or_(Call.address_id.is_not(None), Call.note.is_not(None))))
    db.execute(update(Task).where(Task.ended_at < old, Task.address_id.is_not(None)).values(address_id=None))
    db.execute(delete(Missed).where(Missed.rang_at < old))
    db.execute(delete(Flag).where(Flag.until < old))
    written_up = or_(Call.outcome != "", Call.ended_at < now - WRITTEN_UP)
    ended = select(Call.address_id).where(Call.forget, Call.ended_at.is_not(None), written_up)
    return {address_id for address_id in db.scalars(ended) if address_id}


def _clear(db: Session, which: ColumnElement[bool]) -> None:
    db.execute(update(Call).where(which).values(address_id=None, note=None, forget=False))

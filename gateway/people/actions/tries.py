"""Wrong guesses, counted so that nobody may guess for long. Keys are kept only as keyed hashes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ... import seal
from ..records import Try


def count_try(db: Session, kind: str, key: str, now: datetime) -> None:
    """Notes a wrong guess. `key` is kept only as a keyed hash."""
    db.add(
        Try(id=secrets.randbits(62), kind=kind, key_hash=seal.ring().hash(key, f"try.{kind}"), at=_kept_at(kind, now))
    )
    db.flush()


def tries(db: Session, kind: str, key: str, since: datetime) -> int:
    """How often `key` guessed wrong since then."""
    mine = Try.key_hash.in_(seal.ring().hashes(key, f"try.{kind}"))
    return db.scalar(select(func.count()).where(Try.kind == kind, mine, Try.at >= _kept_at(kind, since))) or 0


def tries_of_all(db: Session, kind: str, since: datetime) -> int:
    return db.scalar(select(func.count()).where(Try.kind == kind, Try.at >= _kept_at(kind, since))) or 0


def _kept_at(kind: str, moment: datetime) -> datetime:
    """Wrong PINs are kept by the hour, so that the two rows of one guess are not matched by their moment: their
    window reaches back to the full hour."""
    return moment.replace(minute=0, second=0, microsecond=0) if kind.startswith("pin") else moment


def purge_tries(db: Session, now: datetime) -> None:
    db.execute(delete(Try).where(Try.at < now - timedelta(hours=25)))

"""Wrong guesses, counted so that nobody may guess for long. Keys are kept only as keyed hashes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from ... import seal
from ..records import Try

COUNTED = (
    select(Try.kind, func.count().label("wrong"))
    .where(
        Try.kind.in_(bindparam("kinds", expanding=True)),
        Try.key_hash.in_(bindparam("hashes", expanding=True)),
        Try.at >= bindparam("since"),
    )
    .group_by(Try.kind)
)
"""Made once: it is asked several times at every look-up."""


def count_try(db: Session, kind: str, key: str, now: datetime) -> None:
    """Notes a wrong guess. `key` is kept only as a keyed hash."""
    db.add(
        Try(id=secrets.randbits(62), kind=kind, key_hash=seal.ring().hash(key, f"try.{kind}"), at=_kept_at(kind, now))
    )
    db.flush()


def tries(db: Session, kind: str, key: str, since: datetime) -> int:
    """How often `key` guessed wrong since then."""
    return tries_by_kind(db, {kind: key}, since)[kind]


def tries_by_kind(db: Session, keys: Mapping[str, str], since: datetime) -> dict[str, int]:
    """The same of one key of each of several kinds that are kept alike, asked at once."""
    hashes = [one for kind, key in keys.items() for one in seal.ring().hashes(key, f"try.{kind}")]
    asked = {"kinds": list(keys), "hashes": hashes, "since": min(_kept_at(kind, since) for kind in keys)}
    return dict.fromkeys(keys, 0) | {row.kind: row.wrong for row in db.execute(COUNTED, asked)}


def tries_of_all(db: Session, kind: str, since: datetime) -> int:
    return db.scalar(select(func.count()).where(Try.kind == kind, Try.at >= _kept_at(kind, since))) or 0


def _kept_at(kind: str, moment: datetime) -> datetime:
    """Wrong PINs are kept by the hour, so that the two rows of one guess are not matched by their moment: their
    window reaches back to the full hour."""
    return moment.replace(minute=0, second=0, microsecond=0) if kind.startswith("pin") else moment


def purge_tries(db: Session, now: datetime) -> None:
    db.execute(delete(Try).where(Try.at < now - timedelta(hours=25)))

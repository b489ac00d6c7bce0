"""The audit: who did what to which, when and why. Append-only; the database refuses to change a row.

Rows hold ids and words, never a person's name, number or text, so that retention elsewhere does not
break the record. A sealer chains rows that are not sealed yet, in batches: each seal is a hash over
the row and the seal before it. Writers never wait for the sealer. `verify` proves the chain: that no
sealed row was altered or taken from its middle by anyone without the keys. That its end was not cut off
shows only beside a head written down elsewhere, which is why `verify` tells the head.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ForeignKey, String, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base, Moment
from .seal import ring

FIRST_SEAL = "0" * 64
BATCH = 500
CHAIN = "audit.chain"
ONE_SEALER = 5_414_103  # the number of the lock by which sealers take turns


class Entry(Base):
    """One act. `actor`: `staff:3`, `citizen`, `system`; `thing`: `case:12`."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(String(200))


class Seal(Base):
    """The hash that chains one audit row to the one sealed before it."""

    __tablename__ = "audit_seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    seal: Mapped[str] = mapped_column(String(80))


_WRITE = insert(Entry)


def write(db: Session, *, actor: str, act: str, thing: str, now: datetime, why: str = "") -> None:
    """Adds a row, in the transaction of what it records."""
    row = {"at": now, "actor": actor, "act": act, "thing": thing, "why": why[:200]}
    db.connection().execute(_WRITE, row)


def seal_new(db: Session) -> int:
    """Chains the rows not sealed yet, oldest first; how many."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(ONE_SEALER)))
    last = db.execute(select(Seal.audit_id, Seal.seal).order_by(Seal.id.desc()).limit(1)).first()
    seal = last.seal if last else FIRST_SEAL
    unsealed = select(Entry).outerjoin(Seal, Seal.audit_id == Entry.id).where(Seal.id.is_(None))
    rows = db.scalars(unsealed.order_by(Entry.id).limit(BATCH)).all()
    for row in rows:
        seal = chain(seal, row)
        db.add(Seal(audit_id=row.id, seal=seal))
        db.flush()
    return len(rows)


def chain(before: str, row: Entry) -> str:
    return ring().hash(_body(before, row), CHAIN)


def _body(before: str, row: Entry) -> str:
    return json.dumps([before, row.id, row.at.isoformat(), row.actor, row.act, row.thing, row.why], ensure_ascii=False)


def verify(db: Session) -> tuple[int, int, str, str]:
    """How many seals hold, how many cannot be proved because their key has left the ring, the last seal, and
    what is wrong with the next (empty: nothing)."""
    seal, held, unproved = FIRST_SEAL, 0, 0
    for stored in db.scalars(select(Seal).order_by(Seal.id)):
        row = db.get(Entry, stored.audit_id)
        if row is None:
            return held, unproved, seal, f"audit row {stored.audit_id} is gone"
        if int(stored.seal.partition(":")[0]) not in ring().keys:
            unproved += 1
        elif stored.seal in ring().hashes(_body(seal, row), CHAIN):
            held += 1
        else:
            return held, unproved, seal, f"audit row {row.id}, or a row before it, was altered"
        seal = stored.seal
    return held, unproved, seal, ""


def unsealed(db: Session) -> int:
    """Rows that still wait for the sealer."""
    total = db.scalar(select(func.count()).select_from(Entry)) or 0
    return total - (db.scalar(select(func.count()).select_from(Seal)) or 0)

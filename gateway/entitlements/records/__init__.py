"""Tables of the register: snapshots of households, members and payments as an office of elsewhere keeps them, the
numbers by which they are found, and what Sala itself keeps of a household.

A snapshot is written row by row and counts only when it is made the current one, in one step: nobody ever reads half
of it, and no writer waits while a large one is taken in. What Sala keeps (a secret number, papers that were shown)
hangs on the household's key, not on a snapshot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, and_, bindparam, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ... import seal
from ...db import Base, Moment, Sealed, SealedBytes, SealedJson, insert_new

KINDS = ("people", "payments")
NUMBERS = ("card", "id", "nssf", "phone")
LABEL = "register.number"


class Snapshot(Base):
    """One file of a register. `kind`: people or payments. `state`: `sent` (to be read), `read` (shown; nothing taken
    in), `wanted` (to be taken in), `current`, `old` (replaced), `refused`. `as_of`: the day for which it holds.
    `by_night`: it came from a folder, and is taken in if nothing is wrong. `held_until`: a worker has it till then, and
    `hold` counts those who took it up: whoever had it before changes nothing any more. `report`: counts, and what is
    wrong with it by line."""

    __tablename__ = "snapshots"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    as_of: Mapped[date]
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    by_night: Mapped[bool] = mapped_column(default=False)
    held_until: Mapped[datetime | None] = mapped_column(Moment)
    hold: Mapped[int] = mapped_column(default=0)
    put_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        Index("ix_snapshots_state_put_at", "state", "put_at"),
        Index(
            "uq_snapshots_current", "country", "kind", unique=True, sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )  # fmt: skip


class SnapshotPiece(Base):
    """A part of the file, in order, until it is taken in or dropped."""

    __tablename__ = "snapshot_pieces"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(SealedBytes("snapshot_pieces.body"))


class Household(Base):
    """A household of a snapshot. `key`: the register's own. `level`: as the register calls it; `valid_until`: of the
    card; `enrolled`: codes of programmes; `phone`: where its people are told that somebody looked, unless they chose
    otherwise."""

    __tablename__ = "households"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(12), default="")
    valid_until: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(20), default="")
    enrolled: Mapped[str] = mapped_column(String(400), default="")
    phone: Mapped[str | None] = mapped_column(Sealed("households.phone"))

    __table_args__ = (UniqueConstraint("snapshot_id", "key"),)


class Member(Base):
    """A person of a household, by a key of her own. `about`: name, day or year of birth, and facts, sealed."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    about: Mapped[dict[str, Any]] = mapped_column(SealedJson("members.about"))


class Number(Base):
    """A number by which a household is found: of a card, an identity card, the NSSF, a telephone. `mark`: its keyed
    hash, with what kind of number it is."""

    __tablename__ = "register_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id", ondelete="CASCADE"))
    mark: Mapped[str] = mapped_column(String(72))

    __table_args__ = (Index("ix_register_numbers_mark", "mark"), Index("ix_register_numbers_household", "household_id"))


class Payment(Base):
    """A payment of a snapshot of payments. `amount`: whole riel or kip. `state`: planned, sent, collected, returned.
    `at`: where it is collected, in words of the register."""

    __tablename__ = "register_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"))
    household: Mapped[str] = mapped_column(String(40))
    programme: Mapped[str] = mapped_column(String(40))
    due_on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[str] = mapped_column(String(120), default="")

    __table_args__ = (Index("ix_register_payments_snapshot_household", "snapshot_id", "household"),)


class Known(Base):
    """What Sala keeps of a household itself. `pin_hash`: of the secret number that opens payments and members.
    `notice_by`: how its people are told that somebody looked: `write`, `call`, `none`; `phone`: at which telephone,
    where it is not the register's."""

    __tablename__ = "known_households"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    key: Mapped[str] = mapped_column(String(40))
    pin_hash: Mapped[str | None] = mapped_column(String(80))
    notice_by: Mapped[str] = mapped_column(String(8), default="write")
    phone: Mapped[str | None] = mapped_column(Sealed("known_households.phone"))
    changed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("country", "key"),)


class ShownPaper(Base):
    """A paper that somebody of a household has shown to an office: nobody of it is asked for it again."""

    __tablename__ = "shown_papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    known_id: Mapped[int] = mapped_column(ForeignKey("known_households.id", ondelete="CASCADE"), index=True)
    paper: Mapped[str] = mapped_column(String(40))
    shown_on: Mapped[date]
    office: Mapped[str] = mapped_column(String(40))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (UniqueConstraint("known_id", "paper"),)


FOUND = (
    select(Household)
    .join(Number, Number.household_id == Household.id)
    .join(Snapshot, Snapshot.id == Household.snapshot_id)
    .where(Number.mark.in_(bindparam("marks", expanding=True)))
    .where(Snapshot.country == bindparam("country"), Snapshot.state == "current")
    .distinct()
    .limit(2)
)
CURRENT = select(Snapshot).where(Snapshot.country == bindparam("country"), Snapshot.state == "current")
MEMBERS = select(Member).where(Member.household_id == bindparam("household_id")).order_by(Member.id)
KNOWN = select(Known).where(Known.country == bindparam("country"), Known.key == bindparam("key"))
LOCKED = KNOWN.with_for_update().execution_options(populate_existing=True)
"""Made once: a look-up is told while somebody holds the line."""


def mark_of(kind: str, number: str) -> str:
    """What is kept of a number that finds a household."""
    return seal.ring().hash(f"{kind}:{number}", LABEL)


def current(db: Session, country: str, kind: str) -> Snapshot | None:
    """The snapshot that counts now."""
    return all_current(db, country).get(kind)


def all_current(db: Session, country: str) -> dict[str, Snapshot]:
    """The snapshots that count now, by kind."""
    return {row.kind: row for row in db.scalars(CURRENT, {"country": country})}


def found_by(db: Session, country: str, numbers: Iterable[tuple[str, str]]) -> Household | None:
    """The household of a number, whichever kind it is; None where it is in none, or in more than one."""
    marks = [mark for kind, number in numbers for mark in seal.ring().hashes(f"{kind}:{number}", LABEL)]
    rows = list(db.scalars(FOUND, {"marks": marks, "country": country}))
    return rows[0] if len(rows) == 1 else None


def by_key(db: Session, country: str, key: str) -> Household | None:
    """The household of a key in the snapshot that counts."""
    counts = and_(Snapshot.country == country, Snapshot.kind == "people", Snapshot.state == "current")
    wanted = select(Household).join(Snapshot, Snapshot.id == Household.snapshot_id).where(counts, Household.key == key)
    return db.scalar(wanted)


def members_of(db: Session, household: Household) -> list[Member]:
    return list(db.scalars(MEMBERS, {"household_id": household.id}))


def payments_of(db: Session, snapshot: Snapshot | None, key: str) -> list[Payment]:
    """The payments of a household in a snapshot of payments, the earliest first; none where there is no snapshot."""
    if snapshot is None:
        return []
    wanted = select(Payment).where(Payment.snapshot_id == snapshot.id, Payment.household == key)
    return list(db.scalars(wanted.order_by(Payment.due_on, Payment.id)))


def known(db: Session, country: str, key: str, now: datetime) -> Known:
    """What is kept of a household, locked; begun where nothing was."""
    mine = {"country": country, "key": key}
    if row := db.scalar(LOCKED, mine):
        return row
    db.execute(insert_new(db, Known, country=country, key=key, notice_by="write", changed_at=now))
    return db.scalars(LOCKED, mine).one()


def known_of(db: Session, country: str, key: str) -> Known | None:
    return db.scalar(KNOWN, {"country": country, "key": key})


def papers_of(db: Session, known: Known | None) -> list[ShownPaper]:
    """The papers that a household has shown, the latest first."""
    if known is None:
        return []
    return list(db.scalars(select(ShownPaper).where(ShownPaper.known_id == known.id).order_by(ShownPaper.shown_on)))


def to_read(db: Session, before: datetime, now: datetime, skip: Collection[int] = (), limit: int = 5) -> list[int]:
    """Files that no worker has read, or taken in."""
    free = or_(Snapshot.held_until.is_(None), Snapshot.held_until < now)
    waiting = select(Snapshot.id).where(Snapshot.state.in_(("sent", "wanted")), Snapshot.put_at < before, free)
    waiting = waiting.where(Snapshot.id.not_in(skip))
    return list(db.scalars(waiting.order_by(Snapshot.put_at).limit(limit)))

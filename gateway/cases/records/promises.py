"""Tables of promises: what each case was promised, and who was told that a promise runs out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...country import Term
from ...db import Base, Moment
from . import Case


class Promise(Base):
    """One promise of one case. `clock`: see `rules.CLOCKS`. `round`: the case's, when it was made. `policy`: the
    version of the pack by which it was made. `office`: whose working time it runs in; empty while the case lies
    nowhere. `state`: open, paused (the office waits for her), met, or void. `first_due_at`: when it was due as it was
    made; `due_at`: with its pauses, empty while one lasts. `step`: the share of it, in percent, that somebody was told
    of last; `next_at`: when the next of the ladder is due. `working_s`, `calendar_s`: how long it took; `kept`: whether
    that was in time."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    clock: Mapped[str] = mapped_column(String(12))
    round: Mapped[int] = mapped_column(default=0)
    policy: Mapped[str] = mapped_column(String(12))
    days: Mapped[int] = mapped_column(default=0)
    hours: Mapped[int] = mapped_column(default=0)
    office: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(8), default="open")
    made_at: Mapped[datetime] = mapped_column(Moment)
    first_due_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    met_at: Mapped[datetime | None] = mapped_column(Moment)
    working_s: Mapped[int | None]
    calendar_s: Mapped[int | None]
    kept: Mapped[bool | None]
    step: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("case_id", "clock", "round"), Index("ix_promises_next_at", "next_at"))

    def term(self) -> Term:
        return Term(self.days, self.hours)


class Notice(Base):
    """Somebody is told that a promise runs out: whoever of `role` works at `office`. `percent`: how much of it is used.
    `show_at`: when she may be told; nobody is told at night. `once` makes it one, however many workers run."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promises.id"))
    clock: Mapped[str] = mapped_column(String(12))
    percent: Mapped[int]
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    role: Mapped[str] = mapped_column(String(20))
    put_at: Mapped[datetime] = mapped_column(Moment)
    show_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    once: Mapped[str] = mapped_column(String(80), unique=True)

    __table_args__ = (Index("ix_notices_office_seen_at", "office", "seen_at"),)


def promises_of(db: Session, case_id: int, round_: int | None = None) -> list[Promise]:
    """A case's promises; of one round, or of all."""
    mine = select(Promise).where(Promise.case_id == case_id)
    mine = mine if round_ is None else mine.where(Promise.round == round_)
    return list(db.scalars(mine.order_by(Promise.id)))


def running_out(db: Session, now: datetime, skip: Collection[int] = (), limit: int = 200) -> list[int]:
    """Open promises of which somebody is to be told now."""
    due = select(Promise.id).where(Promise.next_at <= now, Promise.state == "open", Promise.id.not_in(skip))
    return list(db.scalars(due.order_by(Promise.next_at).limit(limit)))


def some_running_out(db: Session, since: datetime, now: datetime, limit: int) -> list[int]:
    """Those of which somebody is to be told since then, and whose cases nobody has in hand: they are this worker's
    until it ends. The case is taken first, as whoever acts on it does."""
    due = select(Promise.id).join(Case, Case.id == Promise.case_id)
    due = due.where(Promise.next_at <= now, Promise.next_at >= since, Promise.state == "open")
    return list(db.scalars(due.order_by(Promise.next_at).limit(limit).with_for_update(of=Case, skip_locked=True)))


def notices_for(
    db: Session, cases: ColumnElement[bool], offices: Collection[str], roles: Collection[str], now: datetime
) -> list[tuple[Notice, Case]]:
    """What these may be told now, of cases that they may be told of, and nobody has seen, while the promise is
    not kept; the oldest first."""
    rows = select(Notice, Case).join(Case, Case.id == Notice.case_id).where(cases, _unseen(offices, roles, now))
    return [(notice, case) for notice, case in db.execute(rows.order_by(Notice.put_at, Notice.id).limit(200))]


def count_notices(
    db: Session, cases: ColumnElement[bool], offices: Collection[str], roles: Collection[str], now: datetime
) -> int:
    rows = select(func.count()).select_from(Notice).join(Case, Case.id == Notice.case_id)
    return db.scalar(rows.where(cases, _unseen(offices, roles, now))) or 0


def _unseen(offices: Collection[str], roles: Collection[str], now: datetime) -> ColumnElement[bool]:
    stands = exists().where(Promise.id == Notice.promise_id, Promise.state == "open")
    told = and_(Notice.office.in_(offices), Notice.role.in_(roles), Notice.seen_at.is_(None), Notice.show_at <= now)
    return and_(told, stands)


def notices_of(db: Session, case_id: int) -> list[Notice]:
    return list(db.scalars(select(Notice).where(Notice.case_id == case_id).order_by(Notice.id)))

"""Tables of what is made of cases by a worker and fetched later: files to take away, daily logs and monthly digests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, SealedBytes


class Export(Base):
    """A workbook that somebody of the staff asked for. `begin`, `end`: months (`2026-11`). `state`: waiting, done, or
    failed. It is dropped some days after it was made."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    begin: Mapped[str] = mapped_column(String(7))
    end: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    asked_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    lines: Mapped[int | None]

    __table_args__ = (Index("ix_exports_state_asked_at", "state", "asked_at"),)


class ExportPiece(Base):
    """A part of a workbook, in order (`number`), so that none is ever held whole."""

    __tablename__ = "export_pieces"

    export_id: Mapped[int] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(SealedBytes("export_pieces.body"))


class Digest(Base):
    """What an office and those below it did in a day, or in a month: counts, as they stood when it was made.
    `kind`: `day` or `month`; `begins`: its first day; `state`: waiting or done."""

    __tablename__ = "digests"

    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    kind: Mapped[str] = mapped_column(String(6))
    begins: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    put_at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime | None] = mapped_column(Moment)
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        UniqueConstraint("office", "kind", "begins"),
        Index("ix_digests_state_put_at", "state", "put_at"),
    )


def exports_of(db: Session, staff_id: int) -> list[Export]:
    """What somebody asked for, the latest first."""
    mine = select(Export).where(Export.staff_id == staff_id)
    return list(db.scalars(mine.order_by(Export.id.desc()).limit(10)))


def pieces_of(db: Session, export_id: int) -> Iterator[bytes]:
    """A workbook, a part at a time."""
    mine = select(ExportPiece.body).where(ExportPiece.export_id == export_id).order_by(ExportPiece.number)
    yield from db.scalars(mine.execution_options(yield_per=1))


def waiting_exports(db: Session, before: datetime, skip: Collection[int] = ()) -> list[int]:
    """Workbooks that no worker has made."""
    late = select(Export.id).where(Export.state == "waiting", Export.asked_at < before, Export.id.not_in(skip))
    return list(db.scalars(late.order_by(Export.id).limit(10)))


def waiting_digests(db: Session, before: datetime, skip: Collection[int] = ()) -> list[int]:
    """Logs and digests that no worker has made."""
    late = select(Digest.id).where(Digest.state == "waiting", Digest.put_at < before, Digest.id.not_in(skip))
    return list(db.scalars(late.order_by(Digest.id).limit(50)))


def digests_of(db: Session, offices: Iterable[str], kind: str, limit: int = 60) -> list[Digest]:
    """Those of some offices that are made, the latest first."""
    made = select(Digest).where(Digest.office.in_(list(offices)), Digest.kind == kind, Digest.state == "done")
    return list(db.scalars(made.order_by(Digest.begins.desc(), Digest.office).limit(limit)))

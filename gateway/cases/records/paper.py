"""Tables of paper: numbers printed on forms before anybody has complained, and registers as they were signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, SealedJson


class Blank(Base):
    """A number on a printed form. It becomes a case when the form is keyed in: once."""

    __tablename__ = "blanks"

    reference: Mapped[str] = mapped_column(String(20), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    printed_at: Mapped[datetime] = mapped_column(Moment)


class Register(Base):
    """The register of an office for a month (`2026-11`), as it stood when it was signed: it changes no more."""

    __tablename__ = "registers"

    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    month: Mapped[str] = mapped_column(String(7))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime] = mapped_column(Moment)
    lines: Mapped[dict[str, Any]] = mapped_column(SealedJson("registers.lines"))

    __table_args__ = (UniqueConstraint("office", "month"),)


class Book(Base):
    """A register of elsewhere, read and shown; it becomes cases when somebody says so: all of it, once."""

    __tablename__ = "imported_books"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    digest: Mapped[str] = mapped_column(String(64))
    put_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    lines: Mapped[dict[str, Any]] = mapped_column(SealedJson("imported_books.lines"))


def register_of(db: Session, office: str, month: str) -> Register | None:
    return db.scalar(select(Register).where(Register.office == office, Register.month == month))

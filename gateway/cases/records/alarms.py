"""Table of alarms: an office with open cases at which nobody works."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment


class Alarm(Base):
    """Nobody works at an office, since `raised_at`; until somebody does again."""

    __tablename__ = "alarms"

    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    raised_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index(
            "uq_alarms_open", "office", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip


def alarms_of(db: Session, offices: Collection[str]) -> list[Alarm]:
    """Those of some offices that last."""
    open_ = select(Alarm).where(Alarm.office.in_(offices), Alarm.ended_at.is_(None))
    return list(db.scalars(open_.order_by(Alarm.raised_at, Alarm.id)))

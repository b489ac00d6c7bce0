"""Who may see a case: the one condition that every page and every list passes.

An ordinary case is seen by whoever works, or watches, the office with which it lies. A confidential one is invisible,
not masked: those alone see it who work at the independent office with which it lies, or are listed by name. Whoever is
kept from a case does not see it wherever she works: she may be the one complained of.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, and_, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...db import Base, Moment, Sealed
from . import Case, CaseEvent

LISTED, KEPT_FROM = "listed", "kept_from"


class Access(Base):
    """Somebody who may see a confidential case by name, or may not see it at all; by whom, and why."""

    __tablename__ = "case_access"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Sealed("case_access.reason"))
    by_staff: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)


def visible(staff_id: int, country: str, queues: Collection[str], own: Collection[str]) -> ColumnElement[bool]:
    """Whether somebody may see a case. `queues`: those in her reach; `own`: the independent ones at which she works."""
    listed = and_(Case.confidential, or_(Case.queue.in_(own), has_access(staff_id, LISTED)))
    ordinary = and_(~Case.confidential, Case.queue.in_(queues))
    return and_(Case.country == country, or_(ordinary, listed), ~has_access(staff_id, KEPT_FROM))


def has_access(staff_id: int, kind: str) -> ColumnElement[bool]:
    """Whether somebody is named for a case, in this way."""
    mine = and_(Access.case_id == Case.id, Access.staff_id == staff_id, Access.kind == kind)
    return exists().where(mine)


def kept_from(db: Session, case_id: int) -> set[int]:
    """The staff who are kept from a case."""
    rows = select(Access.staff_id).where(Access.case_id == case_id, Access.kind == KEPT_FROM)
    return set(db.scalars(rows))


def hidden_from(db: Session, staff_id: int, references: Collection[str]) -> set[str]:
    """Those of some cases that have become confidential, or from which somebody is kept: no list shows them to her,
    though it was made when they were not."""
    mine = or_(Case.confidential, has_access(staff_id, KEPT_FROM))
    return set(db.scalars(select(Case.reference).where(Case.reference.in_(references), mine)))


def access_of(db: Session, case_id: int) -> list[Access]:
    """Who is listed for a case, and who is kept from it."""
    return list(db.scalars(select(Access).where(Access.case_id == case_id).order_by(Access.at, Access.staff_id)))


def are_confidential(db: Session, abouts: Collection[str]) -> set[str]:
    """Those of some things (`case:12`, `event:7`, `staff:12`) that belong to a confidential case."""
    numbers = {about: about.partition(":") for about in abouts}
    ids = {kind: [int(number) for k, _, number in numbers.values() if k == kind and number.isdecimal()]
           for kind in ("case", "event", "staff")}  # fmt: skip
    cases = select(Case.id).where(Case.confidential, Case.id.in_([*ids["case"], *ids["staff"]]))
    events = select(CaseEvent.id).join(Case, Case.id == CaseEvent.case_id)
    events = events.where(Case.confidential, CaseEvent.id.in_(ids["event"]))
    hidden = {f"{kind}:{one}" for one in db.scalars(cases) for kind in ("case", "staff")}
    hidden |= {f"event:{one}" for one in db.scalars(events)}
    return hidden & set(abouts)

"""Numbers are forgotten when nothing needs them.

What needs a number is read off the tables: every foreign key on an address keeps it, in whatever room the table lies,
unless the column says that its rows go with the address (`info=GOES`). A new table cannot be overlooked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Column, ColumnElement, and_, delete, exists, select
from sqlalchemy.orm import Session

from ...db import Base
from ..records import GOES, Address

KEY = Address.__table__.c.id


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def forget_if_free(db: Session, address_id: int) -> bool:
    """Deletes an address that nothing refers to, nobody proved to be hers, and nobody stopped: a wish to hear nothing
    must be remembered. Whether it was such a one."""
    found = db.scalar(select(Address).where(Address.id == address_id, _free()))
    if found is None:
        return False
    db.expunge(found)
    _delete(db, [address_id])
    return True


def forget_quiet(db: Session, now: datetime) -> None:
    """The same for every address that was not heard from since the month before this one began."""
    quiet = select(Address.id).where(Address.last_month < month_before(now.date()), _free())
    _delete(db, db.scalars(quiet).all())


def _free() -> ColumnElement[bool]:
    needed = (exists().where(column == KEY) for column in _columns(goes=False))
    return and_(Address.stopped_at.is_(None), Address.person_id.is_(None), *(~one for one in needed))


def _columns(goes: bool) -> list[Column[int]]:
    """The columns that name an address, of every table: those whose rows go with it, or those that keep it."""
    naming = (
        c for table in Base.metadata.tables.values() for c in table.c if any(k.column is KEY for k in c.foreign_keys)
    )
    return [column for column in naming if bool(column.info.get(GOES)) == goes]


def _delete(db: Session, ids: Iterable[int]) -> None:
    gone = list(ids)
    for column in _columns(goes=True):
        db.execute(delete(column.table).where(column.in_(gone)))
    db.execute(delete(Address).where(Address.id.in_(gone)))

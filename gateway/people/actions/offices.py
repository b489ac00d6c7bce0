"""Offices and queues of the packs, copied so that staff and cases can refer to them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...country import Pack
from ...language.sorting import sort_key
from ..records import OfficeName, OfficeRow, QueueRow


def parents_of(db: Session, country: str) -> dict[str, str]:
    """Every office of a country, retired ones too, with the office above it."""
    rows = db.execute(select(OfficeRow.code, OfficeRow.parent).where(OfficeRow.country == country))
    return {row.code: row.parent for row in rows}


def copy_offices(db: Session, pack: Pack) -> None:
    """Brings the pack's offices and queues into the database. What left the pack is retired, never deleted."""
    offices = {row.code: row for row in db.scalars(select(OfficeRow).where(OfficeRow.country == pack.code))}
    queues = {row.code: row for row in db.scalars(select(QueueRow).where(QueueRow.office.in_(list(offices))))}
    for office in pack.offices.values():
        values: dict[str, object] = {
            "country": pack.code,
            "level": office.level,
            "parent": office.parent,
            "names": dict(office.names),
        }
        _copy(db, offices.pop(office.code) if office.code in offices else OfficeRow(code=office.code), values)
    db.flush()
    _copy_names(db, pack)
    for queue in pack.queues.values():
        values = {"office": queue.office, "kind": queue.kind, "names": dict(queue.names)}
        _copy(db, queues.pop(queue.code) if queue.code in queues else QueueRow(code=queue.code), values)
    for old_office in offices.values():
        old_office.retired = True
    for old_queue in queues.values():
        old_queue.retired = True
    db.flush()


def _copy_names(db: Session, pack: Pack) -> None:
    """The offices' names with the keys that order them."""
    known = {(row.office, row.tag): row for row in db.scalars(select(OfficeName))}
    for office in pack.offices.values():
        for tag, name in office.names.items():
            row = known.get((office.code, tag)) or OfficeName(office=office.code, tag=tag)
            if row.name != name:
                row.name, row.sort_key = name, sort_key(tag, name)
                db.add(row)
    db.flush()


def _copy(db: Session, row: OfficeRow | QueueRow, values: dict[str, object]) -> None:
    for name, value in {**values, "retired": False}.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    db.add(row)

"""Every change to people: addresses heard, languages kept, wrong tries counted, staff added, offices copied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .. import audit, seal
from ..country import Pack
from .records import Address, OfficeRow, QueueRow, Staff, StaffOffice, Try
from .rules import ROLES

NUMBER = "address.number"


def find_address(db: Session, number: str) -> Address | None:
    return db.scalar(select(Address).where(Address.number_hash.in_(seal.ring().hashes(number, NUMBER))))


def hear_from(db: Session, country: str, number: str, now: datetime) -> Address:
    """The address of this number, made if it is new, and locked: one message of it at a time."""
    hashes = seal.ring().hashes(number, NUMBER)
    mine = select(Address).where(Address.number_hash.in_(hashes)).with_for_update()
    address, today = db.scalar(mine), now.date()
    if address is None:
        values: dict[str, object] = {
            "country": country,
            "number": number,
            "number_hash": hashes[0],
            "first_day": today,
            "last_day": today,
        }
        insert = (sqlite if db.get_bind().dialect.name == "sqlite" else postgresql).insert(Address)
        db.execute(insert.values(**values).on_conflict_do_nothing())
        address = db.scalars(mine).one()
    address.last_day = today
    return address


def keep_language(db: Session, address_id: int, tag: str) -> None:
    db.execute(update(Address).where(Address.id == address_id).values(language=tag))


def forget(db: Session, address_id: int) -> None:
    """Deletes an address. The caller has made sure that nothing refers to it."""
    db.execute(delete(Address).where(Address.id == address_id))


def number_of(db: Session, address_id: int) -> str:
    return db.get_one(Address, address_id).number


def count_try(db: Session, kind: str, key: str, now: datetime) -> None:
    """Notes a wrong guess. `key` is kept only as a keyed hash."""
    db.add(Try(kind=kind, key_hash=seal.ring().hash(key, f"try.{kind}"), at=now))
    db.flush()


def tries(db: Session, kind: str, key: str, since: datetime) -> int:
    """How often `key` guessed wrong since then."""
    mine = Try.key_hash.in_(seal.ring().hashes(key, f"try.{kind}"))
    return db.scalar(select(func.count()).where(Try.kind == kind, mine, Try.at > since)) or 0


def tries_of_all(db: Session, kind: str, since: datetime) -> int:
    return db.scalar(select(func.count()).where(Try.kind == kind, Try.at > since)) or 0


def purge_tries(db: Session, now: datetime) -> None:
    db.execute(delete(Try).where(Try.at < now - timedelta(hours=24)))


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
    for queue in pack.queues.values():
        values = {"office": queue.office, "kind": queue.kind, "names": dict(queue.names)}
        _copy(db, queues.pop(queue.code) if queue.code in queues else QueueRow(code=queue.code), values)
    for old_office in offices.values():
        old_office.retired = True
    for old_queue in queues.values():
        old_queue.retired = True
    db.flush()


def _copy(db: Session, row: OfficeRow | QueueRow, values: dict[str, object]) -> None:
    for name, value in {**values, "retired": False}.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    db.add(row)


def add_staff(
    db: Session, *, name: str, role: str, password: str, country: str, offices: Iterable[str], language: str,
    totp: str | None, actor: str, now: datetime,
) -> Staff:  # fmt: skip
    """Adds a member of staff; `password` is the argon2 hash, made outside the transaction."""
    if role not in ROLES:
        raise ValueError(f"'{role}' is not a role; the roles are {', '.join(ROLES)}")
    staff = Staff(name=name, role=role, password=password, country=country, language=language, totp=totp, added_at=now)
    staff.offices = [StaffOffice(office=code) for code in offices]
    db.add(staff)
    db.flush()
    audit.write(db, actor=actor, act="staff.added", thing=f"staff:{staff.id}", why=role, now=now)
    return staff

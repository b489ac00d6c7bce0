"""Every change to people: addresses heard, languages kept, wrong tries counted, staff added, offices copied."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from .. import audit, seal
from ..country import Pack
from ..db import insert_new
from ..language.sorting import sort_key
from .records import Address, OfficeName, OfficeRow, Presence, QueueRow, Staff, StaffOffice, TotpUsed, Try
from .rules import ROLES

NUMBER = "address.number"
PRESENCE = "presence"
PRESENCE_LASTS = timedelta(hours=12)


def hear_from(db: Session, country: str, number: str, now: datetime) -> Address:
    """The address of this number, made if it is new, and locked: one message of it at a time."""
    hashes, month = seal.ring().hashes(number, NUMBER), now.date().replace(day=1)
    mine = select(Address).where(Address.number_hash.in_(hashes)).with_for_update(key_share=True)
    address = db.scalar(mine)
    if address is None:
        values = {"country": country, "number": number, "number_hash": hashes[0], "last_month": month}
        db.execute(insert_new(db, Address, **values))
        address = db.scalars(mine).one()
    if address.last_month != month:
        address.last_month = month
    return address


def language_of(db: Session, number: str) -> str | None:
    return db.scalar(select(Address.language).where(Address.number_hash.in_(seal.ring().hashes(number, NUMBER))))


def lock_address(db: Session, address_id: int) -> Address | None:
    """An address, locked as a hop locks it."""
    return db.scalar(select(Address).where(Address.id == address_id).with_for_update(key_share=True))


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def keep_language(db: Session, address_id: int, tag: str) -> None:
    db.execute(update(Address).where(Address.id == address_id).values(language=tag))


def stop(db: Session, address_id: int, now: datetime) -> None:
    """She wants no more messages from us."""
    db.execute(update(Address).where(Address.id == address_id, Address.stopped_at.is_(None)).values(stopped_at=now))


def start(db: Session, address_id: int) -> None:
    db.execute(update(Address).where(Address.id == address_id).values(stopped_at=None))


def forget(db: Session, address_id: int) -> None:
    """Deletes an address. The caller has made sure that nothing refers to it."""
    db.execute(delete(Address).where(Address.id == address_id))


def number_of(db: Session, address_id: int) -> str:
    return db.get_one(Address, address_id).number


def has_stopped(db: Session, address_id: int) -> bool:
    return db.get_one(Address, address_id).stopped_at is not None


def count_try(db: Session, kind: str, key: str, now: datetime) -> None:
    """Notes a wrong guess. `key` is kept only as a keyed hash."""
    db.add(
        Try(id=secrets.randbits(62), kind=kind, key_hash=seal.ring().hash(key, f"try.{kind}"), at=_kept_at(kind, now))
    )
    db.flush()


def tries(db: Session, kind: str, key: str, since: datetime) -> int:
    """How often `key` guessed wrong since then."""
    mine = Try.key_hash.in_(seal.ring().hashes(key, f"try.{kind}"))
    return db.scalar(select(func.count()).where(Try.kind == kind, mine, Try.at >= _kept_at(kind, since))) or 0


def tries_of_all(db: Session, kind: str, since: datetime) -> int:
    return db.scalar(select(func.count()).where(Try.kind == kind, Try.at >= _kept_at(kind, since))) or 0


def _kept_at(kind: str, moment: datetime) -> datetime:
    """Wrong PINs are kept by the hour, so that the two rows of one guess are not matched by their moment: their
    window reaches back to the full hour."""
    return moment.replace(minute=0, second=0, microsecond=0) if kind.startswith("pin") else moment


def purge_tries(db: Session, now: datetime) -> None:
    db.execute(delete(Try).where(Try.at < now - timedelta(hours=25)))


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
            row = known.get((office.code, tag))
            if row is None or row.name != name:
                db.merge(OfficeName(office=office.code, tag=tag, name=name, sort_key=sort_key(tag, name)))
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


def begin_presence(db: Session, staff_id: int, token: str, now: datetime) -> None:
    """A staff session: the row that its cookie's token opens."""
    mark = seal.ring().hash(token, PRESENCE)
    db.add(Presence(token_hash=mark, staff_id=staff_id, began_at=now, seen_at=now, ends_at=now + PRESENCE_LASTS))
    audit.write(db, actor=f"staff:{staff_id}", act="signed_in", thing=f"staff:{staff_id}", now=now)


def end_presence(db: Session, token: str) -> None:
    mine = Presence.token_hash.in_(seal.ring().hashes(token, PRESENCE))
    db.execute(update(Presence).where(mine).values(revoked=True))


def see_presence(db: Session, presence_id: int, now: datetime) -> None:
    db.execute(update(Presence).where(Presence.id == presence_id).values(seen_at=now))


def use_code(db: Session, staff_id: int, step: int) -> bool:
    """Notes that a one-time code was used; whether it was the first time."""
    used = insert_new(db, TotpUsed, staff_id=staff_id, step=step)
    return bool(db.execute(used.returning(TotpUsed.step)).first())


def keep_page_language(db: Session, staff_id: int, tag: str) -> None:
    db.execute(update(Staff).where(Staff.id == staff_id).values(language=tag[:12]))

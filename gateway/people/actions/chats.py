"""Chats of the staff: linked with a code that her page shows, unlinked when she signs out."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ... import audit, seal
from ..records import Address, Staff, StaffChat, StaffCode, StaffOffice

CODE = "staff.code"
CODE_LASTS, CHAT_LASTS = timedelta(minutes=15), timedelta(days=30)


def new_staff_code(db: Session, staff_id: int, now: datetime) -> str:
    """Eight digits; an earlier code is good no more."""
    code = f"{secrets.randbelow(10**8):08}"
    db.merge(StaffCode(staff_id=staff_id, code_hash=seal.ring().hash(code, CODE), until=now + CODE_LASTS))
    db.flush()
    return code


def link_chat(db: Session, address: Address, code: str, now: datetime) -> Staff | None:
    """Links a chat to whose code this is; nobody where it is none, or too old. A chat is one person's, and she has
    one."""
    row = db.scalar(select(StaffCode).where(StaffCode.code_hash.in_(seal.ring().hashes(code, CODE))))
    staff = db.get_one(Staff, row.staff_id) if row and row.until > now else None
    if row is None or staff is None or not staff.active:
        return None
    db.delete(row)
    db.execute(delete(StaffChat).where((StaffChat.address_id == address.id) | (StaffChat.staff_id == staff.id)))
    db.add(StaffChat(staff_id=staff.id, address_id=address.id, linked_at=now, doing={}))
    db.flush()
    audit.write(db, actor=f"staff:{staff.id}", act="chat.linked", thing=f"staff:{staff.id}", now=now)
    return staff


def unlink_chat(db: Session, staff_id: int, now: datetime) -> None:
    if row := db.get(StaffChat, staff_id):
        db.delete(row)
        audit.write(db, actor=f"staff:{staff_id}", act="chat.unlinked", thing=f"staff:{staff_id}", now=now)
        db.flush()


def drop_old_chats(db: Session, now: datetime) -> None:
    """Links and codes that have run out."""
    db.execute(delete(StaffChat).where(StaffChat.linked_at < now - CHAT_LASTS))
    db.execute(delete(StaffCode).where(StaffCode.until < now))


def staff_of_chat(db: Session, address_id: int, now: datetime) -> tuple[StaffChat, Staff] | None:
    """Who speaks in this chat, while it is linked."""
    mine = select(StaffChat, Staff).join(Staff, Staff.id == StaffChat.staff_id)
    mine = mine.where(StaffChat.address_id == address_id, Staff.active, StaffChat.linked_at > now - CHAT_LASTS)
    found = db.execute(mine).first()
    return (found[0], found[1]) if found else None


def any_chat(db: Session) -> bool:
    """Whether anybody has one: where nobody has, a case costs nothing more."""
    return db.scalar(select(StaffChat.staff_id).limit(1)) is not None


def chats_at(
    db: Session, offices: Collection[str], roles: Collection[str], now: datetime, but: Collection[int] = ()
) -> list[tuple[Staff, int]]:
    """The members of staff of some offices, in one of these roles, other than `but`, who are here and have a chat; with
    its address."""
    wanted = select(Staff, StaffChat.address_id).join(StaffChat, StaffChat.staff_id == Staff.id)
    at = select(StaffOffice.staff_id).where(StaffOffice.office.in_(offices))
    wanted = wanted.where(Staff.id.in_(at), Staff.id.not_in(but), Staff.role.in_(roles), Staff.active, ~Staff.away)
    return [(staff, address) for staff, address in db.execute(wanted.where(StaffChat.linked_at > now - CHAT_LASTS))]

"""Staff: added, signed in and out, their codes used once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from ... import audit, seal
from ...db import insert_new
from ..records import Presence, Staff, StaffOffice, TotpUsed
from ..rules import ROLES
from .chats import unlink_chat

PRESENCE = "presence"
PRESENCE_LASTS, IDLE = timedelta(hours=12), timedelta(hours=2)


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


def end_presence(db: Session, token: str, now: datetime) -> None:
    """She signs out: the session ends, and so does the link with her chat."""
    mine = Presence.token_hash.in_(seal.ring().hashes(token, PRESENCE))
    for staff_id in db.scalars(select(Presence.staff_id).where(mine, ~Presence.revoked)).all():
        unlink_chat(db, staff_id, now)
    db.execute(update(Presence).where(mine).values(revoked=True))


def see_presence(db: Session, presence_id: int, now: datetime) -> None:
    db.execute(update(Presence).where(Presence.id == presence_id).values(seen_at=now))


def set_away(
    db: Session, staff: Staff, begins: date | None, ends: date | None, today: date, actor: str, now: datetime
) -> None:
    """She is absent from one day until another, both too; without days she is back."""
    staff.away_from, staff.away_until = begins, ends
    staff.away = _is_away(staff, today)
    act = "staff.away" if begins else "staff.back"
    audit.write(
        db, actor=actor, act=act, thing=f"staff:{staff.id}", why=f"{begins or ''} {ends or ''}".strip(), now=now
    )


def _is_away(staff: Staff, today: date) -> bool:
    return staff.away_from is not None and staff.away_from <= today <= (staff.away_until or date.max)


def follow_absences(db: Session, country: str, today: date) -> None:
    """Whoever is absent from today is; whoever is back is here again."""
    for staff in db.scalars(select(Staff).where(Staff.country == country, Staff.away_from.is_not(None))):
        staff.away = _is_away(staff, today)
        if staff.away_until and staff.away_until < today:
            staff.away_from = staff.away_until = None


def hand_over(db: Session, staff: Staff, to: Staff, actor: str, now: datetime) -> None:
    """Somebody else works for her offices too, from now on."""
    for code in sorted(staff.office_codes() - to.office_codes()):
        to.offices.append(StaffOffice(office=code))
    audit.write(db, actor=actor, act="staff.handed_over", thing=f"staff:{staff.id}", why=f"staff:{to.id}", now=now)
    db.flush()


def leave(db: Session, staff: Staff, actor: str, now: datetime) -> None:
    """She works here no more: no session, no chat, no office of hers."""
    staff.active, staff.away, staff.offices = False, False, []
    db.execute(update(Presence).where(Presence.staff_id == staff.id).values(revoked=True))
    unlink_chat(db, staff.id, now)
    audit.write(db, actor=actor, act="staff.left", thing=f"staff:{staff.id}", now=now)
    db.flush()


def is_here(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is true of a session that still stands, and of whose it is."""
    fresh = Presence.seen_at > now - IDLE
    return Presence.revoked.is_(False), Presence.ends_at > now, fresh, Staff.active.is_(True)


def present(db: Session, now: datetime) -> set[int]:
    """The staff who are signed in."""
    here = select(Staff.id).join(Presence, Presence.staff_id == Staff.id).where(*is_here(now))
    return set(db.scalars(here))


def use_code(db: Session, staff_id: int, step: int) -> bool:
    """Notes that a one-time code was used; whether it was the first time."""
    used = insert_new(db, TotpUsed, staff_id=staff_id, step=step)
    return bool(db.execute(used.returning(TotpUsed.step)).first())


def keep_page_language(db: Session, staff_id: int, tag: str) -> None:
    db.execute(update(Staff).where(Staff.id == staff_id).values(language=tag[:12]))

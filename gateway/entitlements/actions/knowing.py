"""What Sala itself keeps of a household: a secret number, how its people are told, the papers they have shown."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit, seal
from ...country import Pack
from ...house import House
from ...language.catalogue import mark
from ..records import ShownPaper, known
from ..sources import Sight
from .looking import pin_mark, tell_people

PIN_GIVEN = mark("sms.pin_given", "A new secret number was given for your card today. If not to you, call {hotline}.")
NOTICES = ("write", "call", "none")


def give_pin(db: Session, house: House, pack: Pack, found: Sight, why: str, staff_id: int, now: datetime) -> str:
    """A new secret number for a household whose papers were seen: four digits, shown once and kept nowhere. Its people
    are told by the way they chose, should nobody of them have been there."""
    pin, row = f"{secrets.randbelow(10_000):04}", known(db, pack.code, found.key, now)
    row.pin_hash, row.changed_at = pin_mark(found.key, seal.road_of(pin)), now
    audit.write(
        db, actor=f"staff:{staff_id}", act="register.pin_given", thing=f"known:{row.id}", why=why[:200], now=now
    )
    tell_people(db, house, pack, found, row, PIN_GIVEN, f"pin:{row.id}:{now.timestamp()}", now)
    return pin


def was_read(db: Session, country: str, key: str, why: str, staff_id: int, now: datetime) -> None:
    """Somebody of the staff has looked at a household, or for one that is not there (`key` empty); the audit keeps
    why."""
    thing = f"known:{known(db, country, key, now).id}" if key else "known:none"
    audit.write(db, actor=f"staff:{staff_id}", act="register.read", thing=thing, why=why[:200], now=now)


def keep_notice(db: Session, country: str, key: str, how: str, phone: str, now: datetime) -> None:
    """How its people are told that somebody looked; `phone` (E.164): at which telephone, where she names one."""
    assert how in NOTICES
    row = known(db, country, key, now)
    row.notice_by, row.changed_at = how, now
    if phone:
        row.phone = phone
    audit.write(db, actor="citizen", act="register.notice", thing=f"known:{row.id}", why=how, now=now)


def show_papers(
    db: Session, country: str, key: str, papers: Collection[str], office: str, staff_id: int, today: date, now: datetime
) -> None:
    """Papers that somebody of the household has shown at an office: they are not asked for again."""
    row = known(db, country, key, now)
    for paper in papers:
        mine = select(ShownPaper).where(ShownPaper.known_id == row.id, ShownPaper.paper == paper)
        shown = db.scalar(mine) or ShownPaper(known_id=row.id, paper=paper)
        shown.shown_on, shown.office, shown.staff_id = today, office, staff_id
        db.add(shown)
    why = ",".join(sorted(papers))
    audit.write(db, actor=f"staff:{staff_id}", act="register.papers", thing=f"known:{row.id}", why=why[:200], now=now)

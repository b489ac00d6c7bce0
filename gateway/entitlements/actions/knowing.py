"""What Sala itself keeps of a household: a secret number, how its people are told, the papers they have shown."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit, seal
from ...db import insert_new
from ..records import Known, ShownPaper
from .looking import pin_mark

NOTICES = ("write", "call", "none")


def known(db: Session, country: str, key: str, now: datetime) -> Known:
    """What is kept of a household; begun where nothing was."""
    db.execute(insert_new(db, Known, country=country, key=key, notice_by="write", changed_at=now))
    mine = select(Known).where(Known.country == country, Known.key == key).with_for_update()
    return db.scalars(mine.execution_options(populate_existing=True)).one()


def give_pin(db: Session, country: str, key: str, staff_id: int, now: datetime) -> str:
    """A new secret number for a household whose papers were seen: four digits, shown once and kept nowhere."""
    pin, row = f"{secrets.randbelow(10_000):04}", known(db, country, key, now)
    row.pin_hash, row.changed_at = pin_mark(key, seal.road_of(pin)), now
    audit.write(db, actor=f"staff:{staff_id}", act="register.pin_given", thing=f"known:{row.id}", now=now)
    return pin


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
        db.execute(
            insert_new(db, ShownPaper, known_id=row.id, paper=paper, shown_on=today, office=office, staff_id=staff_id)
        )
    why = ",".join(sorted(papers))
    audit.write(db, actor=f"staff:{staff_id}", act="register.papers", thing=f"known:{row.id}", why=why[:200], now=now)

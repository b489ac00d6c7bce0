"""Appointments are forgotten some time after their day: who came, by which number, is kept no longer. How many came and
how long they waited stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ...channels import outbox
from ...country import Pack
from ..records import Appointment
from ..records.around import Told
from ..records.day import Token
from ..windows import today_of
from .holding import drop
from .telling import about

KEPT = timedelta(days=90)
HELD_FOR, TOLD_FOR = timedelta(hours=6), timedelta(days=2)


def forget_old(db: Session, pack: Pack, now: datetime) -> set[int]:
    """Empties what has been over for long enough; the addresses that are let go. What was held and not taken goes as
    well."""
    before = today_of(pack, now) - KEPT
    named = or_(Appointment.reference.is_not(None), Appointment.address_id.is_not(None))
    old = select(Appointment).where(Appointment.country == pack.code, Appointment.day < before, named)
    let_go: set[int] = set()
    for one in db.scalars(old.with_for_update(skip_locked=True)).all():
        outbox.forget_about(db, [about(one)])
        let_go |= {one.address_id} if one.address_id else set()
        one.address_id = one.name = one.who = one.reference = one.next_at = None
    walked = select(Token).where(Token.day < before, Token.address_id.is_not(None))
    for token in db.scalars(walked).all():
        outbox.forget_about(db, [f"token:{token.id}"])
        let_go |= {token.address_id} if token.address_id else set()
        token.address_id = None
    stale = (
        select(Appointment.id)
        .where(Appointment.country == pack.code, Appointment.state == "held", Appointment.made_at < now - HELD_FOR)
        .with_for_update(skip_locked=True)
    )
    drop(db, list(db.scalars(stale)))
    db.execute(delete(Told).where(Told.at < now - TOLD_FOR))
    db.flush()
    return let_go

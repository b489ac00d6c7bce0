"""Somebody hands her offices over, or leaves: no office with open cases is left with nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...country import DECIDERS
from ...people import actions as people
from ...people.records import Staff
from ..rules import Refusal
from .deciding import who_works_at
from .planning import plans_pass_on


def pass_on(db: Session, staff: Staff, to: Staff | None, actor: str, now: datetime, *, leaves: bool) -> None:
    """Her offices are worked for by somebody else too, who looks after her plans; with `leaves`, by her no more.
    Raises Refusal."""
    if to is not None and (to.id == staff.id or to.role not in DECIDERS or staff.role not in DECIDERS):
        raise Refusal("Choose an official who works with cases.")
    if to is None and not leaves:
        raise Refusal("Choose to whom.")
    own = staff.office_codes()
    left = own - who_works_at(db, own, DECIDERS, [staff.id])
    if leaves and to is None and staff.role in DECIDERS and left:
        raise Refusal("Nobody else would work at one of her offices. Choose who takes it over.")
    plans_pass_on(db, staff, to, now)
    if to is not None:
        people.hand_over(db, staff, to, actor, now)
    if leaves:
        people.leave(db, staff, actor, now)

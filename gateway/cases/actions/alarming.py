"""An office with open cases at which nobody works raises an alarm; it ends when somebody does, or nothing is open.

Of an independent office it is raised whether or not there is a case: it must not tell that there is one.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...country import DECIDERS, Pack
from ...db import insert_new
from ...people.records import QueueRow
from ..records import Case
from ..records.alarms import Alarm, alarms_of
from ..rules import OPEN
from .deciding import who_works_at

log = structlog.get_logger()


def watch_offices(db: Session, pack: Pack, now: datetime) -> None:
    """Raises what is to be raised, and ends what is over. Safe to run twice."""
    held = select(QueueRow.office).join(Case, Case.queue == QueueRow.code)
    held = held.where(Case.country == pack.code, Case.state.in_(OPEN), ~Case.confidential)
    needed = set(db.scalars(held.distinct())) | {row.code for row in pack.offices.values() if row.independent}
    empty = needed - who_works_at(db, needed, DECIDERS)
    lasting = {alarm.office: alarm for alarm in alarms_of(db, [*pack.offices, *needed])}
    for office in sorted(empty - set(lasting)):
        db.execute(insert_new(db, Alarm, office=office, raised_at=now))
        log.warning("office.empty", office=office)
    for office, alarm in lasting.items():
        if office not in empty:
            alarm.ended_at = now

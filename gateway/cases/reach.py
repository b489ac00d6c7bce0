"""Which cases a member of staff may see, as the one condition of `records/access.py` filled with where she works."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ..people.actions import parents_of
from ..people.records import QueueRow, Staff
from ..people.rules import in_reach, lineage
from .records.access import visible

READS: Mapping[str, tuple[str, ...]] = {"officer": ("officer",), "supervisor": ("officer", "supervisor")}
"""Who works with cases, and whose notices each reads in her own offices."""

APART = "apart"


def seen_by(db: Session, staff: Staff) -> ColumnElement[bool]:
    """The cases that this member of staff may see. Retired queues are in it too, so that no case is left on nobody's
    list."""
    parents, offices = parents_of(db, staff.country), staff.office_codes()
    rows = list(db.scalars(select(QueueRow)))
    apart = [row for row in rows if row.kind == APART]
    own = [row.code for row in apart if row.office in offices and staff.role in READS]
    near = [row.code for row in rows if in_reach(staff.role, offices, lineage(row.office, parents))]
    return visible(staff.id, staff.country, sorted(set(near) - {row.code for row in apart}), own)

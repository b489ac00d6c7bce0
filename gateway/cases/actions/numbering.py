"""The numbers that people are given: of cases, of plans, and on printed forms; none is given twice."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ..records import by_reference
from ..records.paper import Blank
from ..records.plans import plan_numbered
from ..references import new_reference


def free_reference(db: Session) -> str:
    """A number that no case has, no plan, and no printed form."""
    while by_reference(db, reference := new_reference()) or db.get(Blank, reference) or plan_numbered(db, reference):
        continue
    return reference

"""Where a case lies: its queue, sent on when it turns out to be about something else or from elsewhere, passed up by
whoever may not decide it. Each hop leaves a line on the timeline; the promised day stays, for she has been told it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from .. import audit, clock
from ..country import Pack, lineage
from ..country.route import route as decide
from ..house import House
from ..people.actions import parents_of
from ..people.records import QueueRow, Staff
from ..people.rules import lineage as upward
from .records import Case
from .rules import Refusal, moved
from .timeline import note

LONGEST_ADVICE = 1200


def to_queue(db: Session, pack: Pack, case: Case, now: datetime, staff_id: int | None) -> None:
    """Gives a case the queue that the pack's rules name."""
    decision = decide(pack, case.category, case.place, case.channel)
    case.state = moved(case.state, "route") if case.state != "answered" else case.state
    data: dict[str, object] = {
        "queue": decision.queue,
        "why": decision.why,
        "place": case.place,
        "category": case.category,
    }
    _lay(db, case, decision.queue, now, staff_id, "routed", data)


def _lay(
    db: Session, case: Case, queue: str, now: datetime, staff_id: int | None, kind: str, data: dict[str, object],
    body: str | None = None, once: str | None = None,
) -> None:  # fmt: skip
    case.queue = queue
    note(db, case, kind, now, staff_id, body=body, data=data, once=once)
    actor = f"staff:{staff_id}" if staff_id else "system"
    audit.write(db, actor=actor, act=f"case.{kind}", thing=f"case:{case.id}", why=queue, now=now)


def place_case(db: Session, house: House, case: Case, place: str, category: str, staff_id: int, now: datetime) -> None:
    """Sets what a case is about and, where triage holds it, where the person lives; it goes to whoever decides that.
    Outside triage only who may decide a case says that it is about something else: else a case could be called what it
    is not by somebody who may not decide it."""
    pack = house.packs[case.country]
    triage, left = db.get_one(QueueRow, case.queue).kind == "triage", case.queue not in pack.queues
    if category != case.category and category not in pack.categories:
        raise Refusal("Choose what it is about.")
    if triage and pack.places.get(place) is None:
        raise Refusal("That place is not in the list. Choose it again.")
    if not triage and not left:
        if category == case.category:
            raise Refusal("This case lies with an office that can decide. It was not sent on.")
        must_decide(db, pack, case, staff_id)
    moved(case.state, "route")
    case.place, case.category = place if triage else case.place, category
    why = f"{case.place} {category}"
    audit.write(db, actor=f"staff:{staff_id}", act="case.placed", thing=f"case:{case.id}", why=why, now=now)
    to_queue(db, pack, case, now, staff_id)


def pass_up(db: Session, house: House, case: Case, advice: str, staff_id: int, once: str, now: datetime) -> None:
    """Sends a case that this office may not decide to the nearest one above it that may, with what it should know."""
    pack = house.packs[case.country]
    office = who_decides(db, pack, case)
    if office is None:
        raise Refusal("No office above may decide this. Tell your supervisor.")
    if office == holder(db, pack, case):
        raise Refusal("This case lies with an office that can decide. It was not sent on.")
    if len(advice) > LONGEST_ADVICE:
        raise Refusal("The note is longer than 1200 letters. Make it shorter, then send again.")
    case.state = moved(case.state, "route")
    _lay(db, case, office, now, staff_id, "passed_up", {"queue": office}, advice.strip() or None, once)


def holder(db: Session, pack: Pack, case: Case) -> str:
    """The office with which a case lies; where it has left the pack, the nearest above it that has not; empty where
    there is none."""
    row = db.get(QueueRow, case.queue) if case.queue else None
    above = upward(row.office, parents_of(db, case.country)) if row else []
    return next((office for office in above if office in pack.offices), "")


def who_decides(db: Session, pack: Pack, case: Case) -> str | None:
    """The nearest office, from the holder upward, at which somebody may decide the case; None where there is none."""
    right, here = pack.rights.get(case.category), holder(db, pack, case)
    if right is None:
        return here or None
    return next((up for up in lineage(here, pack.offices) if right.reaches(pack.offices[up].level)), None)


def must_decide(db: Session, pack: Pack, case: Case, staff_id: int) -> None:
    """Raises Refusal where this member of staff may not decide the case."""
    if not pack.may_decide(case.category, holder(db, pack, case), db.get_one(Staff, staff_id).role):
        raise Refusal("You may not decide this case. Pass it up, or let a supervisor close it. Nothing was changed.")


def calendar_of(pack: Pack, case: Case) -> clock.Calendar:
    """When the office works with which the case lies."""
    queue = pack.queues.get(case.queue or "")
    return pack.calendar_of(queue.office) if queue else pack.calendar

"""Where a case lies: its queue, sent on when it turns out to be about something else or from elsewhere, passed up by
whoever may not decide it. Each hop leaves a line on the timeline; the promised day stays, for she has been told it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ... import audit
from ...country.route import route as decide
from ...house import House
from ...people.records import QueueRow
from ..records import Case
from ..rules import Refusal, after
from . import promises
from .access import seclude
from .acting import act
from .deciding import awaits_consent, holder, last_of, must_decide, who_decides
from .planning import leave_plan

LONGEST_ADVICE = 1200


def to_queue(db: Session, house: House, case: Case, how: str, now: datetime, staff_id: int | None = None) -> None:
    """Gives a case the queue that the pack's rules name. `how`: `route`, `send_on` or `seclude`."""
    pack = house.packs[case.country]
    # Somebody for whom it was asked and who has no telephone is asked by the office near her.
    scheme = "" if case.address_id is None and awaits_consent(db, case) else case.programme
    decision = decide(pack, case.category, case.place, case.channel, case.against_office, scheme)
    data: dict[str, object] = {
        "queue": decision.queue,
        "why": decision.why,
        "place": case.place,
        "category": case.category,
    }
    case.queue = decision.queue
    promises.place(db, pack, case, decision.office)
    act(db, house, case, how, now, staff_id, data=data, why=decision.queue)


def place_case(db: Session, house: House, case: Case, place: str, category: str, staff_id: int, now: datetime) -> None:
    """Sets what a case is about and, where triage holds it, where the person lives; it goes to whoever decides that.
    Outside triage only who may decide a case says that it is about something else: else a case could be called what it
    is not by somebody who may not decide it. That somebody is accused, or in danger, anybody may say: the case becomes
    confidential, and is out of the hands of this office."""
    pack = house.packs[case.country]
    apart = pack.is_confidential(category)
    triage, left = db.get_one(QueueRow, case.queue).kind == "triage", case.queue not in pack.queues
    if category != case.category and category not in pack.categories:
        raise Refusal("Choose what it is about.")
    if triage and (place or not apart) and pack.places.get(place) is None:
        raise Refusal("That place is not in the list. Choose it again.")
    if case.confidential:
        raise Refusal("A confidential case stays where it is. Nothing was changed.")
    if last_of(db, case, ("appeal",)) and not apart:
        raise Refusal("She appealed to this office. It stays here, or is passed up. Nothing was changed.")
    if not triage and not left and not apart:
        if category == case.category:
            raise Refusal("This case lies with an office that can decide. It was not sent on.")
        must_decide(db, pack, case, staff_id)
    how = "seclude" if apart else "send_on"
    after(case.state, how)
    case.place, case.category = place if triage and place else case.place, category
    if apart:
        seclude(db, pack, case, staff_id, now)
        leave_plan(db, case, now)
    why = f"{case.place} {category}"
    audit.write(db, actor=f"staff:{staff_id}", act="case.placed", thing=f"case:{case.id}", why=why, now=now)
    to_queue(db, house, case, how, now, staff_id)


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
    after(case.state, "pass_up")
    case.queue = office
    act(
        db, house, case, "pass_up", now, staff_id, text=advice.strip() or None, data={"queue": office}, once=once,
        why=office,
    )  # fmt: skip

"""Many cases about one event, answered at once; and parts of a case for which another office is asked. Nothing of
this is done to a confidential case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from ... import audit, clock
from ...country import lineage
from ...house import House
from ...language import fold
from ..records import Case
from ..records.linked import Happening, Linked, Part
from ..rules import OPEN, Refusal
from .acting import act
from .deciding import holder
from .timeline import note

LONGEST = 1200
PART_DAYS = 5
"""Working days of the office that is asked."""


def link(
    db: Session,
    case: Case,
    happening: Happening | None,
    title: str,
    staff_id: int,
    now: datetime,
    once: str | None = None,
) -> Happening:
    """A case belongs to an event: one there is, or a new one of this title. Raises Refusal."""
    title = fold.clean(title)[:120]
    if case.confidential:
        raise Refusal("A confidential case is linked to nothing. Nothing was changed.")
    if happening is None:
        if not title:
            raise Refusal("Choose the event, or write what happened in a few words.")
        happening = Happening(country=case.country, title=title, made_by=staff_id, made_at=now)
        db.add(happening)
        db.flush()
    db.merge(Linked(case_id=case.id, happening_id=happening.id))
    note(db, case, "linked", now, staff_id, once=once, aside=True)
    why = f"happening:{happening.id}"
    audit.write(db, actor=f"staff:{staff_id}", act="case.linked", thing=f"case:{case.id}", why=why, now=now)
    return happening


def unlink(db: Session, case: Case, staff_id: int, now: datetime, once: str | None = None) -> None:
    """It was a mistake: the case belongs to no event."""
    if row := db.get(Linked, case.id):
        db.delete(row)
        note(db, case, "unlinked", now, staff_id, once=once, aside=True)
        audit.write(db, actor=f"staff:{staff_id}", act="case.unlinked", thing=f"case:{case.id}", now=now)


def for_each(db: Session, cases: Iterable[Case], do: Callable[[Case], None]) -> list[tuple[Case, str]]:
    """Does one thing to many cases, each by itself: what cannot be done to one holds up no other. Those to which it
    could not be done, and why."""
    failed = []
    for case in cases:
        try:
            with db.begin_nested():
                do(case)
                db.flush()
        except Refusal as refusal:
            failed.append((case, refusal.sentence))
    return failed


def ask_part(
    db: Session, house: House, case: Case, office: str, question: str, staff_id: int, once: str, now: datetime
) -> None:
    """Another office is asked for its part; this one stays the owner, and its promise runs on. Raises Refusal."""
    pack, question = house.packs[case.country], fold.clean(question)[:LONGEST]
    known = pack.offices.get(office)
    complained_of = case.against_office and case.against_office in lineage(office, pack.offices)
    if known is None or known.independent or complained_of or office == holder(db, pack, case):
        raise Refusal("Choose another office.")
    if case.confidential:
        raise Refusal("A confidential case stays where it is. Nothing was changed.")
    if not question:
        raise Refusal("Write what they should do or say, then send again.")
    act(db, house, case, "ask_part", now, staff_id, text=question, data={"office": office}, once=once)
    due = clock.due(pack.calendar_of(office), now, PART_DAYS)
    db.add(Part(case_id=case.id, office=office, question=question, asked_by=staff_id, asked_at=now, due_at=due))
    db.flush()


def answer_part(db: Session, house: House, part: Part, case: Case, words: str, staff_id: int, now: datetime) -> None:
    """The other office answers whoever owns the case. Raises Refusal."""
    words = fold.clean(words)[:LONGEST]
    if not words:
        raise Refusal("Write the answer, then send again.")
    if part.answered_at or case.confidential or case.state not in OPEN:
        raise Refusal("This is answered already, or the case is closed. Nothing was changed.")
    act(db, house, case, "part", now, staff_id, text=words, data={"office": part.office}, once=f"part:{part.id}")
    part.answer, part.answered_by, part.answered_at = words, staff_id, now

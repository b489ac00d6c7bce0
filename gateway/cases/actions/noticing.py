"""Officials are told in their chats: that a case has come to their office, that a promise runs out. The number, the
kind, the office and the day: nothing of a person. Of a confidential case nothing is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ... import clock
from ...channels import outbox
from ...house import House
from ...language import formats
from ...language.catalogue import fill, mark
from ...people import actions as people
from ...people.records import Staff
from ..reach import READS
from ..records import Case
from ..records.access import kept_from
from .deciding import holder

NEW = mark("console", "{case}: {what}. It lies with {office} now. Send its number here, or open it on the page.")
RUNS_OUT = mark("console", "{case}: {percent} % of the promised time is used.")


def chat_about(case: Case) -> str:
    """What a chat's text is about, so that it can be taken back; the case's own page does not show it."""
    return f"staff:{case.id}"


def facts_of(db: Session, house: House, staff: Staff, case: Case) -> dict[str, str]:
    """What may be told of a case in a chat: its number, its kind, its office, its day. Nothing that she said."""
    pack, tag = house.packs[case.country], staff.language
    known = pack.categories.get(case.category)
    return {
        "case": formats.grouped(case.reference),
        "what": house.texts.find(tag, ("console", known.name)) if known else case.category,
        "office": pack.office_name(holder(db, pack, case), tag),
        "due": formats.day_of(tag, case.due_at, pack.zone) if case.due_at else "–",
    }


def came(db: Session, house: House, case: Case, event_id: int, now: datetime) -> None:
    """A case has come to an office: whoever works there and has a chat is told so."""
    if case.confidential or case.queue is None or not people.any_chat(db):
        return
    pack = house.packs[case.country]
    office = holder(db, pack, case)
    when = clock.next_open(pack.calendar_of(office), now)
    _send(db, house, case, office, ("officer",), NEW, {}, f"came:{event_id}", when if when > now else None, now)


def runs_out(
    db: Session, house: House, case: Case, office: str, role: str, percent: int, once: str, show_at: datetime,
    now: datetime,
) -> None:  # fmt: skip
    """A promise runs out: who is told on the page is told in the chat."""
    if not case.confidential and people.any_chat(db):
        _send(db, house, case, office, (role,), RUNS_OUT, {"percent": str(percent)}, f"late:{once}", show_at, now)


def _send(
    db: Session, house: House, case: Case, office: str, roles: Sequence[str], sentence: tuple[str, str],
    facts: dict[str, str], once: str, due_at: datetime | None, now: datetime,
) -> None:  # fmt: skip
    readers = [role for role, reads in READS.items() if set(reads) & set(roles)]
    for staff, address_id in people.chats_at(db, [office], readers, now, but=kept_from(db, case.id)):
        way = house.packs[case.country].writes_to(people.number_of(db, address_id))
        body = fill(house.texts.find(staff.language, sentence), {**facts_of(db, house, staff, case), **facts})
        outbox.put(
            db, way, address_id, body, purpose="staff", about=chat_about(case), once=f"{once}:{staff.id}", now=now,
            due_at=due_at, asked=False,
        )  # fmt: skip

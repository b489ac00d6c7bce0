"""A complaint is lodged, and a worker gives it its queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit, seal
from ...channels import outbox
from ...country import Pack
from ...db import wake_later
from ...house import House
from ...people import actions as people
from .. import attachments
from ..records import Case
from ..rules import known_by
from . import promises
from .numbering import free_reference
from .placing import to_queue
from .timeline import note


@dataclass(frozen=True)
class Complaint:
    """What a citizen told us, as codes and words. `answer_by` is empty where she left before choosing. `sent`: the
    attachments that came with it. `reads`: she has the number in writing already. `alone`: she had left, and waits for
    no word of ours. `risk`: whether it could put her in danger (`yes`, `no`, `unsure`). `prefers`: who shall call her
    (`woman`, `man`, `any`). `against_office`: the code of an office complained of. `behalf`: who lodges it for her; she
    is asked herself, and until she agrees only the hotline may know her number. `wants`: how she is to be answered
    then; with the PIN, whoever lodged it asks how it stands. `programme`, `sex`, `disability`: as far as she said.
    `household`: its key in the register, where she opened it with the secret number."""

    category: str
    place: str
    village: str
    story: str
    against: str
    answer_by: str
    safe_hours: str
    pin: str
    language: str
    channel: str
    flow: str
    sent: tuple[int, ...] = ()
    reads: bool = False
    alone: bool = False
    risk: str = ""
    prefers: str = ""
    against_office: str = ""
    behalf: str = ""
    wants: str = ""
    programme: str = ""
    sex: str = ""
    disability: str = ""
    household: str = ""


def open_case(
    db: Session, pack: Pack, told: Complaint, address_id: int | None, now: datetime, *,
    noted_at: datetime | None = None, staff_id: int | None = None, once: str | None = None, reference: str = "",
) -> Case:  # fmt: skip
    """Makes the case and what it is promised; a worker routes it. With a PIN, no address is kept. `now`: when she said
    it; `noted_at`: when it was keyed in, where that was later, by `staff_id`; `reference`: that of her form."""
    answer_by = known_by(told.answer_by)
    reference = reference or free_reference(db)
    case = Case(
        country=pack.code,
        reference=reference,
        category=told.category,
        place=told.place,
        village=told.village or None,
        story=told.story or None,
        against=told.against or None,
        answer_by=answer_by,
        safe_hours=told.safe_hours,
        address_id=None if answer_by == "pin" else address_id,
        pin_hash=pin_mark(reference, told.pin) if told.pin and (answer_by == "pin" or told.behalf) else None,
        against_office=told.against_office,
        programme=told.programme,
        sex=told.sex,
        disability=told.disability,
        behalf=told.behalf,
        next_at=(noted_at or now) if told.behalf else None,
        language=told.language,
        channel=told.channel,
        flow=told.flow,
        pack=pack.version,
        state="received",
        confidential=pack.is_confidential(told.category),
        round=0,
        opened_at=now,
        changed_at=noted_at or now,
    )
    db.add(case)
    db.flush()
    promises.make(db, pack, case, "", now)
    attachments.belong(db, told.sent, case, noted_at or now)
    how: dict[str, object] = {"left": not told.answer_by, "reads": told.reads, "alone": told.alone}
    how |= {
        name: said
        for name, said in (
            *(("risk", told.risk), ("prefers", told.prefers), ("wants", told.wants)),
            ("household", told.household),
        )
        if said
    }
    note(db, case, "opened", noted_at or now, staff_id, data=how, once=once)
    actor = f"staff:{staff_id}" if staff_id else "citizen"
    audit.write(db, actor=actor, act="case.opened", thing=f"case:{case.id}", now=noted_at or now)
    wake_later(db, "route", case.id)
    return case


def start_writing(db: Session, address_id: int, now: datetime) -> None:
    """She asks to be written to: that lifts an earlier STOP."""
    outbox.go_on(db, address_id, now)
    people.start(db, address_id)


def pin_mark(reference: str, road_hash: str) -> str:
    """What a case keeps of its PIN: a keyed hash bound to its reference."""
    return seal.ring().hash(f"{reference}:{road_hash}", "cases.pin")


def pin_fits(case: Case, road_hashes: list[str]) -> bool:
    """Whether one of these hashes of a typed PIN is this case's."""
    marks = {m for road in road_hashes for m in seal.ring().hashes(f"{case.reference}:{road}", "cases.pin")}
    return case.pin_hash is not None and case.pin_hash in marks


def route_case(db: Session, house: House, case_id: int, now: datetime) -> bool:
    """Gives a received case its queue, and puts the acknowledgement out. Safe to run twice."""
    case = db.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None or case.state != "received":
        return False
    to_queue(db, house, case, "route", now)
    case.routed_at = now
    return True

"""Another way to her when a text has failed for good: her phone instead of a chat, then an operator's call.

What many were told at once and what was only a reply to her own words falls no further: she was there, and may ask.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from .cases import actions as cases
from .channels import outbox, posting
from .channels.outbox.records import Ready
from .house import House
from .people import actions as people


def fall_through(db: Session, house: House, failed: Ready, *, blocked: bool, now: datetime) -> None:
    """Takes the next way. `blocked`: nothing reaches her at this address any more."""
    if blocked:
        people.close(db, failed.address_id, now)
    if failed.kind != posting.NOTICE:
        return
    phone = people.phone_of(db, failed.address_id)
    if phone is None:
        return
    pack = house.pack_of_channel(failed.channel)
    way = pack.writes_to(phone.number)
    if way != failed.channel and phone.id != failed.address_id:
        once = f"by-phone:{failed.id}:{now.timestamp():.0f}"
        about, purpose = failed.about, failed.purpose
        outbox.put(db, way, phone.id, failed.body, purpose=purpose, about=about, once=once, now=now)
    elif not phone.text_only:
        cases.tell_by_voice(db, failed.about, now)

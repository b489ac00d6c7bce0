"""An office's appointments as iCalendar (RFC 5545), written by the `icalendar` package: CRLF, lines folded between
letters, text escaped.

Times are UTC, so that no calendar needs a table of zones. An event keeps its UID for ever; SEQUENCE rises when it is
moved or cancelled; what was cancelled stays for a while, marked so. Nobody's name or number is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from ..country import Pack
from ..house import House
from ..language.catalogue import fill, mark
from .records import Appointment
from .rules import instant
from .windows import name_of, raw_of

PRODUCT = "-//Sala//Appointments//EN"
COUNTER = mark("console", "Counter {number}")


def calendar_of(db: Session, house: House, pack: Pack, place: str, rows: Iterable[Appointment]) -> bytes:
    """The calendar, in the country's first language for staff."""
    tag = next((tag for tag in house.languages(pack) if house.traits[tag].staff), "en")
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    name = name_of(house.texts, tag, pack, raw_of(db, pack, place))
    made.add("x-wr-calname", name)
    for one in rows:
        made.add_component(_event(house, pack, tag, name, one))
    return bytes(made.to_ical())


def _event(house: House, pack: Pack, tag: str, name: str, one: Appointment) -> Event:
    begin, event = instant(pack.zone, one.day, one.unit), Event()
    service = pack.at_window.get(one.service)
    what = house.texts.say(tag, service.key()) if service else one.service
    counter = fill(house.texts.find(tag, COUNTER), {"number": str(one.counter)})
    event.add("uid", f"appointment-{one.id}@sala")
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.changed_at)
    event.add("last-modified", one.changed_at)
    event.add("dtstart", begin)
    event.add("dtend", begin + timedelta(minutes=one.minutes))
    event.add("summary", f"{what} · {counter}")
    event.add("location", name)
    event.add("status", "CANCELLED" if one.state == "cancelled" else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event

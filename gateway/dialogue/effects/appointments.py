"""What a flow's words do with appointments: the services, windows and times that can be had, a seat held, booked, moved
and given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby, islice, takewhile

from ...appointments import actions as appointments
from ...appointments import windows
from ...appointments.actions.telling import brief_of, raw_when, to_bring, when_of
from ...appointments.records import Appointment
from ...appointments.records.around import Told
from ...appointments.references import GROUPS
from ...appointments.rules import needs
from ...appointments.slots import Asking
from ...country import Pack
from ...language import formats
from ...language.catalogue import Texts
from ...language.measure import clusters
from ...people import actions as people
from ..roads import EffectWords
from ..state import Done
from .cases import is_desk
from .places import place_of
from .stand import Answers, Rowing, Stand, Word

FIRST, MOST_DAYS, OF_A_DAY, HOUR = 3, 8, 8, needs(60)
LONGEST_GIVEN = 5
TRIES, A_DAY = 10, timedelta(days=1)
GUESSED = "booking"
HERS = ("booking", "when", "at", "where", "there")


def hers(stand: Stand) -> list[int]:
    return [address.id for address in people.of_person(stand.db, stand.address_id)]


def _mine(stand: Stand) -> list[Appointment]:
    """Hers that are still to come."""
    found = appointments.expected_of(stand.db, hers(stand), stand.today)
    return [one for one in found if one.state == "booked" and not appointments.has_begun(stand.pack, one, stand.now)]


def this_one(stand: Stand, lock: bool = False) -> Appointment | None:
    """The one that is spoken of: of this phone; or one that an operator found by its number."""
    one = appointments.find(stand.db, stand.facts.get("booking", ""), lock)
    if one is None or one.country != stand.pack.code:
        return None
    return one if is_desk(stand) or one.address_id in hers(stand) else None


def facts_of(stand: Stand, one: Appointment) -> dict[str, str]:
    return appointments.raw_facts(stand.db, stand.pack, one)


def my_booking(stand: Stand, answers: Answers) -> Done:
    """What she has: the one that she was asked about, her only one, or several."""
    one = this_one(stand)
    mine = [one] if one is not None and one.state == "booked" else _mine(stand)
    if not mine:
        return Done("none")
    return Done("several") if len(mine) > 1 else Done("some", facts_of(stand, mine[0]))


def this_booking(stand: Stand, answers: Answers) -> Done:
    """The one that she chose of hers."""
    wanted = answers.get("which", "").split(";")[0]
    one = next((one for one in _mine(stand) if one.reference == wanted), None)
    return Done("some", facts_of(stand, one)) if one else Done("none")


def find_booking(stand: Stand, answers: Answers) -> Done:
    """The one of a number: from her own phone, or by an operator, who asks who she is."""
    since = stand.now - A_DAY
    number = "".join(c for c in answers["number"] if c.isdigit())
    if people.tries(stand.db, GUESSED, stand.number_key, since) >= TRIES:
        return Done("none")
    one = appointments.find(stand.db, number)
    there = one is not None and one.country == stand.pack.code and one.state == "booked"
    if one is None or not there or not (is_desk(stand) or one.address_id in hers(stand)):
        people.count_try(stand.db, GUESSED, stand.number_key, stand.now)
        return Done("none")
    return Done("some", facts_of(stand, one))


def wanted(stand: Stand, answers: Answers) -> tuple[str, str, bool, Appointment | None]:
    """At which window, for which service, with priority or not; and the appointment that is to be moved."""
    if answers.get("change") == "move" and (one := this_one(stand)) is not None:
        return one.place, one.service, one.priority, one
    place = answers.get("office", "").split("|")[0]
    return place, answers.get("service", ""), answers.get("first") == "yes", None


def _asking(stand: Stand, service: str, priority: bool) -> Asking:
    return Asking(service, stand.pack.at_window[service].minutes, priority, stand.now)


def services(stand: Stand, answers: Answers) -> list[str]:
    """What people come for, at any window there is."""
    there = stand.pack.windows.values()
    return [code for code in stand.pack.at_window if any(window.does(code) for window in there)]


def offices(stand: Stand, answers: Answers) -> list[str]:
    """The windows near her that do what she comes for, visits to her commune first."""
    service = answers.get("service", "")
    found = windows.near(stand.db, stand.pack, place_of(stand, answers), service, stand.now)
    return [windows.raw_of(stand.db, stand.pack, window.code) for window in found]


def has_lane(stand: Stand, answers: Answers) -> Done:
    """Whether it matters at this window that somebody is old, pregnant or disabled."""
    window = windows.window_of(stand.db, stand.pack, wanted(stand, answers)[0])
    return Done("yes" if window is not None and window.has_lane() else "no")


def slots(stand: Stand, answers: Answers) -> list[str]:
    """The next three free times; or of the day that she chose the first of each hour, so that all are read at a glance.
    What she holds herself is hers to choose again."""
    place, service, priority, _ = wanted(stand, answers)
    window = windows.window_of(stand.db, stand.pack, place)
    if window is None or service not in stand.pack.at_window:
        return []
    asking, day = _asking(stand, service, priority), _day(answers)
    held = appointments.held_of(stand.db, stand.address_id)
    found = windows.free_at(stand.db, stand.pack, window, asking, day, mine=held.id if held else 0)
    if day is not None:
        hours = groupby(takewhile(lambda slot: slot.day == day, found), lambda slot: slot.unit // HOUR)
        found = (next(slots_of_it) for _, slots_of_it in hours)
    times = [slot.raw() for slot in islice(found, OF_A_DAY if day else FIRST)]
    told = Told(address_id=stand.address_id, place=place, service=service, priority=priority, times=times, at=stand.now)
    stand.db.merge(told)
    return times


def _day(answers: Answers) -> date | None:
    try:
        return date.fromisoformat(answers["day"]) if answers.get("day") else None
    except ValueError:
        return None


def days(stand: Stand, answers: Answers) -> list[str]:
    """The next days with a free time."""
    place, service, priority, _ = wanted(stand, answers)
    window = windows.window_of(stand.db, stand.pack, place)
    if window is None or service not in stand.pack.at_window:
        return []
    found = windows.free_days(stand.db, stand.pack, window, _asking(stand, service, priority), MOST_DAYS)
    return [day.isoformat() for day in found]


def next_visits(stand: Stand, answers: Answers) -> Done:
    """When the team comes to where she lives."""
    told = windows.visits_to(stand.db, stand.pack, place_of(stand, answers), stand.now)
    raw = ";".join(windows.raw_of(stand.db, stand.pack, windows.code_of(visit)) for visit in told)
    area = place_of(stand, answers)
    return Done("some", {"visits": raw, **({"place": area} if area else {})}) if raw else Done("none")


def _to_bring(texts: Texts, tag: str, pack: Pack, raw: str) -> str:
    service, day, *shown = raw.split("|")
    return to_bring(texts, tag, pack, service, date.fromisoformat(day), shown)


FACTS = {
    "booking": lambda texts, tag, pack, raw: formats.grouped(raw, GROUPS),
    "when": when_of,
    "at": brief_of,
    "where": windows.name_of,
    "there": lambda texts, tag, pack, raw: windows.brief_name_of(texts, tag, pack, raw, dated=False),
    "to_bring": _to_bring,
    "visits": lambda texts, tag, pack, raw: "\n".join(
        windows.visit_line(texts, tag, pack, one) for one in raw.split(";") if one
    ),
}
"""How a raw fact of an appointment is written."""


def _service(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    row = pack.at_window.get(code)
    return texts.say(tag, row.key()) if row else code


def _office(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return windows.brief_name_of(texts, tag, pack, code)


def _day_name(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return formats.brief_day(tag, date.fromisoformat(code), pack.style(tag))


def my_bookings(stand: Stand, answers: Answers) -> list[str]:
    """Each with what tells it from the others: when, and for whom."""
    return [f"{one.reference};{raw_when(one)};{_given(one.name)}" for one in _mine(stand)]


def _given(name: str | None) -> str:
    """The last part of a name, by which people of one family are told apart on a small screen."""
    return "".join(clusters((name or "").replace(";", " ").split(" ")[-1])[:LONGEST_GIVEN])


def _booking_label(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    _, when, name = code.split(";")
    return f"{brief_of(texts, tag, pack, when)} {name}".strip()


EFFECTS: Mapping[str, Word] = {
    "my_booking": Word(EffectWords("look", ("some", "several", "none"), HERS), my_booking),
    "this_booking": Word(EffectWords("look", ("some", "none"), HERS, reads=("which",)), this_booking),
    "find_booking": Word(EffectWords("look", ("some", "none"), HERS, reads=("number",)), find_booking),
    "has_lane": Word(EffectWords("look", ("yes", "no"), reads=("office",)), has_lane),
    "next_visits": Word(EffectWords("look", ("some", "none"), ("visits",)), next_visits),
}

LISTS: Mapping[str, Rowing] = {
    "services": Rowing(services, _service, may_be_empty=True),
    "offices": Rowing(offices, _office, may_be_empty=True),
    "slots": Rowing(slots, lambda texts, pack, code, tag: brief_of(texts, tag, pack, code), may_be_empty=True),
    "days": Rowing(days, _day_name, may_be_empty=True),
    "my_bookings": Rowing(my_bookings, _booking_label, may_be_empty=True),
}

"""The windows as they stand today: those of the pack and the visits of mobile units, with what their staff has closed;
what is free at them, and how they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ..clock import MIDNIGHT, Calendar
from ..country import Pack, lineage
from ..country.windows import Counter, Window
from ..language import formats
from ..language.catalogue import Texts, fill, mark
from ..people.records import OfficeRow
from .records import taken
from .records.around import Visit, closures_of, visits_ahead
from .rules import UNITS, Closed, Slot, clock_of
from .slots import Asking, free_on, free_times

VISIT, GONE = "v", "gone"
TEAM = mark("at_window", "the team in {place}")
TEAM_ON = mark("at_window", "{day}: the team in {place}")
VISITS_SLOT = 10


def window_of(db: Session, pack: Pack, code: str) -> Window | None:
    """The window of an office or of a visit; None for one that is no more."""
    if code in pack.windows:
        return pack.windows[code]
    visit = visit_of(db, pack, code)
    return window_of_visit(pack, visit) if visit and visit.called_off_at is None else None


def visit_of(db: Session, pack: Pack, code: str) -> Visit | None:
    number = code.removeprefix(VISIT)
    is_number = number != code and number.isascii() and number.isdecimal() and len(number) < 10
    row = db.get(Visit, int(number)) if is_number else None
    return row if row and row.country == pack.code else None


def code_of(visit: Visit) -> str:
    return f"{VISIT}{visit.id}"


def window_of_visit(pack: Pack, visit: Visit) -> Window:
    """A visit as an office with a date. It keeps the same share for people without an appointment as its office, and
    can be booked from the day on which it is made known."""
    base = pack.windows.get(visit.office)
    spans = ((clock_of(visit.begin), clock_of(visit.end) if visit.end < UNITS else MIDNIGHT),)
    counters = tuple(Counter(number, tuple(visit.services)) for number in range(1, visit.counters + 1))
    return Window(
        code=code_of(visit), office=visit.office, place=visit.area, slot=base.slot if base else VISITS_SLOT,
        counters=counters, week={}, days={visit.day: spans}, walk_in=base.walk_in if base else 0, opens=366,
        landmark={"en": visit.landmark} if visit.landmark else {}, on=visit.day,
    )  # fmt: skip


def calendar_of(pack: Pack, window: Window) -> Calendar:
    return pack.calendar_of(window.office)


def closed_at(db: Session, pack: Pack, window: Window, since: date) -> list[Closed]:
    """What its staff, or those of an office above, have closed from a day on."""
    codes = list(lineage(window.office, pack.offices)) or [window.office]
    own = [window.office] if window.on is None else [window.code, window.office]  # its visits are closed with an office
    return [row.closed() for row in closures_of(db, own, codes, since)]


def today_of(pack: Pack, now: datetime) -> date:
    return now.astimezone(ZoneInfo(pack.zone)).date()


def free_at(
    db: Session, pack: Pack, window: Window, asking: Asking, since: date | None = None, *, mine: int = 0
) -> Iterator[Slot]:
    """The times that can be had at a window, soonest first. `mine`: what is held for whoever asks, and so is
    free to her."""
    closed = closed_at(db, pack, window, today_of(pack, asking.now))

    def takens(first: date, last: date) -> Mapping[date, Mapping[int, int]]:
        return taken(db, window.code, first, last, asking.now, but=mine)

    return free_times(window, calendar_of(pack, window), closed, takens, asking, since)


def free_days(db: Session, pack: Pack, window: Window, asking: Asking, most: int) -> list[date]:
    """The next days that have a free time."""
    return list(islice(dict.fromkeys(slot.day for slot in free_at(db, pack, window, asking)), most))


def still_free(db: Session, pack: Pack, window: Window, slot: Slot, asking: Asking) -> tuple[int, ...]:
    """The counters at which a time can be had now; none where it cannot."""
    closed = closed_at(db, pack, window, slot.day)
    there = taken(db, window.code, slot.day, slot.day, asking.now).get(slot.day, {})
    found = free_on(window, calendar_of(pack, window), closed, there, slot.day, asking, every=True)
    return next((one.counters for one in found if one.unit == slot.unit), ())


def is_closed(db: Session, pack: Pack, window: Window, day: date, units: range) -> bool:
    return any(one.touches(day, units) for one in closed_at(db, pack, window, day))


def near(db: Session, pack: Pack, area: str, service: str, now: datetime) -> list[Window]:
    """The windows for who lives in an area, the nearest first: visits to it that can still be booked, its own office,
    the ones above it; of a province, and where there is none, those of the areas in it. Of who does not say
    where she lives: those of every area in the pilot's provinces."""
    path = [place.code for place in pack.places.path(area)]
    areas = [*path, *pack.places.under(area)] if area else None
    visits = [window_of_visit(pack, row) for row in _open_visits(db, pack, areas, now)]
    own = [w for code in path for w in pack.windows.values() if w.place == code]
    if not own or (area and pack.places.level(area) == "province"):
        within = [code for around in ([area] if area else pack.areas) for code in pack.places.under(around)]
        own += [w for code in within for w in pack.windows.values() if w.place == code]
    return [window for window in (*visits, *own) if window.does(service)]


def raw_of(db: Session, pack: Pack, code: str) -> str:
    """A window as a fact of a conversation, from which its name can be written in any language."""
    if visit := visit_of(db, pack, code):
        return "|".join((code, visit.area, visit.day.isoformat(), _plain(visit.landmark)))
    if code in pack.windows or code in pack.offices:
        return code
    row = db.get(OfficeRow, code)
    return f"{GONE}|{row.names['en'] if row else code}"


def _plain(words: str) -> str:
    """Without the signs that stand between the parts of a raw fact."""
    return words.translate({ord("|"): " ", ord(";"): ","})


def name_of(texts: Texts, tag: str, pack: Pack, raw: str, *, full: bool = True) -> str:
    """How a window is called; `full`: with what it is found by."""
    code, *more = raw.split("|")
    if code == GONE:
        return more[0]
    if more:
        area, day, landmark = more
        facts = {"place": pack.places.name(area, tag), "day": formats.brief_day(tag, date.fromisoformat(day))}
        name = fill(texts.find(tag, TEAM if full else TEAM_ON), facts)
    else:
        marks = pack.windows[code].landmark if code in pack.windows else {}
        name, landmark = pack.office_name(code, tag), marks.get(tag) or marks.get("en", "")
    return f"{name}, {landmark}" if full and landmark else name


AT_LEVEL = {
    "commune": mark("at_window", "{place} (commune)"),
    "district": mark("at_window", "{place} (district)"),
    "province": mark("at_window", "{place} (province)"),
}


def brief_name_of(texts: Texts, tag: str, pack: Pack, raw: str, *, dated: bool = True) -> str:
    """How a window is called in a list on a small screen, by its area: the names of offices all begin alike. A visit is
    `dated`, unless its day stands beside it."""
    if not dated and raw.count("|") > 1:
        return fill(texts.find(tag, TEAM), {"place": pack.places.name(raw.split("|")[1], tag)})
    office = pack.offices.get(raw)
    key = AT_LEVEL.get(office.level) if office and office.place else None
    if office is None or key is None:
        return name_of(texts, tag, pack, raw, full=False)
    return fill(texts.find(tag, key), {"place": pack.places.name(office.place, tag)})


MOST_VISITS = 3
VISIT_LINE = mark("at_window", "{day}: {place}")
VISIT_AT = mark("at_window", "{day}: {place}, {landmark}")


def visits_to(db: Session, pack: Pack, area: str, now: datetime) -> list[Visit]:
    """The next visits to where somebody lives, or to an area in it; of who does not say where: to any."""
    path = [place.code for place in pack.places.path(area)]
    areas = [*path, *_within(pack, area)] if area else None
    return _open_visits(db, pack, areas, now)[:MOST_VISITS]


def _open_visits(db: Session, pack: Pack, areas: list[str] | None, now: datetime) -> list[Visit]:
    """The visits from today on, but for those that are closed for all of their time."""
    found = []
    for visit in visits_ahead(db, pack.code, today_of(pack, now), areas):
        closed = closed_at(db, pack, window_of_visit(pack, visit), visit.day)
        if not any(one.covers(visit.day, visit.units()) for one in closed):
            found.append(visit)
    return found


def _within(pack: Pack, area: str) -> list[str]:
    below = pack.places.under(area)
    return [*below, *(code for one in below for code in pack.places.under(one) if pack.places.level(code) == "commune")]


def visit_line(texts: Texts, tag: str, pack: Pack, raw: str) -> str:
    """One visit in a list: the day, the place, and where it sits down."""
    _, area, day, landmark = raw.split("|")
    facts = {"day": formats.day(tag, date.fromisoformat(day), pack.style(tag)), "place": pack.places.name(area, tag)}
    return fill(texts.find(tag, VISIT_AT if landmark else VISIT_LINE), {**facts, "landmark": landmark})

"""Looking a household up by a number and a second fact, with bounded and slowed guesses; and telling its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ... import audit, seal
from ...channels import outbox
from ...country import Pack
from ...hotline import actions as hotline
from ...house import House
from ...language import fold
from ...language.catalogue import mark
from ...people import actions as people
from ..households import facts_of
from ..records import (
    NUMBERS,
    Household,
    Known,
    all_current,
    by_key,
    found_by,
    known,
    known_of,
    members_of,
    papers_of,
    payments_of,
)
from ..report import plain_number
from ..sources import (
    ALL,
    LEVEL,
    TRIES_IN_ALL,
    TRIES_PER_ADDRESS,
    TRIES_PER_NUMBER,
    WINDOW,
    WRONG_TO_RIGHT,
    Paid,
    Sight,
    Somebody,
    pause_after,
)

NOTICE = mark("sms.looked", "Somebody asked today about your card. If it was not you, call {hotline}.")
BY_ADDRESS, BY_NUMBER, BY_COUNTRY = "register.address", "register.number", "register.country"
RIGHT, TOLD = "register.right", "register.told"
SHORTEST_NUMBER = 5


@dataclass(frozen=True)
class Found:
    """What came of a look-up: `found`, `none` (no such number, or the second fact does not fit: nobody learns which),
    `wait` (too soon after a wrong guess), `locked` (too many); of a register of elsewhere `asked`, `soon` or `later`.
    `opens`: what the second fact opens. `lookup`: the number of the question to a register of elsewhere."""

    outcome: str
    opens: str = ""
    sight: Sight | None = None
    lookup: int = 0


class BuiltIn:
    """The register that was taken in from files."""

    def __init__(self, db: Session, pack: Pack) -> None:
        self._db, self._country = db, pack.code

    def find(self, numbers: Sequence[tuple[str, str]], today: date) -> Sight | None:
        household = found_by(self._db, self._country, numbers) if numbers else None
        return sight_of(self._db, self._country, household, today) if household else None


def numbers_of(pack: Pack, written: str) -> list[tuple[str, str]]:
    """What was typed, as each kind of number that it may be; nothing where it can be none."""
    number, phone = plain_number(written), pack.e164(fold.digits(written)) or ""
    typed = [(kind, phone if kind == "phone" else number) for kind in NUMBERS]
    return [(kind, found) for kind, found in typed if len(found) >= SHORTEST_NUMBER]


def look_up(
    db: Session, house: House, pack: Pack, asked_by: str, written: str, born: str, pins: list[str], now: datetime
) -> Found:
    """A household by any of its numbers. `asked_by`: the address that asks; `born`: a year; `pins`: the typed secret
    number as it is carried (`seal.road_of`), by every key."""
    if barred := barred_from(db, pack, asked_by, written, now):
        return Found(barred)
    found = BuiltIn(db, pack).find(numbers_of(pack, written), today_of(pack, now))
    return settle(db, house, pack, found, asked_by, written, born, pins, now)


def today_of(pack: Pack, now: datetime) -> date:
    return now.astimezone(ZoneInfo(pack.zone)).date()


def barred_from(db: Session, pack: Pack, asked_by: str, written: str, now: datetime) -> str:
    """`locked` after too many wrong guesses of whoever asks, or at a number that finds nobody; `wait` too soon after
    the last; else empty. What finds a household is bounded by the household (`settle`)."""
    since = now - WINDOW
    wrong = people.tries_by_kind(db, {BY_ADDRESS: asked_by, BY_NUMBER: _number_of(pack, written)}, since)
    mine = wrong[BY_ADDRESS]
    if mine >= TRIES_PER_ADDRESS or wrong[BY_NUMBER] >= TRIES_PER_NUMBER:
        return "locked"
    pause = pause_after(mine)
    return "wait" if pause and people.tries(db, BY_ADDRESS, asked_by, now - pause) else ""


def _number_of(pack: Pack, written: str) -> str:
    """The number by which guesses are counted where no household was found: however it was written, the same."""
    return f"{pack.code}:{pack.e164(fold.digits(written)) or plain_number(written)}"


def settle(
    db: Session, house: House, pack: Pack, found: Sight | None, asked_by: str, written: str, born: str,
    pins: list[str], now: datetime,
) -> Found:  # fmt: skip
    """Whether the second fact opens what a register found. A guess that does not is counted: by whoever asks, by the
    household whichever of its numbers was used, and over the country; nobody learns whether the number or the fact was
    wrong. Of one that does, the household's people are told."""
    row = known(db, pack.code, found.key, now) if found else None  # locked: guesses at a household come one by one
    household = f"{pack.code}:household:{found.key}" if found else ""
    if found and _is_bounded(db, pack, found, household, asked_by, now):
        return Found("locked")
    opens = _opens(row, found.members, born, pins) if found else ""
    if found is None or row is None or not opens:
        people.count_try(db, BY_ADDRESS, asked_by, now)
        people.count_try(db, BY_NUMBER, household or _number_of(pack, written), now)
        people.count_try(db, BY_COUNTRY, pack.code, now)
        return Found("none")
    people.count_try(db, RIGHT, pack.code, now)
    audit.write(db, actor="citizen", act="register.looked", thing=f"known:{row.id}", why=opens, now=now)
    if row.notice_by != "none":
        _tell(db, house, pack, found, row, asked_by, now)
    return Found("found", opens, found)


def _is_bounded(db: Session, pack: Pack, found: Sight, household: str, asked_by: str, now: datetime) -> bool:
    """Whether no more guesses are heard: at this household; or in the whole country, where far more are wrong than
    right. Whoever asks from the household's own telephone is heard all the same."""
    since = now - WINDOW
    wrong = people.tries_by_kind(db, {BY_NUMBER: household, BY_COUNTRY: pack.code}, since)
    if wrong[BY_NUMBER] >= TRIES_PER_NUMBER:
        return True
    if wrong[BY_COUNTRY] < TRIES_IN_ALL or pack.e164(found.phone) == asked_by:
        return False
    return wrong[BY_COUNTRY] >= WRONG_TO_RIGHT * people.tries(db, RIGHT, pack.code, since)


def _opens(known: Known | None, members: Sequence[Somebody], born: str, pins: list[str]) -> str:
    if pins:
        return ALL if known and known.pin_hash in pin_marks(known.key, pins) else ""
    return LEVEL if born and any(member.born[:4] == born for member in members) else ""


def pin_mark(key: str, road: str) -> str:
    """What is kept of a household's secret number: a keyed hash bound to its key."""
    return seal.ring().hash(f"{key}:{road}", "known.pin")


def pin_marks(key: str, roads: list[str]) -> set[str]:
    return {one for road in roads for one in seal.ring().hashes(f"{key}:{road}", "known.pin")}


def sight(db: Session, country: str, key: str, today: date) -> Sight | None:
    """All that is known today of the household of a key."""
    household = by_key(db, country, key)
    return sight_of(db, country, household, today) if household else None


def sight_of(db: Session, country: str, household: Household, today: date) -> Sight:
    """All that is known of a household."""
    known, members, counts = known_of(db, country, household.key), members_of(db, household), all_current(db, country)
    snapshot, paid = counts.get("people"), counts.get("payments")
    as_of = snapshot.as_of if snapshot else date.min
    abouts = [member.about for member in members]
    card = any("card" in about.get("has", ()) for about in abouts)
    return Sight(
        key=household.key,
        level=household.level,
        valid_until=household.valid_until,
        as_of=as_of,
        paid_as_of=paid.as_of if paid else None,
        place=household.place,
        facts=facts_of(abouts, card, household.valid_until, household.place, today, as_of),
        members=tuple(Somebody(m.key, str(m.about.get("name", "")), str(m.about.get("born", ""))) for m in members),
        payments=tuple(
            Paid(p.programme, p.due_on, p.amount, p.state, p.at) for p in payments_of(db, paid, household.key)
        ),
        enrolled=tuple(filter(None, household.enrolled.split(","))),
        papers=tuple((paper.paper, paper.shown_on) for paper in papers_of(db, known)),
        phone=(known.phone if known else None) or household.phone or "",
    )


def _tell(db: Session, house: House, pack: Pack, found: Sight, known: Known, asked_by: str, now: datetime) -> None:
    """Its people are told that somebody looked, once a day, where it was not asked from their own telephone."""
    if pack.e164(found.phone) != asked_by:
        tell_people(db, house, pack, found, known, NOTICE, f"looked:{pack.code}:{found.key}:{today_of(pack, now)}", now)


def tell_people(
    db: Session, house: House, pack: Pack, found: Sight, known: Known, sentence: tuple[str, str], once: str,
    now: datetime,
) -> None:  # fmt: skip
    """A text, or a call, to the telephone at which a household's people are told; each `once` a single time."""
    phone = pack.e164(found.phone)
    if not phone or known.notice_by == "none":
        return
    address = people.make_known(db, pack.code, phone, now)
    language = address.language or pack.languages[0]
    if known.notice_by == "call":
        if people.tries(db, TOLD, once, now - WINDOW) == 0:
            people.count_try(db, TOLD, once, now)
            hotline.ask_call(db, pack.code, address.id, language, "", now)
        return
    if address.stopped_at is None:
        body = house.texts.say(language, sentence, hotline=pack.hotline)
        outbox.put(
            db, pack.writes_to(phone), address.id, body, purpose="looked", about="", once=once, now=now, asked=False
        )

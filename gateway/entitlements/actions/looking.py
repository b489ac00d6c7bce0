"""Looking a household up by a number and a second fact, with bounded and slowed guesses; and telling its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
    Member,
    by_key,
    current,
    found_by,
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
    Paid,
    Sight,
    Somebody,
    pause_after,
)

NOTICE = mark("sms.looked", "Somebody asked today about your card. If it was not you, call {hotline}.")
BY_ADDRESS, BY_NUMBER = "register.address", "register.number"
A_DAY = timedelta(days=1)


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

    def __init__(self, db: Session, country: str) -> None:
        self._db, self._country = db, country

    def find(self, numbers: Sequence[tuple[str, str]]) -> Sight | None:
        household = found_by(self._db, self._country, numbers)
        return sight(self._db, self._country, household.key) if household else None


def numbers_of(pack: Pack, written: str) -> list[tuple[str, str]]:
    """What was typed, as each kind of number that it may be."""
    number, phone = plain_number(written), pack.e164(fold.digits(written)) or ""
    return [(kind, found) for kind in NUMBERS if (found := phone if kind == "phone" else number)]


def look_up(
    db: Session, house: House, pack: Pack, asked_by: str, written: str, born: str, pins: list[str], now: datetime
) -> Found:
    """A household by any of its numbers. `asked_by`: the address that asks; `born`: a year; `pins`: the typed secret
    number as it is carried (`seal.road_of`), by every key."""
    barred = barred_from(db, asked_by, plain_number(written), now)
    if barred:
        return Found(barred)
    found = BuiltIn(db, pack.code).find(numbers_of(pack, written))
    return settle(db, house, pack, found, asked_by, written, born, pins, now)


def settle(
    db: Session, house: House, pack: Pack, found: Sight | None, asked_by: str, written: str, born: str,
    pins: list[str], now: datetime,
) -> Found:  # fmt: skip
    """Whether the second fact opens what a register found. A guess that does not is counted, and nobody learns whether
    the number or the fact was wrong; of one that does, the household's people are told."""
    known = known_of(db, pack.code, found.key) if found else None
    opens = _opens(known, found.members, born, pins) if found else ""
    if found is None or not opens:
        people.count_try(db, BY_ADDRESS, asked_by, now)
        people.count_try(db, BY_NUMBER, plain_number(written), now)
        return Found("none")
    thing = f"household:{pack.code}:{found.key}"
    audit.write(db, actor="citizen", act="register.looked", thing=thing, why=opens, now=now)
    if known is None or known.notice_by != "none":
        _tell(db, house, pack, found, known, asked_by, now)
    return Found("found", opens, found)


def barred_from(db: Session, asked_by: str, number: str, now: datetime) -> str:
    """`locked` after too many wrong guesses, `wait` too soon after the last; else empty."""
    since = now - WINDOW
    mine = people.tries(db, BY_ADDRESS, asked_by, since)
    its = people.tries(db, BY_NUMBER, number, since)
    if (
        mine >= TRIES_PER_ADDRESS
        or its >= TRIES_PER_NUMBER
        or people.tries_of_all(db, BY_ADDRESS, since) >= TRIES_IN_ALL
    ):
        return "locked"
    pause = pause_after(mine)
    return "wait" if pause and people.tries(db, BY_ADDRESS, asked_by, now - pause) else ""


def _opens(known: Known | None, members: Sequence[Somebody], born: str, pins: list[str]) -> str:
    if pins:
        return ALL if known and known.pin_hash in pin_marks(known.key, pins) else ""
    return LEVEL if born and any(member.born[:4] == born for member in members) else ""


def pin_mark(key: str, road: str) -> str:
    """What is kept of a household's secret number: a keyed hash bound to its key."""
    return seal.ring().hash(f"{key}:{road}", "known.pin")


def pin_marks(key: str, roads: list[str]) -> set[str]:
    return {one for road in roads for one in seal.ring().hashes(f"{key}:{road}", "known.pin")}


def sight(db: Session, country: str, key: str) -> Sight | None:
    """All that is known of the household of a key."""
    household = by_key(db, country, key)
    if household is None:
        return None
    return sight_of(db, country, household, known_of(db, country, key), members_of(db, household))


def sight_of(db: Session, country: str, household: Household, known: Known | None, members: list[Member]) -> Sight:
    """All that is known of a household."""
    snapshot = current(db, country, "people")
    as_of = snapshot.as_of if snapshot else date.min
    abouts = [member.about for member in members]
    card = any("card" in about.get("has", ()) for about in abouts)
    return Sight(
        key=household.key,
        level=household.level,
        valid_until=household.valid_until,
        as_of=as_of,
        facts=facts_of(abouts, card, household.valid_until, household.place, as_of),
        members=tuple(Somebody(m.key, str(m.about.get("name", "")), str(m.about.get("born", ""))) for m in members),
        payments=tuple(
            Paid(p.programme, p.due_on, p.amount, p.state, p.at) for p in payments_of(db, country, household.key)
        ),
        enrolled=tuple(filter(None, household.enrolled.split(","))),
        papers=tuple((paper.paper, paper.shown_on) for paper in papers_of(db, known)),
        phone=(known.phone if known else None) or household.phone or "",
    )


def _tell(
    db: Session, house: House, pack: Pack, found: Sight, known: Known | None, asked_by: str, now: datetime
) -> None:
    """Its people are told that somebody looked, once a day, where it was not asked from their own telephone."""
    phone = pack.e164(found.phone)
    if not phone or phone == asked_by:
        return
    address = people.make_known(db, pack.code, phone, now)
    language = address.language or pack.languages[0]
    once = f"looked:{found.key}:{now.date()}"
    if known and known.notice_by == "call":
        hotline.ask_call(db, pack.code, address.id, language, "", now)
        return
    if address.stopped_at is None:
        body = house.texts.say(language, NOTICE, hotline=pack.hotline)
        outbox.put(
            db, pack.writes_to(phone), address.id, body, purpose="looked", about="", once=once, now=now, asked=False
        )

"""A complaint lodged at the window, for the person who stands there, or keyed in from a form filled by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import audit, seal
from ...country import APPLY, Pack
from ...house import House
from ...language import fold
from ...people import actions as people
from ..records import Case, CaseEvent, by_reference
from ..records.paper import Blank
from ..references import is_reference
from ..rules import FIGURES, Refusal
from .numbering import free_reference
from .opening import Complaint, open_case, start_writing
from .requesting import keep_request

DESK = "office"
"""The channel of what is lodged at a window."""

OLDEST_PAPER = timedelta(days=92)
MOST_FORMS = 50
LONGEST_STORY = 1200
HOURS = ("", "morning", "noon", "evening")
PIN = "lodging.pin"
WAYS = ("write", "call", "pin")
BEHALF = ("family", "carer", "facilitator", "union", "other")


@dataclass(frozen=True)
class AtTheWindow:
    """What was said, as the form of the page has it. `paper`: the number on a form filled by hand; `told_on`: the day
    on it (`2026-11-20`). `behalf`: who lodges it for her (`BEHALF`); empty where she stands there herself. `programme`,
    `sex`, `disability`: as far as she said so. `name`, `born` (a year), `card`: of whoever shall receive a benefit that
    is asked for. `agreed`: she heard what becomes of it, and agrees."""

    category: str
    place: str
    story: str
    against: str
    against_office: str
    answer_by: str
    phone: str
    language: str
    safe_hours: str
    paper: str
    told_on: str
    behalf: str
    programme: str
    sex: str
    disability: str
    name: str
    born: str
    card: str
    agreed: bool


@dataclass(frozen=True)
class Lodged:
    """The case, and the secret number under which she asks where no number is kept. Empty otherwise, and where it
    stands on her page of a form: whoever keys it in does not read it."""

    case: Case
    pin: str


def lodged_before(db: Session, staff_id: int, once: str) -> Lodged | None:
    """What this form has lodged already: a second click, or an answer that never reached the page."""
    case_id = db.scalar(select(CaseEvent.case_id).where(CaseEvent.once == _once(staff_id, once)))
    case = db.get(Case, case_id) if case_id else None
    if case is None:
        return None
    printed = db.get(Blank, case.reference) is not None
    return Lodged(case, _pin(staff_id, once) if case.answer_by == "pin" and not printed else "")


def lodge(db: Session, house: House, told: AtTheWindow, country: str, staff_id: int, once: str, now: datetime) -> None:
    """Opens the case; a worker routes it, and `lodged_before` tells what she takes with her. What is promised runs from
    the day on the paper. Raises Refusal."""
    pack = house.packs[country]
    _must_be_whole(house, pack, told)
    reference = _reference_of(db, pack, told.paper) if told.paper.strip() else free_reference(db)
    opened = _day_of(pack, told.told_on, now) if told.told_on.strip() else now
    number = _number_of(pack, told)
    address_id = people.hear_from(db, country, number, now).id if number else None
    if address_id:
        people.begin_language(db, address_id, told.language)
    if told.answer_by == "write" and address_id and not told.behalf:
        start_writing(db, address_id, now)
    form = reference if told.paper.strip() else ""
    pin = (pin_of_form(form) if form else _pin(staff_id, once)) if told.answer_by == "pin" else ""
    complaint = Complaint(
        category=told.category, place=told.place, village="", story=fold.clean(told.story),
        against=fold.clean(told.against)[:200], answer_by=_until_she_agrees(pack, told),
        safe_hours=told.safe_hours if told.answer_by == "call" or told.behalf else "",
        pin=seal.road_of(pin) if pin else "",
        language=told.language, channel=f"{country}-{DESK}", flow="", behalf=told.behalf,
        against_office=told.against_office,
        wants=told.answer_by if told.behalf else "", programme=told.programme, sex=told.sex, disability=told.disability,
    )  # fmt: skip
    case = open_case(
        db, pack, complaint, address_id, opened, noted_at=now, staff_id=staff_id, once=_once(staff_id, once),
        reference=reference,
    )  # fmt: skip
    if told.category == APPLY:
        whom = "other" if told.behalf else "me"
        said = {"which": told.programme, "whom": whom, "name": fold.clean(told.name), "born": told.born.strip()}
        said |= {"place": told.place, "card": fold.clean(told.card)}
        keep_request(db, case, {name: one for name, one in said.items() if one}, "", "", None if told.behalf else now)


def _until_she_agrees(pack: Pack, told: AtTheWindow) -> str:
    """What somebody else chose for her is not hers yet: only the hotline may know her number. Of a confidential case no
    operator knows: whoever decides it calls her."""
    if not told.behalf:
        return told.answer_by
    return "call" if pack.is_confidential(told.category) else "hotline"


def _once(staff_id: int, once: str) -> str:
    return f"lodge:{staff_id}:{once}"[:80]


def _pin(staff_id: int, once: str) -> str:
    """Four digits that the same form gives again, so that an answer lost on the way costs her nothing."""
    return _digits_of(_once(staff_id, once))


def pin_of_form(reference: str) -> str:
    """The secret number that is printed on her page of a form, and on no other."""
    return _digits_of(f"form:{reference}")


def _digits_of(word: str) -> str:
    return f"{int.from_bytes(seal.ring().hash(word, PIN).encode()[-6:]) % 10_000:04}"


def _must_be_whole(house: House, pack: Pack, told: AtTheWindow) -> None:
    if told.category not in pack.categories:
        raise Refusal("Choose what it is about.")
    if told.place and pack.places.get(told.place) is None:
        raise Refusal("That place is not in the list. Choose it again.")
    if told.programme and told.programme not in pack.programmes:
        raise Refusal("Choose the programme from the list.")
    if told.category == APPLY and (not told.programme or not told.name.strip()):
        raise Refusal("Who asks for a benefit says which, and the full name of whoever shall receive it.")
    if told.born.strip() and not (told.born.strip().isdecimal() and len(told.born.strip()) == 4):
        raise Refusal("Write the year of birth in four digits.")
    if told.sex not in FIGURES["sex"] or told.disability not in FIGURES["disability"]:
        raise Refusal("Choose from the list.")
    if told.against_office and told.against_office not in pack.offices:
        raise Refusal("Choose the office from the list.")
    if not told.story.strip() and told.category != APPLY:
        raise Refusal("Write in her words what happened.")
    if len(told.story) > LONGEST_STORY or told.safe_hours not in HOURS:
        raise Refusal("It is longer than 1200 letters. Make it shorter, then send again.")
    if told.answer_by not in WAYS:
        raise Refusal("Choose how she wants to be answered.")
    if told.behalf and (told.behalf not in BEHALF or told.answer_by == "pin"):
        raise Refusal("Who lodges for somebody else gives her telephone number: we ask her ourselves.")
    if bool(told.paper.strip()) != bool(told.told_on.strip()):
        raise Refusal("Of a paper form write both: its number, and the day on it. Her promise runs from that day.")
    if told.language not in house.languages(pack):
        raise Refusal("Choose her language.")
    if not told.agreed:
        raise Refusal("Read to her what becomes of it, and go on only if she agrees.")


def _number_of(pack: Pack, told: AtTheWindow) -> str:
    """The number to write to or to call; none is kept where she asks with a secret number."""
    if told.answer_by == "pin":
        return ""
    number = pack.e164(fold.digits(told.phone))
    if number is None:
        raise Refusal("That is not a telephone number. Type it as it is dialled.")
    return number


def _reference_of(db: Session, pack: Pack, written: str) -> str:
    """The number on the form: printed by us, for this country, and not keyed in before."""
    digits = "".join(c for c in fold.digits(written) if c.isdigit())
    blank = db.get(Blank, digits, with_for_update=True) if is_reference(digits) else None
    if blank is None or blank.office not in pack.offices:
        raise Refusal("This is not the number of one of our forms. Look at each digit again.")
    if by_reference(db, digits):
        raise Refusal("This form has been keyed in already. Nothing was changed.")
    return digits


def _day_of(pack: Pack, written: str, now: datetime) -> datetime:
    """Noon of the day on the paper."""
    zone = ZoneInfo(pack.zone)
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        raise Refusal("Write the day on the form as it is in the calendar.") from None
    if not now.astimezone(zone).date() - OLDEST_PAPER <= day <= now.astimezone(zone).date():
        raise Refusal("The day on the form lies in the future, or more than three months back.")
    return min(now, datetime.combine(day, time(12), zone).astimezone(UTC))


def print_blanks(db: Session, office: str, count: int, staff_id: int, now: datetime) -> list[str]:
    """Numbers for forms that are to be printed, kept so that each can be keyed in once. Raises Refusal."""
    if not 1 <= count <= MOST_FORMS:
        raise Refusal("Print between one and fifty forms at a time.")
    made = []
    for _ in range(count):
        reference = free_reference(db)
        db.add(Blank(reference=reference, office=office, staff_id=staff_id, printed_at=now))
        db.flush()
        made.append(reference)
    audit.write(db, actor=f"staff:{staff_id}", act="forms.printed", thing=f"office:{office}", why=str(count), now=now)
    return made

"""What a flow's words do with a seat: it is held, booked, moved, given up, waited for and offered; and what she says of
her visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from ...appointments import actions as appointments
from ...appointments.actions.telling import raw_when
from ...appointments.records import Appointment
from ...appointments.records.around import Told
from ...appointments.rules import Refusal, Same, Slot, Taken, TooMany, slot_of
from ..records import Question
from ..roads import EffectWords
from ..state import Done
from .appointments import HERS, facts_of, this_one, wanted
from .register import shown_papers
from .stand import Answers, Stand, Word

TOLD_FOR = timedelta(hours=24)
BOOKED = (*HERS, "to_bring")
BOOKING = ("service", "name", "office", "first", "slot", "how", "hours")


def _comer(stand: Stand, answers: Answers) -> appointments.Comer:
    return appointments.Comer(stand.address_id, answers.get("name", ""), stand.language, stand.channel)


def hold_seat(stand: Stand, answers: Answers) -> Done:
    """Keeps the time that she chose for some minutes; what she held before is free."""
    place, service, priority, one = wanted(stand, answers)
    slot = slot_of(answers.get("slot", ""))
    if slot is None:
        return Done("taken")
    want = appointments.Want(place, service, slot, priority)
    try:
        held = appointments.hold(stand.db, stand.pack, want, _comer(stand, answers), stand.now, of=one)
    except Refusal as refusal:
        return _refused(stand, refusal)
    return Done("moves" if held.of else "held")


def _refused(stand: Stand, refusal: Refusal) -> Done:
    if isinstance(refusal, Same) and (one := appointments.find(stand.db, refusal.sentence)):
        return Done("same", facts_of(stand, one))
    return Done("many" if isinstance(refusal, TooMany) else "taken")


def book(stand: Stand, answers: Answers) -> Done:
    """Makes what is held an appointment. Where the hold was taken by somebody else, or was lost with a call that was
    cut, the same time is tried once more."""
    place, service, priority, _ = wanted(stand, answers)
    slot = slot_of(answers.get("slot", ""))
    how, hours = answers.get("how", "none"), answers.get("hours", "")
    try:
        held = appointments.held_of(stand.db, stand.address_id)
        if held is None or (held.place, held.service, raw_when(held)) != (place, service, answers.get("slot")):
            if slot is None:
                return Done("taken")
            want = appointments.Want(place, service, slot, priority)
            held = appointments.hold(stand.db, stand.pack, want, _comer(stand, answers), stand.now)
        one = appointments.book(
            stand.db, stand.house, held, how, hours, stand.now, reads=stand.reads, shown=shown_papers(stand)
        )
    except Refusal:
        return Done("taken")
    return _booked(stand, one)


def _booked(stand: Stand, one: Appointment) -> Done:
    papers = "|".join((one.service, stand.today.isoformat(), *shown_papers(stand)))
    return Done("booked", {**facts_of(stand, one), "to_bring": papers}, act=True)


def move_booking(stand: Stand, answers: Answers) -> Done:
    """Exchanges her time for the one that is held."""
    held = appointments.held_of(stand.db, stand.address_id)
    slot, one = slot_of(answers.get("slot", "")), this_one(stand, lock=True)
    if one is None or slot is None:
        return Done("over")
    try:
        if held is None or held.of != one.id or raw_when(held) != answers["slot"]:
            want = appointments.Want(one.place, one.service, slot, one.priority)
            held = appointments.hold(stand.db, stand.pack, want, _comer(stand, answers), stand.now, of=one)
        moved = appointments.move(stand.db, stand.house, held, stand.now, reads=stand.reads)
    except Taken:
        return Done("taken")
    except Refusal:
        return Done("over")
    return _booked(stand, moved)


def cancel_booking(stand: Stand, answers: Answers) -> Done:
    """Her seat is somebody else's. Said twice, it stays so."""
    one = this_one(stand, lock=True)
    if one is None or not (appointments.cancel(stand.db, one, stand.now) or one.state == "cancelled"):
        return Done("over", act=True)
    return Done("cancelled", {"when": raw_when(one)}, act=True)


def no_time(stand: Stand, answers: Answers) -> Done:
    """Nothing is free: who wanted to move keeps what she has, unless that is about to close."""
    one = wanted(stand, answers)[3]
    if one is None:
        return Done("none", {"when": "", "where": ""})
    return Done("closing" if appointments.closes(stand.db, stand.pack, one) else "moving", facts_of(stand, one))


def room_for(stand: Stand, answers: Answers) -> Done:
    """Whether this phone may have another for this name and service: she hears it before she chooses anything else."""
    comer = _comer(stand, answers)
    there = appointments.expected_of(stand.db, [stand.address_id], stand.today)
    try:
        appointments.may_have(there, answers.get("service", ""), comer)
    except Refusal as refusal:
        return _refused(stand, refusal)
    return Done("yes")


def join_waiting_list(stand: Stand, answers: Answers) -> Done:
    """She hears of the next free time."""
    place, service, priority, _ = wanted(stand, answers)
    want = appointments.Want(place, service, Slot(stand.today, 0), priority)
    waits = appointments.wait(stand.db, stand.pack, want, _comer(stand, answers), stand.now)
    return Done("joined" if waits else "full", act=True)


def book_told(stand: Stand, answers: Answers) -> Done:
    """`APPT 2`: the second of the times that we told her last, at once."""
    number, told = stand.facts.get("chosen", ""), stand.db.get(Told, stand.address_id)
    if not number.isdecimal() or told is None or stand.now - told.at > TOLD_FOR:
        return Done("none")
    slot = slot_of(told.times[int(number) - 1]) if 0 < int(number) <= len(told.times) else None
    if slot is None:
        return Done("none")
    want = appointments.Want(told.place, told.service, slot, told.priority)
    there = appointments.expected_of(stand.db, [stand.address_id], stand.today)
    if one := next((one for one in there if (one.place, raw_when(one)) == (told.place, slot.raw())), None):
        return Done("same", facts_of(stand, one))
    try:
        comer = _comer(stand, {})
        one = appointments.book_at_once(stand.db, stand.house, want, comer, "write", stand.now, reads=stand.reads)
    except Refusal as refusal:
        return _refused(stand, refusal)
    return _booked(stand, one)


def keep_coming(stand: Stand, answers: Answers) -> Done:
    if (one := this_one(stand, lock=True)) is not None:
        appointments.comes(stand.db, one, stand.now)
        mine = select(Question).where(Question.address_id == stand.address_id, Question.flow == "coming")
        for asked in stand.db.scalars(mine):
            if asked.facts.get("booking") == one.reference:
                stand.db.delete(asked)  # answered: it is asked again only with the next reminder
    return Done("kept", act=True)


def take_offer(stand: Stand, answers: Answers) -> Done:
    """She takes the time that was kept for her."""
    offer = int(stand.facts.get("offer") or 0)
    try:
        held = appointments.offer_of(stand.db, stand.address_id, offer)
        one = appointments.book(stand.db, stand.house, held, "write", "", stand.now, reads=stand.reads)
    except Refusal:
        return Done("gone", act=True)
    appointments.took(stand.db, one.id)
    return _booked(stand, one)


def leave_offer(stand: Stand, answers: Answers) -> Done:
    appointments.leave_offer(stand.db, stand.address_id, int(stand.facts.get("offer") or 0), stand.now)
    return Done("left", act=True)


def keep_visit(stand: Stand, answers: Answers) -> Done:
    """What she says of her visit; only what was answered."""
    if (one := this_one(stand, lock=True)) is not None:
        appointments.keep_visit(stand.db, one, answers.get("came_for", ""), answers.get("easy", ""), stand.now)
    return Done("kept", act=True)


EFFECTS: Mapping[str, Word] = {
    "book_told": Word(
        EffectWords("act", ("none", "booked", "taken", "same", "many"), BOOKED, bare=("none", "taken", "many"),
                    harmless=True), book_told
    ),
    "hold_seat": Word(
        EffectWords(
            "hold", ("held", "moves", "taken", "same", "many"), HERS, reads=(*BOOKING[:5], "change"),
            bare=("held", "moves", "taken", "many"),
        ), hold_seat
    ),
    "book": Word(EffectWords("act", ("booked", "taken"), BOOKED, reads=BOOKING), book),
    "move_booking": Word(EffectWords("act", ("booked", "taken", "over"), BOOKED, reads=("slot",)), move_booking),
    "cancel_booking": Word(EffectWords("act", ("cancelled", "over"), ("when",), harmless=True), cancel_booking),
    "join_waiting_list": Word(
        EffectWords("act", ("joined", "full"), reads=(*BOOKING[:4], "change"), harmless=True), join_waiting_list
    ),
    "room_for": Word(
        EffectWords("look", ("yes", "same", "many"), HERS, reads=("service", "name"), bare=("yes", "many")), room_for
    ),
    "no_time": Word(
        EffectWords("look", ("none", "moving", "closing"), ("when", "where"), reads=("change",), bare=()), no_time
    ),
    "keep_coming": Word(EffectWords("act", ("kept",), reads=("come",), harmless=True), keep_coming),
    "take_offer": Word(EffectWords("act", ("booked", "gone"), BOOKED, reads=("take",), harmless=True), take_offer),
    "leave_offer": Word(EffectWords("act", ("left",), reads=("take",), harmless=True), leave_offer),
    "keep_visit": Word(EffectWords("act", ("kept",), reads=("came_for", "easy"), harmless=True), keep_visit),
}  # fmt: skip

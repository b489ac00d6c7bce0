"""The words a flow may `do`, and the lists it may ask from: the one place where a flow's word becomes
a room's action.

Each effect declares its kind (*look* may be repeated, *act* is done once), its outcomes (the good one
first) and the facts it gives. A fact is stored raw and becomes words only when it is shown (`FACTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..cases import actions as cases
from ..cases.records import Case, by_reference, last_words, of_address
from ..cases.rules import TRIES_IN_ALL, TRIES_PER_ADDRESS, TRIES_PER_CASE, TRIES_WINDOW
from ..country import Pack
from ..house import House
from ..language import formats
from ..language.catalogue import Texts
from ..language.tags import NAMES
from ..people import actions as people
from .flow_check import EffectWords
from .state import Done

PLACE_STEPS = ("place.commune", "place.district", "place.province")
NO_PLACE = ("", "other", "later", "unknown")


@dataclass(frozen=True)
class Stand:
    """Where an effect is performed: the transaction, and whose conversation it is."""

    db: Session
    house: House
    pack: Pack
    address_id: int
    number_key: str  # stands for the number where tries are counted
    channel: str
    language: str
    flow: str
    now: datetime


Perform = Callable[[Stand, Mapping[str, str]], Done]


def keep_language(stand: Stand, answers: Mapping[str, str]) -> Done:
    people.keep_language(stand.db, stand.address_id, answers["which"])
    return Done("kept")


def open_case(stand: Stand, answers: Mapping[str, str]) -> Done:
    """Opens the case from whatever was answered; what was not, is asked by the office."""
    place = next((answers[step] for step in PLACE_STEPS if answers.get(step, "") not in NO_PLACE), "")
    how, hours, pin = (answers.get(step, "") for step in ("how", "hours", "pin"))
    if how == "call" and not hours:
        how = ""  # she left before she said when it is safe: nobody calls her unasked
    told = cases.Complaint(
        category=answers.get("topic", "other"),
        place=place,
        story=answers.get("story", ""),
        answer_by=how,
        safe_hours=hours,
        pin=pin.partition(",")[0],
        language=stand.language,
        channel=stand.channel,
        flow=stand.flow,
    )
    case = cases.open_case(stand.db, stand.pack, told, stand.address_id, stand.now)
    return Done("opened", {"case": case.reference, "promise": str(case.promise_days)}, act=True)


def my_cases(stand: Stand, answers: Mapping[str, str]) -> Done:
    return Done("some" if my_numbers(stand, answers) else "none")


def look_up(stand: Stand, answers: Mapping[str, str]) -> Done:
    """A case lodged from this very number."""
    return Done("found" if _mine(stand, answers) else "none")


def look_up_with_pin(stand: Stand, answers: Mapping[str, str]) -> Done:
    """A reference and a PIN, from any phone. The same outcome whether or not such a case exists."""
    since = stand.now - TRIES_WINDOW
    reference = answers["number"]
    mine = people.tries(stand.db, "pin.address", stand.number_key, since) >= TRIES_PER_ADDRESS
    its = people.tries(stand.db, "pin.case", reference, since) >= TRIES_PER_CASE
    if mine or its or people.tries_of_all(stand.db, "pin.address", since) >= TRIES_IN_ALL:
        return Done("locked")
    if _opened(stand, answers) is None:
        people.count_try(stand.db, "pin.address", stand.number_key, stand.now)
        people.count_try(stand.db, "pin.case", reference, stand.now)
        return Done("wrong")
    return Done("found")


def news(stand: Stand, answers: Mapping[str, str]) -> Done:
    """How the case stands, told as she chose to be answered. Looks again whether she may hear it."""
    case = _opened(stand, answers) if "number" in answers else _mine(stand, answers)
    if case is None:
        return Done("none")
    if case.answer_by in ("call", "hotline"):
        return Done(case.answer_by, _news(stand, case))
    if words := last_words(stand.db, case.id):
        outcome = "resolved" if case.state == "resolved" else "answered"
        return Done(outcome, {**_news(stand, case), "answer": words.body or ""})
    if case.due_at is None:
        return Done("received", _news(stand, case))
    return Done("late" if stand.now > case.due_at else "waiting", _news(stand, case))


def _mine(stand: Stand, answers: Mapping[str, str]) -> Case | None:
    case = by_reference(stand.db, answers.get("which", ""))
    return case if case and case.address_id == stand.address_id else None


def _opened(stand: Stand, answers: Mapping[str, str]) -> Case | None:
    case = by_reference(stand.db, answers.get("number", ""))
    return case if case and cases.pin_fits(case, answers.get("pin", "").split(",")) else None


def _news(stand: Stand, case: Case) -> dict[str, str]:
    due = case.due_at.isoformat() if case.due_at else ""
    return {"case": case.reference, "due": due, "promise": str(case.promise_days)}


@dataclass(frozen=True)
class Word:
    """An effect: what the checker may know of it, and what it does."""

    words: EffectWords
    perform: Perform


NEWS = ("case", "due", "promise", "answer")
EFFECTS: Mapping[str, Word] = {
    "keep_language": Word(EffectWords("look", ("kept",)), keep_language),
    "open_case": Word(EffectWords("act", ("opened",), ("case", "promise")), open_case),
    "my_cases": Word(EffectWords("look", ("some", "none")), my_cases),
    "look_up": Word(EffectWords("look", ("found", "none")), look_up),
    "look_up_with_pin": Word(EffectWords("look", ("found", "wrong", "locked")), look_up_with_pin),
    "news": Word(
        EffectWords("look", ("waiting", "received", "late", "answered", "resolved", "call", "hotline", "none"), NEWS),
        news,
    ),
}


def languages(stand: Stand, answers: Mapping[str, str]) -> list[str]:
    return list(stand.house.languages(stand.pack))


def provinces(stand: Stand, answers: Mapping[str, str]) -> list[str]:
    return list(stand.pack.areas)


def districts(stand: Stand, answers: Mapping[str, str]) -> list[str]:
    return list(stand.pack.places.under(answers["province"]))


def communes(stand: Stand, answers: Mapping[str, str]) -> list[str]:
    return list(stand.pack.places.under(answers["district"]))


def my_numbers(stand: Stand, answers: Mapping[str, str]) -> list[str]:
    return [case.reference for case in of_address(stand.db, stand.address_id)]


@dataclass(frozen=True)
class Rowing:
    """A list: how its codes are fetched, how one is called, and whether it may be empty."""

    fetch: Callable[[Stand, Mapping[str, str]], list[str]]
    label: Callable[[Pack, str, str], str]
    may_be_empty: bool = False


def _place(pack: Pack, code: str, tag: str) -> str:
    return pack.places.name(code, tag)


LISTS: Mapping[str, Rowing] = {
    "languages": Rowing(languages, lambda pack, code, tag: NAMES.get(code, code)),
    "provinces": Rowing(provinces, _place),
    "districts": Rowing(districts, _place, may_be_empty=True),
    "communes": Rowing(communes, _place, may_be_empty=True),
    "my_numbers": Rowing(my_numbers, lambda pack, code, tag: formats.grouped(code), may_be_empty=True),
}

FACTS: Mapping[str, Callable[[Texts, str, Pack, str], str]] = {
    "case": lambda texts, tag, pack, raw: formats.grouped(raw),
    "promise": lambda texts, tag, pack, raw: formats.working_days(texts, tag, int(raw)),
    "due": lambda texts, tag, pack, raw: formats.day_of(tag, datetime.fromisoformat(raw), pack.zone) if raw else "",
}
"""How a raw fact is written. A fact not named here is words already."""


def facts_in_words(texts: Texts, tag: str, pack: Pack, facts: Mapping[str, str]) -> dict[str, str]:
    """The state's facts and the pack's, as words of this language."""
    written = {name: FACTS[name](texts, tag, pack, raw) if name in FACTS else raw for name, raw in facts.items()}
    return {"hotline": pack.hotline, **written}


def declared() -> dict[str, EffectWords]:
    return {name: word.words for name, word in EFFECTS.items()}


def declared_lists() -> dict[str, bool]:
    return {name: row.may_be_empty for name, row in LISTS.items()}

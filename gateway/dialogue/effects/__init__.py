"""The words a flow may `do`, and the lists it may ask from: the one place where a flow's word becomes
a room's action.

Each effect declares its kind (*look* may be repeated, *hold* frees what it held before, *act* is done once), its
outcomes (the good one first), the facts it gives and the answers it reads. A fact is stored raw and becomes
words only when it is shown (`FACTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from ...country import Pack
from ...language import formats
from ...language.catalogue import Texts
from ...language.sorting import sort_key
from ...people import actions as people
from ..grouping import WHOLE, groups
from ..roads import EffectWords, Vocabulary
from ..state import Done
from ..state import Rows as Fetched
from . import (
    addresses,
    apart,
    appointments,
    calling,
    cases,
    news,
    places,
    plans,
    register,
    requests,
    returning,
    rights,
    seats,
    sections,
)
from .stand import Answers, Rowing, Stand, Word


def keep_language(stand: Stand, answers: Answers) -> Done:
    """Keeps the language; asks whether it can be read where many phones cannot show its letters."""
    tag = answers["which"]
    keep = people.keep_spoken if _is_voice(stand) else people.keep_language
    keep(stand.db, stand.address_id, tag)
    return Done("asks" if _latin(stand, tag) else "kept")


def keep_latin(stand: Stand, answers: Answers) -> Done:
    people.keep_language(stand.db, stand.address_id, _latin(stand, answers["which"]) or answers["which"])
    return Done("kept")


def _latin(stand: Stand, tag: str) -> str:
    """The same language in Latin letters, if it may be served here; nothing is read by telephone."""
    if _is_voice(stand):
        return ""
    latin = stand.house.traits[tag].latin if tag in stand.house.traits else ""
    return latin if latin in stand.house.languages(stand.pack) else ""


def _is_voice(stand: Stand) -> bool:
    row = stand.pack.channels.get(stand.channel)
    return row is not None and row.kind == "voice"


def offered_here(stand: Stand, answers: Answers) -> Done:
    """Whether this country offers this flow now; what asks a register, only where there is one."""
    flow = stand.flow.partition("@")[0]
    there = flow not in register.OF_A_REGISTER or register.is_there(stand)
    return Done("yes" if flow in stand.pack.services and there else "no")


def languages(stand: Stand, answers: Answers) -> list[str]:
    """Those that may be written; by telephone, those that the channel speaks."""
    if _is_voice(stand):
        return list(stand.pack.channels[stand.channel].languages)
    return list(stand.house.languages(stand.pack))


def offered(stand: Stand, answers: Answers) -> list[str]:
    """What stands on the menu: what the country offers."""
    found = list(stand.pack.services)
    return [*found, *(heading for heading, below in HEADINGS.items() if below.intersection(found))]


HEADINGS: Mapping[str, frozenset[str]] = {
    "rights": frozenset(("screening", "benefit", "payment", "registry", "request", "change", "plan")),
    "more": frozenset(("appeal", "call_back", "safety", "link", "news", "visit")),
}
"""The headings of the menu, and what stands below each."""

EFFECTS: Mapping[str, Word] = {
    "keep_language": Word(EffectWords("look", ("kept", "asks"), reads=("which",)), keep_language),
    "keep_latin": Word(EffectWords("look", ("kept",), reads=("which",)), keep_latin),
    "offered_here": Word(EffectWords("look", ("yes", "no")), offered_here),
    **addresses.EFFECTS,
    **calling.EFFECTS,
    **news.EFFECTS,
    **apart.EFFECTS,
    **cases.EFFECTS,
    **returning.EFFECTS,
    **places.EFFECTS,
    **rights.EFFECTS,
    **register.EFFECTS,
    **requests.EFFECTS,
    **plans.EFFECTS,
    **appointments.EFFECTS,
    **seats.EFFECTS,
}


def _tag_name(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return pack.language_names.get(code, code)


def _code(texts: Texts, pack: Pack, code: str, tag: str) -> str:
    return code


LISTS: Mapping[str, Rowing] = {
    "languages": Rowing(languages, _tag_name),
    "offered": Rowing(offered, _code),
    **apart.LISTS,
    **cases.LISTS,
    **places.LISTS,
    **rights.LISTS,
    **register.LISTS,
    **requests.LISTS,
    **appointments.LISTS,
}


def fetch(stand: Stand, word: str, answers: Answers) -> Fetched:
    """A list's codes now, in the order in which they are shown, and its groups where it is long."""
    rowing = LISTS[word]
    codes = rowing.fetch(stand, answers)
    if not rowing.by_name and len(codes) <= WHOLE:
        return Fetched(codes)
    named = {code: rowing.label(stand.house.texts, stand.pack, code, stand.language) for code in codes}
    codes = sorted(codes, key=lambda code: sort_key(stand.language, named[code]))
    return Fetched(codes, groups([named[code] for code in codes]))


Writer = Callable[[Texts, str, Pack, str], str]
FACTS: Mapping[str, Writer] = {
    "case": lambda texts, tag, pack, raw: formats.grouped(raw),
    "promise": lambda texts, tag, pack, raw: formats.span(texts, tag, raw) if raw else "",
    "due": lambda texts, tag, pack, raw: (
        formats.day_of(tag, datetime.fromisoformat(raw), pack.zone, pack.style(tag)) if raw else ""
    ),
    "office": lambda texts, tag, pack, raw: pack.queue_name(raw, tag),
    **appointments.FACTS,
    **dict.fromkeys(("place", "named"), lambda texts, tag, pack, raw: pack.places.name(raw, tag)),
}
"""How a raw fact is written. A fact not named here is words already."""


def facts_in_words(texts: Texts, tag: str, pack: Pack, facts: Mapping[str, str], today: date) -> dict[str, str]:
    """The state's facts and the pack's, as words of this language."""

    def write(name: str, raw: str) -> str:
        if name in sections.SECTIONS:
            return sections.written(name, texts, tag, pack, raw, today)
        if name in register.FACTS:
            return register.written(name, texts, tag, pack, raw, today)
        return FACTS[name](texts, tag, pack, raw) if name in FACTS else raw

    return {**pack.facts(tag, today), **{name: write(name, raw) for name, raw in facts.items()}}


def vocabulary() -> Vocabulary:
    """The words that flows may use."""
    effects = {name: word.words for name, word in EFFECTS.items()}
    return Vocabulary(effects, {name: row.may_be_empty for name, row in LISTS.items()})

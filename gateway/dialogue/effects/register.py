"""What a flow's words do with the register: a household is found by a number and a second fact, and told what was
chosen to be heard.

A conversation carries the household's key and what the second fact opens, nothing that the register says: it is read
again each time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from ...country import Pack
from ...entitlements import actions as entitlements
from ...entitlements.records import current
from ...entitlements.sources import ALL, BY_PIN, BY_YEAR, LEVEL, Paid, Sight
from ...entitlements.wording import Teller
from ...language import formats
from ...language.catalogue import Texts
from ..roads import EffectWords
from ..state import Done
from .stand import Answers, Rowing, Stand, Word

MOST_NAMED = 8
OF_A_REGISTER = ("payment", "registry")
"""Flows that ask a register."""


def is_there(stand: Stand) -> bool:
    """Whether this country has a register, of elsewhere or taken in."""
    elsewhere = stand.house.settings.register_of(stand.pack.code)
    return bool(elsewhere) or current(stand.db, stand.pack.code, "people") is not None


def find_household(stand: Stand, answers: Answers) -> Done:
    """By a number and a year, or a secret number; how it came out says nothing of which of them was wrong."""
    by_pin = answers.get("way") == "pin"  # what she typed before, and chose otherwise since, counts no more
    pins = [road for road in answers.get("pin", "").split(",") if road] if by_pin else []
    told = (answers["card"], "" if by_pin else answers.get("born", ""), pins)
    if stand.house.settings.register_of(stand.pack.code):
        found = entitlements.ask_elsewhere(
            stand.db, stand.pack, stand.address_id, stand.number_key, stand.language, *told, stand.now
        )
    else:
        found = entitlements.look_up(stand.db, stand.house, stand.pack, stand.number_key, *told, stand.now)
    return _found(found)


def hear_register(stand: Stand, answers: Answers) -> Done:
    """What a register of elsewhere has said since; where it is down or slow, it is sent to her."""
    lookup = int(stand.facts.get("lookup") or 0)
    return _found(entitlements.hear_elsewhere(stand.db, lookup, stand.address_id, stand.now))


def _found(found: entitlements.Found) -> Done:
    lookup = str(found.lookup or "")
    if found.sight is None:
        return Done(found.outcome, {"lookup": lookup} if found.outcome == "asked" else {})
    as_of = found.sight.as_of.isoformat()
    return Done("found", {"household": found.sight.key, "opens": found.opens, "as_of": as_of, "lookup": lookup})


def opened(stand: Stand, answers: Answers) -> list[str]:
    """What the second fact opens."""
    book = ["book"] * ("appointment" in stand.pack.services)
    return [*(BY_PIN if stand.facts.get("opens") == ALL else BY_YEAR), *book, "bye"]


def _sight(stand: Stand, needs: str) -> Sight | None:
    """The household that was found, if so much of it is open."""
    if stand.facts.get("opens") not in (needs, ALL):
        return None
    if lookup := stand.facts.get("lookup"):
        return entitlements.sight_elsewhere(stand.db, int(lookup), stand.address_id, needs, stand.now)
    return entitlements.sight(stand.db, stand.pack.code, stand.facts.get("household", ""), stand.today)


def tell_level(stand: Stand, answers: Answers) -> Done:
    sight = _sight(stand, LEVEL)
    level = sight.level if sight else ""
    if sight is None or sight.valid_until is None:
        return Done("undated", {"level": level or "-", "valid": ""})
    until = {"level": level or "-", "valid": sight.valid_until.isoformat()}
    return Done("expired" if sight.valid_until < stand.today else "told", until)


def tell_members(stand: Stand, answers: Answers) -> Done:
    """Their names, with the year of birth."""
    sight = _sight(stand, ALL)
    named = [[one.name, one.born[:4]] for one in sight.members[:MOST_NAMED]] if sight else []
    more = len(sight.members) - len(named) if sight else 0
    return Done("told", {"members": json.dumps([*named, *([[f"+{more}", ""]] if more else [])])})


def tell_enrolled(stand: Stand, answers: Answers) -> Done:
    sight = _sight(stand, ALL)
    return Done("told", {"enrolled": ",".join(sight.enrolled)}) if sight and sight.enrolled else Done("none")


def shown_papers(stand: Stand) -> list[str]:
    """The papers that her household has shown, if that is open in this conversation."""
    sight = _sight(stand, ALL)
    return [code for code, _ in sight.papers] if sight else []


def tell_papers(stand: Stand, answers: Answers) -> Done:
    sight = _sight(stand, ALL)
    if sight is None or not sight.papers:
        return Done("none")
    return Done("told", {"papers": ",".join(f"{code}:{day}" for code, day in sight.papers)})


def tell_payments(stand: Stand, answers: Answers) -> Done:
    """The last one and the next; of which the programme is, for the complaint that may follow."""
    sight, today = _sight(stand, ALL), stand.today
    if sight is None:
        return Done("closed")
    last, next_ = sight.last_payment(today), sight.next_payment(today)
    about = last or next_
    if about is None:
        return Done("none")
    teller = Teller(stand.pack, stand.house.texts, stand.language, today)
    return Done(
        "told" if last else "first",
        {
            "last": _raw(last),
            "next": _raw(next_),
            "missed": teller.payment(about),
            "programme": about.programme,
            "paid_as_of": sight.paid_as_of.isoformat() if sight.paid_as_of else "",
            "named": sight.place,
        },
    )


def keep_notice(stand: Stand, answers: Answers) -> Done:
    """How she is told that somebody asked: at this telephone, or not at all."""
    phone = "" if ":" in stand.number_key or answers["notice"] == "none" else stand.number_key
    if stand.facts.get("opens") == ALL:
        key = stand.facts["household"]
        entitlements.keep_notice(stand.db, stand.pack.code, key, answers["notice"], phone, stand.now)
    return Done("kept", act=True)


def _raw(paid: Paid | None) -> str:
    if paid is None:
        return ""
    return json.dumps([paid.programme, paid.due_on.isoformat(), paid.amount, paid.state, paid.at], ensure_ascii=False)


def _paid(raw: str) -> Paid | None:
    if not raw:
        return None
    programme, day, amount, state, at = json.loads(raw)
    return Paid(programme, date.fromisoformat(day), amount, state, at)


def written(name: str, texts: Texts, tag: str, pack: Pack, raw: str, today: date) -> str:
    """A fact of the register in words of this language."""
    teller = Teller(pack, texts, tag, today)
    match name:
        case "paid_as_of":
            return formats.day(tag, date.fromisoformat(raw), pack.style(tag)) if raw else ""
        case "valid" | "as_of":
            return formats.day_and_year(tag, date.fromisoformat(raw), pack.style(tag)) if raw else ""
        case "members":
            return ", ".join(" ".join(filter(None, one)) for one in json.loads(raw))
        case "enrolled":
            return ", ".join(teller.name(pack.programmes[c]) if c in pack.programmes else c for c in raw.split(","))
        case "papers":
            shown = [one.split(":") for one in raw.split(",")]
            named = [
                (teller.paper(code), formats.day(tag, date.fromisoformat(day), pack.style(tag))) for code, day in shown
            ]
            return ", ".join(f"{paper} ({day})" for paper, day in named)
        case "next":
            return teller.next_payment(_paid(raw))
    return teller.last_payment(_paid(raw))


FACTS = ("valid", "as_of", "paid_as_of", "members", "enrolled", "papers", "next", "last")
PROOF = ("card", "way", "born", "pin")

EFFECTS: Mapping[str, Word] = {
    "find_household": Word(
        EffectWords(
            "look",
            ("found", "asked", "none", "wait", "locked"),
            ("household", "opens", "as_of", "lookup"),
            reads=PROOF,
        ),
        find_household,
    ),
    "hear_register": Word(
        EffectWords("look", ("found", "none", "soon", "locked", "later"), ("household", "opens", "as_of", "lookup")),
        hear_register,
    ),
    "tell_level": Word(EffectWords("look", ("told", "undated", "expired"), ("level", "valid"), bare=()), tell_level),
    "tell_members": Word(EffectWords("look", ("told",), ("members",)), tell_members),
    "tell_enrolled": Word(EffectWords("look", ("told", "none"), ("enrolled",)), tell_enrolled),
    "tell_papers": Word(EffectWords("look", ("told", "none"), ("papers",)), tell_papers),
    "tell_payments": Word(
        EffectWords(
            "look",
            ("told", "first", "none", "closed"),
            ("last", "next", "missed", "programme", "paid_as_of", "named"),
            bare=("none", "closed"),
        ),
        tell_payments,
    ),
    "keep_notice": Word(EffectWords("act", ("kept",), reads=("notice",), harmless=True), keep_notice),
}

LISTS: Mapping[str, Rowing] = {"opened": Rowing(opened, lambda texts, pack, code, tag: code)}

"""A saved reply in some language: as it is told to her, and as the official reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..country.replies import Reply, read_replies
from ..house import House
from ..language import formats
from ..language.catalogue import fill
from ..settings import ROOT
from .records import Case
from .rules import Refusal


def replies_of(country: str) -> Mapping[str, Reply]:
    return read_replies(ROOT, country)


def said_in(house: House, case: Case, tag: str, code: str, day: str = "") -> str:
    """A saved reply in one language. Of one that has left the pack there is nothing. `day`: as `2026-12-01`; while it
    is not chosen, its place is shown."""
    reply = replies_of(case.country).get(code)
    if reply is None:
        return ""
    facts = {"day": formats.day(tag, date.fromisoformat(day))} if day else {}
    return fill(house.texts.find(tag, reply.key()), facts)


def chosen(house: House, case: Case, code: str, day: str, use: str) -> tuple[str, dict[str, object]]:
    """The words of a saved reply in her language, and what the timeline keeps of it. Raises Refusal."""
    reply = replies_of(case.country).get(code)
    if reply is None or use not in reply.use:
        raise Refusal("This saved answer cannot be used here. A saved question goes with the button that asks her.")
    try:
        when = date.fromisoformat(day).isoformat() if reply.day else ""
    except ValueError:
        raise Refusal("Choose the day, then send again.") from None
    kept: dict[str, object] = {"saved": code, "day": when} if when else {"saved": code}
    return said_in(house, case, case.language, code, when), kept

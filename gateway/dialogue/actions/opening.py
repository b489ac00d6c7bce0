"""What a sentence written at the menu opens, of what this country offers now; and the place that it names."""

from __future__ import annotations

import re

from ...country import Pack
from ...house import House
from ...language import fold
from ..book import Book
from ..opened import opens
from ..state import Opened

BENEFIT, SCREENING, APPOINTMENT = "benefit", "screening", "appointment"
APPT = re.compile(r"appt ?(\d{1,2})")
"""The one message by which one of the times is taken that were told last: in letters that every phone has."""

TOPICS = ("topic", "care", "person")
"""The questions of a complaint whose choices are categories: only those of this country are opened."""


def opening(house: House, pack: Pack, book: Book, tag: str, text: str) -> Opened | None:
    """A flow or a choice in it (`complaint.topic.unpaid`), if that is sure, with the place that she named, by its
    code; None for a key, and for what says neither."""
    if not any(c.isalpha() for c in fold.key(text)):
        return None
    if APPOINTMENT in pack.services and (wanted := APPT.fullmatch(fold.fold(text).strip(" .!"))):
        return Opened(APPOINTMENT, {"chosen": wanted[1]})
    offers = set(pack.services)

    def offered(heading: str) -> bool:
        name, *inside = heading.split(".")
        known = not inside or inside[0] not in TOPICS or inside[-1] in pack.categories
        return name in offers and known and opens(book.flows, heading)

    found = house.understanding(pack).find(text, tag, offered)
    named = pack.places.named_in(text, pack.areas)
    benefit = pack.benefit_named(text) if offered(BENEFIT) else ""
    if offered(BENEFIT) and (called := pack.benefit_called(text, _names(house, pack))):
        return Opened(BENEFIT, {"benefit": called})
    if benefit and not (found.sure and found.target != SCREENING):
        return Opened(BENEFIT, {"benefit": benefit})
    target = found.target if found.sure else ""
    return Opened(target, {"named": named} if named else {}) if target or named else None


def _names(house: House, pack: Pack) -> dict[str, str]:
    """What each programme is called in every language that is served, with its code."""
    tags = house.languages(pack)
    found = ((house.texts.say(tag, p.key("name")), p.code) for tag in tags for p in pack.programmes.values())
    return {name: code for name, code in found if name}

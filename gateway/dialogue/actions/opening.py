"""What a sentence written at the menu opens, of what this country offers now."""

from __future__ import annotations

from ...country import Pack
from ...house import House
from .. import talk
from ..book import Book


def opening(house: House, pack: Pack, book: Book, text: str) -> str:
    """A flow or a choice in it (`complaint.topic.unpaid`); empty where that is not sure."""
    offers = {*pack.services, *(pack.planned if house.settings.demo else ())}

    def offered(heading: str) -> bool:
        name, *inside = heading.split(".")
        known = not inside or inside[0] != "topic" or inside[-1] in pack.categories
        return name in offers and known and talk.opens(book.flows, heading)

    found = house.understanding(pack).find(text, offered)
    return found.target if found.sure else ""

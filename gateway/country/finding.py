"""Finding an area by a name as people type it: in its script or in Latin letters, with mistakes, or by code. Pure.

A name is compared by what its spellings have in common (`sound`): folded, without the word for village or
district before it, and in Latin letters without what romanisations differ in (h behind a consonant, doubled
letters, y and i, x and s, spaces and hyphens).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rapidfuzz import fuzz, process

from ..language import fold

NEAR = 72.0
"""Below this share (of 100) two names are not taken for one another."""

ALIKE = 10.0
"""Names this near to the best one are offered beside it."""

AMONG = 60
KINDS = re.compile(
    r"^(?:ភូមិ|ឃុំ|សង្កាត់|ស្រុក|ខណ្ឌ|ក្រុង|ខេត្ត|រាជធានី|ບ້ານ|ເມືອງ|ແຂວງ|ນະຄອນ|"
    r"(?:phum|phoum|bhum|khum|sangkat|srok|khan|krong|khet|khaet|ban|baan|muang|meuang|mueang|khoueng|khwaeng"
    r"|village|commune|district|province)\s)\s*"
)
_LATIN = re.compile(r"[a-z]")
_NOT_SOUND = re.compile(r"[^a-z]")
_SAME = (
    (re.compile(r"(?<=[bcdgkpt])h"), ""),
    (re.compile("y"), "i"),
    (re.compile("x"), "s"),
    (re.compile("ou|oo|uo"), "u"),
    (re.compile("ee|ei|ie|ea"), "i"),
    (re.compile("ao|oa"), "o"),
    (re.compile("ae"), "e"),
)
_DOUBLED = re.compile(r"(.)\1+")


def sound(name: str) -> str:
    """What the spellings of a name have in common."""
    found = fold.fold(name)
    found = KINDS.sub("", found, count=1) or found
    if not _LATIN.search(found):
        return found.replace(" ", "")
    found = _NOT_SOUND.sub("", found)
    for spelled, usual in _SAME:
        found = spelled.sub(usual, found)
    return _DOUBLED.sub(r"\1", found)


class Finder:
    """All names of a country's areas, ready to be searched."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._codes: list[str] = []
        self._sounds: list[str] = []
        for code, name in named:
            self._codes.append(code)
            self._sounds.append(sound(name))
        self._known = set(self._codes)

    def find(
        self, typed: str, home: Callable[[str], bool], around: Callable[[str], list[str]], limit: int
    ) -> list[str]:
        """Codes, the nearest first; those at `home` before the others, larger areas before smaller ones of one name.
        `around(code)`: names of the areas it lies in."""
        digits = fold.key(typed).replace(" ", "")
        if digits.isdigit():
            return [digits] if digits in self._known else []
        name, *wider = [part for part in re.split(r"[,;/(]", typed) if part.strip()] or [""]
        near = process.extract(sound(name), self._sounds, scorer=fuzz.ratio, limit=AMONG, score_cutoff=NEAR)
        scored: dict[str, float] = {}
        for _, score, index in near:
            code = self._codes[index]
            scored[code] = max(scored.get(code, 0.0), score)
        best = max(scored.values(), default=0.0)
        near_best = {code: score for code, score in scored.items() if score >= best - ALIKE}
        lies = {code: self._lies_in(around(code), wider) for code in near_best}

        def order(code: str) -> tuple[float, bool, int, int, str]:
            return -lies[code], not home(code), -round(near_best[code]), len(code), code

        return sorted(near_best, key=order)[:limit]

    def _lies_in(self, names: list[str], wider: list[str]) -> float:
        """How well the areas around fit what was written behind the name."""
        sounds = [sound(name) for name in names]
        return sum(max((fuzz.ratio(sound(part), s) for s in sounds), default=0.0) >= NEAR for part in wider)

"""Areas that a sentence names in passing: "the money did not come in Svay Dangkum". Pure.

Provinces, districts and communes are looked for; villages are not, for too many are called like ordinary words. A
name counts where its spelling is the same but for what `sound` passes over, a long one in Latin letters also where it
is nearly so (Svay Dankum); a short one only behind a word for "in" or for what it is (in Puok, ឃុំពួក). It may
still have been an ordinary word, so she is asked whether she lives there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import fuzz, process

from ..language import fold
from .finding import KINDS, sound

LONG = 6
"""Letters from which a name is taken for itself, with no word before it that says so."""

NEAR_FROM = 8
NEARLY = 90.0
"""Latin names of so many letters count also where this share (of 100) is the same."""

MOST_WORDS = 4
_LATIN_WORD = re.compile("[a-z]+")
_BEHIND_LATIN = frozenset(("in", "at", "from", "near", "nov", "nou", "nao", "yu", "yoo", "o", "tai"))
_BEHIND = ("នៅ", "ក្នុង", "ឃុំ", "សង្កាត់", "ស្រុក", "ក្រុង", "ខេត្ត", "ຢູ່", "ໃນ", "ເມືອງ", "ແຂວງ", "ນະຄອນ")


class Mentions:
    """The names of some areas, ready to be found in sentences."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._latin: dict[str, set[str]] = {}
        self._written: dict[str, set[str]] = {}
        for code, name in named:
            heard = sound(name)
            known = self._latin if heard.isascii() else self._written
            known.setdefault(heard, set()).add(code)
        names = "|".join(map(re.escape, sorted(self._written, key=len, reverse=True)))
        self._long = [name for name in self._latin if len(name) >= NEAR_FROM]
        self._in_script = re.compile(f"({'|'.join(map(fold.fold, _BEHIND))})?({names})") if names else None

    def find(self, sentence: str) -> list[set[str]]:
        """For each name that stands in the sentence, the codes of the areas called so."""
        folded = fold.fold(sentence)
        solid = folded.replace(" ", "")
        met = self._in_script.finditer(solid) if self._in_script else ()
        written = [self._written[one[2]] for one in met if one[1] or len(one[2]) >= LONG]
        return written + self._latin_names(_LATIN_WORD.findall(folded))

    def _latin_names(self, words: Sequence[str]) -> list[set[str]]:
        found, at = [], 0
        while at < len(words):
            said_so = at > 0 and words[at - 1] in _BEHIND_LATIN
            for count in range(min(MOST_WORDS, len(words) - at), 0, -1):
                if name := self._name(" ".join(words[at : at + count]), said_so):
                    found.append(self._latin[name])
                    break
            at += count if name else 1
        return found

    def _name(self, text: str, said_so: bool) -> str:
        """The name that a few words are; empty where they are none."""
        heard = sound(text)
        if heard in self._latin:
            return heard if said_so or len(heard) >= LONG or KINDS.match(text) else ""
        near = process.extractOne(heard, self._long, scorer=fuzz.ratio, score_cutoff=NEARLY)
        return near[0] if near and len(heard) >= NEAR_FROM else ""


def meant(mentions: Sequence[set[str]], path: Callable[[str], list[str]]) -> str:
    """The one area that fits all the names: of those called alike the largest; of several far apart the one that
    holds them all; empty where there is none. `path(code)`: the area and those it lies in, smallest first."""
    paths = [path(code) for code in set().union(*mentions)]
    fitting = [way for way in paths if all(called.intersection(way) for called in mentions)]
    largest = [way for way in fitting if len(way) == min(map(len, fitting))] or paths
    return next((code for code in (largest[0] if largest else ()) if all(code in way for way in largest)), "")

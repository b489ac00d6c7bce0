"""What a freely written sentence wants: a flow, or a choice in it. Pure.

Every example sentence of the locales is a row of character pieces (two to four letters of the folded text, so that
no spaces are needed and a wrong mark costs little) and of ICU words, each weighed by how few headings use it. The
rows of a heading are added up to its middle; a sentence is compared with the middle of every heading, her own
language counting most, for people write in more than one. Keywords found in it, or nearly (rapidfuzz), add to that; a
heading that has keywords and no examples is compared only where one of them is found.

The likenesses become shares of one. A heading that has most of it is sure; where only its flow has (a complaint, but
about what?), the flow is opened and asks. What is not sure opens nothing, and the menu comes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from . import fold
from .measure import word_edges
from .words import Words, stands

PIECES = (2, 3, 4)
WORD_WEIGHT = 2.5
RARITY = 0.6
OTHER_LANGUAGE = 0.1
KEYWORD = 0.06
NEAR_KEYWORD = 88.0
SHORTEST_FUZZY = 6
SHARPNESS = 20.0
SURE = 0.6
"""Chosen by cross-validation over words.yaml, never by held_out.yaml: of what is opened there, 87 in 100 are right."""

_LATIN_MARKS = re.compile("[\u0300-\u036f]")

Row = Mapping[str, float]


@dataclass(frozen=True)
class Found:
    """What fits best, and its share of one. `sure`: enough to act on without asking."""

    target: str
    share: float
    sure: bool


def plain(text: str) -> str:
    """Folded, and Latin letters without their marks: half of all Vietnamese is typed so."""
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", fold.fold(text)))
    return unicodedata.normalize("NFC", bare).replace("đ", "d")


def pieces(text: str) -> Counter[str]:
    """What a sentence is compared by: pieces of letters without spaces, and words."""
    folded = plain(text)
    solid = f"^{''.join(c for c in folded if c.isalnum() or not c.isascii())}$"
    found = Counter(solid[at : at + size] for size in PIECES for at in range(len(solid) - size + 1))
    edges = word_edges(folded)
    for begin, end in zip([0, *edges], edges, strict=False):
        word = folded[begin:end].strip()
        if len(word) > 1:
            found[f"_{word}"] += 1
    return found


class Understanding:
    """The examples of several locales, ready to be compared with."""

    def __init__(self, locales: Iterable[Words]) -> None:
        known = list(locales)
        self._stop = frozenset().union(*(words.stop for words in known)) if known else frozenset()
        self._plain_stop = {words.plain_stop for words in known if words.plain_stop}
        self._start = frozenset().union(*(words.start for words in known)) if known else frozenset()
        rows = [
            (words.tag, heading, pieces(said))
            for words in known
            for heading, meant in words.meant.items()
            for said in (*meant.says, *meant.words)
        ]
        self._weights = _weights([(heading, row) for _, heading, row in rows])
        self._taught = {heading for words in known for heading, meant in words.meant.items() if meant.says}
        tags = ("", *(words.tag for words in known))
        self._all: dict[str, dict[str, float]] = {}
        self._own: dict[tuple[str, str], dict[str, float]] = {}
        for tag, heading, row in rows:
            weighed = _length_one(self._weighed(row))
            _add(self._all.setdefault(heading, {}), weighed)
            _add(self._own.setdefault((tag, heading), {}), weighed)
        self._sizes = {(tag, heading): self._size(tag, heading) for tag in tags for heading in self._all}
        self._keywords = [
            (heading, plain(word)) for words in known for heading, m in words.meant.items() for word in m.words
        ]

    def stops(self, text: str, only_plainly: bool = False) -> bool:
        """Whether STOP is all that was said. `only_plainly`: by a word that may be nothing else (`dung` is also a
        name)."""
        return fold.fold(text) in (self._plain_stop if only_plainly else self._stop)

    def starts(self, text: str) -> bool:
        return fold.fold(text) in self._start

    def find(self, text: str, tag: str = "", offered: Callable[[str], bool] = lambda _heading: True) -> Found:
        """What `text`, written by somebody who reads `tag`, wants. What is not `offered` counts for the flow that it
        is a choice of, if that is."""
        choices: dict[str, float] = defaultdict(float)
        flows: dict[str, float] = defaultdict(float)
        for heading, share in self.shares(text, tag).items():
            flow = heading.partition(".")[0]
            best = heading if offered(heading) else flow
            if offered(best):
                choices[best] += share
                flows[flow] += share
        for shares in (choices, flows):
            target = max(shares, key=lambda one: shares[one], default="")
            if shares.get(target, 0.0) >= SURE:
                return Found(target, shares[target], sure=True)
        target = max(choices, key=lambda one: choices[one], default="")
        return Found(target, choices.get(target, 0.0), sure=False)

    def nearest(self, text: str, tag: str) -> str:
        """The heading that is most like a text, however little; empty where none is."""
        shares = self.shares(text, tag)
        return max(shares, key=lambda heading: shares[heading], default="")

    def shares(self, text: str, tag: str) -> dict[str, float]:
        """How much each heading has of one; nothing where no heading is like it at all."""
        row = _length_one(self._weighed(pieces(text)))
        named = self._named(plain(text))
        like = {heading: self._like(row, tag, heading) for heading in self._all if heading in self._taught | named}
        for heading in named:
            like[heading] += KEYWORD
        if not any(like.values()):
            return {}
        raised = {heading: math.exp(SHARPNESS * value) for heading, value in like.items()}
        return {heading: value / sum(raised.values()) for heading, value in raised.items()}

    def _like(self, row: Row, tag: str, heading: str) -> float:
        """The cosine between a sentence and the middle of a heading, as it is for somebody who writes `tag`: all
        languages with the weight of another one, and her own with what is missing to one."""
        everybody = OTHER_LANGUAGE * _product(row, self._all[heading])
        own = (1 - OTHER_LANGUAGE) * _product(row, self._own.get((tag, heading), {}))
        return (everybody + own) / self._sizes.get((tag, heading), self._sizes["", heading])

    def _size(self, tag: str, heading: str) -> float:
        everybody, own = self._all[heading], self._own.get((tag, heading), {})
        both = OTHER_LANGUAGE * (1 - OTHER_LANGUAGE) * _product(own, everybody)
        squares = OTHER_LANGUAGE**2 * _product(everybody, everybody) + (1 - OTHER_LANGUAGE) ** 2 * _product(own, own)
        return math.sqrt(squares + 2 * both)

    def _named(self, folded: str) -> set[str]:
        """Headings with a keyword that stands in the text, or nearly."""
        found = set()
        for heading, word in self._keywords:
            if stands(word, folded) or (len(folded) >= len(word) >= SHORTEST_FUZZY and _nearly(word, folded)):
                found.add(heading)
        return found

    def _weighed(self, row: Counter[str]) -> Row:
        return {piece: (1 + math.log(n)) * self._weights[piece] for piece, n in row.items() if piece in self._weights}


def _add(to: dict[str, float], row: Row) -> None:
    for piece, value in row.items():
        to[piece] = to.get(piece, 0.0) + value


def _nearly(word: str, folded: str) -> bool:
    return fuzz.partial_ratio(word, folded) >= NEAR_KEYWORD


def _length_one(row: Row) -> Row:
    whole = math.sqrt(sum(value * value for value in row.values()))
    return {piece: value / whole for piece, value in row.items()} if whole else {}


def _product(row: Row, middle: Row) -> float:
    return sum(value * middle.get(piece, 0.0) for piece, value in row.items())


def _weights(rows: list[tuple[str, Counter[str]]]) -> dict[str, float]:
    """How much a piece tells: the more, the fewer headings and sentences have it."""
    headings: dict[str, set[str]] = defaultdict(set)
    count: Counter[str] = Counter()
    for heading, row in rows:
        for piece in row:
            headings[piece].add(heading)
            count[piece] += 1
    kinds = len({heading for heading, _ in rows}) or 1
    return {
        piece: math.log(1 + len(rows) / count[piece]) ** RARITY * math.log(1 + kinds / len(among)) * _kind(piece)
        for piece, among in headings.items()
    }


def _kind(piece: str) -> float:
    return WORD_WEIGHT if piece.startswith("_") else 1.0

"""What a freely written sentence wants: a flow, or a choice in it. Pure.

Every example sentence of the locales is a row of character pieces (three to four letters of the folded text, so
that no spaces are needed and a wrong mark costs little) and of ICU words, each weighed by how few headings use
it. A message goes to the heading whose examples it shares most with; keywords found in it, or nearly (rapidfuzz),
add to that. What is not clearly nearer to one heading than to all others is not sure, and the menu comes.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from . import fold
from .measure import word_edges
from .words import Words

PIECES = (2, 3, 4)
WORD_WEIGHT = 1.5
NEAREST = 3
KEYWORD = 0.35
NEAR_KEYWORD = 88.0
SHORTEST_FUZZY = 6
SURE_SCORE = 0.16
SURE_LEAD = 1.08


@dataclass(frozen=True)
class Found:
    """The heading that fits best. `sure`: good enough to act on without asking."""

    target: str
    score: float
    sure: bool


def pieces(text: str) -> Counter[str]:
    """What a sentence is compared by: pieces of letters without spaces, and words."""
    folded = fold.fold(text)
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
        self._start = frozenset().union(*(words.start for words in known)) if known else frozenset()
        rows = [(h, pieces(said)) for words in known for h, meant in words.meant.items() for said in meant.says]
        rows += [(h, pieces(word)) for words in known for h, meant in words.meant.items() for word in meant.words]
        self._weights = _weights(rows)
        self._headings = [heading for heading, _ in rows]
        self._rows_with: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (_, row) in enumerate(rows):
            for piece, share in self._weighed(row).items():
                self._rows_with[piece].append((number, share))
        self._keywords = [
            (heading, fold.fold(word)) for words in known for heading, m in words.meant.items() for word in m.words
        ]

    def stops(self, text: str) -> bool:
        return fold.fold(text) in self._stop

    def starts(self, text: str) -> bool:
        return fold.fold(text) in self._start

    def find(self, text: str, offered: Callable[[str], bool] = lambda _heading: True) -> Found:
        """The heading nearest to `text`; an empty one where nothing is near. What is not `offered` counts for the
        flow that it is a choice of, if that is."""
        near = self._scores(text)
        for heading in self._named(fold.fold(text)):
            near[heading] = near.get(heading, 0.0) + KEYWORD
        scores: dict[str, float] = {}
        for heading, score in near.items():
            best = heading if offered(heading) else heading.partition(".")[0]
            if offered(best):
                scores[best] = max(scores.get(best, 0.0), score)
        ranked = sorted(((score, heading) for heading, score in scores.items()), reverse=True)
        if not ranked:
            return Found("", 0.0, False)
        (score, heading), second = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
        return Found(heading, score, score >= SURE_SCORE and score >= second * SURE_LEAD)

    def _scores(self, text: str) -> dict[str, float]:
        near: dict[int, float] = defaultdict(float)
        for piece, share in self._weighed(pieces(text)).items():
            for number, other in self._rows_with.get(piece, ()):
                near[number] += share * other
        best: dict[str, list[float]] = defaultdict(list)
        for number, score in near.items():
            best[self._headings[number]].append(score)
        return {heading: _nearest(scores) for heading, scores in best.items()}

    def _named(self, folded: str) -> set[str]:
        """Headings with a keyword that stands in the text, or nearly."""
        found = set()
        for heading, word in self._keywords:
            stands = f" {word} " in f" {folded} " if word.isascii() else word in folded
            if stands or (len(folded) >= len(word) >= SHORTEST_FUZZY and _nearly(word, folded)):
                found.add(heading)
        return found

    def _weighed(self, row: Counter[str]) -> dict[str, float]:
        """The row with its weights, of length one."""
        shares = {p: (1 + math.log(n)) * self._weights.get(p, 0.0) for p, n in row.items()}
        whole = math.sqrt(sum(share * share for share in shares.values()))
        return {piece: share / whole for piece, share in shares.items() if share} if whole else {}


def _nearly(word: str, folded: str) -> bool:
    return fuzz.partial_ratio(word, folded) >= NEAR_KEYWORD


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
        piece: math.log(1 + len(rows) / count[piece]) * math.log(1 + kinds / len(among)) * _kind(piece)
        for piece, among in headings.items()
    }


def _kind(piece: str) -> float:
    return WORD_WEIGHT if piece.startswith("_") else 1.0


def _nearest(scores: list[float]) -> float:
    """The mean of the nearest examples, the first counting most."""
    top = sorted(scores, reverse=True)[:NEAREST]
    return sum(score / (rank + 1) for rank, score in enumerate(top)) / sum(1 / (rank + 1) for rank in range(NEAREST))

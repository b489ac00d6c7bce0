"""What operators read aloud: articles of a country pack, and finding one by a few words in any script. Pure but for
reading.

Khmer and Lao put no spaces between words: what is sought is compared in pieces of three letters, after folding, so that
a part of a word, another spelling and a mistake still find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from ..language.fold import fold
from ..language.tags import SOURCE
from ..reading import Fault, Faulty, read_file, unknown_words

REVIEWED_FOR = timedelta(days=365)
LEAST_SHARE = 0.34
TITLE_WEIGHT = 3


@dataclass(frozen=True)
class Article:
    """A short text with its source and the day on which somebody last compared the two."""

    code: str
    titles: Mapping[str, str]
    words: Mapping[str, str]
    source: str
    reviewed_on: date

    def title(self, tag: str) -> str:
        return self.titles.get(tag) or self.titles[SOURCE]

    def text(self, tag: str) -> str:
        return self.words.get(tag) or self.words[SOURCE]

    def is_stale(self, today: date) -> bool:
        return today - self.reviewed_on > REVIEWED_FOR


@lru_cache
def read_articles(root: Path, country: str) -> tuple[Article, ...]:
    """The articles of a pack. Raises Faulty with file, line and sentence."""
    path, name = root / "countries" / country / "articles.yaml", f"countries/{country}/articles.yaml"
    if not path.exists():
        return ()
    found, faults = read_file(path, root)
    articles = []
    for code, row in found.items():
        faults += unknown_words(row, ("titles", "words", "source", "reviewed_on"), name, f"article '{code}'")
        titles, words, source = dict(row.get("titles", {})), dict(row.get("words", {})), row.get("source", "")
        line = found.line_of(code)
        if SOURCE not in titles or SOURCE not in words:
            faults.append(Fault(name, line, f"article '{code}' needs its title and its words in English"))
        if not source:
            faults.append(Fault(name, line, f"article '{code}' has no source"))
        try:
            reviewed = date.fromisoformat(row.get("reviewed_on", ""))
        except ValueError:
            faults.append(Fault(name, line, f"article '{code}' needs reviewed_on, a date such as 2026-11-23"))
            reviewed = date.min
        articles.append(Article(code, titles, words, source, reviewed))
    if faults:
        raise Faulty(faults)
    return tuple(articles)


def find(articles: Iterable[Article], sought: str) -> list[Article]:
    """The articles that hold what is sought, the best first; all of them where nothing is."""
    wanted = pieces(sought)
    if not wanted:
        return list(articles)
    scored = [(_score(article, wanted), article) for article in articles]
    best = [(score, article) for score, article in scored if score >= LEAST_SHARE]
    return [article for _, article in sorted(best, key=lambda pair: -pair[0])]


def _score(article: Article, wanted: Counter[str]) -> float:
    """How much of what is sought stands in the article; what stands in its title counts more."""
    title = pieces(" ".join(article.titles.values()))
    text = pieces(" ".join(article.words.values()))
    there = sum(count for piece, count in wanted.items() if piece in text or piece in title)
    in_title = sum(count for piece, count in wanted.items() if piece in title)
    share = there / wanted.total()
    return share + TITLE_WEIGHT * in_title / wanted.total() * share


def pieces(text: str) -> Counter[str]:
    """Three letters each, of what is left without spaces and signs; a shorter text is one piece."""
    letters = "".join(c for c in fold(text) if c.isalnum() or not c.isascii())
    return Counter(letters[at : at + 3] for at in range(max(1, len(letters) - 2))) if letters else Counter()

"""Which words and sentences mean what, as people write them: `locales/<tag>/words.yaml`. Pure but for reading it.

A heading is what a sentence opens: a flow (`complaint`), or a choice in it (`complaint.topic.unpaid`). `words` are
keywords, `says` whole sentences as they were or might be sent. `stop` and `start` hold when they are the whole
message. `sensitive` lists words that must not stand in a text of a private flow, where others may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from ..reading import Fault, Lined, read_file, unknown_words
from . import fold
from .measure import clusters

STOP, START, SENSITIVE = "stop", "start", "sensitive"


@dataclass(frozen=True)
class Meant:
    """How people name one thing."""

    words: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Words:
    """One locale's words.yaml. `plain_stop`: the first word under `stop`, which is nothing else in the language."""

    tag: str
    meant: Mapping[str, Meant] = field(default_factory=dict)
    stop: frozenset[str] = frozenset()
    plain_stop: str = ""
    start: frozenset[str] = frozenset()
    sensitive: tuple[str, ...] = ()


def read_words(folder: Path, tag: str) -> tuple[Words, list[Fault]]:
    """The words of locale `tag` under `folder`, and what is wrong with them. None are there: none are wrong."""
    path = folder / tag / "words.yaml"
    if not path.exists():
        return Words(tag), []
    name = f"locales/{tag}/words.yaml"
    found, faults = read_file(path, folder.parent)
    meant: dict[str, Meant] = {}
    for heading, row in found.items():
        if heading == SENSITIVE:
            continue
        if not isinstance(row, Lined):
            faults.append(Fault(name, found.line_of(heading), f"'{heading}' needs its words or says"))
            continue
        faults += unknown_words(row, ("words", "says"), name, f"'{heading}'")
        meant[heading] = Meant(tuple(row.get("words", ())), tuple(row.get("says", ())), found.line_of(heading))
    stop, start = ([fold.fold(word) for word in meant.pop(whole, Meant()).words] for whole in (STOP, START))
    sensitive = tuple(found.get(SENSITIVE, ()))
    return Words(tag, meant, frozenset(stop), stop[0] if stop else "", frozenset(start), sensitive), faults


_MARKS = str.maketrans(".,?!;:\"'()", " " * 10)


def stands(word: str, text: str) -> bool:
    """Whether a word stands in a text (both folded): between spaces and marks in Latin letters; in scripts without
    spaces anywhere between letters, but never in a part of one (`វាយ` is not in `ស្វាយ`)."""
    if word.isascii():
        return f" {word} " in f" {text.translate(_MARKS)} "
    if word not in text:
        return False
    edges = set(accumulate(map(len, clusters(text)), initial=0))
    found = (at for at in edges if text.startswith(word, at))
    return any(at + len(word) in edges for at in found)


def clashes(words: Words) -> list[Fault]:
    """A fault for each keyword that opens two things."""
    first: dict[str, str] = {}
    faults = []
    for heading, meant in words.meant.items():
        for word in map(fold.fold, meant.words):
            if first.setdefault(word, heading) != heading:
                what = f"{words.tag}: '{word}' opens {first[word]} and {heading}"
                faults.append(Fault(f"locales/{words.tag}/words.yaml", meant.line, what))
    return faults

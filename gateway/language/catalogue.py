"""The translations of a locale, and which of them may be served.

English sentences are the msgids; the context says where a sentence stands (`complaint.topic`). An
entry is *reviewed* when the hash of (context, msgid, msgstr) stands in `reviewed.csv`; otherwise it
is a *draft*, served only where drafts are allowed. A fuzzy entry is stale and never served.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polib

from .locales import Key as Key
from .locales import Traits, read_trait
from .measure import prepare
from .tags import SOURCE, fallbacks

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def mark(context: str, msgid: str) -> Key:
    """Names a sentence that code says, so that it is collected for the translators."""
    return context, msgid


def review_hash(context: str, msgid: str, msgstr: str) -> str:
    return hashlib.sha256("\0".join((context, msgid, msgstr)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Locale:
    """One locale's sentences by (context, msgid), each reviewed or a draft."""

    tag: str
    reviewed: Mapping[Key, str] = field(default_factory=dict)
    drafts: Mapping[Key, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    traits: Traits = field(default_factory=lambda: Traits(""))

    def served(self, drafts: bool) -> dict[str, str]:
        """What may be shown, as {context + U+0004 + msgid: sentence}: the shape that a book keeps."""
        texts = {**(self.drafts if drafts else {}), **self.reviewed}
        return {f"{context}\x04{msgid}": text for (context, msgid), text in texts.items()}


def read_locale(folder: Path, tag: str) -> Locale:
    """Reads `folder/<tag>/messages.po` and `reviewed.csv`. A lost placeholder is a fault, and not served."""
    reviewed: dict[Key, str] = {}
    drafts: dict[Key, str] = {}
    faults: list[str] = []
    marks = _reviewed_hashes(folder / tag / "reviewed.csv")
    path = folder / tag / "messages.po"
    for context, msgid, msgstr in _entries(path, path.stat().st_mtime_ns) if path.exists() else ():
        if set(PLACEHOLDER.findall(msgid)) != set(PLACEHOLDER.findall(msgstr)):
            faults.append(f"{tag}: '{context}' does not keep the words in braces of \"{msgid}\"")
            continue
        kept = reviewed if review_hash(context, msgid, msgstr) in marks else drafts
        kept[(context, msgid)] = "" if msgstr == "=" else msgstr
    return Locale(tag, reviewed, drafts, tuple(faults), read_trait(folder, tag))


@lru_cache(maxsize=64)
def _entries(path: Path, _changed_ns: int) -> tuple[tuple[str, str, str], ...]:
    """Context, source and sentence of each translation in a file; read once, until the file is changed."""
    found = (entry for entry in polib.pofile(str(path)) if entry.msgstr and not entry.obsolete and not entry.fuzzy)
    return tuple((entry.msgctxt or "", entry.msgid, entry.msgstr) for entry in found)


def _reviewed_hashes(path: Path) -> set[str]:
    if not path.exists():
        return set()
    with path.open(encoding="utf8", newline="") as lines:
        return {row["hash"] for row in csv.DictReader(lines)}


@dataclass(frozen=True)
class Texts:
    """The sentences served in this process or kept in a book: {tag: {context + U+0004 + msgid: sentence}}."""

    by_tag: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_found", {})  # not a field: what was looked up once is no part of a book

    def say(self, tag: str, key: Key, **facts: str) -> str:
        """The sentence in `tag`, or in what it falls back to, with the facts put in; as a phone should get it."""
        return fill(self.find(tag, key), facts)

    def find(self, tag: str, key: Key) -> str:
        known: dict[tuple[str, Key], str] = self._found  # type: ignore[attr-defined]
        found = known.get((tag, key))
        if found is None:
            found = known[tag, key] = prepare(self._look_up(tag, key))
        return found

    def _look_up(self, tag: str, key: Key) -> str:
        context, msgid = key
        served = (self.by_tag.get(locale, {}) for locale in fallbacks(tag) if locale != SOURCE)
        return next((texts[f"{context}\x04{msgid}"] for texts in served if f"{context}\x04{msgid}" in texts), msgid)


def fill(sentence: str, facts: Mapping[str, str]) -> str:
    """Puts `{name}` facts into a sentence; a name without a fact stays visible, never an error."""
    return PLACEHOLDER.sub(lambda found: str(facts.get(found[1], found[0])), sentence)

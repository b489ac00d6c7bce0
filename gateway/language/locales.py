"""What a locale's folder says of itself: `locales/<tag>/locale.yaml`. Pure but for reading it.

`name`: what it calls itself, in its own letters, shown before a language is known. `staff: yes`: the staff
pages are translated too. `latin`: the locale for phones that show boxes instead of its letters. `only: voice`:
it is heard, in recordings and from interpreters, and never written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..reading import Faulty, read_file, said_yes, unknown_words
from .tags import is_tag

Key = tuple[str, str]
STAFF = "console"
"""The context of every sentence that only staff read."""


@dataclass(frozen=True)
class Traits:
    """A locale by its own word."""

    name: str
    staff: bool = False
    latin: str = ""
    voice_only: bool = False

    def wants(self, key: Key) -> bool:
        """Whether this sentence is to be translated here."""
        return not self.voice_only and (self.staff or key[0] != STAFF)


def read_trait(folder: Path, tag: str) -> Traits:
    """The traits of one locale. Raises Faulty."""
    path = folder / tag / "locale.yaml"
    found, faults = read_file(path, folder.parent)
    faults += unknown_words(found, ("name", "staff", "latin", "only"), f"locales/{tag}/locale.yaml", f"locale '{tag}'")
    staff = said_yes(found, "staff", f"locales/{tag}/locale.yaml", faults)
    if faults:
        raise Faulty(faults)
    return Traits(found.get("name", tag), staff, found.get("latin", ""), found.get("only") == "voice")


@lru_cache
def read_traits(folder: Path) -> dict[str, Traits]:
    """Every locale that has a folder, by tag."""
    return {tag: read_trait(folder, tag) for tag in _tags(folder)}


def _tags(folder: Path) -> Iterator[str]:
    return (path.parent.name for path in sorted(folder.glob("*/locale.yaml")) if is_tag(path.parent.name))

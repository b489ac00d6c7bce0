"""Saved replies of a country pack: sentences that are said often, chosen by an official in her own language and told in
that of the person who complained. Pure but for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..language.catalogue import PLACEHOLDER, Key
from ..reading import Fault, Faulty, read_file, unknown_words

USES = ("reply", "ask", "decide")
FACTS = ("day",)
CONTEXT = "reply"


@dataclass(frozen=True)
class Reply:
    """One sentence. `use`: what it may be said as (`USES`). `day`: whether a day is to be chosen for it."""

    code: str
    say: str
    use: tuple[str, ...]
    day: bool

    def key(self) -> Key:
        """By which its translations are found."""
        return CONTEXT, self.say


@lru_cache
def read_replies(root: Path, country: str) -> Mapping[str, Reply]:
    """The saved replies of a pack; none where it has no file. Raises Faulty with file, line and sentence."""
    path, name = root / "countries" / country / "replies.yaml", f"countries/{country}/replies.yaml"
    if not path.exists():
        return {}
    found, faults = read_file(path, root)
    replies = {}
    for code, row in found.items():
        faults += unknown_words(row, ("say", "use"), name, f"reply '{code}'")
        say, use, line = row.get("say", ""), tuple(row.get("use", ())), found.line_of(code)
        if not say or not use or not set(use) <= set(USES):
            faults.append(Fault(name, line, f"reply '{code}' needs what to say, and its use: {', '.join(USES)}"))
        if wrong := sorted(set(PLACEHOLDER.findall(say)) - set(FACTS)):
            faults.append(Fault(name, line, f"reply '{code}' names {{{wrong[0]}}}; there is only {{day}}"))
        replies[code] = Reply(code, say, use, "{day}" in say)
    if faults:
        raise Faulty(faults)
    return replies

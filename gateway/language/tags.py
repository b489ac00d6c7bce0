"""Locale tags: a language and, where it matters, a script (`km`, `km-Latn`).

Not Babel's locales: Babel drops the script of `km_Latn` and loads Khmer, which a phone without
Khmer letters shows as boxes. Here `km-Latn` falls back to English, never to `km`.
"""

from __future__ import annotations

import re

SOURCE = "en"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")


def is_tag(text: str) -> bool:
    return bool(_TAG.fullmatch(text))


def fallbacks(tag: str) -> tuple[str, ...]:
    """The locales to look in, best first. A text is never shown in another script than was asked, but Latin."""
    return (tag,) if tag == SOURCE else (tag, SOURCE)


def babel_name(tag: str) -> str:
    """The name under which Babel knows the formats of this locale: Latin scripts take the English ones."""
    language, _, script = tag.partition("-")
    return SOURCE if script == "Latn" else language

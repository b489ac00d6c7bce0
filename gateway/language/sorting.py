"""In which order names stand, as a reader of each language expects it. Pure.

Keys come from ICU's collation, so that Lao leading vowels and Khmer subscripts fall where a dictionary has
them. They are bytes, compared as bytes: the same order in Python, in SQLite and in PostgreSQL.
"""

from __future__ import annotations

import threading

import icu

from .tags import babel_name

_collators = threading.local()


def sort_key(tag: str, text: str) -> bytes:
    """The bytes by which `text` is sorted among texts of locale `tag`."""
    known: dict[str, icu.Collator] = _collators.__dict__.setdefault("by_tag", {})
    if tag not in known:
        known[tag] = icu.Collator.createInstance(icu.Locale(babel_name(tag)))
    return bytes(known[tag].getSortKey(text))

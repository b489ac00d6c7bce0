"""Recordings of sentences: `<tag>/voice/<name>.<kind>` in the folder of recordings, served under names that hold a mark
of what is in them.

Voice providers keep what they have played; a new recording has a new name, and is played at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

KINDS = (".wav", ".mp3", ".ulaw")


@lru_cache
def recordings(folder: Path) -> Mapping[tuple[str, str], Path]:
    """Every recording by locale and name."""
    found = (path for path in sorted(folder.glob("*/voice/*")) if path.suffix in KINDS)
    return {(path.parent.parent.name, path.stem): path for path in found}


@lru_cache(maxsize=4096)
def address_of(path: Path) -> str:
    """Its path on our site: `/voice/km/complaint.topic.1f3a5c7e.wav`."""
    mark = sha256(path.read_bytes()).hexdigest()[:8]
    return f"/voice/{path.parent.parent.name}/{path.stem}.{mark}{path.suffix}"


def file_of(tag: str, name: str, folder: Path) -> Path | None:
    """The file behind such a path; None for a name of none, or with another mark."""
    stem, _, rest = name.rpartition(".")
    path = recordings(folder).get((tag, stem.rpartition(".")[0]))
    return path if path and address_of(path) == f"/voice/{tag}/{name}" and rest else None

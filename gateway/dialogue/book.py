"""A book: all flows and all served texts, as one thing with a fingerprint. Pure.

A conversation names its book and ends on it, whatever is changed meanwhile. Nobody has to remember
to raise a version: the fingerprint changes when a word does, and not when a comment or a space does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ..language.catalogue import Texts
from .flow import Flow


@dataclass(frozen=True)
class Book:
    """`print`: the fingerprint of everything else in it."""

    flows: Mapping[str, Flow]
    texts: Texts
    print: str = ""


def bind(flows: Mapping[str, Flow], texts: Texts) -> Book:
    body = msgspec.json.encode({"flows": {n: f.print for n, f in flows.items()}, "texts": texts.by_tag}, order="sorted")
    return Book(flows, texts, hashlib.sha256(body).hexdigest()[:16])


def to_bytes(book: Book) -> bytes:
    return msgspec.json.encode(book)


def from_bytes(body: bytes) -> Book:
    return msgspec.json.decode(body, type=Book)

"""How long a text is for a network, and where it may be cut. The one place that knows.

A text whose letters all stand in the GSM 03.38 alphabet is counted in septets (the extension table
costs two); any other letter turns the whole text into UCS-2, counted in UTF-16 units. A USSD string
holds 160 octets: 182 septets or 80 units (3GPP TS 24.080); an SMS holds 140: 160 or 70.

A cut never falls inside a grapheme cluster (unless one cluster alone is longer than the limit),
never after the Khmer coeng U+17D2, never after a Lao or Thai leading vowel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import icu
import regex

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")
_CLUSTERS = regex.compile(r"\X")
_NEVER_LAST = "\u17d2" + "".join(map(chr, (*range(0x0EC0, 0x0EC5), *range(0x0E40, 0x0E45))))
_ENDS = "។៕.!?\n"


@dataclass(frozen=True)
class Size:
    """What one screen or message holds in each alphabet."""

    septets: int
    units: int


USSD = Size(182, 80)
SMS = Size(160, 70)


def is_gsm(text: str) -> bool:
    return all(c in GSM_BASIC or c in GSM_EXTENSION for c in text)


def septets(text: str) -> int:
    return sum(2 if c in GSM_EXTENSION else 1 for c in text)


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def length(text: str) -> int:
    """What the text costs in the alphabet that it needs."""
    return septets(text) if is_gsm(text) else units(text)


def room(text: str, size: Size) -> int:
    """What the alphabet of `text` leaves free; negative when it does not fit."""
    return size.septets - septets(text) if is_gsm(text) else size.units - units(text)


def fits(text: str, size: Size) -> bool:
    return room(text, size) >= 0


def sms_parts(text: str) -> int:
    """How many parts this text is sent in, when the network cuts it (153 or 67 to a part)."""
    gsm = is_gsm(text)
    size = septets(text) if gsm else units(text)
    if size <= (SMS.septets if gsm else SMS.units):
        return 1
    return len(_network_parts(text, 153 if gsm else 67, gsm))


def _network_parts(text: str, limit: int, gsm: bool) -> list[int]:
    parts = [0]
    for c in text:
        cost = (2 if c in GSM_EXTENSION else 1) if gsm else units(c)
        if parts[-1] + cost > limit:
            parts.append(0)
        parts[-1] += cost
    return parts


def prepare(text: str) -> str:
    """The text as a phone should get it: no zero-width space (a box on old phones), plain quotes and spaces."""
    plain = {0x200B: None, 0x2060: None, 0xFEFF: None, 0xA0: " ", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}
    return text.translate(plain)


def clusters(text: str) -> list[str]:
    """The pieces that may not be cut: grapheme clusters, with what must not end a piece glued to the next."""
    pieces: list[str] = []
    for cluster in _CLUSTERS.findall(text):
        if pieces and pieces[-1][-1] in _NEVER_LAST:
            pieces[-1] += cluster
        else:
            pieces.append(cluster)
    return pieces


def cut(text: str, size: Size, tail: str = "") -> list[str]:
    """Pieces that each fit `size` together with `tail`, and that joined are exactly `text`: cut at sentence ends
    or spaces where one is near the end of the piece, else at a word's edge, else between clusters."""
    return list(_pieces(text, size, tail)) or [""]


def _pieces(text: str, size: Size, tail: str) -> Iterator[str]:
    while text and not fits(text + tail, size):
        end = _good_edge(text, _longest(text, size, tail))
        yield text[:end]
        text = text[end:]
    if text:
        yield text


def _longest(text: str, size: Size, tail: str) -> int:
    """The furthest place before which the text fits without cutting a cluster; at least one letter."""
    end = 0
    for cluster in clusters(text[: size.septets + 1]):
        if not fits(text[: end + len(cluster)] + tail, size):
            break
        end += len(cluster)
    if end:
        return end
    end = 1
    while end < len(text) and fits(text[: end + 1] + tail, size):
        end += 1
    return end


def _good_edge(text: str, end: int) -> int:
    """A better place than `end` to cut, not more than a third of the piece before it: behind the end of a
    sentence, behind a space, at a word's edge; always between clusters."""
    edges = [edge for edge in accumulate(map(len, clusters(text[:end]))) if edge > end - end // 3]
    for signs in (_ENDS, " "):
        found = [edge for edge in edges if text[edge - 1] in signs]
        if found:
            return found[-1]
    words = set(_word_edges(text[: end + 20]))
    return max((edge for edge in edges if edge in words and text[edge - 1] not in _NEVER_LAST), default=end)


def _word_edges(text: str) -> list[int]:
    """Word edges by ICU's dictionaries (Khmer, Lao, Thai, Burmese have no spaces), as Python indices."""
    breaker = icu.BreakIterator.createWordInstance(icu.Locale("km"))
    breaker.setText(icu.UnicodeString(text))
    at, index, edges = 0, 0, []
    for edge in breaker:
        while at < edge:
            at += 2 if text[index] > "\uffff" else 1
            index += 1
        edges.append(index)
    return edges

"""How long a text is for a network, and where it may be cut. The one place that knows.

A text whose letters all stand in the GSM 03.38 alphabet is counted in septets (the extension table
costs two); any other letter turns the whole text into UCS-2, counted in UTF-16 units. A USSD string
holds 160 octets: 182 septets or 80 units (3GPP TS 24.080); an SMS holds 140: 160 or 70.

A cut never falls inside a grapheme cluster (unless one cluster alone is longer than the limit),
never after the Khmer coeng U+17D2, never after a Lao or Thai leading vowel.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import icu
import regex

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")
_GSM = re.compile(f"[{re.escape(''.join(sorted(GSM_BASIC | GSM_EXTENSION)))}]*")
_DOUBLE = re.compile(f"[{re.escape(''.join(sorted(GSM_EXTENSION)))}]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_CLUSTERS = regex.compile(r"\X")
_NEVER_LAST = frozenset("\u17d2" + "".join(map(chr, (*range(0x0EC0, 0x0EC5), *range(0x0E40, 0x0E45)))))


def _plain_clusters() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """For texts of ASCII, Khmer, Lao, Thai and Burmese alone, the same clusters found five times faster: which
    letters hang on the one before is asked of `regex` once."""
    blocks = (*range(0x20, 0x7F), *range(0xE01, 0xE5C), *range(0xE81, 0xEE0), *range(0x1000, 0x10A0))
    letters = "".join(map(chr, (*blocks, *range(0x1780, 0x17FA))))
    hanging = "".join(c for c in letters if len(_CLUSTERS.findall("\u1780" + c)) == 1)
    marks = "".join(c for c in hanging if unicodedata.category(c) == "Mn")
    stacked, joined = f"[\u17d2\u1039][{marks}]*.", f"(?<=[{''.join(_NEVER_LAST)}])."
    cluster = f"(?:{stacked}|.)(?:{stacked}|{joined}|[{hanging}])*"
    return re.compile(f"[{re.escape(letters)}]*"), re.compile(cluster, re.S)


_PLAIN, _PLAIN_CLUSTERS = _plain_clusters()
_ENDS = "។៕.!?\n"
_LEAST_SHARE = 3
"""A piece is cut at a better place only if that leaves it at least two thirds of its length."""


@dataclass(frozen=True)
class Size:
    """What one screen or message holds in each alphabet."""

    septets: int
    units: int


USSD = Size(182, 80)
SMS = Size(160, 70)
THREE_SMS = Size(3 * 153, 3 * 67)
"""A conversation by SMS: what three joined messages hold."""


def is_gsm(text: str) -> bool:
    return _GSM.fullmatch(text) is not None


def septets(text: str) -> int:
    return len(text) + len(_DOUBLE.findall(text))


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text) + len(_ASTRAL.findall(text))


def length(text: str) -> int:
    """What the text costs in the alphabet that it needs."""
    return septets(text) if is_gsm(text) else units(text)


def fits(text: str, size: Size) -> bool:
    """Whether a text can be shown or sent at once, in the alphabet that it needs."""
    if 2 * len(text) <= size.units:
        return True  # no letter costs more than two in either alphabet
    return septets(text) <= size.septets if is_gsm(text) else units(text) <= size.units


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


_PLAINER = {0x200B: None, 0x2060: None, 0xFEFF: None, 0xA0: " ", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}


def prepare(text: str) -> str:
    """The text as a phone should get it: no zero-width space (a box on old phones), plain quotes and spaces."""
    return text if text.isascii() else text.translate(_PLAINER)


def clusters(text: str) -> list[str]:
    """The pieces that may not be cut: grapheme clusters, with what must not end a piece glued to the next."""
    if _PLAIN.fullmatch(text):
        return _PLAIN_CLUSTERS.findall(text)
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
        edges = _edges(text, size, tail)
        end = _good_edge(text, edges) if edges else _inside(text, size, tail)
        yield text[:end]
        text = text[end:]
    if text:
        yield text


def _most_letters(text: str, size: Size, tail: str) -> int:
    """How many letters at most can stand before a cut, whatever they are joined to: the longest start that fits."""
    gsm = min(_GSM.match(text).end(), size.septets) if is_gsm(tail) else 0  # type: ignore[union-attr]
    while gsm and (over := septets(text[:gsm] + tail) - size.septets) > 0:
        gsm -= (over + 1) // 2
    rest = max(0, size.units - units(tail))
    ucs = min(len(text), rest)
    while (over := units(text[:ucs]) - rest) > 0:
        ucs -= (over + 1) // 2
    return max(gsm, ucs)


def _edges(text: str, size: Size, tail: str) -> list[int]:
    """Every place between two clusters before which the text fits, in order."""
    most, at, edges = _most_letters(text, size, tail), 0, []
    for cluster in clusters(text[: most + 1]):
        at += len(cluster)
        if at > most:
            break
        edges.append(at)
    if edges and edges[-1] < len(text) and text[edges[-1] - 1] in _NEVER_LAST:
        edges.pop()
    return edges


def _inside(text: str, size: Size, tail: str) -> int:
    """Where to cut a first cluster that alone is longer than the limit; at least behind one letter."""
    return max(1, _most_letters(text, size, tail))


def _good_edge(text: str, edges: list[int]) -> int:
    """The best place to cut, not more than a third of the piece before its end: behind the end of a sentence,
    behind a space, at a word's edge; always between clusters."""
    end = edges[-1]
    near = [edge for edge in edges if edge > end - end // _LEAST_SHARE]
    for signs in (_ENDS, " "):
        found = [edge for edge in near if text[edge - 1] in signs]
        if found:
            return found[-1]
    words = set(word_edges(text[: end + 20]))
    return max((edge for edge in near if edge in words), default=end)


_breakers = threading.local()


def word_edges(text: str) -> list[int]:
    """Word edges by ICU's dictionaries (Khmer, Lao, Thai, Burmese have no spaces), as Python indices."""
    breaker = getattr(_breakers, "words", None)
    if breaker is None:
        breaker = _breakers.words = icu.BreakIterator.createWordInstance(icu.Locale("km"))
    breaker.setText(text)
    if not _ASTRAL.search(text):
        return list(breaker)
    at, index, edges = 0, 0, []
    for edge in breaker:
        while at < edge:
            at += 2 if text[index] > "\uffff" else 1
            index += 1
        edges.append(index)
    return edges

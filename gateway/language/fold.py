"""One spelling for what people type, so that a digit is a digit and a word is found.

`digits` turns decimal digits of any script into ASCII. `fold` is for comparing only, never for
showing: NFC, no zero-width characters, Khmer's two ways of writing the subscript TA/DA (they look
alike and both stand in official texts), Lao HO with LO written in two ways, lower case.
"""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACES = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def digits(text: str) -> str:
    """The same text with every decimal digit (Khmer, Lao, Thai, Burmese, full width) in ASCII."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def fold(text: str) -> str:
    """The form under which two spellings of the same words are equal."""
    text = unicodedata.normalize("NFC", text.translate(ZERO_WIDTH))
    text = text.replace("\u17d2\u178a", "\u17d2\u178f").replace("\u0ebc", "\u0ea5")
    text = text.replace("\u0edc", "\u0eab\u0e99").replace("\u0edd", "\u0eab\u0ea1")
    return _SPACES.sub(" ", digits(text)).strip().casefold()


def key(text: str) -> str:
    """What was pressed, if it was a key: ASCII digits and signs without spaces."""
    return digits(text.translate(ZERO_WIDTH)).strip()


def clean(text: str) -> str:
    """What may be kept of a typed text: NFC, no control characters, all else as it was written."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\t", " "))).strip()

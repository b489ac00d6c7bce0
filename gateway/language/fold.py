"""What people type, so that a digit is a digit whatever script it is written in.

`digits` turns decimal digits of any script into ASCII, `key` is what was pressed, and `clean` is what may
be kept of a typed text.
"""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def digits(text: str) -> str:
    """The same text with every decimal digit (Khmer, Lao, Thai, Burmese, full width) in ASCII."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def key(text: str) -> str:
    """What was pressed, if it was a key: ASCII digits and signs without spaces."""
    return digits(text.translate(ZERO_WIDTH)).strip()


def clean(text: str) -> str:
    """What may be kept of a typed text: NFC, no control characters, all else as it was written."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\t", " "))).strip()

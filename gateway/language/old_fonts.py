"""Texts typed in an old Khmer or Lao font: Latin letters that only look Khmer in one font. Pure."""

from __future__ import annotations

import re

OLD_FONTS = re.compile(r"limon|khek|abc[ -]?zoo|^kh[ -]|saysettha lao|alice[0-9_ ]|chantabouli lao", re.I)
"""Names of fonts that show Khmer or Lao where plain letters are typed."""

OLD_WORD = re.compile(r"[^\W\d_][;\[\]{}\\|@#$^&*_+=<>~)(][^\W\d_]|[a-z][A-Z]", re.A)
"""Inside words of no language we know, but in such a font letters of it: `eKminBa[mF)an`."""

OLD_LETTERS = re.compile(r"[\u00a1-\u00bf\u00d7\u00f7\u0192\u02c6\u02dc\u2020-\u2026\u2030\u2039\u203a\u2122]")
"""Signs that no Khmer, Lao, English, French or Vietnamese sentence is full of, and that those fonts use for vowels."""


def is_old(text: str, font: str) -> bool:
    """Whether a cell is typed in an old font: its font says so, its letters are those of one, or a third of its words
    are none in any language. A text that looks like plain words in such a font is not known by itself."""
    if OLD_FONTS.search(font):
        return True
    letters = [letter for letter in text if not letter.isspace()]
    words = [word for word in text.split() if len(word) > 5]
    odd = [len(OLD_WORD.findall(word)) for word in words]
    if sum(map(bool, odd)) * 3 > len(words) and sum(odd) > 2:
        return True
    return len(letters) > 3 and len(OLD_LETTERS.findall(text)) * 10 >= len(letters)

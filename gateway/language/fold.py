"""What people type, so that a letter is a letter however it is spelled, and a digit a digit in any script.

`digits` turns decimal digits into ASCII, `key` is what was pressed, `clean` is what may be kept of a typed text,
and `fold` is what two spellings of the same word have in common: for comparing, never for showing.

Folded: NFC, case, zero-width characters, digits. Khmer: subscript DA and TA (both stand in official texts), the
two QUs of ឱ្យ and ឲ្យ, vowels typed in two pieces, the order of what hangs on a consonant. Lao: the letters ໜ ໝ
and ຫຼ against ຫນ ຫມ ຫລ, ຳ in two pieces, ແ typed as two ເ. Thai: ำ and แ likewise. Nothing is folded that makes
two words of a language one, as far as its glossary shows.
"""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DIGITS = {ord(c): str(unicodedata.decimal(c)) for c in map(chr, range(0x80, 0x20000)) if c.isdecimal()}
_KHMER_LETTERS = (
    ("\u17d2\u178a", "\u17d2\u178f"),  # subscript DA and TA look alike
    ("\u17b2", "\u17b1"),  # ឲ and ឱ
    ("\u17a3", "\u17a2"),
    ("\u17a4", "\u17a2\u17b6"),
)
_VARIANTS = (
    ("\u17c1\u17b8", "\u17be"),  # vowels typed in two pieces
    ("\u17c1\u17b6", "\u17c4"),
    ("\u0edc", "\u0eab\u0e99"),  # ໜ is ຫນ
    ("\u0edd", "\u0eab\u0ea1"),
    ("\u0eab\u0ebc", "\u0eab\u0ea5"),  # ຫຼ is ຫລ
    ("\u0ec0\u0ec0", "\u0ec1"),
    ("\u0e40\u0e40", "\u0e41"),
)
_TONE = "([\u0ec8-\u0ecb\u0e48-\u0e4b]?)"
_AM = re.compile(f"([\u0ecd\u0e4d]){_TONE}([\u0eb2\u0e32])|{_TONE}([\u0eb3\u0e33])")
_LOST_COENG = re.compile("\u17d2(?![\u1780-\u17b3])")
_KHMER_HANGING = re.compile("(?<=[\u1780-\u17b3])(?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17dd]){2,}")
_KHMER_PIECE = re.compile("\u17d2[\u1780-\u17b3]|.")
_SHIFTERS = "\u17c9\u17ca"


def digits(text: str) -> str:
    """The same text with every decimal digit (Khmer, Lao, Thai, Burmese, full width) in ASCII."""
    return text if text.isascii() else text.translate(_DIGITS)


def key(text: str) -> str:
    """What was pressed, if it was a key: ASCII digits and signs without spaces."""
    return digits(text.translate(ZERO_WIDTH)).strip()


def clean(text: str) -> str:
    """What may be kept of a typed text: NFC, no control characters, all else as it was written."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\t", " "))).strip()


def fold(text: str) -> str:
    """What the spellings of a word have in common. Folding twice changes nothing more."""
    found = _LOST_COENG.sub("", digits(unicodedata.normalize("NFC", text.translate(ZERO_WIDTH))).casefold())
    found = " ".join(found.split())
    if found.isascii():
        return found
    # The letters first: one of them brings a vowel, which then takes its place among what hangs on it.
    found = _KHMER_HANGING.sub(_in_order, _replaced(found, _KHMER_LETTERS))
    return unicodedata.normalize("NFC", _AM.sub(_am, _replaced(found, _VARIANTS)))


def _replaced(text: str, spellings: tuple[tuple[str, str], ...]) -> str:
    for variant, usual in spellings:
        text = text.replace(variant, usual)
    return text


def _in_order(hanging: re.Match[str]) -> str:
    """What hangs on a Khmer consonant, in the order of the Unicode standard: subscripts (RO last), shifter, vowel,
    signs."""
    return "".join(sorted(_KHMER_PIECE.findall(hanging[0]), key=_rank))


def _rank(piece: str) -> tuple[int, str]:
    if piece[0] == "\u17d2":
        return (1 if piece[1:] == "\u179a" else 0), ""
    if piece in _SHIFTERS:
        return 2, ""
    return (3, "") if piece <= "\u17c5" else (4, piece)


def _am(found: re.Match[str]) -> str:
    """ຳ and ำ in two pieces, the tone before them: however it was typed."""
    tone = found[2] if found[1] else found[4]
    lao = (found[3] or found[5]) in "\u0eb2\u0eb3"
    return f"{tone}\u0ecd\u0eb2" if lao else f"{tone}\u0e4d\u0e32"


def initial(cluster: str) -> str:
    """The letter under which a word stands in a dictionary: the consonant, behind a leading vowel of Lao or Thai."""
    letters = [c for c in cluster if unicodedata.category(c)[0] == "L" and c not in "ເແໂໃໄเแโใไ"]
    return letters[0].upper() if letters else cluster[:1].upper()


_SCRIPTS = {"km": (0x1780, 0x17FF), "lo": (0x0E80, 0x0EFF), "th": (0x0E00, 0x0E7F), "my": (0x1000, 0x109F)}


def script_of(text: str) -> str:
    """The locale whose own alphabet a text is written in; empty for Latin letters, which many languages share."""
    counted = {tag: sum(low <= ord(c) <= high for c in text) for tag, (low, high) in _SCRIPTS.items()}
    tag = max(counted, key=lambda t: counted[t])
    return tag if counted[tag] * 2 > sum(c.isalpha() for c in text) else ""

"""Photos without what the phone wrote into them: where and when it was taken, with which phone, a small copy of it.

A picture is opened, turned the way it was held, and saved anew with nothing but the picture; what cannot be opened is
no picture. It knows nothing of cases and keeps nothing.
"""

from __future__ import annotations

import io

from PIL import Image, ImageFile

ImageFile.LOAD_TRUNCATED_IMAGES = True
"""What arrived cut short on a bad line is kept as far as it came."""

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SAVED_AS = {"MPO": "JPEG"}
"""Many phones call a JPEG with a second small picture in it so."""

MOST_POINTS = 30_000_000
"""More than a chat lets through; beyond lies a bomb of a few bytes that unfolds into all memory."""

QUALITY = 80
TURNS = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_270,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112


def bare(body: bytes) -> tuple[bytes, str] | None:
    """The picture alone and its content type; None where these bytes are no picture of a kind we keep."""
    try:
        return _saved_anew(body)
    except Exception:  # whatever a broken file makes its reader stumble over, it is no picture
        return None


def _saved_anew(body: bytes) -> tuple[bytes, str] | None:
    with Image.open(io.BytesIO(body), formats=tuple(KINDS)) as found:
        kind = SAVED_AS.get(found.format or "", found.format or "")
        if found.width * found.height > MOST_POINTS:
            return None
        turn = TURNS.get(_turned(found))
        seen = {"transparency": found.info["transparency"]} if "transparency" in found.info else {}
        upright = found.transpose(turn) if turn is not None else found.copy()
    upright.info = {}
    into = io.BytesIO()
    upright.save(into, kind, **({} if kind == "PNG" else {"quality": QUALITY}), **seen, exif=b"")
    return into.getvalue(), KINDS[kind]


def _turned(found: Image.Image) -> int:
    """How the phone was held, as it wrote down; 0 where that cannot be read."""
    try:
        return int(found.getexif().get(ORIENTATION, 0))
    except Exception:  # what a phone wrote there may be anything
        return 0

"""Photos without what the phone wrote into them: where and when it was taken, with which phone, a small copy of it.

A picture is opened, turned the way it was held, and saved anew with nothing but the picture; what cannot be opened is
no picture. It knows nothing of cases and keeps nothing.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MOST_POINTS = 60_000_000
"""A phone's largest photo; more is a bomb of a few bytes that unfolds into all memory."""

QUALITY = 88


def bare(body: bytes) -> tuple[bytes, str] | None:
    """The picture alone and its content type; None where these bytes are no picture of a kind we keep."""
    try:
        with Image.open(io.BytesIO(body), formats=tuple(KINDS)) as found:
            kind = found.format or ""
            if found.width * found.height > MOST_POINTS:
                return None
            upright = ImageOps.exif_transpose(found)
            upright.info.clear()
            upright.getexif().clear()
            into = io.BytesIO()
            if kind == "PNG":
                upright.save(into, kind)
            else:
                upright.save(into, kind, quality=QUALITY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return into.getvalue(), KINDS[kind]

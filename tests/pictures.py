"""Pictures as phones take them, with all that phones write into them. Used by tests of what is kept."""

from __future__ import annotations

import io

from PIL import Image, PngImagePlugin

GPS, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112
PLACE = {1: "N", 2: (13.0, 21.0, 44.0), 3: "E", 4: (103.0, 51.0, 35.0)}


def taken_photo(kind: str = "JPEG", size: tuple[int, int] = (40, 20), turned: int = 1) -> bytes:
    """A red picture with a blue left half that says where it was taken."""
    made = Image.new("RGB", size, (200, 0, 0))
    made.paste((0, 0, 200), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "A cheap phone", turned
    exif.get_ifd(GPS).update(PLACE)
    more = {"comment": b"taken at home"} if kind == "JPEG" else {}
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", "taken at home")
        more = {"pnginfo": words}
    into = io.BytesIO()
    made.save(into, kind, exif=exif, **more)
    return into.getvalue()

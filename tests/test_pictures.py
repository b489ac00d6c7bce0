"""Of a photo nothing is kept but the picture."""

from __future__ import annotations

import io
from random import Random

import pytest
from PIL import Image

from gateway.cases.pictures import MOST_POINTS, bare

from .pictures import GPS, taken_photo


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.mark.parametrize(
    ("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_where_and_with_what_it_was_taken_is_gone(kind: str, content_type: str) -> None:
    taken = taken_photo(kind)
    assert opened(taken).getexif().get_ifd(GPS)
    assert b"A cheap phone" in taken
    kept, named = bare(taken)
    assert named == content_type
    assert (dict(opened(kept).getexif()), opened(kept).getexif().get_ifd(GPS)) == ({}, {})
    assert not any(words in kept for words in (b"A cheap phone", b"taken at home", b"Exif", b"EXIF", b"eXIf"))
    assert opened(kept).size == (40, 20)


def test_a_picture_taken_sideways_stands_upright() -> None:
    kept, _ = bare(taken_photo(turned=6))
    assert opened(kept).size == (20, 40)
    top, bottom = (opened(kept).getpixel((10, y)) for y in (5, 35))
    assert top[2] > top[0]
    assert bottom[0] > bottom[2]


@pytest.mark.parametrize(
    "body",
    [b"\xff\xd8\xff a picture", b"", b"<svg onload='alert(1)'/>", b"GIF89a" + b"\0" * 40],
)
def test_what_cannot_be_opened_is_no_picture(body: bytes) -> None:
    assert bare(body) is None


def test_a_few_bytes_that_unfold_into_all_memory_are_refused() -> None:
    into = io.BytesIO()
    Image.new("1", (MOST_POINTS // 7000 + 1, 7000)).save(into, "PNG")
    assert len(into.getvalue()) < 1_000_000
    assert bare(into.getvalue()) is None


def test_what_arrived_cut_short_is_kept_as_far_as_it_came() -> None:
    whole = taken_photo(size=(400, 400))
    kept, _ = bare(whole[:-300])
    assert opened(kept).size == (400, 400)


def test_a_photo_with_a_second_picture_in_it_is_kept_as_the_first() -> None:
    into = io.BytesIO()
    Image.new("RGB", (40, 20)).save(into, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 20))])
    kept, named = bare(into.getvalue())
    assert (named, opened(kept).format) == ("image/jpeg", "JPEG")


def test_what_is_transparent_stays_so() -> None:
    into, made = io.BytesIO(), Image.new("P", (4, 4), 1)
    made.putpalette([255, 0, 0, 0, 0, 255])
    made.save(into, "PNG", transparency=1)
    kept, _ = bare(into.getvalue())
    assert opened(kept).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_whatever_a_phone_wrote_beside_the_picture_the_picture_is_kept_or_refused_and_nothing_breaks() -> None:
    whole, pick = taken_photo(turned=6), Random(1)
    begins = whole.index(b"Exif")
    for _ in range(400):
        body = bytearray(whole)
        for at in pick.sample(range(begins, begins + 120), 3):
            body[at] = pick.randrange(256)
        bare(bytes(body))

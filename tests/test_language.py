"""Sizes, cuts, folding, catalogues: properties over generated text, tables for what is known."""

from __future__ import annotations

from datetime import date

import polib
import pytest
import regex
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.language import fold, formats
from gateway.language.catalogue import Texts, read_locale, review_hash
from gateway.language.measure import SMS, USSD, Size, clusters, cut, fits, is_gsm, septets, sms_parts, units
from gateway.language.tags import babel_name, fallbacks

KHMER = "".join(map(chr, range(0x1780, 0x17DE)))
LAO = "".join(chr(c) for c in range(0x0E81, 0x0EDE) if chr(c).isprintable())
LETTERS = st.sampled_from(
    [*KHMER, *"ស្ត្រី", *LAO, *"กขคเแโใไ", *"မြန်", "😟", "👩‍🍼", " ", " ", "។", "a", "Z", "€", "1", "\n"]
)
TEXTS = st.lists(LETTERS, max_size=400).map("".join)
GSM = st.text(alphabet="abcXYZ 019@£$éñ^{}[]~|€\\", max_size=400)


@given(TEXTS | GSM, st.sampled_from([USSD, SMS, Size(20, 10)]))
@settings(max_examples=2000, deadline=None)
def test_pieces_fit_rejoin_and_cut_no_letter(text: str, size: Size) -> None:
    pieces = cut(text, size)
    assert "".join(pieces) == text
    assert all(fits(piece, size) for piece in pieces)
    whole = {0}
    for cluster in clusters(text):
        whole.add(max(whole) + len(cluster))
    at = 0
    for piece in pieces[:-1]:
        at += len(piece)
        if at not in whole:
            around = next(c for c in regex.findall(r"\X", text) if c)
            assert around
            inside = max(edge for edge in whole if edge < at)
            after = min(edge for edge in whole if edge > at)
            assert not fits(text[inside:after], size), "a letter was cut that would have fitted"


@given(TEXTS | GSM)
@settings(max_examples=500, deadline=None)
def test_counts_equal_an_independent_counter(text: str) -> None:
    other = smsutil.split(text)
    gsm = other.encoding == "gsm0338"
    assert is_gsm(text) == gsm or not text
    assert (septets(text) if gsm else 2 * units(text)) == other.total_bytes
    assert sms_parts(text) == max(1, len(other.parts))


@pytest.mark.parametrize(
    ("text", "length"), [("a" * 182, 182), ("€" * 91, 182), ("ក" * 80, 80), ("😟" * 40, 80), ("a" * 79 + "ក", 80)]
)
def test_what_just_fits_a_screen(text: str, length: int) -> None:
    assert (septets(text) if is_gsm(text) else units(text)) == length
    assert fits(text, USSD)
    assert not fits(text + text[-1], USSD)


def test_a_khmer_sentence_is_cut_at_a_word_or_a_space() -> None:
    text = "ប្រាក់ឧបត្ថម្ភសម្រាប់ស្ត្រីមានផ្ទៃពោះមិនទាន់មកដល់ទេ ខ្ញុំបានទៅសួរនៅឃុំពីរដងហើយ គេប្រាប់ឱ្យរង់ចាំ"
    pieces = cut(text, Size(120, 60))
    assert pieces[0].endswith(" ")
    assert len(pieces) == 2


@pytest.mark.parametrize(
    ("typed", "pressed"), [("១២៣", "123"), ("໑໒", "12"), ("๑๒", "12"), ("၁၂", "12"), (" 1\u200b ", "1"), ("１", "1")]
)
def test_a_digit_is_a_digit_in_every_script(typed: str, pressed: str) -> None:
    assert fold.key(typed) == pressed


@given(st.text(max_size=100))
@settings(max_examples=500)
def test_what_is_kept_has_no_controls_and_is_stable(text: str) -> None:
    kept = fold.clean(text)
    assert fold.clean(kept) == kept
    assert not any(ord(c) < 32 and c != "\n" for c in kept)


def test_latin_khmer_falls_back_to_english_never_to_khmer() -> None:
    assert fallbacks("km-Latn") == ("km-Latn", "en")
    assert babel_name("km-Latn") == "en"
    texts = Texts({"km": {"a\x04Yes": "បាទ/ចាស"}})
    assert texts.say("km-Latn", ("a", "Yes")) == "Yes"


def test_days_and_references_are_written_to_be_read_aloud() -> None:
    assert formats.day("en", date(2026, 11, 27)) == "Friday 27 November"
    assert formats.day("km", date(2026, 11, 27)) == "ថ្ងៃសុក្រ ទី27 ខែវិច្ឆិកា"
    assert formats.grouped("4829130572264") == "482 913 057 2264"


@pytest.fixture
def locale(tmp_path):
    folder = tmp_path / "km"
    folder.mkdir()

    def write(entries: list[tuple[str, str, str, bool]], reviewed: list[str] = ()):
        po = polib.POFile()
        for context, msgid, msgstr, fuzzy in entries:
            po.append(polib.POEntry(msgctxt=context, msgid=msgid, msgstr=msgstr, flags=["fuzzy"] if fuzzy else []))
        po.save(str(folder / "messages.po"))
        (folder / "reviewed.csv").write_text("hash,reviewer,date\n" + "".join(f"{h},x,2026-11-22\n" for h in reviewed))
        return read_locale(tmp_path, "km")

    return write


def test_a_sentence_is_reviewed_by_its_hash_and_a_changed_letter_makes_it_a_draft(locale) -> None:
    mark = review_hash("a", "Yes", "ចាស")
    assert locale([("a", "Yes", "ចាស", False)], [mark]).reviewed == {("a", "Yes"): "ចាស"}
    assert locale([("a", "Yes", "បាទ", False)], [mark]).drafts == {("a", "Yes"): "បាទ"}


def test_stale_and_broken_entries_are_never_served(locale) -> None:
    found = locale([("a", "Old", "ចាស់", True), ("b", "Number {case}", "លេខ {cas}", False)])
    assert (found.reviewed, found.drafts) == ({}, {})
    assert found.faults == ("km: 'b' does not keep the words in braces of \"Number {case}\"",)

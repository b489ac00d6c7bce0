"""Sizes, cuts, folding, catalogues: properties over generated text, tables for what is known."""

from __future__ import annotations

from datetime import date

import polib
import pytest
import regex
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.country.read import read_pack
from gateway.language import fold, formats
from gateway.language.catalogue import Texts, read_locale, review_hash
from gateway.language.formats import Style
from gateway.language.measure import SMS, USSD, Size, clusters, cut, fits, is_gsm, septets, sms_parts, units
from gateway.language.sorting import sort_key
from gateway.language.tags import babel_name, fallbacks
from gateway.settings import ROOT

KHMER = "".join(map(chr, range(0x1780, 0x17DE)))
LAO = "".join(chr(c) for c in range(0x0E81, 0x0EDE) if chr(c).isprintable())
THAI = "".join(chr(c) for c in range(0x0E01, 0x0E5C) if chr(c).isprintable())
BURMESE = "".join(map(chr, range(0x1000, 0x10A0)))
OTHERS = ["😟", "👩‍🍼", "🇰🇭", " ", " ", "។", "a", "Z", "€", "1", "\n"]
LETTERS = st.one_of(*map(st.sampled_from, (KHMER, LAO, THAI, BURMESE, OTHERS)))
NEVER_LAST = "\u17d2ເແໂໃໄเแโใไ"
ONE_SCRIPT = st.sampled_from([KHMER, LAO, THAI, BURMESE]).flatmap(lambda letters: st.text(letters, max_size=400))
TEXTS = st.lists(LETTERS, max_size=400).map("".join) | ONE_SCRIPT
GSM = st.text(alphabet="abcXYZ 019@£$éñ^{}[]~|€\\", max_size=400)


@given(TEXTS | GSM, st.sampled_from([USSD, SMS, Size(20, 10)]))
@settings(max_examples=20_000, deadline=None)
def test_pieces_fit_rejoin_and_cut_no_letter(text: str, size: Size) -> None:
    pieces = cut(text, size)
    assert "".join(pieces) == text
    assert all(fits(piece, size) for piece in pieces)
    whole = {0}
    for cluster in clusters(text):
        whole.add(max(whole) + len(cluster))
    assert not any(piece[-1] in NEVER_LAST for piece in pieces[:-1] if len(regex.findall(r"\X", piece)) > 1)
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
        (folder / "locale.yaml").write_text("name: Khmer\n")
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


@given(TEXTS)
@settings(max_examples=2000, deadline=None)
def test_the_fast_clusters_are_those_of_an_independent_library(text: str) -> None:
    """Ours may glue more together (what must not end a piece), never less."""
    edges, at = {0}, 0
    for cluster in regex.findall(r"\X", text):
        at += len(cluster)
        edges.add(at)
    at = 0
    for cluster in clusters(text):
        at += len(cluster)
        assert at in edges


@given(TEXTS)
@settings(max_examples=2000, deadline=None)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold.fold(fold.fold(text)) == fold.fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("បណ្ដឹង", "បណ្តឹង"),
        ("ឲ្យ", "ឱ្យ"),
        ("ស្រ្តី", "ស្ត្រី"),
        ("ໜອງ", "ຫນອງ"),
        ("ໝໍ", "ຫມໍ"),
        ("ຫຼວງ", "ຫລວງ"),
        ("ឤ៉", "អ៉ា"),
        ("ប្រាក់្", "ប្រាក់"),
        ("ນ້ຳ", "ນໍ້າ"),
        ("ເເມ່", "ແມ່"),
        ("น้ำ", "นํ้า"),
        ("STOP", "stop"),
        ("ប្រាក់\u200b១២", "ប្រាក់12"),
    ],
)
def test_spellings_of_one_word_fold_together(one: str, other: str) -> None:
    assert one != other
    assert fold.fold(one) == fold.fold(other)


def test_different_words_stay_different() -> None:
    for one, other in [("ប្រាក់", "ប្រេក់"), ("ເງິນ", "ເງນ"), ("ឃុំ", "ភូមិ")]:
        assert fold.fold(one) != fold.fold(other)


def test_names_stand_where_a_dictionary_has_them() -> None:
    lao = sorted(["ໄກ", "ຂາ", "ກາ", "ແກ"], key=lambda word: sort_key("lo", word))
    assert [fold.initial(word) for word in lao] == ["ກ", "ກ", "ກ", "ຂ"]
    assert sorted(["ខេត្ត", "ក្រុង", "កណ្តាល"], key=lambda word: sort_key("km", word))[-1] == "ខេត្ត"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.money("km", 400000, "KHR"), "400,000 រៀល"),
        (formats.money("lo", 150000, "LAK"), "150,000 ກີບ"),
        (formats.money("km-Latn", 400000, "KHR"), "400,000 riel"),
        (formats.number("km", 1520000, Style(native_digits=True)), "១,៥២០,០០០"),
        (formats.day_and_year("en", date(2026, 11, 27)), "Friday 27 November 2026"),
        (formats.day_and_year("lo", date(2026, 11, 27), Style(True, True)), "ວັນສຸກ ໒໗ ພະຈິກ ໒໕໖໙"),
        (formats.phone("012345678"), "012 345 678"),
        (formats.phone("0712345678"), "071 234 5678"),
        (formats.grouped("4829130572264"), "482 913 057 2264"),
    ],
)
def test_numbers_money_days_and_phones_are_written_as_they_are_read(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("country", "typed", "code"),
    [
        ("kh", "Siem Reap", "17"),
        ("kh", "svay dongkom, siem reap", "171002"),
        ("kh", "ស្វាយដង្គំ", "171002"),
        ("kh", "១៧១០", "1710"),
        ("kh", "Poipet", "0110"),
        ("la", "sanamsay", "1703"),
        ("la", "ສະຫນາມໄຊ", "1703"),
        ("la", "savanaket", "13"),
        ("la", "ເມືອງ ພູວົງ", "1705"),
    ],
)
def test_a_place_is_found_as_it_is_typed(country: str, typed: str, code: str) -> None:
    pack = read_pack(ROOT, country)
    assert code in pack.places.find(typed, pack.areas, 6)


@pytest.mark.parametrize(
    ("country", "sentence", "code"),
    [
        ("kh", "the money did not come in Svay Dangkum", "171002"),
        ("kh", "ប្រាក់មិនមកដល់នៅស្វាយដង្គំ", "171002"),
        ("kh", "luy min mok nov khum Sla Kram, siem reap", "171001"),
        ("kh", "money not here in Sla Kram", ""),  # two communes are called so, far apart
        ("kh", "we from Siem Reap", "17"),  # the province before the district of the same name
        ("kh", "i live in Puok, Siem Reap", "1707"),
        ("kh", "in puok and in sout nikum", "17"),
        ("kh", "ពួកគេទារលុយខ្ញុំ", ""),  # "they", not the district
        ("kh", "puok did not pay", ""),
        ("kh", "1", ""),
        ("la", "ເງິນບໍ່ມາ ຢູ່ເມືອງສະໜາມໄຊ", "1703"),
        ("la", "ngern bo ma yu sanamsay", "1703"),
        ("la", "ນ້ອງບໍ່ໄດ້ເງິນ", ""),
    ],
)
def test_a_place_named_in_passing_is_heard_and_none_is_guessed(country: str, sentence: str, code: str) -> None:
    pack = read_pack(ROOT, country)
    assert pack.places.named_in(sentence, pack.areas) == code


def test_a_place_that_is_none_is_not_guessed() -> None:
    pack = read_pack(ROOT, "kh")
    assert pack.places.find("zzzzqqq", pack.areas, 6) == []
    assert pack.places.find("999999", pack.areas, 6) == []

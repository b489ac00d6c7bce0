"""Paper and the window: lodged in one form, forms keyed in once, the register that replaces the book."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import uharfbuzz
from fontTools.ttLib import TTFont

from gateway.cases import actions
from gateway.cases.forms import FONTS, SCRIPTS, forms
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.paper import Blank
from gateway.cases.records.promises import Promise
from gateway.channels.outbox.records import Outgoing
from gateway.seal import ROAD, ring

from .desk import LOCAL, Desk, first_of, month_of
from .test_confidential import apart

FORM = {
    "category": "unpaid",
    "place": "171001",
    "story": "ខ្ញុំមិនបានទទួលប្រាក់ខែវិច្ឆិកា",
    "answer_by": "write",
    "phone": "012 345 678",
    "language": "km",
    "agreed": "yes",
}


def at_the_window(desk: Desk, status: int = 200, **more: str) -> str:
    desk.get("/console/lodge")
    return desk.post("/console/lodge", status, **{**FORM, "once": desk.hidden("once"), **more})


def printed(desk: Desk, sala, count: int = 1) -> list[str]:
    desk.get("/console/forms")
    form = {"csrf_token": desk.hidden("csrf_token"), "office": "kh-1710", "tag": "km", "count": str(count)}
    answer = desk.client.post("/console/forms", data=form)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    with sala.reading() as db:
        return [row.reference for row in db.query(Blank)]


def test_the_receipt_is_in_her_language_and_the_page_in_the_official_s(sala, staff) -> None:
    page = at_the_window(staff["officer"], language="km")
    assert "Tell her this" in page
    assert sala.house.texts.find("km", ("console", "Number of the case")) in page
    assert "Number of the case" not in page
    assert "Number of the case" in at_the_window(staff["officer"], language="vi"), "pages are not in Vietnamese"


def test_what_she_is_counted_by_may_be_said_at_the_window(sala, staff) -> None:
    at_the_window(staff["officer"], programme="older", sex="woman", disability="yes")
    [case] = sala.all_of(Case)
    assert (case.programme, case.sex, case.disability) == ("older", "woman", "yes")
    at_the_window(staff["officer"], 409, programme="of nobody")
    assert "Choose the programme from the list." in staff["officer"].page


def test_an_official_lodges_for_the_person_before_her(sala, staff) -> None:
    began = time.monotonic()
    page = at_the_window(staff["officer"])
    assert time.monotonic() - began < 20, "two requests of one form; a person needs the rest of the minute"
    sala.work()
    [case] = sala.all_of(Case)
    assert (case.category, case.place, case.queue, case.channel) == ("unpaid", "171001", "kh-1710", "kh-office")
    assert case.story == FORM["story"]
    opened = sala.all_of(CaseEvent)[0]
    assert opened.staff_id is not None, "under her own account"
    assert f"{case.reference[:3]} {case.reference[3:6]}" in page
    assert sala.house.texts.find("km", ("console", "We answer before")) in page
    assert [row.purpose for row in sala.all_of(Outgoing)] == ["received"], "and on her own phone"


def test_a_second_click_lodges_nothing_more(sala, staff) -> None:
    desk = staff["officer"]
    desk.get("/console/lodge")
    form = {**FORM, "once": desk.hidden("once"), "answer_by": "pin"}
    first = desk.post("/console/lodge", **form)
    desk.get("/console/lodge")
    second = desk.post("/console/lodge", **form)
    numbers = [re.findall(r'class="reference big">([\d ]+)<', page) for page in (first, second)]
    assert numbers[0] == numbers[1], "the number and the secret number again"
    assert len(sala.all_of(Case)) == 1


def test_where_no_number_is_kept_she_asks_with_the_secret_number(sala, staff) -> None:
    page = at_the_window(staff["officer"], answer_by="pin", phone="012345678", language="en")
    [case] = sala.all_of(Case)
    assert case.address_id is None
    sala.work()
    pin = re.findall(r'class="reference big">(\d{4})<', page)[0]
    assert sala.all_of(Outgoing) == []
    assert actions.pin_fits(case, ring().hashes(pin, ROAD))
    assert not actions.pin_fits(case, ring().hashes(f"{(int(pin) + 1) % 10000:04}", ROAD))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"category": ""}, "Choose what it is about."),
        ({"place": "99"}, "That place is not in the list."),
        ({"story": "  "}, "Write in her words what happened."),
        ({"answer_by": "pigeon"}, "Choose how she wants to be answered."),
        ({"phone": "12"}, "That is not a telephone number."),
        ({"answer_by": "call", "phone": ""}, "That is not a telephone number."),
        ({"language": "xx"}, "Choose her language."),
        ({"agreed": ""}, "Read to her what becomes of it"),
        ({"paper": "1234567890123"}, "Of a paper form write both"),
        ({"told_on": "2026-11-20"}, "Of a paper form write both"),
        ({"paper": "1234567890123", "told_on": "2026-11-20"}, "This is not the number of one of our forms."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(sala, staff, wrong, said) -> None:
    page = at_the_window(staff["officer"], 409, **wrong)
    assert said in page
    if "story" not in wrong:
        assert FORM["story"] in page
    assert sala.all_of(Case) == []


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("soon", "Write the day on the form"),
        ("2031-01-01", "The day on the form lies in the future"),
        ("2020-01-01", "more than three months back"),
    ],
)
def test_the_day_on_a_form_is_one_of_the_last_months(sala, staff, day, said) -> None:
    [number] = printed(staff["officer"], sala)
    assert said in at_the_window(staff["officer"], 409, paper=number, told_on=day)
    assert sala.all_of(Case) == []


def test_a_form_filled_by_hand_is_keyed_in_under_its_number_once(sala, staff) -> None:
    desk = staff["officer"]
    numbers = printed(desk, sala, 3)
    assert len(set(numbers)) == 3
    day = (datetime.now(UTC) - timedelta(days=4)).date()
    written = f"{numbers[0][:3]} {numbers[0][3:6]}-{numbers[0][6:]}"
    at_the_window(desk, paper=written, told_on=day.isoformat())
    [case] = sala.all_of(Case)
    assert case.reference == numbers[0]
    assert case.opened_at.date() == day
    assert {row.made_at for row in sala.all_of(Promise)} == {case.opened_at}, "she has waited since then"
    page = at_the_window(staff["supervisor"], 409, paper=numbers[0], told_on=day.isoformat())
    assert "This form has been keyed in already." in page
    assert len(sala.all_of(Case)) == 1


def test_without_a_telephone_she_asks_with_the_secret_number_on_her_page_of_the_form(sala, staff) -> None:
    desk = staff["officer"]
    [number] = printed(desk, sala)
    day = datetime.now(LOCAL).date().isoformat()
    page = at_the_window(desk, paper=number, told_on=day, answer_by="pin", phone="", language="en")
    assert actions.pin_of_form(number) not in page, "whoever keys it in does not read it"
    assert "It stands on her page of the form." in page
    [case] = sala.all_of(Case)
    assert actions.pin_fits(case, ring().hashes(actions.pin_of_form(number), ROAD))


def test_forms_are_drawn_in_each_language_with_their_numbers(sala, staff) -> None:
    pack, texts = sala.house.packs["kh"], sala.house.texts
    for tag in ("km", "lo", "en"):
        body = forms(pack, "kh-1710", tag, [("4829130572264", "1234")] * 2, lambda key, tag=tag: texts.find(tag, key))
        assert body.count(b"/Type /Page\n") == 4, "two pages to a number"
        assert BytesIO(body).read(5) == b"%PDF-"
    for tag, words in (("km", "ការិយាល័យស្រុក សៀមរាប ឆ្លើយ"), ("lo", "ຫ້ອງການເມືອງ")):
        script, name = SCRIPTS[tag]
        held = BytesIO()
        font = TTFont(FONTS / f"noto-sans-{script}-400.woff2")
        font.flavor = None
        font.save(held)
        text = uharfbuzz.Buffer()
        text.add_str(words)
        text.guess_segment_properties()
        assert text.script == name, "as the shaper calls it; else vowels stand where they are typed"
        uharfbuzz.shape(uharfbuzz.Font(uharfbuzz.Face(held.getvalue())), text)
        shaped = [font.getGlyphName(info.codepoint) for info in text.glyph_infos]
        assert "uni25CC" not in shaped, "no vowel without its letter"


@pytest.mark.parametrize(
    ("against", "goes_to"),
    [
        ("kh-1710", "kh-17"),
        ("kh-171001", "kh-1710"),
        ("kh-17", "kh-national"),
        ("kh-01", "kh-1710"),
        ("kh-national", "kh-independent"),
    ],
)
def test_it_never_goes_to_the_office_complained_of_nor_to_one_below_it(sala, staff, against, goes_to) -> None:
    at_the_window(staff["officer"], against_office=against)
    sala.work()
    assert sala.all_of(Case)[0].queue == goes_to


@pytest.mark.parametrize("count", ["0", "51", "many", ""])
def test_as_many_forms_as_there_is_paper_for(sala, staff, count) -> None:
    desk = staff["officer"]
    desk.get("/console/forms")
    page = desk.post("/console/forms", 409, office="kh-1710", tag="km", count=count)
    assert "Print between one and fifty forms at a time." in page


def test_what_accuses_somebody_leaves_her_hands_at_once(sala, staff) -> None:
    page = at_the_window(staff["officer"], category="bribe", against="the chief")
    assert "Open the case" not in page
    sala.work()
    [case] = sala.all_of(Case)
    assert (case.confidential, case.queue) == (True, "kh-independent")
    staff["officer"].get(f"/console/case/{case.id}", 404)
    month = month_of(datetime.now(UTC))
    assert first_of(case) not in staff["officer"].get(f"/console/register?office=kh-1710&month={month}")
    assert "the chief" in apart(sala).get(f"/console/case/{case.id}")

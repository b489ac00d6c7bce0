"""A register of elsewhere is taken in: shown first, all of it or nothing, each fault with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from gateway.cases import actions
from gateway.cases.books import is_old, read_book
from gateway.cases.records import Case, CaseEvent
from gateway.cases.records.paper import Book
from gateway.cases.records.promises import Promise
from gateway.channels.outbox.records import Outgoing

from .desk import Desk

TODAY = date(2026, 11, 26)
HEAD = "day,about,place,what,phone,state\n"
GOOD = HEAD + (
    "2026-11-02,unpaid,171001,មិនបានទទួលប្រាក់ខែតុលា,012345678,\n"
    "០៣/១១/២០២៦,Not paid,,The card was refused at the bank,,\n"
    "2026-10-01,Left off the list,171001,Her name is not there,,closed\n"
)


def sent(desk: Desk, body: bytes, status: int = 200) -> str:
    desk.get("/console/book")
    form = {"csrf_token": desk.hidden("csrf_token"), "file": (BytesIO(body), "book.csv")}
    answer = desk.client.post("/console/book", data=form, content_type="multipart/form-data")
    desk.page = answer.get_data(as_text=True)
    assert answer.status_code == status, desk.page
    return desk.page


def test_it_is_shown_and_then_taken_in_whole_and_once(sala, staff) -> None:
    desk = staff["supervisor"]
    page = sent(desk, GOOD.encode())
    assert "3 lines were read, 2 of them open." in page
    assert "Place not set" in page
    assert sala.all_of(Case) == [], "nothing yet"
    book = desk.hidden("book")
    assert "2 cases were opened." in desk.post("/console/book/take", book=book)
    sala.work()
    first, second = sala.all_of(Case)
    assert (first.category, first.queue, first.answer_by, first.channel) == ("unpaid", "kh-1710", "hotline", "kh-paper")
    assert (second.queue, second.address_id) == ("kh-17-triage", None)
    assert first.opened_at.date() == date(2026, 11, 2)
    assert {row.made_at for row in sala.all_of(Promise) if row.case_id == first.id} == {first.opened_at}
    assert sala.all_of(Outgoing) == [], "nobody is written to for what she told long ago"
    assert sala.all_of(CaseEvent)[0].staff_id is not None
    assert "taken in already" in desk.post("/console/book/take", 409, book=book)
    assert "taken in already" in sent(desk, GOOD.encode(), 409)
    assert len(sala.all_of(Case)) == 2


def test_what_was_read_and_not_taken_in_is_kept_two_days(sala, staff) -> None:
    sent(staff["supervisor"], GOOD.encode())
    for hours, left in ((47, 1), (49, 0)):
        with sala.house.database.transaction() as db:
            actions.drop_books(db, datetime.now(UTC) + timedelta(hours=hours))
        assert len(sala.all_of(Book)) == left


def test_one_fault_and_nothing_is_taken_in(sala, staff) -> None:
    desk = staff["supervisor"]
    page = sent(desk, (GOOD + "31/02/2026,gold,,,12\n").encode(), 409)
    assert page.count("Line 5:") == 4, "the day, the kind, the words, the number"
    assert "Nothing was taken in." in page
    assert sala.all_of(Case) == []
    staff["officer"].get("/console/book", 403)


def read(body: bytes | str, pack) -> list[tuple[int, str]]:
    names = {"day": ["ថ្ងៃ"], "about": ["ប្រភេទ"], "what": ["រឿង"]}
    _, faults = read_book(body.encode() if isinstance(body, str) else body, pack, names, TODAY)
    return [(fault.line, fault.says[1].partition(":")[0].partition(".")[0]) for fault in faults]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (b"\xff\xfe\x00", [(0, "This is neither a CSV in UTF-8 nor an XLSX workbook")]),
        (b"PK\x03\x04 no workbook", [(0, "This is neither a CSV in UTF-8 nor an XLSX workbook")]),
        ("", [(0, "The first line must name the columns; missing")]),
        ("day,what\n", [(0, "The first line must name the columns; missing")]),
        (HEAD + "2026-12-31,unpaid,,x,,\n", [(2, "This is no day")]),
        (HEAD + "2026-11-01,unpaid,,x,,\n2026-11-01,unpaid,,x,,\n", [(3, "The same as line {line}")]),
        (HEAD + "2026-11-01,unpaid,,x,,oui\n", [(2, "Write whether it is closed as yes or no")]),
        (HEAD + "2026-11-01,unpaid,,xJMminTan;)anTTYlR)ak;eT,,\n", [(2, "Typed in an old font (such as Limon)")]),
        (HEAD + "\n,,,,,\n", []),
        ("ថ្ងៃ;ប្រភេទ;រឿង\n2026-11-01;unpaid;x\n", []),
        (HEAD + "2026-11-01,unpaid,,RbCaCnkm<úCa¡´ÆÖ·³¨²,,\n", [(2, "Typed in an old font (such as Limon)")]),
    ],
)
def test_bad_files_are_told_with_their_line(sala, body, faults) -> None:
    assert read(body, sala.house.packs["kh"]) == faults


def test_what_is_typed_in_limon_is_refused_and_true_khmer_is_not(sala) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["day", "about", "what"])
    sheet.append([datetime(2026, 11, 2, tzinfo=UTC).replace(tzinfo=None), "unpaid", "RbCaCn"])
    sheet["C2"].font = Font(name="Limon S1")
    held = BytesIO()
    book.save(held)
    assert read(held.getvalue(), sala.house.packs["kh"]) == [(2, "Typed in an old font (such as Limon)")]
    sheet["C2"].font = Font(name="Khmer OS")
    sheet["C2"] = "មិនបានទទួលប្រាក់"
    held = BytesIO()
    book.save(held)
    assert read(held.getvalue(), sala.house.packs["kh"]) == []
    for text in ("eKminBa[mF)an R)ak;enH", "RbCaCnmin)anluy"):
        assert is_old(text, ""), f"{text}: plain letters, but no words"
    plain = ("បណ្ដឹង", "ຄຳຮ້ອງ", "Tôi chưa nhận được tiền", "Déjà payé à l'école", "x", "IDPoor")
    names = ("IDPoor card", "Sok Dara(husband)lost it", "sok@example.org and/or 012 345", "McDonald & O'Neill; both")
    for text in (*plain, *names):
        assert not is_old(text, "Calibri"), text


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("171001", "171001"),
        ("Sla Kram, Siem Reab, Siemreap", "171001"),
        ("ស្លក្រាម, សៀមរាប", "171001"),
        ("Sla Kram, Banteay Meanchey", "010803"),
        ("Siem Reab", "1710"),
        ("Sla Kram", ""),  # there are two
        ("Nowhere", ""),
        (" , ", ""),
    ],
)
def test_a_place_is_known_by_its_code_or_by_its_name_with_the_areas_around_it(sala, written, code) -> None:
    rows, faults = read_book(f'{HEAD}2026-11-01,unpaid,"{written}",x,,\n'.encode(), sala.house.packs["kh"], {}, TODAY)
    assert (faults, [row.place for row in rows]) == ([], [code])


def test_how_many_places_are_not_known_is_said_before(sala, staff) -> None:
    page = sent(staff["supervisor"], (HEAD + "2026-11-01,unpaid,Nowhere,x,,\n2026-11-02,unpaid,,y,,yes\n").encode())
    assert "For 1 lines the place is not known" in page


def test_too_many_lines_are_refused(sala) -> None:
    lines = "".join(f"2026-11-01,unpaid,,story {n},,\n" for n in range(2001))
    assert read(HEAD + lines, sala.house.packs["kh"]) == [(0, "There are more than {most} lines")]

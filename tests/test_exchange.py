"""The missed-call lists of telephone exchanges, whatever program wrote them."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from gateway.hotline import actions as hotline
from gateway.hotline.exchange import decoded, read_list
from gateway.hotline.records import Task
from gateway.people.records import Address

from .hotline_desk import NOW, NUMBER


def test_the_missed_calls_of_an_exchange_become_tasks_once(sala, operator) -> None:
    lines = "date,number,name\n2026-11-25 09:10,012 345 678,x\n2026-11-25 09:12,012345678,x\n2026-11-25,+66 81 234 5678,\nno number here\n"
    for _ in range(2):
        operator.get("/console/hotline")
        operator.client.post(
            "/console/hotline/missed",
            data={"csrf_token": operator.hidden("csrf_token"), "list": (io.BytesIO(lines.encode()), "missed.csv")},
            content_type="multipart/form-data",
        )
    assert sorted(address.number for address in sala.all_of(Address)) == ["+66812345678", "+85512345678"]
    assert [row.kind for row in sala.all_of(Task)] == ["call_back", "call_back"]
    operator.get("/console/hotline")
    operator.post("/console/hotline/missed", 400, numbers="hello\n;;;")


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("\x00\x00", 0), ("012345678", 1), ('"012345678', 1), ("12:30,2026-11-25", 0), ("x" * 70000, 0)],
)
def test_any_list_is_read_as_far_as_it_goes(sala, text, count) -> None:
    assert len(read_list(text, sala.house.packs["kh"], NOW)) == count


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        (b"02/12/2026,099000001", ["+85599000001"]),
        (b"02.12.2026 09:10;012 345 678\n", ["+85512345678"]),
        (b"number\ttime\n12345678\t9:15\n", ["+85512345678"]),
        ("\ufeffnumber;when\n012345678;2026-12-02 09:10\n".encode("utf-16"), ["+85512345678"]),
        ("\ufeffnumber,when\n012345678,2026-12-02\n".encode(), ["+85512345678"]),
        (b"16101010,0001-01-01", ["+85516101010"]),
        (b"012345678,9999-12-31T23:59-05:00", ["+85512345678"]),
        (b"012345678\rmore", ["+85512345678"]),
        (b"1764000000", []),
        (b"\xff\xfe\x00", []),
    ],
)
def test_lists_of_many_programs_name_nobody_who_did_not_ring(sala, body, numbers) -> None:
    rows = read_list(decoded(body), sala.house.packs["kh"], NOW)
    assert [number for number, _ in rows] == numbers
    assert all(moment <= NOW for _, moment in rows)


def test_who_rings_again_after_she_was_called_is_called_again(sala, operator) -> None:
    morning, evening = NOW - timedelta(hours=1), NOW
    pack = sala.house.packs["kh"]
    with sala.house.database.transaction() as db:
        assert hotline.import_missed(db, pack, [(NUMBER, morning), (NUMBER, morning + timedelta(minutes=2))], NOW) == 1
        hotline.done(db, db.query(Task).one(), NOW)
        assert hotline.import_missed(db, pack, [(NUMBER, morning), (NUMBER, evening)], NOW) == 1

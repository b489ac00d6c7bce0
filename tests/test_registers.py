"""Registers are taken in: files with planted faults, all or nothing, by workers, by night, on a page."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from gateway.entitlements import actions
from gateway.entitlements.records import Household, Member, Number, Payment, Snapshot, SnapshotPiece, current
from gateway.people.records import Staff, StaffOffice
from gateway.registering import Registering

from .register_files import CARD, CHAN, CHILD, DUES, HEAD, SOK, again, send, take_in, told


def test_a_register_counts_only_when_somebody_has_seen_it_and_all_of_it(sala, staff) -> None:
    row = send(sala, HEAD + SOK + CHILD + CHAN)
    assert row.state == "read"
    assert row.report["counts"] == {
        "lines": 3, "members": 3, "households": 2, "remarks": 1, "level 1": 1, "level 2": 1,
    }  # fmt: skip
    assert told(row, "remarks") == [(4, "The card has expired.")]
    assert sala.all_of(Household) == []
    with sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))
    sala.hands.register(row.id, datetime.now(UTC))
    assert [(h.key, h.level) for h in sala.all_of(Household)] == [("H1", "1"), ("H2", "2")]
    assert again(sala, row.id).state == "current"
    with sala.reading() as db:
        assert db.scalars(select(SnapshotPiece)).all() == [], "the file itself is not kept"


FAULTY = [
    (
        "H1,P9,no,Late Comer,1990,990000010009,,,1,2027-12-31,171001,pregnancy,no,no,\n",
        4,
        "The household has another card on line 2.",
    ),
    (
        "H1,P9,no,Late Comer,1990,990000010001,,,2,2027-12-31,171001,pregnancy,no,no,\n",
        4,
        "The household has another level on line 2.",
    ),
    ("H3,P1,yes,Twice,1990,990000010003,,,1,2027-12-31,171001,,no,no,\n", 4, "This person stands on line 2 already."),
    (
        "H3,P4,yes,Twice,1990,990000010001,,,1,2027-12-31,171001,,no,no,\n",
        4,
        "This card number stands on line 2 already.",
    ),
    (
        "H3,P4,yes,Twice,1990,990000010003,991111111,,1,2027-12-31,171001,,no,no,\n",
        4,
        "This id number stands on line 2 already.",
    ),
    (
        "H3,,yes,No Key,1990,,,,1,2027-12-31,171001,,no,no,\n",
        4,
        "The key of the household or of the person is missing.",
    ),
    ("H3,P4,yes,Unborn,2030,,,,1,2027-12-31,171001,,no,no,\n", 4, "Nobody is born then."),
    ("H3,P4,yes,Methuselah,1850,,,,1,2027-12-31,171001,,no,no,\n", 4, "Nobody is born then."),
    (
        "H3,P4,yes,Day,1990,,,,1,31/31/2027,171001,,no,no,\n",
        4,
        "In the column valid_until stands no day of these years. Write it as 2026-11-20 or 20/11/2026.",
    ),
    (
        "H3,P4,yes,Word,1990,,,,1,2027-12-31,171001,,perhaps,no,\n",
        4,
        "In the column disability may stand: yes, no",
    ),
    ("H3,P4,yes,Gold,1990,,,,1,2027-12-31,171001,gold,no,no,\n", 4, "In the column enrolled may stand:"),
    (
        "H3,P4,yes,Era,1990,,,,1,2570-12-31,171001,,no,no,\n",
        4,
        "In the column valid_until stands no day of these years.",
    ),
    ("H3,P4,yes,eKminBa[mF)an eKminBa[mF)an,1990,,,,1,2027-12-31,171001,,no,no,\n", 4, "Typed in an old font"),
]


@pytest.mark.parametrize(("line", "number", "says"), FAULTY)
def test_a_planted_fault_is_told_with_its_line_and_nothing_is_taken_in(sala, staff, line, number, says) -> None:
    row = send(sala, HEAD + SOK + CHILD + line)
    assert row.state == "refused"
    assert [(at, sentence[: len(says)]) for at, sentence in told(row)] == [(number, says)]
    assert sala.all_of(Household) == []
    with pytest.raises(actions.Refusal, match="not there any more"), sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))


ODD = [
    ("H3,P4,yes,sok  DARA,1988-03-02,990000010003,,,1,2027-12-31,171001,,no,no,\n", "Perhaps the same person as on line 2"),
    ("H3,P4,yes,Other,1990,12-345,,,1,2027-12-31,171001,,no,no,\n", "A card has 12 digits; this one has not."),
    ("H3,P4,yes,Other,1990,,,,1,2027-12-31,999999,,no,no,\n", "This place is not in the gazetteer."),
    ("H3,P4,yes,Other,1990,-,,,1,2027-12-31,171001,,no,no,\n", "In the column card stands no number; it is left out."),
    ("H3,P4,yes,Other,1990,,,n/a,1,2027-12-31,171001,,no,no,\n", "In the column phone stands no number; it is left out."),
    ("H3,P4,no,Other,1990,,,,1,2027-12-31,171001,,no,no,\n", "Nobody is head of this household."),
    ("H1,P4,yes,Other,1990,990000010001,,099000001,1,2027-12-31,171001,pregnancy,no,no,\n", "Another person is head of this household, on line 2."),
    ("H3,P4,yes,Other,1990,,,099000001,1,2027-12-31,171001,,no,no,\n", "This telephone is that of another household too, on line 2."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "says"), ODD)
def test_what_is_odd_is_told_and_taken_in_and_nobody_is_merged(sala, staff, line, says) -> None:
    row = take_in(sala, HEAD + SOK + CHILD + line)
    assert row.state == "current"
    assert [sentence[: len(says)] for _, sentence in told(row, "remarks")] == [says]
    assert len(sala.all_of(Member)) == 3


def test_a_workbook_is_read_like_a_table_and_digits_of_any_script_are_digits(sala, staff) -> None:
    book = Workbook()
    book.active.append(HEAD.strip().split(","))
    book.active.append(
        ["H1", "P1", "yes", "សុខ ដារា", datetime(1988, 3, 2), "៩៩០០០០០១០០០១", 991111111, "", 1, datetime(2027, 12, 31)]
    )
    body = io.BytesIO()
    book.save(body)
    row = take_in(sala, body.getvalue(), name="people.xlsx")
    assert row.state == "current"
    assert sala.all_of(Member)[0].about["name"] == "សុខ ដារា"
    with sala.house.database.transaction() as db:
        found = actions.look_up(
            db, sala.house, sala.house.packs["kh"], "+85599000009", CARD, "1988", [], datetime.now(UTC)
        )
    assert found.outcome == "found"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\xff\xfe\x00", "This is neither a CSV in UTF-8 nor an XLSX workbook."),
        (b"PK not a workbook", "This is neither a CSV in UTF-8 nor an XLSX workbook."),
        (b"name,born\nx,1990\n", "The first line must name the columns; missing: household, person"),
        (HEAD.encode(), "There is no line in this file."),
    ],
)
def test_a_file_that_is_none_is_told_so(sala, staff, body: bytes, says: str) -> None:
    assert told(send(sala, body)) == [(0, says)]


def test_a_new_register_replaces_the_old_in_one_step_and_no_file_is_taken_twice(sala, register) -> None:
    first = sala.all_of(Snapshot)[0]
    second = take_in(sala, HEAD + CHAN.replace("2026-01-31", "2028-01-31"), as_of=date(2026, 11, 21))
    assert (again(sala, first.id).state, second.state) == ("old", "current")
    assert [(h.key, h.snapshot_id) for h in sala.all_of(Household)] == [("H2", second.id)]
    assert {n.household_id for n in sala.all_of(Number)} == {h.id for h in sala.all_of(Household)}
    with pytest.raises(actions.Refusal, match="taken in already"):
        send(sala, HEAD + CHAN.replace("2026-01-31", "2028-01-31"), as_of=date(2026, 11, 21))


def test_what_a_killed_worker_left_is_cleared_and_half_a_register_never_counts(sala, staff, monkeypatch) -> None:
    take_in(sala, HEAD + CHAN)
    row = send(sala, HEAD + SOK + CHILD)
    with sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions, "make_current", killed)
        with pytest.raises(KeyboardInterrupt):
            sala.hands.register(row.id, datetime.now(UTC))
    with sala.reading() as db:
        assert db.scalar(select(func.count()).select_from(Household)) == 2, "the part was written"
        assert current(db, "kh", "people").id != row.id
    sala.hands.register(row.id, datetime.now(UTC))
    assert again(sala, row.id).state == "wanted", "it is held a while: the worker may still be at it"
    sala.hands.register(row.id, datetime.now(UTC) + timedelta(minutes=6))
    assert again(sala, row.id).state == "current"
    assert [h.key for h in sala.all_of(Household)] == ["H1"]
    assert len(sala.all_of(Member)) == 2


def test_what_is_laid_into_the_folder_is_taken_in_by_night_with_the_day_in_its_name(
    sala, staff, tmp_path: Path
) -> None:
    (tmp_path / "kh").mkdir()
    good, bad = tmp_path / "kh" / "people-2026-11-25.csv", tmp_path / "kh" / "people-2026-11-26.csv"
    good.write_text(HEAD + SOK, encoding="utf8")
    bad.write_text(HEAD + SOK + "H3,P1,yes,Twice,1990,,,,1,,171001,,no,no,\n", encoding="utf8")
    (tmp_path / "kh" / "notes.xlsx").write_bytes(b"PK no workbook")
    later, hands = datetime.now(UTC) + timedelta(minutes=5), Registering(sala.house)
    assert hands.from_folder(tmp_path, datetime.now(UTC)) == 0, "it may not be whole yet"
    assert hands.from_folder(tmp_path, later) == 2
    for _ in range(2):
        for row in sala.all_of(Snapshot):
            sala.hands.register(row.id, datetime.now(UTC))
    assert [(row.state, row.as_of) for row in sala.all_of(Snapshot)] == [
        ("current", date(2026, 11, 25)), ("refused", date(2026, 11, 26)),
    ]  # fmt: skip
    assert hands.from_folder(tmp_path, later) == 0, "a faulty one is not read again every night"


def test_workers_take_a_register_in(sala, staff) -> None:
    """Sent as from the page; a real worker reads it, and takes it in when somebody wants it."""
    with sala.house.database.transaction() as db:
        row = actions.send(
            db, "kh", "people", io.BytesIO((HEAD + SOK).encode()), "x.csv", date(2026, 11, 20), 1, datetime.now(UTC)
        )
    sala.work()
    assert again(sala, row.id).state == "read"
    with sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))
    sala.work()
    assert again(sala, row.id).state == "current"


def test_no_number_and_no_name_of_a_register_is_in_clear(sala, register) -> None:
    with sala.reading() as db:
        from sqlalchemy import text

        for table in ("households", "members", "register_numbers", "snapshots", "audit"):
            rows = repr(db.execute(text(f"SELECT * FROM {table}")).all())
            assert not any(secret in rows for secret in (CARD, "991111111", "99000001", "Sok Dara")), table


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("H1,gold,2026-11-01,80000,sent,x\n", "In the column programme may stand:"),
        ("H1,older,2026-11-01,80.5,sent,x\n", "The amount is no whole number."),
        ("H1,older,2026-11-01,-80000,sent,x\n", "The amount is no whole number."),
        ("H1,older,2569-11-01,80000,sent,x\n", "In the column due stands no day"),
        ("H1,older,sometime,80000,sent,x\n", "In the column due stands no day"),
        ("H1,older,2026-11-01,80000,lost,x\n", "In the column state may stand: planned, sent"),
    ],
)
def test_a_faulty_payment_is_told_and_none_is_taken_in(sala, register, line: str, says: str) -> None:
    before = len(sala.all_of(Payment))
    row = send(sala, DUES + line, name="payments.csv")
    assert row.state == "refused"
    assert says in told(row)[0][1]
    assert len(sala.all_of(Payment)) == before


def test_the_national_office_takes_a_register_in_on_a_page(sala, staff) -> None:
    """Another office may look, and is told who does it."""
    supervisor = staff["supervisor"]
    supervisor.get("/console/registers")
    file = {"as_of": "2026-11-20", "file": (io.BytesIO((HEAD + SOK + CHILD).encode()), "people.csv")}
    page = supervisor.post("/console/registers", 409, **file)
    assert "Registers are taken in by the national office." in page
    with sala.house.database.transaction() as db:
        row = db.scalars(select(Staff).where(Staff.name == "supervisor")).one()
        db.add(StaffOffice(staff_id=row.id, office="kh-national"))
    file["file"] = (io.BytesIO((HEAD + SOK + CHILD).encode()), "people.csv")
    supervisor.post("/console/registers", **{**file, "as_of": ""}, status=400)
    file["file"] = (io.BytesIO((HEAD + SOK + CHILD).encode()), "people.csv")
    supervisor.post("/console/registers", **file)
    sala.work()
    page = supervisor.get("/console/registers")
    assert "read, not taken in" in page
    assert "households: 1" in page
    snapshot = sala.all_of(Snapshot)[-1].id
    assert "Look at what changes" in supervisor.post(f"/console/registers/{snapshot}/take", 409)
    supervisor.post(f"/console/registers/{snapshot}/take", sure="yes")
    sala.work()
    assert "counts now" in supervisor.get("/console/registers")

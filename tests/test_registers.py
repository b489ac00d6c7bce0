"""Registers: files with planted faults, all or nothing; looking a household up with a second fact; payments."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from gateway.audit import Entry
from gateway.cases.records import Case, CaseEvent
from gateway.channels.outbox.records import Outgoing
from gateway.entitlements import actions
from gateway.entitlements.records import Household, Member, Number, Payment, Snapshot, SnapshotPiece, current
from gateway.people.records import Staff, StaffOffice
from gateway.registering import Registering

HEAD = "household,person,head,name,born,card,id,phone,level,valid_until,place,enrolled,disability,expecting,school\n"
SOK = "H1,P1,yes,Sok Dara,1988-03-02,990000010001,991111111,099000001,1,2027-12-31,171001,pregnancy,no,yes,\n"
CHILD = "H1,P2,no,Sok Rithy,2019,990000010001,,099000001,1,2027-12-31,171001,pregnancy,no,no,low\n"
CHAN = "H2,P3,yes,Chan Thy,1950-01-01,990000010002,992222222,,2,2026-01-31,171001,older,no,no,\n"
DUES = "household,programme,due,amount,state,at\n"
PAID = "H1,pregnancy,2026-11-01,80000,sent,Wing agent Sla Kram\nH1,pregnancy,{next},80000,planned,Wing agent Sla Kram\n"
CARD = "990000010001"


def send(sala, body: str | bytes, as_of: date = date(2026, 11, 20), name: str = "people.csv", **more: Any) -> Snapshot:
    """A file is sent and read by a worker's hands."""
    raw = body if isinstance(body, bytes) else body.encode()
    kind = "payments" if b"due" in raw.partition(b"\n")[0] else "people"
    with sala.house.database.transaction() as db:
        row = actions.send(db, "kh", kind, io.BytesIO(raw), name, as_of, None, datetime.now(UTC), **more)
    sala.hands.register(row.id, datetime.now(UTC))
    return again(sala, row.id)


def again(sala, snapshot_id: int) -> Snapshot:
    with sala.reading() as db:
        return db.get_one(Snapshot, snapshot_id)


def take_in(sala, body: str | bytes, **more: Any) -> Snapshot:
    row = send(sala, body, **more)
    assert row.state == "read", row.report
    with sala.house.database.transaction() as db:
        actions.want(db, "kh", row.id, 1, datetime.now(UTC))
    sala.hands.register(row.id, datetime.now(UTC))
    return again(sala, row.id)


def told(row: Snapshot, what: str = "faults") -> list[tuple[int, str]]:
    """What is wrong or odd, by line, with its facts filled in."""
    found = []
    for line, sentence, facts in row.report[what]:
        for name, fact in facts.items():
            sentence = sentence.replace(f"{{{name}}}", fact)
        found.append((line, sentence))
    return found


@pytest.fixture
def register(sala, staff) -> None:
    """Two households, and the payments of one."""
    take_in(sala, HEAD + SOK + CHILD + CHAN)
    coming = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    take_in(sala, DUES + PAID.format(next=coming), name="payments.csv")


# Taking in


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


# Looking up


def proven(sala, *proof: str, number: str = "+85599000009", card: str = CARD):
    """Dials from another telephone and shows a second fact; the caller."""
    caller = sala.caller(number)
    caller.dial()
    if caller.screen.startswith("Choose a language"):
        caller.choose("English")
    caller.choose("My rights", "My card")
    caller.press(card)
    caller.choose(proof[0])
    caller.press(proof[1])
    return caller


def pin_of(sala, key: str = "H1") -> str:
    pack, now = sala.house.packs["kh"], datetime.now(UTC)
    with sala.house.database.transaction() as db:
        found = actions.sight(db, "kh", key, now.date())
        return actions.give_pin(db, sala.house, pack, found, "a test", 1, now)


def test_a_year_of_birth_opens_the_level_and_nothing_else(sala, register) -> None:
    caller = proven(sala, "Year of birth", "1988")
    assert caller.screen.splitlines() == [
        "Found in the register of Friday 20 November 2026.", "What do you want to hear?", "1 My card", "2 Nothing",
        "0 Back",
    ]  # fmt: skip
    assert caller.choose("My card").startswith("Your card: level 1. Valid until Friday 31 December 2027.")


def test_a_secret_number_opens_family_payments_and_papers(sala, register) -> None:
    pin = pin_of(sala)
    with sala.house.database.transaction() as db:
        actions.show_papers(db, "kh", "H1", ["id_card"], "kh-17", 1, date(2026, 11, 3), datetime.now(UTC))
    caller = proven(sala, "Secret number", pin)
    assert caller.choose("Family").startswith("In your family: Sok Dara 1988, Sok Rithy 2019.")
    assert caller.choose("We receive").startswith("You receive: Mother and baby.")
    assert caller.choose("Papers").startswith("We have seen: Identity card (Tuesday 3 November).")
    paid = caller.choose("Payments")
    assert paid.startswith("Last: Mother and baby, 80,000 riel, Sunday 1 November. It was sent. (Friday 20 November)")
    rest = read_on(caller)
    assert "Next: Mother and baby" in rest
    assert "Wing agent Sla Kram" in rest


def test_any_of_its_numbers_finds_a_household(sala, register) -> None:
    for number in (CARD, "9900 0001-0001", "991111111", "099 000 001", "+855 99 000 001"):
        caller = proven(sala, "Year of birth", "1988", card=number)
        assert caller.screen.startswith("Found in the register"), number


def test_a_card_that_has_ended_is_told_so(sala, register) -> None:
    caller = proven(sala, "Year of birth", "1950", card="990000010002")
    assert caller.choose("My card").startswith("Your card: level 2. It ended on Saturday 31 January 2026.")


def test_nobody_learns_whether_the_number_or_the_second_fact_is_wrong(sala, register) -> None:
    """And guesses are slowed, then stopped, on any telephone."""
    wrong = proven(sala, "Year of birth", "1901").screen
    assert wrong == proven(sala, "Year of birth", "1988", card="990000019999", number="+85599000008").screen
    assert wrong.startswith("We did not find it. Check what you typed.")
    caller = proven(sala, "Year of birth", "1902")
    assert caller.screen.startswith("We did not find it.")
    assert proven(sala, "Year of birth", "1988").screen.startswith("Please wait a few minutes")


def test_guesses_at_one_card_are_bounded_from_however_many_telephones(sala, register) -> None:
    for guess in range(6):
        proven(sala, "Year of birth", str(1900 + guess), number=f"+8559900010{guess}")
    caller = proven(sala, "Year of birth", "1988", number="+85599000200")
    assert caller.screen.startswith("Ask your office, or call 0000 (demo).")


def test_its_people_are_told_that_somebody_looked_by_the_way_they_chose(sala, register) -> None:
    def notices() -> list[str]:
        return [row.body for row in sala.all_of(Outgoing) if row.body.startswith("Somebody asked today")]

    proven(sala, "Year of birth", "1988", number="+85599000001")
    assert notices() == [], "from their own telephone: they know"
    proven(sala, "Year of birth", "1988")
    proven(sala, "Year of birth", "1988")
    assert len(notices()) == 1, "once a day"
    pin = pin_of(sala)
    caller = proven(sala, "Secret number", pin, number="+85599000001")
    caller.choose("Tell me", "Not at all")
    with sala.house.database.transaction() as db:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        actions.look_up(db, sala.house, sala.house.packs["kh"], "+85599000009", CARD, "1988", [], tomorrow)
    assert len(notices()) == 1


def test_nothing_of_the_register_is_shown_again_to_whoever_dials_next(sala, register) -> None:
    caller = proven(sala, "Secret number", pin_of(sala))
    caller.choose("Family")
    caller.live = False
    assert caller.dial().startswith("How can we help?")


# Payments


def read_on(caller) -> str:
    """All pages of what is shown."""
    pages = [caller.screen]
    while "\n9 " in caller.screen:
        pages.append(caller.press("9"))
    return "\n".join(page.partition("\n9 ")[0] for page in pages)


def to_payments(sala, pin: str):
    caller = sala.caller("+85599000009")
    caller.dial()
    caller.choose("English", "My rights", "My payment", "Yes")
    caller.press(CARD)
    caller.press(pin)
    return caller


def test_a_payment_that_did_not_come_is_a_complaint_already_filled_in(sala, register) -> None:
    caller = to_payments(sala, pin_of(sala))
    assert read_on(caller).startswith(
        "Found in the register of Friday 20 November 2026.\nLast: Mother and baby, 80,000 riel"
    )
    assert caller.press("1").startswith("Next: Mother and baby")
    read_on(caller)
    assert caller.choose("Not come").startswith("Do you live in Sla Kram?"), "the register knows it"
    caller.choose("Yes", "Write to me")
    caller.press("1")
    sala.work()
    (case,) = sala.all_of(Case)
    assert (case.category, case.programme, case.place) == ("unpaid", "pregnancy", "171001")
    assert sala.all_of(CaseEvent)[0].data["household"] == "H1"
    assert case.story == "Mother and baby, 80,000 riel, Sunday 1 November"


def test_a_call_that_is_cut_in_the_middle_of_it_becomes_a_case_and_shows_nobody_her_payment(sala, register) -> None:
    caller = to_payments(sala, pin_of(sala))
    caller.choose("Not come", "Yes")
    caller.live = False
    assert caller.dial().startswith("How can we help?"), "it is not offered to whoever dials next"
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=40))
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=80))
    (case,) = sala.all_of(Case)
    assert (case.category, case.programme, case.answer_by) == ("unpaid", "pregnancy", "hotline")


def test_without_the_secret_number_no_payment_is_told_and_that_one_did_not_come_may_be_said(sala, register) -> None:
    caller = sala.caller("+85599000009")
    caller.dial()
    caller.choose("English", "My rights", "My payment", "No")
    assert caller.screen.startswith("The office gives the number. Did a payment not come?")
    caller.choose("Not come")
    assert caller.screen.startswith("Where do you live?")
    other = sala.caller("+85599000019")
    other.dial()
    other.choose("English", "My rights", "My payment", "Yes")
    other.press(CARD, "0123")
    assert other.screen.startswith("We did not find it. Check what you typed.")


def test_a_wrong_secret_number_does_not_spoil_the_year_that_is_typed_after_it(sala, register) -> None:
    caller = proven(sala, "Secret number", "0123")
    caller.press(CARD)
    caller.choose("Year of birth")
    assert caller.press("1988").startswith("Found in the register")


def test_where_no_register_is_nobody_is_asked_for_a_number(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "My rights")
    assert caller.choose("My card").startswith("We cannot look into the register yet.")


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


# Pages


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


def test_a_household_is_looked_at_with_a_reason_that_the_audit_keeps(sala, register, staff) -> None:
    officer = staff["officer"]
    assert "Write why you look" in officer.post("/console/household", 400, number=CARD, why="")
    page = officer.post("/console/household", number=CARD, why="She asks about her payment")
    assert "Sok Dara" in page
    read = [entry for entry in sala.all_of(Entry) if entry.act == "register.read"]
    assert [entry.why for entry in read] == ["She asks about her payment"]
    page = officer.post("/console/household/pin", 409, number=CARD, why="She lost her number")
    assert "Look at her papers first" in page
    assert "Write why you look" in officer.post("/console/household/pin", 400, number=CARD, why="", seen="yes")
    page = officer.post("/console/household/pin", number=CARD, why="She lost her number", seen="yes")
    assert "shown once" in page
    given = [entry for entry in sala.all_of(Entry) if entry.act == "register.pin_given"]
    assert [entry.why for entry in given] == ["She lost her number"]
    assert any(row.once.startswith("pin:") for row in sala.all_of(Outgoing)), "its people are told"
    page = officer.post("/console/household/papers", number=CARD, why="She shows her card", paper="id_card")
    assert "shown on" in page


def test_a_household_elsewhere_is_looked_at_only_with_somebody_of_it_there(sala, register, staff) -> None:
    take_in(sala, HEAD + SOK.replace("171001", "010201"), as_of=date(2026, 11, 22))
    officer = staff["officer"]
    page = officer.post("/console/household", 409, number=CARD, why="She is here")
    assert "outside your area" in page
    assert "Sok Dara" not in page
    page = officer.post("/console/household", number=CARD, why="She is here", near="yes")
    assert "Sok Dara" in page
    assert [e.why for e in sala.all_of(Entry) if e.act == "register.read"] == [
        "held back: She is here",
        "outside: She is here",
    ]


def test_a_number_that_finds_nobody_is_in_the_audit_too(sala, register, staff) -> None:
    staff["officer"].post("/console/household", number="990000019999", why="She lost her card")
    assert [e.thing for e in sala.all_of(Entry) if e.act == "register.read"] == ["known:none"]

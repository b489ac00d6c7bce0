"""How long people waited: each figure counts what it says, sums agree, and few are not shown to whoever may not know."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select, true, update

from gateway.cases import actions
from gateway.cases.counting import (
    AGED,
    COUNTS,
    DIMENSIONS,
    FEW,
    OTHERS,
    Fact,
    Kept,
    Spell,
    dwell,
    figures,
    nine_of_ten,
    table,
)
from gateway.cases.defined import DEFINED
from gateway.cases.periods import months, quarter_of
from gateway.cases.records import Case
from gateway.cases.records.counted import facts_of
from gateway.cases.records.kept import Digest, Export, ExportPiece
from gateway.cases.sheets import as_csv, as_xlsx
from gateway.settings import ROOT

from .desk import LOCAL, TO_HOW, month_of
from .test_confidential import accuse
from .test_ladder import add
from .test_who_decides import decided_by, lodged

HOUR, DAY = 3600, 86400


def fact(office: str = "kh-17", **more) -> Fact:
    plain = {
        "labels": dict.fromkeys(DIMENSIONS, "") | {"office": office},
        "age_days": None,
        "answer": None,
        "decide": None,
        "late": False,
        "reopened": False,
        "appealed": False,
        "upheld": False,
        "followed": None,
    }
    return Fact(**{**plain, **more})


def decided(hours: float, in_time: bool = True) -> Kept:
    return Kept(int(hours * HOUR), int(hours * 3 * HOUR), in_time)


def test_each_figure_counts_what_it_says() -> None:
    facts = [
        fact(decide=decided(hours, hours < 9), answer=decided(hours / 2), followed=hours < 9) for hours in range(1, 11)
    ]
    facts += [fact(age_days=days, late=days > 30) for days in (0, 7, 8, 30, 31, 90, 91)]
    facts += [fact(appealed=True, upheld=True, reopened=True), fact(appealed=True)]
    line = figures("all", facts)
    assert (line.lodged, line.answered, line.decided, line.waiting) == (19, 10, 10, 7)
    assert (line.to_7, line.to_30, line.to_90, line.older) == (2, 2, 2, 1)
    assert (line.judged, line.in_time) == (13, 8), "ten decided and three late; of them eight in time"
    assert (line.reopened, line.appealed, line.upheld) == (1, 2, 1)
    assert (line.finished, line.followed) == (10, 8)
    assert (line.decide_median_h, line.decide_p90_h) == (5.5, 9.0)
    assert line.answer_median_h == 2.8
    assert (line.decide_median_d, line.decide_p90_d) == (0.7, 1.1)
    assert figures("none", []).decide_median_h is None


def test_nine_of_ten_is_the_nearest_rank() -> None:
    assert nine_of_ten([HOUR], HOUR) == 1
    assert nine_of_ten([hour * HOUR for hour in range(1, 101)], HOUR) == 90
    assert nine_of_ten([], HOUR) is None


@st.composite
def many(draw) -> list[Fact]:
    random = Random(draw(st.integers(0, 10**6)))
    return [
        fact(
            random.choice(["a", "a", "a", "b", "c", "d"]),
            answer=decided(1) if random.random() < 0.8 else None,
            decide=decided(random.randint(1, 99), random.random() < 0.7) if random.random() < 0.6 else None,
            age_days=random.choice([None, 3, 40, 100]),
            appealed=random.random() < 0.2,
            reopened=random.random() < 0.1,
        )
        for _ in range(draw(st.integers(0, 60)))
    ]


@given(many())
@settings(max_examples=200, deadline=None)
def test_the_line_of_all_is_the_sum_of_its_parts(facts) -> None:
    lines, whole = table(facts, "office", entitled=True)
    for name in COUNTS:
        assert sum(getattr(line, name) for line in lines) == getattr(whole, name), name


@given(many())
@settings(max_examples=300, deadline=None)
def test_nothing_that_is_shown_tells_of_fewer_than_five(facts) -> None:
    lines, whole = table(facts, "office", entitled=False)
    for line in [*lines, whole]:
        for name in COUNTS:
            count = getattr(line, name)
            assert count is None or count == 0 or count >= FEW, (line.name, name, count)
    true_lines = {line.name: line for line in table(facts, "office", entitled=True)[0]}
    for name in COUNTS:
        hidden = [line for line in lines if getattr(line, name) is None]
        shown = sum(getattr(line, name) for line in lines if line not in hidden)
        if getattr(whole, name) is not None and hidden and len(lines) > 1:
            assert len(hidden) > 1, f"{name} of {hidden[0].name} can be reckoned from the sum"
            assert getattr(whole, name) - shown in (0, *range(FEW, 999)), f"{name} of those left out"
    for line in [*lines, whole]:
        ages = [getattr(line, age) for age in AGED]
        if line.waiting is not None and None in ages:
            assert ages == [None] * 4, "each of them is what the others leave of the whole"
        if line.judged is not None and line.decided is not None:
            assert line.judged - line.decided in (0, *range(FEW, 999)), "how many are late"
    assert true_lines.keys() >= {line.name for line in lines} - {OTHERS}
    if whole.lodged is not None:
        assert sum(line.lodged for line in lines) == whole.lodged, "put together, not left out"


def test_small_groups_are_put_together() -> None:
    facts = [fact("a") for _ in range(9)] + [fact("b") for _ in range(3)] + [fact("c")] + [fact("d") for _ in range(6)]
    lines, _ = table(facts, "office", entitled=False)
    assert [(line.name, line.lodged) for line in lines] == [("a", 9), (OTHERS, 10)]
    assert [line.name for line in table(facts, "office", entitled=True)[0]] == ["a", "b", "c", "d"]


def test_how_long_cases_lay_with_whom() -> None:
    facts = [fact(spells=(Spell("routed", "kh-17", hours * HOUR), Spell("waiting", "kh-17", HOUR))) for hours in (2, 4)]
    lines = dwell(facts, lambda spell: spell.state, entitled=True)
    assert [(line.name, line.cases, line.spells, line.median_h, line.p90_h) for line in lines] == [
        ("routed", 2, 2, 3.0, 4.0),
        ("waiting", 2, 2, 1.0, 1.0),
    ]
    one = [fact(spells=(Spell("routed", "kh-17", HOUR),) * 9)]
    assert dwell(one, lambda spell: spell.holder, entitled=False) == [], "nine times the same case"
    assert dwell(facts, lambda spell: spell.holder, entitled=False) == [], "four spells are too few to tell"


def test_months_are_those_of_the_local_calendar() -> None:
    begin, end = months("2026-11", "2026-12", "Asia/Phnom_Penh")
    assert (begin, end) == (datetime(2026, 10, 31, 17, tzinfo=UTC), datetime(2026, 12, 31, 17, tzinfo=UTC))


def test_what_each_figure_counts_is_in_the_documents() -> None:
    written = (ROOT / "docs" / "figures.md").read_text(encoding="utf8")
    assert [name for name, (_, says) in DEFINED.items() if f"| `{name}` | {says[1]} |" not in written] == []


def found(sala, *, scope=None) -> list[Fact]:
    now = datetime.now(UTC)
    with sala.reading() as db:
        wanted = true() if scope is None else scope
        begin, end = now - timedelta(days=1), now + timedelta(days=1)
        return list(facts_of(db, sala.house.packs["kh"], wanted, begin, end, now, stood=True))


def test_they_are_read_off_the_rows(sala, staff) -> None:
    case = lodged(sala, staff)
    accuse(sala)
    staff["officer"].do(case.id, "take")
    staff["officer"].answer(case.id, "Which day?", act="ask")
    [one] = found(sala)
    assert (one.labels["office"], one.labels["category"], one.labels["channel"]) == ("kh-1710", "unpaid", "kh-ussd")
    assert (one.age_days, one.answer, one.decide, one.followed) == (0, None, None, None)
    stood = [(spell.state, spell.holder) for spell in one.spells]
    assert stood == [
        ("received", ""),
        ("routed", "kh-17"),
        ("routed", "kh-1710"),
        ("acknowledged", "kh-1710"),
        ("waiting", "kh-1710"),
    ], "triage, then the office that decides"
    with sala.house.database.transaction() as db:
        row = db.get_one(Case, case.id)
        actions.add_words(db, sala.house, row, "Monday", "kh-ussd", datetime.now(UTC))
    staff["officer"].decide(case.id, "It is paid.")
    [one] = found(sala)
    assert (one.decide.in_time, one.answer.in_time) == (True, True)
    assert (one.age_days, one.followed) == (None, True)


def test_a_promise_that_was_not_kept_is_counted_so(sala, staff) -> None:
    case = lodged(sala, staff)
    long_ago = datetime.now(UTC) - timedelta(days=90)
    with sala.house.database.transaction() as db:
        row = db.get_one(Case, case.id)
        row.opened_at = long_ago
        for promise in actions.promises.promises_of(db, case.id):
            promise.made_at, promise.office = long_ago, "kh-1710"
            promise.first_due_at = promise.due_at = long_ago + timedelta(days=10)
    now = datetime.now(UTC)
    with sala.reading() as db:
        pack = sala.house.packs["kh"]
        [late] = facts_of(db, pack, true(), long_ago - timedelta(days=1), now, now)
    assert (late.late, late.followed, late.age_days) == (True, False, 90)
    staff["officer"].decide(case.id, "It is paid.")
    with sala.reading() as db:
        [told] = facts_of(db, pack, true(), long_ago - timedelta(days=1), now + timedelta(days=1), now)
    assert (told.late, told.followed, told.decide.in_time) == (False, False, False)


def test_it_counts_for_the_office_that_decided_also_after_an_appeal(sala, staff) -> None:
    add(sala, "above", "supervisor", "kh-17")
    case = lodged(sala, staff)
    staff["officer"].decide(case.id, "No.", "not_upheld")
    with sala.house.database.transaction() as db:
        actions.appeal(db, sala.house, db.get_one(Case, case.id), "I do not agree.", datetime.now(UTC))
    assert sala.all_of(Case)[0].queue == "kh-17"
    [one] = found(sala)
    assert (one.labels["office"], one.labels["queue"], one.appealed) == ("kh-1710", "kh-1710", True)


def test_a_question_to_her_does_not_hide_that_it_was_late(sala, staff) -> None:
    case = lodged(sala, staff)
    long_ago = datetime.now(UTC) - timedelta(days=90)
    with sala.house.database.transaction() as db:
        for promise in actions.promises.promises_of(db, case.id):
            promise.due_at = long_ago
    staff["officer"].answer(case.id, "Which day?", act="ask")
    [one] = found(sala)
    assert (one.late, one.followed) == (True, False)
    staff["officer"].do(case.id, "withdraw", how="She said so.")
    [one] = found(sala)
    assert one.late, "nor does its end"


def test_a_step_that_was_late_is_judged_when_every_step_is_over(sala, staff) -> None:
    case = lodged(sala, staff)
    with sala.house.database.transaction() as db:
        for promise in actions.promises.promises_of(db, case.id):
            if promise.clock == "acknowledge":
                promise.due_at = datetime.now(UTC) - timedelta(days=1)
    assert found(sala)[0].followed is None, "it may still be answered and decided"


def test_an_official_of_another_office_counts_nothing_of_it(sala, staff) -> None:
    lodged(sala, staff)
    where = sala.house.packs["kh"].office_name("kh-1710", "en")
    assert where in staff["supervisor"].get("/console/figures?by=office")
    long_ago = datetime.now(UTC) - timedelta(days=120)
    with sala.house.database.transaction() as db:
        db.execute(update(Case).values(opened_at=long_ago))
    page = staff["coordinator"].get(f"/console/figures?by=office&begin={month_of(long_ago)}&end={month_of(long_ago)}")
    assert "–" in page
    assert not re.search(r"<td>1\b", page), "one case is not told to whoever may not read it"
    staff["operator"].get("/console/figures", 403)
    staff["officer"].get("/console/figures/cases.csv", 403)


def test_tables_are_taken_away(sala, staff) -> None:
    case = lodged(sala, staff)
    accuse(sala)
    desk = staff["supervisor"]
    rows = list(csv.reader(StringIO(desk.get("/console/figures.csv?by=category").removeprefix("﻿"))))
    assert rows[0] == ["category", *DEFINED]
    assert [row[:2] for row in rows[1:]] == [["unpaid", "1"], ["all", "1"]]
    rows = list(csv.reader(StringIO(desk.get("/console/figures/cases.csv").removeprefix("﻿"))))
    assert [row[0] for row in rows] == ["reference", case.reference]
    desk.get("/console/figures")
    desk.post("/console/figures/workbook", begin=month_of(datetime.now(UTC)), end=month_of(datetime.now(UTC)))
    assert "is being made" in desk.page
    sala.work()
    [row] = sala.all_of(Export)
    answer = desk.client.get(f"/console/figures/workbook/{row.id}")
    book = load_workbook(BytesIO(answer.data), read_only=True)
    assert [line[0] for line in book.active.iter_rows(values_only=True)] == ["reference", case.reference]
    staff["inspector"].get(f"/console/figures/workbook/{row.id}", 403)


def test_a_workbook_that_no_worker_made_is_made_by_the_tick_and_once(sala, staff) -> None:
    lodged(sala, staff)
    now = datetime.now(UTC)
    month = month_of(now)
    with sala.house.database.transaction() as db:
        row = actions.ask_export(db, 3, month, month, now - timedelta(minutes=1))
    sala.tick.once(now)
    sala.tick.once(now + timedelta(seconds=5))
    assert sala.all_of(Export)[0].state == "done"
    made = sala.all_of(Export)[0].done_at
    sala.hands.export(row.id, now + timedelta(hours=1))
    assert sala.all_of(Export)[0].done_at == made
    with sala.house.database.transaction() as db:
        actions.drop_exports(db, now + timedelta(days=4))
    assert sala.all_of(Export) == []


def test_a_quarter_is_told_to_others_when_it_is_over(sala, staff) -> None:
    """Else whoever looks at it on two days knows what came in between."""
    now = datetime(2026, 11, 26, tzinfo=UTC)
    assert quarter_of("2026-11", now, "Asia/Phnom_Penh") == ("2026-07", "2026-09")
    assert quarter_of("2026-08", now, "Asia/Phnom_Penh") == ("2026-07", "2026-09")
    assert quarter_of("2026-02", datetime(2026, 2, 1, tzinfo=UTC), "Asia/Phnom_Penh") == ("2025-10", "2025-12")
    assert quarter_of("2026-09", datetime(2026, 9, 30, 17, tzinfo=UTC), "Asia/Phnom_Penh") == ("2026-07", "2026-09")
    sala.lodge(*TO_HOW, "1", "1")
    assert "No case was lodged in this time." in staff["coordinator"].get("/console/figures")
    assert "A quarter is shown when it is over." in staff["coordinator"].page
    assert "No case was lodged" not in staff["supervisor"].get("/console/figures")


def test_a_workbook_is_kept_in_pieces_and_told_whole(sala, staff, monkeypatch) -> None:
    monkeypatch.setattr(actions.exporting, "PIECE", 700)
    case, month = lodged(sala, staff), month_of(datetime.now(UTC))
    desk = staff["supervisor"]
    desk.get("/console/figures")
    desk.post("/console/figures/workbook", begin=month, end=month)
    sala.work()
    with sala.reading() as db:
        assert len(list(db.scalars(select(ExportPiece)))) > 3
    book = load_workbook(BytesIO(desk.client.get("/console/figures/workbook/1").data), read_only=True)
    assert [line[0] for line in book.active.iter_rows(values_only=True)] == ["reference", case.reference]


def test_no_cell_is_a_formula() -> None:
    line = ["=1+1", "-2", "@x", "ភូមិ", 3, None]
    written = "".join(as_csv([line]))
    assert next(csv.reader(StringIO(written.removeprefix("﻿")))) == ["'=1+1", "'-2", "'@x", "ភូមិ", "3", ""]
    held = BytesIO()
    assert as_xlsx([line], held) == 1
    cells = next(load_workbook(held).active.iter_rows())
    assert [cell.data_type for cell in cells[:4]] == ["s"] * 4
    assert [cell.value for cell in cells] == line[:5], "an empty cell at the end is none"


def test_a_day_and_a_month_that_are_over_are_told_of_once(sala, staff) -> None:
    case = lodged(sala, staff)
    accuse(sala)
    staff["officer"].answer(case.id, "Come on Monday.")
    now = datetime.now(UTC) + timedelta(days=1)
    for _ in range(2):
        sala.hands.plan_digests(now)
        sala.hands.plan_digests(now + timedelta(days=31))
    sala.work()
    rows = sala.all_of(Digest)
    assert len({(row.office, row.kind, row.begins) for row in rows}) == len(rows)
    assert {row.state for row in rows} == {"done"}
    day = next(row for row in rows if row.office == "kh-17" and row.kind == "day" and row.body["lodged"])
    assert (day.body["lodged"], day.body["answered"], day.body["answered_in_time"], day.body["decided"]) == (1, 1, 1, 0)
    assert day.body["categories"] == {"unpaid": 1}
    assert sum(row.body["lodged"] for row in rows if row.office == "kh-17" and row.kind == "month") == 1
    assert sala.house.packs["kh"].office_name("kh-17", "en") in staff["supervisor"].get("/console/log")
    assert "By programme" in staff["supervisor"].get("/console/log?kind=month")


def test_each_act_counts_for_the_office_where_the_case_lay_then(sala, staff) -> None:
    case = lodged(sala, staff)
    with sala.house.database.transaction() as db:
        db.get_one(Case, case.id).programme = "older"
    staff["officer"].answer(case.id, "Come on Monday.")
    decided_by(sala, "province")
    staff["officer"].do(case.id, "up", advice="")
    staff["supervisor"].decide(case.id, "It is paid.")
    later = datetime.now(UTC) + timedelta(days=31)
    sala.hands.plan_digests(later)
    this = datetime.now(LOCAL).date().replace(day=1)
    for row in sala.all_of(Digest):
        if (row.kind, row.begins) == ("month", this):
            sala.hands.digest(row.id, later)
    days = {row.office: row.body for row in sala.all_of(Digest) if row.state == "done" and _told(row.body)}
    names = ("lodged", "came", "answered", "decided", "passed_on")
    told = {office: tuple(body[name] for name in names) for office, body in days.items()}
    assert told == {
        "kh-1710": (0, 1, 1, 0, 1),
        "kh-17": (1, 0, 1, 1, 0),  # with all below it: between them nothing comes or goes
        "kh-national": (1, 0, 1, 1, 0),
    }
    assert days["kh-17"]["programmes"] == {"older": {"lodged": 1, "answered": 1, "decided": 1, "decided_in_time": 1}}


def _told(body: dict) -> bool:
    return any(body[name] for name in ("lodged", "came", "decided", "passed_on"))

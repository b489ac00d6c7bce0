"""How long people waited: each figure counts what it says, sums agree, and few are not shown to whoever may not know."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import true, update

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
from gateway.settings import ROOT

from .desk import TO_HOW, month_of
from .test_confidential import accuse
from .test_ladder import add
from .test_who_decides import lodged

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

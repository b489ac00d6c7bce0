"""Daily logs and monthly digests: made once, by a worker, each act for the office where the case lay then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.cases.records import Case
from gateway.cases.records.kept import Digest

from .desk import LOCAL
from .test_confidential import accuse
from .test_who_decides import decided_by, lodged


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


def test_a_log_that_no_worker_made_is_made_by_the_tick(sala, staff) -> None:
    lodged(sala, staff)
    later = datetime.now(UTC) + timedelta(days=1)
    sala.hands.plan_digests(later)
    assert "done" not in {row.state for row in sala.all_of(Digest)}
    for seconds in (5, 10):
        sala.tick.once(later + timedelta(seconds=seconds))
    assert "done" in {row.state for row in sala.all_of(Digest)}


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

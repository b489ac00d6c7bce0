"""Routing and its clocks: by an RQ worker, and without one. Nothing waits for Redis, nothing is lost with it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import select, text, update

from gateway.cases.records import Case
from gateway.cases.records.promises import Promise
from gateway.channels.outbox.records import Outgoing
from gateway.clock import due

ROAD = ("2", "2", "1", "4", "9", "1", "1")


def lodge_only(sala, *keys: str) -> None:
    """Lodges a complaint, and lets no worker near it."""
    caller = sala.caller()
    caller.dial()
    caller.press(*keys)
    assert caller.screen.startswith("Your number is"), caller.screen


def test_a_worker_routes_sets_the_date_and_acknowledges(sala) -> None:
    lodge_only(sala, "2", "2", "1", "1", "3", "1", "2", "4", "9", "1", "1")
    assert sala.all_of(Case)[0].state == "received"
    sala.work()
    case = sala.all_of(Case)[0]
    calendar = sala.house.packs["kh"].calendar
    assert (case.state, case.queue) == ("routed", "kh-1710")
    promised = {row.clock: row.due_at for row in sala.all_of(Promise)}
    days = {"acknowledge": 2, "answer": 10, "resolve": 20}
    assert promised == {clock: due(calendar, case.opened_at, count) for clock, count in days.items()}
    assert case.due_at == promised["acknowledge"]
    with sala.reading() as db:
        assert len(db.scalars(select(Outgoing)).all()) == 1


@pytest.mark.parametrize(
    ("labels", "queue"),
    [
        (("Not paid", "Tell you later"), "kh-17-triage"),
        (("Not paid", "Elsewhere"), "kh-17-triage"),
        (("Not paid", "Banteay Meanchey", "I do not know"), "kh-01-triage"),
        (("Not paid", "Siemreap", "Siem Reab", "Sla Kram"), "kh-1710"),
        (("Left off the list", "Siemreap", "Siem Reab", "Sla Kram"), "kh-171001"),
        (("Care, work", "Asked to pay", "Siemreap", "Siem Reab", "Sla Kram"), "kh-1710"),
        (("Other", "Banteay Meanchey", "Mangkul Bourei", "Banteay Neang"), "kh-010201"),
    ],
)
def test_the_lowest_office_that_can_decide_or_triage(sala, labels, queue) -> None:
    caller = sala.caller()
    caller.dial()
    caller.choose("English", "A problem", *labels)
    caller.press("9", "1", "1")
    sala.work()
    assert sala.all_of(Case)[0].queue == queue


def test_running_a_job_twice_changes_nothing(sala) -> None:
    lodge_only(sala, *ROAD)
    now = datetime.now(UTC)
    assert [sala.hands.route(sala.all_of(Case)[0].id, now), sala.hands.route(sala.all_of(Case)[0].id, now)] == [
        True,
        False,
    ]
    with sala.reading() as db:
        assert len(db.scalars(select(Outgoing)).all()) == 1
        assert db.scalar(text("SELECT count(*) FROM case_events WHERE kind = 'route'")) == 1


def lodged_by(sala, count: int) -> list[int]:
    for neighbour in range(count):
        caller = sala.caller(f"+8559900100{neighbour}")
        caller.dial()
        caller.press(*ROAD)
    return [case.id for case in sala.all_of(Case)]


def test_a_worker_takes_what_waits_beside_its_own_in_one_go(sala) -> None:
    first, *_ = lodged_by(sala, 3)
    assert sala.hands.route(first, datetime.now(UTC)) is True
    assert [case.state for case in sala.all_of(Case)] == ["routed"] * 3


def test_one_that_cannot_be_routed_holds_up_no_other(sala) -> None:
    first, broken, last = lodged_by(sala, 3)
    with sala.house.database.transaction() as db:
        db.execute(update(Case).where(Case.id == broken).values(country="xx"))
    assert sala.hands.route(first, datetime.now(UTC)) is True
    with pytest.raises(KeyError):
        sala.hands.route(broken, datetime.now(UTC))
    assert sala.hands.route(last, datetime.now(UTC)) is True
    assert [case.state for case in sala.all_of(Case)] == ["routed", "received", "routed"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite one writes at a time
def test_what_another_worker_holds_is_left_to_it(sala) -> None:
    first, held, _ = lodged_by(sala, 3)
    with sala.house.database.transaction() as other:
        other.scalar(select(Case).where(Case.id == held).with_for_update())
        assert sala.hands.route(first, datetime.now(UTC)) is True
        assert [case.state for case in sala.all_of(Case)] == ["routed", "received", "routed"]


def test_redis_emptied_after_the_commit_is_made_good_by_the_tick(sala) -> None:
    lodge_only(sala, *ROAD)
    redis.Redis.from_url(sala.env["REDIS_URL"]).flushall()
    sala.work()
    assert sala.all_of(Case)[0].state == "received"
    sala.tick.once(datetime.now(UTC) + timedelta(seconds=4))
    assert sala.all_of(Case)[0].state == "routed"


class TestWithoutRedis:
    """Every part that could wait for Redis, with none there."""

    @pytest.fixture
    def valkey(self, tmp_path) -> str:
        return f"unix://{tmp_path / 'nobody.sock'}"

    def test_hops_are_answered_and_the_tick_routes(self, sala) -> None:
        began = time.monotonic()
        lodge_only(sala, *ROAD)
        assert time.monotonic() - began < 20
        sala.tick.once(datetime.now(UTC) + timedelta(seconds=4))
        assert sala.all_of(Case)[0].state == "routed"

    def test_rate_limits_fall_back_and_still_hold(self, sala) -> None:
        caller = sala.caller()
        caller.dial()
        texts = [caller.post().get_data(as_text=True) for _ in range(125)]
        assert texts[-1] == "END Please wait a minute, then dial again."

    def test_staff_can_sign_in(self, sala) -> None:
        assert sala.client.get("/console/sign-in").status_code == 200


def test_the_tick_leaves_a_heartbeat_that_readyz_watches(sala) -> None:
    assert sala.client.get("/readyz").status_code == 503
    now = datetime.now(UTC)
    sala.hands.beat("tick", now)
    sala.hands.beat("deliver", now)
    assert sala.client.get("/readyz").get_data(as_text=True) == "ready\n"
    sala.hands.beat("tick", now - timedelta(seconds=61))
    answer = sala.client.get("/readyz")
    assert answer.status_code == 503
    assert "the tick loop has not run" in answer.get_data(as_text=True)


def test_an_outbox_that_stands_still_turns_readyz_red(sala) -> None:
    lodge_only(sala, *ROAD)
    sala.route_without_workers()
    now = datetime.now(UTC)
    sala.hands.beat("tick", now)
    sala.hands.beat("deliver", now)
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Outgoing)):
            row.put_at, row.due_at = now - timedelta(minutes=11), now + timedelta(minutes=5)
    assert "waited for over ten minutes" in sala.client.get("/readyz").get_data(as_text=True)

"""Routing and its clocks: by an RQ worker, and without one. Nothing waits for Redis, nothing is lost with it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import select, text

from gateway.cases.records import Case
from gateway.channels.outbox import Outgoing
from gateway.clock import due

ROAD = ("2", "1", "1", "4", "9", "1", "1")


def lodge(sala, *keys: str) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press(*keys)
    assert caller.screen.startswith("Your number is"), caller.screen


def cases(sala) -> list[Case]:
    with sala.reading() as db:
        return list(db.scalars(select(Case).order_by(Case.id)))


def test_a_worker_routes_sets_the_date_and_acknowledges(sala) -> None:
    lodge(sala, "2", "1", "1", "1", "8", "1", "9", "1", "1")
    assert cases(sala)[0].state == "received"
    sala.work()
    case = cases(sala)[0]
    calendar = sala.house.packs["kh"].calendar
    assert (case.state, case.queue) == ("routed", "kh-1710")
    assert case.due_at == due(calendar, case.opened_at, 10)
    with sala.reading() as db:
        assert len(db.scalars(select(Outgoing)).all()) == 1


@pytest.mark.parametrize(
    ("keys", "queue"),
    [
        (("1", "4"), "kh-17-triage"),
        (("1", "3"), "kh-17-triage"),
        (("1", "2", "14"), "kh-01-triage"),
        (("1", "1", "8", "1"), "kh-1710"),
        (("3", "1", "8", "1"), "kh-171001"),
        (("4", "1", "8", "1"), "kh-1710"),
        (("5", "2", "1", "1"), "kh-010201"),
    ],
)
def test_the_lowest_office_that_can_decide_or_triage(sala, keys, queue) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2", "1", keys[0])
    for key in keys[1:]:
        if key == "14":
            last = [line for line in _all_lines(caller) if line.endswith("I do not know")][0]
            key = last.split()[0]
        caller.press(key)
    caller.press("9", "1", "1")
    sala.work()
    assert cases(sala)[0].queue == queue


def _all_lines(caller) -> list[str]:
    lines = caller.screen.splitlines()
    while "9 More" in lines[-1]:
        lines += caller.press("9").splitlines()
    return lines


def test_running_a_job_twice_changes_nothing(sala) -> None:
    lodge(sala, *ROAD)
    now = datetime.now(UTC)
    assert [sala.hands.route(cases(sala)[0].id, now), sala.hands.route(cases(sala)[0].id, now)] == [True, False]
    with sala.reading() as db:
        assert len(db.scalars(select(Outgoing)).all()) == 1
        assert db.scalar(text("SELECT count(*) FROM case_events WHERE kind = 'routed'")) == 1


def test_redis_emptied_after_the_commit_is_made_good_by_the_tick(sala) -> None:
    lodge(sala, *ROAD)
    redis.Redis.from_url(sala.env["REDIS_URL"]).flushall()
    sala.work()
    assert cases(sala)[0].state == "received"
    sala.tick.once(datetime.now(UTC) + timedelta(seconds=4))
    assert cases(sala)[0].state == "routed"


class TestWithoutRedis:
    """Every part that could wait for Redis, with none there."""

    @pytest.fixture
    def valkey(self, tmp_path) -> str:
        return f"unix://{tmp_path / 'nobody.sock'}"

    def test_hops_are_answered_and_the_tick_routes(self, sala) -> None:
        began = time.monotonic()
        lodge(sala, *ROAD)
        assert time.monotonic() - began < 20
        sala.tick.once(datetime.now(UTC) + timedelta(seconds=4))
        assert cases(sala)[0].state == "routed"

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
    lodge(sala, *ROAD)
    sala.route_without_workers()
    now = datetime.now(UTC)
    sala.hands.beat("tick", now)
    sala.hands.beat("deliver", now)
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Outgoing)):
            row.put_at, row.due_at = now - timedelta(minutes=11), now + timedelta(minutes=5)
    assert "waited for over ten minutes" in sala.client.get("/readyz").get_data(as_text=True)


def test_two_hops_of_one_number_at_once_make_one_case(sala) -> None:
    """The network sends the last hop three times at once: one case, one answer."""
    import threading

    caller = sala.caller()
    caller.dial()
    caller.press(*ROAD[:-1])
    caller.typed += "*1"
    answers: list[str] = []

    def send() -> None:
        client = sala.app.test_client()
        form = {"sessionId": caller.session, "phoneNumber": caller.number, "text": caller.typed}
        answers.append(
            client.post("/in/kh-ussd", query_string={"key": caller.secret}, data=form).get_data(as_text=True)
        )

    threads = [threading.Thread(target=send) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(answers)) == 1
    assert len(cases(sala)) == 1


def test_a_lapse_and_a_hop_at_the_same_moment_take_turns(sala) -> None:
    """Neither is lost nor refused, whichever comes first, time after time."""
    import threading

    from gateway.dialogue.records import Conversation

    for round_ in range(8):
        caller = sala.caller(f"+855990300{round_:02}")
        caller.dial()
        caller.press("2", "1", "1", "4", "9")
        with sala.reading() as db:
            row = db.scalars(select(Conversation.id)).one()
        start, failed = threading.Barrier(2), []

        def lapse(row=row, start=start, failed=failed) -> None:
            start.wait()
            try:
                sala.tick._lapse(row, datetime.now(UTC) + timedelta(minutes=31))
            except Exception as error:
                failed.append(error)

        thread = threading.Thread(target=lapse)
        thread.start()
        start.wait()
        caller.press("1")
        thread.join()
        assert failed == []
        assert "Something went wrong" not in caller.screen
        sala.tick.once(datetime.now(UTC) + timedelta(minutes=70))
        assert len(cases(sala)) == round_ + 1


def test_first_callers_at_once_after_a_change_of_texts_are_all_answered(sala) -> None:
    import threading

    callers = [sala.caller(f"+855990400{n:02}") for n in range(8)]
    for caller in callers:
        caller.client = sala.app.test_client()
    threads = [threading.Thread(target=caller.dial) for caller in callers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {caller.screen.partition("\n")[0] for caller in callers} == {"Choose a language"}


def test_one_row_that_cannot_be_worked_on_holds_up_no_other(sala, monkeypatch) -> None:
    from gateway.cases import actions
    from gateway.dialogue.records import Conversation

    for n in range(3):
        caller = sala.caller(f"+855990500{n:02}")
        caller.dial()
        caller.press("2", "1", "1")
    with sala.house.database.transaction() as db:
        first = db.scalars(select(Conversation).order_by(Conversation.id)).first()
        first.state = {**first.state, "road": [["top", "nowhere"]], "at": "no.such.step"}
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    assert len(cases(sala)) == 2
    assert actions is not None


def test_many_rows_that_fail_rest_while_others_have_their_turn(sala) -> None:
    from gateway.dialogue.records import Conversation

    for n in range(53):
        caller = sala.caller(f"+855990600{n:02}")
        caller.dial()
        caller.press("2", "1", "1")
    with sala.house.database.transaction() as db:
        for row in db.scalars(select(Conversation).order_by(Conversation.id).limit(52)):
            row.state = {**row.state, "at": "no.such.step"}
    later = datetime.now(UTC) + timedelta(minutes=31)
    for _ in range(2):
        sala.tick.once(later)
    assert len(cases(sala)) == 1
    assert "conversations have not lapsed" in str(list(_still(sala, later + timedelta(minutes=15))))


def _still(sala, now: datetime) -> list[str]:
    from gateway.console.front import what_stands_still

    with sala.reading() as db:
        return list(what_stands_still(db, now))


def test_a_category_that_left_the_pack_still_opens_a_case_and_reaches_triage(sala) -> None:
    from dataclasses import replace

    caller = sala.caller()
    caller.dial()
    caller.press("2", "1", "1")
    pack = sala.house.packs["kh"]
    without = {code: category for code, category in pack.categories.items() if code != "unpaid"}
    rules = tuple(replace(rule, categories=tuple(c for c in rule.categories if c != "unpaid")) for rule in pack.rules)
    sala.house.packs["kh"] = replace(pack, categories=without, rules=rules)
    for minutes in (31, 32):
        sala.tick.once(datetime.now(UTC) + timedelta(minutes=minutes))
    assert [(case.category, case.queue) for case in cases(sala)] == [("unpaid", "kh-17-triage")]


def test_after_the_pack_s_time_a_redial_begins_anew_and_nothing_is_lost(sala) -> None:
    from dataclasses import replace

    caller = sala.caller()
    caller.dial()
    caller.press("2", "1", "1")
    sala.house.packs["kh"] = replace(sala.house.packs["kh"], resume=timedelta(seconds=0))
    assert caller.dial().startswith("How can we help?")
    assert caller.press("1") == "1 Continue\n2 Start again"
    assert caller.press("1").startswith("Where do you live?")
    caller.dial()
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    assert [case.category for case in cases(sala)] == ["unpaid"]


def test_where_a_pack_has_no_hotline_the_commune_office_is_named(sala) -> None:
    from dataclasses import replace

    sala.house.packs["kh"] = replace(sala.house.packs["kh"], hotline="")
    caller = sala.caller()
    caller.dial()
    caller.press("2", "7", "7", "7")
    assert caller.screen.startswith("Need help? Ask your commune office.")


def test_a_promise_that_ran_out_is_told_as_late(sala) -> None:
    lodge(sala, *ROAD)
    sala.work()
    with sala.house.database.transaction() as db:
        db.scalars(select(Case)).one().due_at = datetime.now(UTC) - timedelta(minutes=1)
    caller = sala.caller()
    caller.dial()
    assert caller.press("2", "1") == "Your answer is late. We are sorry. Call 0000 (demo)."


def test_a_failure_in_a_hop_is_told_in_her_language_with_a_mark_that_the_log_has(sala, capfd, monkeypatch) -> None:
    from gateway.dialogue.actions.sitting import Sitting

    caller = sala.caller()
    caller.dial()
    caller.press("1")

    def broken(*_: object) -> None:
        raise RuntimeError("+85599000001 broke it")

    monkeypatch.setattr(Sitting, "hear", broken)
    caller.press("1")
    assert caller.screen.startswith("មានបញ្ហាបច្ចេកទេស (")
    assert not caller.live
    mark = caller.screen.split("(")[1].split(")")[0]
    logged = capfd.readouterr().err
    assert mark in logged
    assert "99000001" not in logged
    monkeypatch.undo()
    assert caller.dial().startswith("តើយើងអាចជួយអ្វី?")


def test_a_language_that_is_withdrawn_in_the_middle_loses_nothing(sala) -> None:
    """A deploy may take a locale away; she is asked again, and what she told stays."""
    from dataclasses import replace

    caller = sala.caller()
    caller.dial()
    caller.press("1", "1", "1")
    pack = sala.house.packs["kh"]
    sala.house.packs["kh"] = replace(pack, languages=("en",))
    for _ in range(3):
        assert caller.dial().startswith("Choose a language")
    assert caller.press("1").startswith("Where do you live?")
    sala.tick.once(datetime.now(UTC) + timedelta(minutes=31))
    assert [case.category for case in cases(sala)] == ["unpaid"]

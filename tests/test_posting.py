"""When a text may go: replies first, quiet hours, the month's money, an account at fault, another way to her."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from gateway.channels import Receipt, Turn, outbox, posting
from gateway.channels.outbox.records import Outgoing
from gateway.channels.pace import Bucket, Pace
from gateway.channels.spending import of_month, spend, spent_in
from gateway.delivering import held_channels
from gateway.hotline.records import Task
from gateway.people.actions import hear_from
from gateway.people.records import Address
from gateway.waking import connect

from .conftest import ACCOUNT, TOKEN, Sala, wait_for

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
QUIET = posting.Quiet(time(20), time(8), "Asia/Phnom_Penh")


@pytest.mark.parametrize(
    ("local", "until"),
    [("07:59:59", "08:00"), ("08:00", None), ("19:59:59", None), ("20:00", "08:00+1"), ("00:00", "08:00")],
)
def test_quiet_hours_over_midnight(local, until) -> None:
    clock = time.fromisoformat(local)
    now = datetime(2026, 11, 27, clock.hour, clock.minute, clock.second, tzinfo=UTC) - timedelta(hours=7)
    found = posting.quiet_until(now, QUIET)
    if until is None:
        assert found is None
        return
    day = 28 if until.endswith("+1") else 27
    assert found == datetime(2026, 11, day, 1, 0, tzinfo=UTC)


@given(some.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)), some.times(), some.times())
def test_after_the_quiet_hours_it_is_not_quiet(moment, since, until) -> None:
    quiet = posting.Quiet(since.replace(microsecond=0), until.replace(microsecond=0), "Asia/Vientiane")
    ends = posting.quiet_until(moment.replace(tzinfo=UTC), quiet)
    assert ends is None or (ends > moment.replace(tzinfo=UTC) and posting.quiet_until(ends, quiet) is None)


def test_the_longest_prefix_prices_a_number() -> None:
    prices = {"+855": 10, "+85512": 7, "+856": 20}
    assert posting.price_of("+85512345678", prices) == ("+85512", 7)
    assert posting.price_of("+85599000001", prices) == ("+855", 10)
    assert posting.price_of("+66812345678", prices) == ("", 0)


def test_at_the_cap_only_replies_go() -> None:
    assert [posting.may_spend(kind, 95, 100, 10) for kind in (0, 1, 2)] == [True, False, False]
    assert all(posting.may_spend(kind, 10**9, 0, 10) for kind in (0, 1, 2))
    assert [posting.alarming(spent, 100) for spent in (79, 80)] == [False, True]


@pytest.fixture
def address(sala) -> int:
    with sala.house.database.transaction() as db:
        return hear_from(db, "kh", "+85599000001", NOW).id


def put(sala, address: int, purpose: str, once: str, channel: str = "kh-sms", about: str = "") -> int:
    with sala.house.database.transaction() as db:
        return outbox.put(db, channel, address, "សួស្តី", purpose=purpose, about=about, once=once, now=NOW)


def test_replies_before_notices_before_bulk(sala, address) -> None:
    rows = [put(sala, address, purpose, purpose) for purpose in ("visit", "answer", "received")]
    with sala.house.database.transaction() as db:
        assert [ready.id for ready in outbox.claim(db, NOW)] == rows[::-1]


def test_a_reply_waits_for_the_one_before_it(sala, address) -> None:
    with sala.house.database.transaction() as db:
        first, second = (
            outbox.put_reply(db, "kh-kannel", address, Turn(text, False), once=text, inline=False, now=NOW)
            for text in ("one", "two")
        )
        assert outbox.claim(db, NOW, only=second) == []
        assert [ready.id for ready in outbox.claim(db, NOW)] == [first]
        outbox.sent(db, first, "x", NOW)
        assert [ready.id for ready in outbox.claim(db, NOW)] == [second]


def test_in_quiet_hours_a_notice_waits_and_a_reply_goes(network, sala, address) -> None:
    night = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    object.__setattr__(sala.hands.delivering.house, "settings", replace(sala.house.settings, quiet_hours=True))
    notice, reply = put(sala, address, "answer", "a"), put(sala, address, "received", "r")
    sala.hands.deliver(None, night)
    with sala.reading() as db:
        waiting = db.get_one(Outgoing, notice)
        assert (waiting.state, waiting.error, waiting.attempts) == ("waiting", "quiet hours", 0)
        assert waiting.due_at == datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
        assert db.get_one(Outgoing, reply).state in ("sent", "delivered")


def test_what_was_sent_is_counted_by_prefix_and_the_cap_holds_notices(network, sala, address) -> None:
    pack = sala.hands.delivering.house.packs["kh"]
    pack.channels["kh-sms"] = replace(pack.channels["kh-sms"], prices={"+855": 40, "+85599": 60}, cap=60)
    now = datetime.now(UTC)
    try:
        put(sala, address, "answer", "a")
        sala.hands.deliver(None, now)
        with sala.reading() as db:
            row = of_month(db, now.date(), ["kh-sms"])[0]
            assert (row.channel, row.prefix, row.parts, row.cost) == ("kh-sms", "+85599", 1, 60)
        held, reply = put(sala, address, "answer", "b"), put(sala, address, "received", "c")
        sala.hands.deliver(None, now)
        with sala.reading() as db:
            assert db.get_one(Outgoing, held).error == "the month's money is spent"
            assert db.get_one(Outgoing, reply).state in ("sent", "delivered")
            assert spent_in(db, now.date(), "kh-sms") == 120
    finally:
        pack.channels["kh-sms"] = replace(pack.channels["kh-sms"], prices={}, cap=0)


def test_spending_adds_up_by_month(sala) -> None:
    with sala.house.database.transaction() as db:
        for day in (1, 27):
            spend(db, NOW.date().replace(day=day), "kh-sms", "+855", 2, 80)
        spend(db, NOW.date().replace(month=10), "kh-sms", "+855", 1, 40)
        assert [(row.parts, row.cost) for row in of_month(db, NOW.date(), ["kh-sms"])] == [(4, 160)]


@pytest.fixture
def refused_account(network, env, monkeypatch) -> Sala:
    """A Sala whose Twilio account has another token than the network knows."""
    env["TWILIO_AUTH_TOKEN"] = "an old token"
    made = Sala(env)
    yield made
    made.close()


def test_an_account_at_fault_holds_its_channel_and_costs_no_try(refused_account) -> None:
    sala = refused_account
    with sala.house.database.transaction() as db:
        address = hear_from(db, "kh", "+85599000001", NOW).id
    row, other = put(sala, address, "answer", "a"), put(sala, address, "answer", "b")
    sala.hands.deliver(row, NOW)
    with sala.reading() as db:
        assert held_channels(db, datetime.now(UTC)) == ["kh-sms"]
        assert (db.get_one(Outgoing, row).state, db.get_one(Outgoing, row).attempts) == ("waiting", 0)
        assert held_channels(db, datetime.now(UTC) + posting.HELD_FOR) == []
    assert sala.hands.deliver(other, NOW) == 0


def failed(sala, row: int, code: str = "30005", again: bool = False, now: datetime = NOW) -> None:
    from gateway.falling import fall_through

    with sala.house.database.transaction() as db:
        known = db.get_one(Outgoing, row).provider_id
        for ready in outbox.receive(db, "kh-sms", row, Receipt(known, "failed", code, again), now, 1):
            fall_through(db, sala.house, ready, blocked=False, now=now)


def answered_by_text(sala) -> int:
    """A case whose answer is on its way by SMS; the text's row."""
    from gateway.cases import actions
    from gateway.cases.records import Case

    case = sala.lodge("2", "2", "1", "4", "9", "1", "1")
    from .test_privacy import _staff

    with sala.house.database.transaction() as db:
        actions.reply(db, sala.house, db.get(Case, case.id), "Come on Monday", _staff(sala, db), "o", datetime.now(UTC))
    with sala.reading() as db:
        return db.scalars(select(Outgoing.id).where(Outgoing.purpose == "answer")).one()


def test_an_answer_that_reaches_no_phone_is_told_by_an_operator_once(network, sala) -> None:
    row = answered_by_text(sala)
    sala.hands.deliver(row, datetime.now(UTC))
    for _ in range(2):
        failed(sala, row)
    assert [task.state for task in sala.all_of(Task)] == ["waiting"]


def test_nobody_calls_who_wants_texts_only(network, sala) -> None:
    row = answered_by_text(sala)
    with sala.house.database.transaction() as db:
        db.scalars(select(Address)).one().text_only = True
    sala.hands.deliver(row, datetime.now(UTC))
    failed(sala, row)
    assert sala.all_of(Task) == []


def test_a_phone_that_was_off_is_tried_three_times_more_and_late_word_changes_nothing(sala, address) -> None:
    row, now = put(sala, address, "answer", "a"), NOW
    for attempt in range(1, 5):
        with sala.house.database.transaction() as db:
            assert [ready.id for ready in outbox.claim(db, now)] == [row]
            outbox.sent(db, row, f"SM{attempt}", now)
            outbox.receive(db, "kh-sms", row, Receipt(f"SM{attempt}", "failed", "30003", True), now, attempt)
            found = db.get_one(Outgoing, row)
            db.refresh(found)
            assert found.state == ("waiting" if attempt < 4 else "failed")
            if attempt == 1:  # word of the first try, come late
                outbox.receive(db, "kh-sms", row, Receipt("SM1", "delivered"), now, 0)
                db.refresh(found)
                assert found.state == "waiting"
            now = found.due_at


def test_buckets_hold_over_all_who_take(valkey) -> None:
    import redis

    takers = [Pace(redis.Redis.from_url(valkey)) for _ in range(3)]
    bucket = Bucket("x", rate=10, burst=10, cost=1)
    waits = [taker.take([bucket]) for _ in range(5) for taker in takers]
    assert [wait == 0 for wait in waits[:10]] == [True] * 10
    assert all(0 < wait <= 0.2 for wait in waits[12:])


def test_without_redis_each_keeps_its_own_bucket() -> None:
    taker = Pace(connect("redis://127.0.0.1:1"))
    bucket = Bucket("x", rate=1, burst=2)
    assert [taker.take([bucket]) == 0 for _ in range(3)] == [True, True, False]


# Twilio both ways


def post(sala, path: str, form: dict[str, str]):
    url = f"http://127.0.0.1:{sala.env['PORT']}{path}"
    form = {"AccountSid": ACCOUNT, **form}
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    return sala.client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def test_a_reply_by_twiml_is_recorded_settled_by_its_receipt_and_never_told_twice(sala) -> None:
    said = {"From": "+85599000001", "To": "1289"}
    texts = ("hello", "2", "2", "1", "4", "9", "9", "1", "1")
    for number, text in enumerate(texts):
        answer = post(sala, "/in/kh-sms", {**said, "MessageSid": f"SM{number}", "Body": text})
        assert answer.status_code == 200
    again = post(sala, "/in/kh-sms", {**said, "MessageSid": f"SM{len(texts) - 1}", "Body": "1"})
    assert again.get_data() == answer.get_data()
    body = answer.get_data(as_text=True)
    assert "Your number is" in body
    sala.work()
    rows = sala.all_of(Outgoing)
    assert [row.purpose for row in rows] == ["reply"] * len(texts)
    with sala.reading() as db:
        assert sum(row.parts for row in of_month(db, datetime.now(UTC).date(), ["kh-sms"])) >= len(texts)
    last = rows[-1]
    assert f"/in/kh-sms/status?row={last.id}&amp;try=1" in body
    for status in ("delivered", "sent", "queued"):
        told = post(sala, f"/in/kh-sms/status?row={last.id}&try=1", {"MessageSid": "SMreply", "MessageStatus": status})
        assert told.status_code == 204
    with sala.reading() as db:
        assert db.get_one(Outgoing, last.id).state == "delivered"
    forged = sala.client.post("/in/kh-sms", data={**said, "MessageSid": "SM99", "Body": "1"})
    assert forged.status_code == 403
    assert len(sala.all_of(Outgoing)) == len(rows)


def test_replies_are_forgotten_after_two_days(sala, address) -> None:
    with sala.house.database.transaction() as db:
        outbox.put_reply(db, "kh-sms", address, Turn("x", True), once="x", inline=True, now=NOW)
    put(sala, address, "answer", "kept")
    with sala.house.database.transaction() as db:
        outbox.purge(db, NOW + timedelta(hours=49))
    assert [row.purpose for row in sala.all_of(Outgoing)] == ["answer"]


def test_word_that_comes_is_waited_for(network, sala, address) -> None:
    """A text sent through the simulated network is delivered by its receipt; the receipt needs a door."""
    from .conftest import served

    row = put(sala, address, "answer", "a")
    with served(sala.app, int(sala.env["PORT"])):
        sala.hands.deliver(row, NOW)
        wait_for(lambda: sala.all_of(Outgoing)[0].state == "delivered")

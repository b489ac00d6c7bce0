"""The outbox: leased, sent once, retried with growing pauses, honest about what nobody knows."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.channels import Letter, NotSent, outbox, posting
from gateway.channels.outbox.records import Outgoing
from gateway.channels.twilio_sms import TwilioSms
from gateway.channels.twilio_wire import Account
from gateway.people.actions import hear_from

from .conftest import ACCOUNT, TOKEN, free_port, served, wait_for

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
LETTER = Letter(1, "+85599000001", "x", "http://127.0.0.1/")


@pytest.fixture
def row(sala) -> int:
    with sala.house.database.transaction() as db:
        address = hear_from(db, "kh", "+85599000001", NOW)
        for once in ("a", "a"):
            outbox.put(db, "kh-sms", address.id, "សូមអរគុណ", purpose="received", about="case:1", once=once, now=NOW)
    with sala.reading() as db:
        return db.scalars(select(Outgoing.id)).one()


def read(sala, row: int) -> Outgoing:
    with sala.reading() as db:
        return db.get(Outgoing, row)


def claim(sala, now: datetime) -> list[int]:
    with sala.house.database.transaction() as db:
        return [ready.id for ready in outbox.claim(db, now)]


def test_a_row_is_claimed_by_one_worker_only(sala, row) -> None:
    assert claim(sala, NOW) == [row]
    assert claim(sala, NOW) == []


def test_a_sender_that_died_leaves_an_unknown_that_is_not_repeated(sala, row) -> None:
    claim(sala, NOW)
    later = NOW + outbox.LEASE + timedelta(seconds=1)
    with sala.house.database.transaction() as db:
        assert outbox.mark_lost(db, later) == 1
    assert read(sala, row).state == "unknown"
    assert claim(sala, later + timedelta(days=1)) == []


def test_failures_wait_longer_each_time_and_end_after_two_days(sala, row) -> None:
    now, pauses = NOW, []
    while read(sala, row).state == "waiting":
        assert claim(sala, now) == [row]
        with sala.house.database.transaction() as db:
            outbox.not_sent(db, row, NotSent("network"), now)
        pauses.append(read(sala, row).due_at - now)
        now = max(read(sala, row).due_at, now)
    assert read(sala, row).state == "failed"
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[:6]))
    assert max(pauses) <= posting.LONGEST_PAUSE * 1.2
    assert posting.GIVE_UP <= now - NOW <= posting.GIVE_UP + posting.LONGEST_PAUSE * 1.2


def test_a_failure_that_is_told_late_does_not_undo_a_receipt(sala, row) -> None:
    from gateway.channels import Receipt

    claim(sala, NOW)
    with sala.house.database.transaction() as db:
        outbox.receive(db, "kh-sms", row, Receipt("SM1", "delivered"), NOW)
    with sala.house.database.transaction() as db:
        outbox.not_sent(db, row, NotSent("nobody knows", unknown=True), NOW)
    assert read(sala, row).state == "delivered"


def test_a_permanent_refusal_fails_at_once_and_staff_may_send_it_again(sala, row) -> None:
    claim(sala, NOW)
    with sala.house.database.transaction() as db:
        outbox.not_sent(db, row, NotSent("no such number", permanent=True), NOW)
    assert read(sala, row).state == "failed"
    with sala.house.database.transaction() as db:
        assert outbox.send_again(db, row, NOW)
        assert not outbox.send_again(db, row, NOW)
    assert claim(sala, NOW) == [row]


def test_a_receipt_that_comes_before_the_answer_is_not_undone(sala, row) -> None:
    from gateway.channels import Receipt

    claim(sala, NOW)
    with sala.house.database.transaction() as db:
        outbox.receive(db, "kh-sms", row, Receipt("SM1", "delivered"), NOW)
        outbox.sent(db, row, "SM1", NOW)
    assert read(sala, row).state == "delivered"


def test_an_unknown_is_settled_by_its_receipt(sala, row) -> None:
    from gateway.channels import Receipt

    claim(sala, NOW)
    with sala.house.database.transaction() as db:
        outbox.mark_lost(db, NOW + timedelta(hours=1))
        outbox.receive(db, "kh-sms", row, Receipt("SM9", "delivered"), NOW)
    assert (read(sala, row).state, read(sala, row).provider_id) == ("delivered", "SM9")


def test_delivered_through_the_twilio_library_with_signed_receipts(network, sala, row) -> None:
    """The whole wire: worker, twilio's client, the network, its receipt, back to the row."""
    import requests

    with served(sala.app, int(sala.env["PORT"])):
        assert sala.hands.deliver(row, NOW) == 1
        wait_for(lambda: read(sala, row).state == "delivered")
    texts = requests.get(f"{network}/inbox", params={"number": "+85599000001"}, timeout=5).json()
    assert [text["body"] for text in texts] == ["សូមអរគុណ"]


def channel(url: str) -> TwilioSms:
    return TwilioSms("kh-sms", "Sala", False, Account(ACCOUNT, (TOKEN,), url))


def failure(status: int, body: str) -> NotSent:
    app = Flask("far side")
    app.add_url_rule(
        "/<path:p>", "all", lambda p: (body, status, {"Content-Type": "application/json"}), methods=["POST"]
    )
    with served(app) as url, pytest.raises(NotSent) as caught:
        channel(url).send(LETTER)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "permanent", "unknown"),
    [
        (400, '{"code": 21211, "message": "x", "status": 400}', True, False),
        (400, '{"code": 21610, "message": "x", "status": 400}', True, False),
        (429, '{"code": 20429, "message": "x", "status": 429}', False, False),
        (401, '{"code": 20003, "message": "x", "status": 401}', False, False),
        (502, "bad gateway", False, True),
    ],
)
def test_what_the_provider_says_decides_the_retry(status, body, permanent, unknown) -> None:
    found = failure(status, body)
    assert (found.permanent, found.unknown) == (permanent, unknown)


def test_a_network_that_is_not_there_may_be_tried_again(sala) -> None:
    with pytest.raises(NotSent) as caught:
        channel(f"http://127.0.0.1:{free_port()}").send(LETTER)
    assert (caught.value.permanent, caught.value.unknown) == (False, False)

"""The outbox: leased, sent once, retried with growing pauses, honest about what nobody knows."""

from __future__ import annotations

import itertools
import socket
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import requests
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from gateway.channels import Letter, NotSent, Receipt, Turn, outbox, posting
from gateway.channels.outbox.records import Outgoing
from gateway.channels.reached import never_connected
from gateway.channels.twilio_sms import TwilioSms
from gateway.channels.twilio_wire import Account
from gateway.dialogue.actions import purge
from gateway.people import actions as people
from gateway.people.actions import hear_from
from gateway.people.records import Address

from .conftest import ACCOUNT, TOKEN, free_port, served, wait_for
from .writers import Texter

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


# Word of parts, of tries that are over, and of wishes


def state_of(sala, row: int) -> str:
    with sala.reading() as db:
        return db.get_one(Outgoing, row).state


def word(sala, row: int, receipt: Receipt, attempt: int = 1) -> None:
    with sala.house.database.transaction() as db:
        outbox.receive(db, "kh-sms", row, receipt, NOW, attempt)


def claimed(sala, row: int, parts: int = 1) -> None:
    with sala.house.database.transaction() as db:
        assert [ready.id for ready in outbox.claim(db, NOW, only=row)] == [row]
        outbox.note_parts(db, row, parts)


def test_word_of_two_parts_at_once_is_kept_for_both(sala, row) -> None:
    claimed(sala, row, parts=2)
    with sala.house.database.transaction() as db:
        outbox.sent(db, row, "", NOW, 2)
    both = [threading.Thread(target=word, args=(sala, row, Receipt("", "delivered", part=part))) for part in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert state_of(sala, row) == "delivered"


def test_a_part_that_arrived_says_nothing_of_one_that_was_never_handed_over(sala, row) -> None:
    claimed(sala, row, parts=2)
    word(sala, row, Receipt("", "delivered", part=1))
    assert state_of(sala, row) == "sending"
    with sala.house.database.transaction() as db:
        outbox.not_sent(db, row, NotSent("part 2", unknown=True), NOW)
    assert state_of(sala, row) == "unknown"


@pytest.mark.parametrize("late", [Receipt("SM1", "sent"), Receipt("SM1", "failed", "30003", True)])
def test_word_of_a_try_that_is_over_does_not_undo_the_next(sala, row, late) -> None:
    claimed(sala, row)
    with sala.house.database.transaction() as db:
        outbox.sent(db, row, "SM1", NOW)
    word(sala, row, Receipt("SM1", "failed", "30003", True))
    word(sala, row, late)
    with sala.house.database.transaction() as db:
        found = db.get_one(Outgoing, row)
        assert (found.state, found.provider_id, found.kind) == ("waiting", None, posting.NOTICE)
        assert [ready.id for ready in outbox.claim(db, NOW + timedelta(hours=3))] == [row]


def test_one_that_waits_for_a_phone_holds_up_no_conversation(sala, row) -> None:
    """Nor does another channel, nor a reply that is minutes old."""
    with sala.house.database.transaction() as db:
        address = db.get_one(Outgoing, row).address_id
        for number, (channel, at) in enumerate((("kh-sms", NOW), ("kh-kannel", NOW - timedelta(minutes=3)))):
            outbox.put_reply(db, channel, address, Turn("old", False), once=f"{number}", inline=False, now=at)
        new = outbox.put_reply(db, "kh-kannel", address, Turn("new", False), once="new", inline=False, now=NOW)
        assert [ready.id for ready in outbox.claim(db, NOW, only=new)] == [new]


@pytest.mark.parametrize(("purpose", "goes"), [("answer", False), ("received", False), ("news", False), ("code", True)])
def test_after_stop_only_what_she_asks_for_goes_out(network, sala, row, purpose, goes) -> None:
    with sala.house.database.transaction() as db:
        found = db.get_one(Outgoing, row)
        found.purpose, found.about = purpose, "event:1"
        people.stop(db, found.address_id, NOW)
    sala.hands.deliver(row, NOW)
    assert (state_of(sala, row) == "withdrawn") is not goes
    assert len(sala.all_of(Outgoing)) == 1


@pytest.mark.parametrize("url", ["http://sala.invalid/x", "http://127.0.0.1:9/x"])
def test_whoever_was_never_reached_may_be_tried_again(url) -> None:
    for ask in (lambda: requests.get(url, timeout=5), lambda: httpx.get(url, timeout=5)):
        with pytest.raises((requests.RequestException, httpx.HTTPError)) as caught:
            ask()
        assert never_connected(caught.value)


def test_one_who_listens_and_says_nothing_may_have_heard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for ask in (lambda: requests.get(url, timeout=0.2), lambda: httpx.get(url, timeout=0.2)):
            with pytest.raises((requests.RequestException, httpx.HTTPError)) as caught:
                ask()
            assert not never_connected(caught.value)


def test_a_reply_to_a_number_that_is_not_kept_is_forgotten_whatever_became_of_it(sala, row) -> None:
    with sala.house.database.transaction() as db:
        found = db.get_one(Outgoing, row)
        found.purpose, found.forget, found.state = "reply", True, "unknown"
    with sala.house.database.transaction() as db:
        purge(db, NOW)
    assert sala.all_of(Outgoing) == []
    assert sala.all_of(Address) == []


def test_what_a_text_says_is_in_no_sentence_of_an_error(sala, row) -> None:
    with pytest.raises(StatementError) as caught, sala.house.database.transaction() as db:
        db.execute(update(Outgoing).where(Outgoing.id == row).values(body="my secret \ud83d"))
    assert "secret" not in str(caught.value)


def test_what_an_office_wrote_after_stop_goes_out_after_start(network, sala, row) -> None:
    with sala.house.database.transaction() as db:
        found = db.get_one(Outgoing, row)
        found.purpose, found.about, address = "answer", "event:1", found.address_id
        people.stop(db, address, NOW)
        people.keep_language(db, address, "en")
    sala.hands.deliver(row, NOW)
    assert state_of(sala, row) == "withdrawn"
    Texter(sala, "+85599000001").write("START")
    assert state_of(sala, row) == "waiting"
    sala.hands.deliver(row, datetime.now(UTC))
    assert state_of(sala, row) in ("sent", "delivered")

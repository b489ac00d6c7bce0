"""The contract with carriers: what is heard, what is refused, what a repeat gets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from twilio.request_validator import RequestValidator

from gateway.channels import outbox
from gateway.channels.outbox.records import Outgoing
from gateway.db import Base
from gateway.people.records import Address

from .conftest import SECRET, TOKEN

TABLES_OF_CITIZENS = ("addresses", "conversations", "heard", "cases", "case_events", "outbox")


def rows(sala) -> dict[str, int]:
    with sala.reading() as db:
        tables = Base.metadata.tables
        return {name: db.scalar(select(func.count()).select_from(tables[name])) for name in TABLES_OF_CITIZENS}


def test_an_unknown_channel_is_404(sala) -> None:
    assert sala.client.post("/in/nowhere", query_string={"key": SECRET}).status_code == 404


@pytest.mark.parametrize("key", [None, "", "wrong", "ខុស"])
def test_a_missing_or_wrong_secret_is_403_and_nothing_is_stored(sala, key) -> None:
    caller = sala.caller()
    caller.session = "s"
    query = {} if key is None else {"key": key}
    answer = sala.client.post(
        "/in/kh-ussd", query_string=query, data={"sessionId": "s", "phoneNumber": "+85599000001", "text": ""}
    )
    assert answer.status_code == 403
    assert set(rows(sala).values()) == {0}


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"phoneNumber": "+85599000001", "text": ""}, "sessionId"),
        ({"sessionId": "s", "text": ""}, "phoneNumber"),
        ({"sessionId": "s", "phoneNumber": "+85599000001"}, "text"),
        ({"sessionId": "s", "phoneNumber": "hello", "text": ""}, "phone number"),
        ({"sessionId": "s" * 300, "phoneNumber": "+85599000001", "text": ""}, "sessionId"),
    ],
)
def test_a_malformed_request_is_400_in_one_line(sala, form, says) -> None:
    answer = sala.client.post("/in/kh-ussd", query_string={"key": SECRET}, data=form)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert says in body
    assert body.count("\n") == 1
    assert set(rows(sala).values()) == {0}


def test_the_answer_is_plain_text_and_begins_with_con_or_end(sala) -> None:
    caller = sala.caller()
    caller.dial()
    answer = caller.post()
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.get_data(as_text=True).startswith("CON ")


def test_a_repeated_hop_gets_the_same_bytes_and_does_nothing_twice(sala) -> None:
    caller = sala.caller()
    caller.dial()
    for key in ("2", "2", "1", "4", "9", "1", "1"):
        caller.press(key)
        before, first = rows(sala), caller.post().get_data()
        assert caller.post().get_data() == first
        assert rows(sala) == before
    assert rows(sala)["cases"] == 1


def test_the_same_key_twice_is_two_answers(sala) -> None:
    """`1` and `1*1` are different hops: a repeat is told by the whole text, not by the last key."""
    caller = sala.caller()
    caller.dial()
    caller.press("2", "2")
    topic = caller.screen
    caller.press("1")
    assert caller.screen != topic


def test_a_long_dialled_code_is_played_at_once(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2")
    assert sala.caller().dial("2*1").startswith("Where do you live?")


@pytest.mark.parametrize(
    "story",
    [
        "x" * 3000,
        "😟" * 300,
        "a*b*c",
        "\u202eright to left",
        "line\r\nbreak \x00\x07 bell",
        "'; DROP TABLE cases; --",
        "<b>&amp;</b>",
    ],
)
def test_whatever_is_typed_is_kept_as_data(sala, story) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1", "4", story, "1", "1")
    assert caller.screen.startswith("Your number is")
    with sala.reading() as db:
        kept = db.scalars(select(Base.metadata.tables["cases"].c.story)).one()
    assert kept == "".join(c for c in story.replace("\r\n", "\n") if c == "\n" or ord(c) >= 32)


def test_an_empty_answer_to_a_question_asks_again(sala) -> None:
    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1", "4", "")
    assert caller.screen.startswith("Please write a few words.")


def test_a_foreign_number_is_heard(sala) -> None:
    caller = sala.caller("+66812345678")
    assert "English" in caller.dial()


def test_a_local_number_is_the_same_phone_as_its_international_form(sala) -> None:
    sala.caller("012345678").dial()
    sala.caller("+85512345678").dial()
    with sala.reading() as db:
        assert [address.number for address in db.scalars(select(Address))] == ["+85512345678"]


def test_a_body_that_is_too_long_is_refused_in_a_sentence(sala) -> None:
    answer = sala.client.post("/in/kh-ussd", query_string={"key": SECRET}, data={"text": "x" * 300_000})
    assert answer.status_code == 413
    assert answer.get_data(as_text=True) == "The request is too long.\n"


def test_bytes_that_are_no_utf8_do_not_crash(sala) -> None:
    body = b"sessionId=s1&phoneNumber=%2B85599000001&text=%ff%fe"
    answer = sala.client.post(
        "/in/kh-ussd", query_string={"key": SECRET}, data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200


def test_one_number_cannot_flood(sala) -> None:
    caller = sala.caller()
    caller.dial()
    for _ in range(119):
        caller.post()
    assert caller.post().get_data(as_text=True) == "END Please wait a minute, then dial again."
    assert sala.caller("+85599000009").dial().startswith("Choose")


def test_a_number_and_a_story_are_nowhere_in_clear(sala) -> None:
    caller = sala.caller("+85599765432")
    caller.dial()
    caller.press("2", "2", "1", "4", "My neighbour knows", "1", "1")
    sala.work()
    with sala.reading() as db:
        for name in Base.metadata.tables:
            for row in db.execute(text(f'SELECT * FROM "{name}"')):
                shown = " ".join(
                    bytes(v).decode("latin1") if isinstance(v, (bytes, memoryview)) else str(v) for v in row
                )
                assert "765432" not in shown, name
                assert "neighbour" not in shown, name


def _one_sent(sala) -> int:
    caller = sala.caller()
    caller.dial()
    caller.press("2", "2", "1", "4", "9", "1", "1")
    sala.route_without_workers()
    with sala.house.database.transaction() as db:
        return outbox.claim(db, datetime.now(UTC))[0].id


def receipt(sala, row: int, status: str, token: str = TOKEN, sid: str = "SM1", name: str = "kh-sms"):
    path = f"/in/{name}/status?row={row}&note=%E1%9E%80"
    url = sala.house.settings.public_base_url + path
    form = {"MessageSid": sid, "MessageStatus": status}
    signature = RequestValidator(token).compute_signature(url, form)
    return sala.client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def state(sala, row: int) -> str:
    with sala.reading() as db:
        return db.get(Outgoing, row).state


def test_receipts_are_verified_ranked_and_never_go_backwards(sala) -> None:
    row = _one_sent(sala)
    assert receipt(sala, row, "delivered", token="forged").status_code == 403
    assert state(sala, row) == "sending"
    assert receipt(sala, row, "sent").status_code == 204
    assert state(sala, row) == "sent"
    receipt(sala, row, "delivered")
    receipt(sala, row, "sent")
    receipt(sala, row, "failed")
    assert state(sala, row) == "delivered"
    assert receipt(sala, row, "no such word").status_code == 400


def test_a_receipt_for_somebody_elses_text_changes_nothing(sala) -> None:
    row = _one_sent(sala)
    receipt(sala, row, "sent", sid="SM1")
    receipt(sala, row, "delivered", sid="SM2")
    assert state(sala, row) == "sent"

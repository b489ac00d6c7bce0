"""Whatever comes in at any channel: odd bytes are answered in one line and leave no trace; where we fail, who spoke is
told so, or her provider is, and brings it again. The channels are those of the packs, so that a new one is tried too."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from gateway.channels.outbox.records import Outgoing
from gateway.country.read import read_pack
from gateway.settings import ROOT

from .caller import LastInputCaller
from .conftest import SECRET
from .test_webhooks import rows
from .writers import Chatter, Texter

CHANNELS = sorted(name for country in ("kh", "la") for name in read_pack(ROOT, country).channels)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
BODIES = {
    "nothing": (b"", FORM),
    "no utf-8": (b"\xff\xfe\x00=\xc3&From=%ff&text=%ff", FORM),
    "no utf-8 in json": (b'{"text": "\xff\xfe"}', JSON),
    "half a json": (b'{"text": "', JSON),
    "a list": (b"[1, 2]", JSON),
    "a number": (b"7", JSON),
    "deep": (b"[" * 30_000, JSON),
    "wrong types": (
        b'{"Mobile": [], "SessionId": {}, "Type": 3, "message": [{}], "id": {}, "from": [0], "text": {}}',
        JSON,
    ),
    "huge": (b"text=" + b"x" * 1_000_000, FORM),
}
EVENTS = ("", "/status", "/call/operator", "/call/left", "/sessions/x/start", "/x/../y", "/%00")


@pytest.mark.parametrize("name", CHANNELS)
def test_odd_bytes_are_refused_in_a_line_and_leave_no_trace(sala, name) -> None:
    secret = {"X-Telegram-Bot-Api-Secret-Token": sala.env["TELEGRAM_WEBHOOK_SECRET"]}
    before = rows(sala)
    for said, (body, kind) in BODIES.items():
        for event in EVENTS:
            key = sala.env["KANNEL_SECRET"] if "kannel" in name else SECRET
            answer = sala.client.post(
                f"/in/{name}{event}", query_string={"key": key}, data=body, content_type=kind, headers=secret
            )
            assert answer.status_code < 500, (said, event, answer.get_data(as_text=True))
            assert len(answer.get_data()) < 300
    assert rows(sala) == before


@pytest.fixture
def lost_table(sala):
    """Takes a table away, as a mistake in the database would; gives it back."""
    taken = []

    def take(table: str) -> None:
        with sala.house.database.transaction() as db:
            db.execute(text(f"ALTER TABLE {table} RENAME TO taken_{table}"))
        taken.append(table)

    yield take
    with sala.house.database.transaction() as db:
        for table in taken:
            db.execute(text(f"ALTER TABLE taken_{table} RENAME TO {table}"))


@pytest.mark.parametrize(("writer", "address"), [(Texter, "+85599000001"), (Chatter, "5001")])
def test_who_wrote_is_told_that_her_words_were_not_kept(sala, lost_table, writer, address) -> None:
    lost_table("conversations")
    one = writer(sala, address)
    one.write("hello")
    assert one.status == 200
    assert [row.body.partition(" (")[0] for row in sala.all_of(Outgoing)] == ["Something went wrong here"]
    assert sala.all_of(Outgoing)[0].body.endswith("Please write it again.")


@pytest.mark.parametrize(("writer", "address"), [(Texter, "+85599000001"), (Chatter, "5001")])
def test_where_nothing_can_be_kept_the_provider_brings_it_again(sala, lost_table, writer, address) -> None:
    lost_table("outbox")
    one = writer(sala, address)
    assert one.post("hello", "77").status_code == 500


def test_in_a_session_she_reads_it_at_once(sala, lost_table) -> None:
    lost_table("conversations")
    caller = sala.caller()
    with pytest.raises(AssertionError, match="went wrong"):
        caller.dial()


def test_who_writes_too_fast_is_heard_later(sala) -> None:
    texter = Texter(sala, "+85599000001")
    answers = [texter.post("hello", str(n)).status_code for n in range(122)]
    assert answers == [200] * 120 + [429] * 2


def test_half_an_emoji_is_a_letter_like_others_and_nobodys_words_are_logged(sala, capfd) -> None:
    phone = LastInputCaller(sala.client, SECRET, "+85599000001", "kh-ussd-2")
    phone.dial()
    phone.press("2", "2", "1", "4", "Sok beats me \ud83d")
    assert "Something went wrong" not in phone.screen
    assert "Sok beats me" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "body",
    [
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1152921504606846976, "chat": {"id": 5, "type": "private"}}}',
    ],
)
def test_an_update_of_impossible_numbers_is_logged_and_not_sent_for_ever(sala, body) -> None:
    secret = {"X-Telegram-Bot-Api-Secret-Token": sala.env["TELEGRAM_WEBHOOK_SECRET"]}
    answer = sala.client.post("/in/kh-telegram", headers=secret, data=body, content_type="application/json")
    assert answer.status_code == 200


def test_a_receipt_for_a_part_that_cannot_be_is_refused(sala) -> None:
    query = {"key": sala.env["KANNEL_SECRET"], "type": "1", "part": "9" * 5000, "row": "1", "try": "1"}
    assert sala.client.get("/in/kh-kannel/status", query_string=query).status_code == 400

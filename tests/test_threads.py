"""Messages instead of sessions: by SMS and in a chat. The first words count, nothing is told twice, nobody is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.cases.attachments import Attachment
from gateway.cases.records import Case
from gateway.channels.outbox.records import Outgoing
from gateway.dialogue.records import Conversation
from gateway.people.records import Address

from .conftest import wait_for
from .pictures import taken_photo
from .writers import Chatter, Texter

NUMBER = "+85599000001"


@pytest.fixture
def texter(sala) -> Texter:
    return Texter(sala, NUMBER)


def test_a_sentence_in_khmer_needs_no_question_about_language(texter, sala) -> None:
    """Who writes Khmer has shown that her phone can."""
    assert texter.write("មិនទាន់បានប្រាក់ទេ នៅស្វាយដង្គំ").startswith("ប្រាប់បញ្ហា៖ មិនបានប្រាក់")
    assert sala.all_of(Address)[0].language == "km"


def test_what_was_written_before_the_language_was_known_is_heard_afterwards(texter) -> None:
    assert texter.write("i have not been paid").startswith("Choose a language")
    assert texter.write("2").startswith("Tell us a problem")


def test_who_cannot_read_khmer_letters_is_asked_once_and_then_gets_abc(texter, sala) -> None:
    texter.write("hello", "1")
    assert "ABC" in texter.screen
    texter.write("2")
    assert sala.all_of(Address)[0].language == "km-Latn"
    first = texter.screen
    later = Texter(sala, NUMBER)
    with sala.house.database.transaction() as db:
        db.delete(db.scalars(select(Conversation)).one())
    assert later.write("hello") == first


def test_a_complaint_by_sms_and_its_number_is_told_once(texter, sala) -> None:
    texter.write(
        "hello", "English", "A problem", "Not paid", "Tell you later", "Nothing came in May", "Write to me", "1"
    )
    assert texter.screen.startswith("Thank you. Your number is")
    sala.work()
    case = sala.all_of(Case)[0]
    assert (case.story, case.answer_by, case.state) == ("Nothing came in May", "write", "routed")
    with sala.reading() as db:
        assert db.scalars(select(Outgoing).where(Outgoing.purpose == "received")).all() == []


def test_one_left_half_told_is_told_its_number_when_it_opens_by_itself(texter, sala) -> None:
    texter.write("hello", "2", "2", "1", "4", "Nothing came in May", "1")
    sala.tick.once(datetime.now(UTC) + timedelta(hours=5))
    assert sala.all_of(Case) == []
    sala.tick.once(datetime.now(UTC) + timedelta(hours=7))
    sala.work()
    with sala.reading() as db:
        assert len(db.scalars(select(Outgoing).where(Outgoing.purpose == "received")).all()) == 1


@pytest.mark.parametrize("again", [1, 2])
def test_the_same_message_heard_again_is_answered_once(texter, sala, again) -> None:
    for _ in range(1 + again):
        texter.post("hello", "one id")
    assert len(sala.all_of(Outgoing)) == 1


def test_stop_and_start_by_sms(texter, sala) -> None:
    texter.write("hello", "2", "STOP")
    assert texter.screen.startswith("We will send you no more messages.")
    assert sala.all_of(Address)[0].stopped_at
    texter.write("START")
    assert texter.screen.startswith("You will get our messages again.")
    assert sala.all_of(Address)[0].stopped_at is None


def test_asking_to_be_written_to_lifts_an_earlier_stop(texter, sala) -> None:
    texter.write("hello", "2", "STOP", "hello")
    texter.write("2", "1", "4", "It is late", "1", "1")
    assert sala.all_of(Address)[0].stopped_at is None


def test_with_a_pin_the_number_goes_with_the_last_reply(network, sala) -> None:
    texter = Texter(sala, NUMBER)
    texter.write("hello", "2", "2", "1", "4", "A secret", "4", "4821", "1")
    assert "Your number is" in texter.screen
    sala.work()
    assert sala.all_of(Outgoing) == []
    assert sala.all_of(Address) == []
    assert [case.address_id for case in sala.all_of(Case)] == [None]


def test_a_call_dropped_on_ussd_is_gone_on_with_by_sms(texter, sala) -> None:
    caller = sala.caller(NUMBER)
    caller.dial()
    caller.press("2", "2", "1", "4", "Nothing came in May")
    assert texter.write("hello").startswith("1 Continue")
    assert texter.write("1").startswith("How shall we answer you?")


def test_a_gateway_that_says_the_call_was_cut_lets_her_know_once(sala) -> None:
    caller = sala.caller(NUMBER)
    caller.dial()
    caller.press("2", "2", "1", "4")
    form = {"sessionId": caller.session, "phoneNumber": NUMBER, "status": "Incomplete"}
    for _ in range(2):
        ended = sala.client.post("/in/kh-ussd/ended", query_string={"key": caller.secret}, data=form)
        assert ended.status_code == 200
    assert [row.body for row in sala.all_of(Outgoing)] == ["Your call was cut. To go on, dial *123#."]


def test_a_cut_call_about_something_private_sends_nothing(sala) -> None:
    caller = sala.caller(NUMBER)
    caller.dial()
    caller.press("2", "3")
    form = {"sessionId": caller.session, "phoneNumber": NUMBER, "status": "Failed"}
    sala.client.post("/in/kh-ussd/ended", query_string={"key": caller.secret}, data=form)
    assert sala.all_of(Outgoing) == []


@pytest.mark.parametrize("sender", ["METFONE", "1289", "12"])
def test_what_a_short_code_or_a_name_sends_is_nobodys_message(sala, sender) -> None:
    answer = Texter(sala, sender).post("Win a car!", "1")
    assert answer.status_code == 200
    assert sala.all_of(Address) == []


# In a chat


@pytest.fixture
def chatter(network, sala) -> Chatter:
    return Chatter(sala, "5001")


def test_a_chat_from_the_first_word_to_the_number(chatter, sala, chats) -> None:
    chatter.write("/start")
    chatter.press("English", "Tell us a problem", "I have not been paid", "I will tell you when you call")
    chatter.write("Nothing came in May")
    chatter.press("Skip", "Write the answer to this phone", "Send it")
    sala.work()
    said = chats.said[5001]

    def all_sent() -> bool:  # one message a second to a chat, after the first three
        sala.tick.deliver(datetime.now(UTC) + timedelta(seconds=10))
        return said[-1]["text"].startswith("Thank you. Your number is")

    wait_for(all_sent)
    assert said[1]["buttons"][0][0] == "My rights"
    assert all(len(data.encode()) <= 64 for one in said for _, data in one["buttons"])
    case = sala.all_of(Case)[0]
    assert (case.channel, case.story, case.state) == ("kh-telegram", "Nothing came in May", "routed")


def test_every_press_is_answered_and_an_old_button_does_nothing(chatter, sala) -> None:
    chatter.write("/start")
    old = chatter.mark
    chatter.press("English", "Tell us a problem")
    question = chatter.buttons
    answer = chatter.sent(chatter.pressed(old, "1"))
    assert answer.json == {"method": "answerCallbackQuery", "callback_query_id": "77"}
    assert chatter.screen.startswith("That button is from an earlier question.")
    assert chatter.buttons == question


def test_a_photo_and_a_voice_note_come_with_the_case(chatter, sala, chats) -> None:
    chats.files |= {"p": taken_photo(), "v": b"OggS voice", "x": b"MZ a program"}
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3}
    chatter.write("/start")
    chatter.press("English", "Tell us a problem", "I have not been paid", "I will tell you when you call")
    chatter.sent(chatter.update({"message": chatter.message(voice=voice)}))
    chatter.sent(chatter.update({"message": chatter.message(photo=photo)}))
    chatter.sent(chatter.update({"message": chatter.message(voice={**voice, "file_id": "x"})}))
    assert chatter.screen.startswith("We keep what you sent.")
    chatter.press("Write the answer to this phone", "Send it")
    sala.work()
    case = sala.all_of(Case)[0]
    assert case.story is None
    kept = [(row.kind, row.state, row.content_type, row.case_id) for row in sala.all_of(Attachment)]
    assert kept == [
        ("voice", "kept", "audio/ogg", case.id), ("photo", "kept", "image/jpeg", case.id), ("voice", "failed", "", case.id),
    ]  # fmt: skip
    assert [row.source for row in sala.all_of(Attachment)] == [None] * 3


def test_who_blocks_us_is_not_written_to_and_is_again_once_she_writes(chatter, sala) -> None:
    chatter.write("/start")
    member = {"user": {"id": 1, "is_bot": True, "first_name": "b"}, "status": "member"}
    who = {"id": 5001, "is_bot": False, "first_name": "x"}
    gone = {"chat": {"id": 5001, "type": "private"}, "from": who, "date": 1, "old_chat_member": member}
    gone["new_chat_member"] = {**member, "status": "kicked", "until_date": 0}
    chatter.update({"my_chat_member": gone})
    assert sala.all_of(Address)[0].closed_at
    chatter.write("hello")
    assert sala.all_of(Address)[0].closed_at is None


@pytest.mark.parametrize("body", ["{", "[]", '{"update_id": 1, "message": {"text": 5}}', "\udcff", "9" * 270_000])
def test_a_poison_update_is_a_logged_200_or_too_long_and_nothing_else(sala, body) -> None:
    secret = {"X-Telegram-Bot-Api-Secret-Token": sala.env["TELEGRAM_WEBHOOK_SECRET"]}
    raw = body.encode(errors="surrogateescape")
    answer = sala.client.post("/in/kh-telegram", headers=secret, data=raw, content_type="application/json")
    assert answer.status_code == (413 if len(raw) > 262_144 else 200)
    assert sala.all_of(Address) == []

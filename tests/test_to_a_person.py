"""From the telephone to a person: hours, the queue, a message, who hangs up, the two who hear each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
import time_machine

from gateway.cases.attachments import Attachment
from gateway.hotline.records import Call, Missed, Task

from .phone import NIGHT, NUMBER, OPEN, Phone


@pytest.fixture
def phone(sala) -> Phone:
    """As the demo pack has it: the menu is not recorded, whoever calls goes to a person."""
    return Phone(sala)


def test_in_the_hours_she_waits_in_a_queue_of_her_own(phone, sala) -> None:
    with time_machine.travel(OPEN):
        phone.call()
        phone.call()  # heard again
    call = sala.all_of(Call)[0]
    assert phone.twiml.find("Enqueue").text == f"call-{call.id}"
    assert [(task.kind, task.state) for task in sala.all_of(Task)] == [("call", "waiting")]
    assert phone.heard() == ["Please wait. Somebody will speak with you."]
    phone.ask("/in/kh-hotline/call/wait", QueueTime="30")
    assert phone.twiml.find("Leave") is None
    phone.ask("/in/kh-hotline/call/wait", QueueTime="180")
    assert phone.twiml.find("Leave") is not None


@pytest.mark.parametrize(
    ("presses", "kind"),
    [
        (("1",), "call_back"),
        (("7",), "call_back"),
        (("",), "call_back"),
        (("2", "speak"), "message"),
        (("2",), "call_back"),
    ],
)
def test_when_nobody_answers_she_is_called_back_or_leaves_a_message(phone, sala, presses, kind) -> None:
    with time_machine.travel(OPEN):
        phone.call()
    phone.ask("/in/kh-hotline/call/left", QueueResult="leave")
    for pressed in presses:
        phone.speak() if pressed == "speak" else phone.press(pressed)
    task = sala.all_of(Task)[0]
    assert (task.kind, task.state) == (kind, "waiting")
    if kind == "message":
        assert task.attachment_id == sala.all_of(Attachment)[0].id


def test_who_hangs_up_while_waiting_is_called_back(phone, sala) -> None:
    with time_machine.travel(OPEN):
        phone.call()
    phone.ask("/in/kh-hotline/call/left", QueueResult="hangup")
    assert [(task.kind, task.state) for task in sala.all_of(Task)] == [("call_back", "waiting")]
    assert sala.all_of(Call)[0].outcome == "abandoned"


def test_outside_the_hours_she_is_told_so_and_may_leave_a_message(phone, sala) -> None:
    with time_machine.travel(NIGHT):
        phone.call()
    assert phone.heard()[0] == "Nobody is here at this hour."
    assert phone.twiml.find("Enqueue") is None
    phone.press("2")
    phone.speak()
    assert [task.kind for task in sala.all_of(Task)] == ["message"]


@pytest.mark.parametrize("ending", ["hangs up at the sentence", "hangs up in the offer"])
def test_who_hangs_up_while_nobody_is_there_is_called_back(phone, sala, ending) -> None:
    with time_machine.travel(NIGHT if ending == "hangs up at the sentence" else OPEN):
        phone.call()
        if ending == "hangs up in the offer":
            phone.ask("/in/kh-hotline/call/left", QueueResult="leave")
        phone.ask("/in/kh-hotline/call/over", 204, CallStatus="completed")
    assert [(task.kind, task.state) for task in sala.all_of(Task)] == [("call_back", "waiting")]


def test_nobody_stays_on_a_dead_line(phone, sala) -> None:
    with time_machine.travel(OPEN):
        phone.call()
    sala.tick.once(OPEN + timedelta(minutes=31))
    assert [(task.kind, task.state) for task in sala.all_of(Task)] == [("call_back", "waiting")]


def test_a_taken_call_is_not_over_before_the_two_hear_each_other(network, phone, sala, staff) -> None:
    """The operator's telephone rings; the caller hangs up before she has picked up: she is called back."""
    operator = staff["operator"]
    operator.get("/console/hotline")
    operator.post("/console/hotline/shift", language="km", phone="012 345 678")
    with time_machine.travel(OPEN):
        phone.call()
    number = sala.all_of(Task)[0].id
    operator.post(f"/console/hotline/task/{number}/take")
    called = requests.get(f"{network}/calls", timeout=5).json()[-1]
    assert called["To"] == "+85512345678"
    phone.ask("/in/kh-hotline/call/left", QueueResult="hangup")
    assert [(task.kind, task.state, task.taken_by) for task in sala.all_of(Task)] == [("call_back", "waiting", None)]


def test_an_operator_presses_a_key_and_hears_her(network, phone, sala, staff) -> None:
    operator = staff["operator"]
    operator.get("/console/hotline")
    operator.post("/console/hotline/shift", language="km", phone="012 345 678")
    with time_machine.travel(OPEN):
        phone.call()
    caller, number = phone.sid, sala.all_of(Task)[0].id
    operator.post(f"/console/hotline/task/{number}/take")
    url = requests.get(f"{network}/calls", timeout=5).json()[-1]["Url"]
    join, out = url.removeprefix(f"http://127.0.0.1:{sala.env['PORT']}"), {"Direction": "outbound-api"}
    phone.sid = "CA2"
    phone.ask(join, **out)
    assert phone.heard() == ["A caller waits. To take the call, press one."]
    asked = phone.twiml.find("Gather").get("action")
    phone.ask(asked, Digits="", **out)  # voice mail
    assert phone.twiml.find("Dial") is None
    assert sala.all_of(Call)[0].answered_at is None
    phone.ask(asked, Digits="1", **out)
    assert phone.twiml.find("Dial").find("Queue").text == f"call-{sala.all_of(Call)[0].id}"
    operator.get(f"/console/hotline/task/{number}")
    operator.post(f"/console/hotline/task/{number}/outcome", outcome="reached")
    assert len(sala.all_of(Call)) == 1
    phone.sid = caller
    phone.ask("/in/kh-hotline/call/left", QueueResult="bridged")
    assert sala.all_of(Task)[0].state == "done"
    operator.get("/console/hotline")
    assert "Finish the call of" in operator.page


@pytest.mark.parametrize("withheld", ["anonymous", "+266696687", "+7378742833", "+86282452253"])
def test_an_unknown_number_is_served_too(phone, sala, withheld) -> None:
    phone.number = withheld
    with time_machine.travel(OPEN):
        phone.call()
    assert phone.twiml.find("Enqueue") is not None
    assert sala.all_of(Call)[0].address_id is None


@pytest.mark.parametrize(
    "word", ["operator", "wait", "left", "offer", "message", "connect", "answered", "rung", "beep"]
)
def test_no_word_of_a_call_is_believed_without_its_signature(sala, word) -> None:
    answer = sala.client.post(f"/in/kh-hotline/call/{word}", data={"CallSid": "CA1", "From": NUMBER})
    assert answer.status_code == 403
    assert sala.all_of(Call) == []
    assert sala.all_of(Missed) == []

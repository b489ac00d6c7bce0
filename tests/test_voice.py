"""Telephone calls: keys in, TwiML out; a person behind every question; never silence."""

from __future__ import annotations

import wave
import xml.etree.ElementTree as Xml
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from gateway.cases.attachments import Attachment
from gateway.cases.records import Case
from gateway.channels.outbox.records import Outgoing
from gateway.channels.recordings import recordings
from gateway.channels.twilio_voice import TwilioVoice
from gateway.channels.twilio_wire import Account
from gateway.dialogue.world_check import spoken
from gateway.hotline.records import Call, Missed, Task

from .conftest import ACCOUNT, TOKEN
from .writers import Texter

NUMBER = "+85599000001"
OPEN = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)  # Wednesday, ten in the morning in Phnom Penh
NIGHT = datetime(2026, 12, 2, 16, 0, tzinfo=UTC)


class Phone:
    """A caller as Twilio shows her: follows what the TwiML says."""

    def __init__(self, sala, channel: str = "kh-hotline", number: str = NUMBER, sid: str = "CA1") -> None:
        self.sala, self.channel, self.number, self.sid = sala, channel, number, sid
        self.twiml: Xml.Element = Xml.Element("Response")

    def ask(self, path: str, status: int = 200, **form: str) -> Xml.Element:
        url = f"http://127.0.0.1:{self.sala.env['PORT']}{path}"
        form = {"AccountSid": ACCOUNT, "CallSid": self.sid, "From": self.number, "To": "+85523000000", **form}
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        answer = self.sala.client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == status, answer.get_data(as_text=True)
        if status == 200:
            self.twiml = Xml.fromstring(answer.get_data(as_text=True))
            redirect = self.twiml.find("Redirect")
            if redirect is not None and self.twiml.find("Record") is None:
                return self.ask(redirect.text, **{k: v for k, v in form.items() if k == "Direction"})
        return self.twiml

    def say_nothing(self) -> Xml.Element:
        """Twilio does not tell of a recording without a word: it goes on to what stands behind it."""
        return self.ask(self.twiml.find("Redirect").text, CallStatus="in-progress")

    def call(self, **form: str) -> Xml.Element:
        return self.ask(f"/in/{self.channel}", CallStatus="ringing", **form)

    def press(self, *keys: str) -> Xml.Element:
        for key in keys:
            gather = self.twiml.find("Gather")
            assert gather is not None, Xml.tostring(self.twiml)
            self.ask(gather.get("action"), Digits=key, CallStatus="in-progress")
        return self.twiml

    def speak(self, seconds: int = 12) -> Xml.Element:
        record = self.twiml.find("Record")
        assert record is not None, Xml.tostring(self.twiml)
        url = f"https://api.twilio.com/recordings/{self.sid}"
        return self.ask(record.get("action"), RecordingUrl=url, RecordingDuration=str(seconds))

    def heard(self) -> list[str]:
        """What is said: the names of recordings, and spoken words."""
        said = self.twiml.iter()
        return [
            e.text.rsplit("/", 1)[-1].rsplit(".", 2)[0] if e.tag == "Play" else e.text
            for e in said if e.tag in ("Play", "Say")
        ]  # fmt: skip


@pytest.fixture
def recorded(sala, tmp_path) -> Path:
    """A tone for every sentence of Khmer and English: the menu of the hotline can be heard."""
    folder = tmp_path / "recordings"
    pack, flows = sala.house.packs["kh"], sala.book.flows
    hotline = ("hotline.wait", "hotline.closed", "hotline.busy", "hotline.offer", "hotline.speak", "hotline.thanks")
    for tag in ("km", "en"):
        (folder / tag / "voice").mkdir(parents=True)
        for name in (*spoken(flows, pack.services, sala.house.texts, tag), *hotline):
            with wave.open(str(folder / tag / "voice" / f"{name}.wav"), "wb") as tone:
                tone.setparams((1, 2, 8000, 0, "NONE", ""))
                tone.writeframes(b"\0\0" * (10 + len(name)))
    recordings.cache_clear()
    return folder


@pytest.fixture
def menu(sala, recorded) -> Iterator[Phone]:
    """The hotline with its menu recorded in Khmer and English."""
    pack = sala.house.packs["kh"]
    row = pack.channels["kh-hotline"]
    pack.channels["kh-hotline"] = replace(row, languages=("km", "en"))
    account = Account(ACCOUNT, (TOKEN,), "")
    sala.app.config["CHANNELS"]["kh-hotline"] = TwilioVoice("kh-hotline", "1289", account, {}, recorded)
    yield Phone(sala)
    pack.channels["kh-hotline"] = row


def test_the_language_comes_first_each_said_in_itself(menu) -> None:
    menu.call()
    played = [play.text for play in menu.twiml.iter("Play")]
    assert [path.split("/")[2] for path in played if "language.name" in path] == ["km", "en"]
    assert menu.heard()[:5] == ["language.which", "language.name", "press.1", "language.name", "press.2"]


def test_a_spoken_complaint_from_the_first_key_to_the_number(menu, sala) -> None:
    menu.call()
    menu.press("1", "1", "1")  # Khmer, a problem, not paid: where she lives, the operator asks
    assert menu.heard()[:1] == ["complaint.story"]
    menu.speak()
    menu.say_nothing()  # no more proof
    menu.press("3", "1")  # hotline only, send it
    heard = menu.heard()
    case = sala.all_of(Case)[0]
    digits = [name.removeprefix("digit.") for name in heard if name.startswith("digit.")]
    assert "".join(digits) == case.reference
    assert "number.10" in heard
    assert (case.language, case.answer_by, case.story, case.channel) == ("km", "hotline", None, "kh-hotline")
    assert [(row.kind, row.case_id) for row in sala.all_of(Attachment)] == [("voice", case.id)]
    assert menu.twiml.find("Hangup") is not None


def test_a_request_heard_again_gets_the_same_and_does_nothing_twice(menu, sala) -> None:
    menu.call()
    menu.press("1", "1", "1")
    action = menu.twiml.find("Record").get("action")
    form = {"RecordingUrl": "https://api.twilio.com/r", "RecordingDuration": "9"}
    first = Xml.tostring(menu.ask(action, **form))
    assert Xml.tostring(menu.ask(action, **form)) == first
    assert len(sala.all_of(Attachment)) == 1


def test_the_star_goes_back_and_silence_asks_twice_more_and_then_a_person(menu) -> None:
    menu.call()
    menu.press("1")
    top = menu.heard()
    menu.press("1", "*")
    assert menu.heard()[: len(top) - 1] == top[: len(top) - 1]
    menu.press("", "")
    assert menu.twiml.find("Gather") is not None
    with time_machine.travel(OPEN):
        menu.press("")
    assert menu.twiml.find("Enqueue") is not None


def test_a_recording_is_served_under_the_mark_of_what_is_in_it(menu, sala, recorded) -> None:
    menu.call()
    path = next(menu.twiml.iter("Play")).text
    object.__setattr__(sala.house, "settings", replace(sala.house.settings, recordings=recorded))
    answer = sala.client.get(path)
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    name, _, kind = path.rsplit("/", 1)[1].rsplit(".", 2)
    assert sala.client.get(f"/voice/km/{name}.00000000.{kind}").status_code == 404
    assert sala.client.get("/voice/km/../../settings.py").status_code == 404


def test_without_a_recording_she_goes_to_a_person_without_silence(menu, sala, recorded) -> None:
    (recorded / "km" / "voice" / "menu.top.wav").unlink()
    recordings.cache_clear()
    account = Account(ACCOUNT, (TOKEN,), "")
    sala.app.config["CHANNELS"]["kh-hotline"] = TwilioVoice("kh-hotline", "1289", account, {}, recorded)
    with time_machine.travel(OPEN):
        menu.call()
        menu.press("1")
    assert menu.twiml.find("Enqueue") is not None


# To a person


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


def test_who_chose_a_language_by_voice_is_still_asked_what_her_phone_can_show(menu, sala) -> None:
    menu.call()
    menu.press("1")
    texter = Texter(sala, NUMBER)
    assert texter.write("hello").startswith("Choose a language")
    menu.sid = "CA2"
    menu.call()
    assert "language.which" not in menu.heard()


def test_a_story_is_kept_whatever_ended_it(menu, sala) -> None:
    """She hangs up behind her last word, or presses the key that leads to a person: what she said is there."""
    for sid, how in (("CA1", {"Digits": "hangup", "CallStatus": "completed"}), ("CA2", {"Digits": "0"})):
        menu.sid, menu.number = sid, f"{NUMBER}{sid[-1]}"
        menu.call()
        menu.press("1", "1", "1")
        url = {"RecordingUrl": f"https://api.twilio.com/{sid}", "RecordingDuration": "30"}
        menu.ask(menu.twiml.find("Record").get("action"), **url, **how)
    assert [row.source for row in sala.all_of(Attachment)] == [f"https://api.twilio.com/{n}" for n in ("CA1", "CA2")]


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


# Missed calls


@pytest.fixture
def beeper(network, sala) -> Phone:
    return Phone(sala, "kh-beep")


def ring(phone: Phone, sid: str, number: str = NUMBER) -> None:
    phone.number, phone.sid = number, sid
    phone.ask(f"/in/{phone.channel}/call/beep", CallStatus="ringing")
    assert phone.twiml.find("Reject").get("reason") == "busy"


def test_a_missed_call_is_refused_as_busy_and_called_back_once(beeper, sala, network) -> None:
    ring(beeper, "CA1")
    ring(beeper, "CA1")
    ring(beeper, "CA2")
    rows = sala.all_of(Missed)
    assert [(row.state, row.why) for row in rows] == [("waiting", ""), ("refused", "called back a moment ago")]
    later = datetime.now(UTC) + timedelta(seconds=30)
    for _ in range(2):
        sala.tick.deliver(later)
    calls = requests.get(f"{network}/calls", timeout=5).json()
    assert [(call["To"], call["Url"].rsplit("/", 1)[1]) for call in calls] == [
        (NUMBER, f"answered?missed={rows[0].id}")
    ]
    answered = calls[0]["Url"].removeprefix(f"http://127.0.0.1:{sala.env['PORT']}")
    beeper.sid = "CA9"
    out = {"Direction": "outbound-api", "From": "+85523000000", "To": NUMBER}
    beeper.ask(answered, CallStatus="in-progress", **out)
    assert beeper.heard() == ["You called us. To go on, press one."]
    gather = beeper.twiml.find("Gather").get("action")
    with time_machine.travel(OPEN):
        beeper.ask(gather, Digits="1", **out)
    assert sala.all_of(Missed)[0].state == "reached"
    assert beeper.twiml.find("Enqueue") is not None


def test_voice_mail_hears_one_sentence_and_nobody_answers_three_times(beeper, sala, network) -> None:
    ring(beeper, "CA1")
    now = datetime.now(UTC)
    for attempt in range(3):
        now += timedelta(minutes=11)
        sala.tick.deliver(now)
        beeper.ask(f"/in/kh-beep/call/answered?missed={sala.all_of(Missed)[0].id}&again=1", Digits="")
        assert beeper.twiml.find("Hangup") is not None
        with time_machine.travel(now):
            beeper.ask(f"/in/kh-beep/call/rung?missed={sala.all_of(Missed)[0].id}", 204, CallStatus="completed")
        assert len(requests.get(f"{network}/calls", timeout=5).json()) == attempt + 1
    assert sala.all_of(Missed)[0].state == "unreached"
    assert [task.kind for task in sala.all_of(Task)] == ["call_back"]


@pytest.mark.parametrize(
    ("number", "why"), [("+23912345678", "no budget for that country"), ("+66812345678", ""), ("+8562055512345", "")]
)
def test_each_country_has_its_own_budget(beeper, sala, number, why) -> None:
    ring(beeper, "CA1", number)
    assert sala.all_of(Missed)[0].why == why


def test_a_call_of_ours_whose_end_nobody_told_is_made_again(beeper, sala, network) -> None:
    ring(beeper, "CA1")
    now = datetime.now(UTC)
    for _ in range(4):
        now += timedelta(minutes=16)
        sala.tick.deliver(now)
    for _ in range(8):
        now += timedelta(minutes=16)
        sala.tick.deliver(now)
    assert sala.all_of(Missed)[0].state == "unreached"
    assert [task.kind for task in sala.all_of(Task)] == ["call_back"]
    assert len(requests.get(f"{network}/calls", timeout=5).json()) == 3


def test_a_budget_is_a_day_s(beeper, sala) -> None:
    pack = sala.house.packs["kh"]
    row = pack.channels["kh-beep"]
    pack.channels["kh-beep"] = replace(row, own={**row.own, "budgets": {"+855": "2"}})
    try:
        for number in range(4):
            ring(beeper, f"CA{number}", f"+8559900000{number}")
        whys = [row.why for row in sala.all_of(Missed)]
        assert whys == ["", "", "the day's budget is spent", "the day's budget is spent"]
    finally:
        pack.channels["kh-beep"] = row


def test_three_calls_for_nothing_and_then_a_neutral_text(sala, staff) -> None:
    from gateway.hotline import actions as hotline

    case = sala.lodge("2", "1", "1", "4", "9", "2", "1", "1")
    staff["officer"].answer(case.id, "Come on Monday.")
    task, now = sala.all_of(Task)[0], datetime.now(UTC)
    with sala.house.database.transaction() as db:
        mine = db.get_one(Task, task.id)
        for attempt in range(3):
            hotline.not_reached(db, sala.house, mine, now)
            assert (mine.attempts, mine.state) == (attempt + 1, "waiting" if attempt < 2 else "unreached")
            assert attempt == 2 or mine.next_at > now
            now = mine.next_at
    with sala.reading() as db:
        last = db.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first()
    assert last.body == "We tried to call you. Please call 0000 (demo)."
    assert "Monday" not in last.body

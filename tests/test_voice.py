"""Calls: the language first, keys and stories, recordings; what is said when one is lacking."""

from __future__ import annotations

import wave
import xml.etree.ElementTree as Xml
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine

from gateway.cases.attachments import Attachment
from gateway.cases.records import Case
from gateway.channels.recordings import recordings
from gateway.channels.twilio_voice import TwilioVoice
from gateway.channels.twilio_wire import Account
from gateway.dialogue.world_check import spoken

from .conftest import ACCOUNT, TOKEN
from .phone import NUMBER, OPEN, Phone
from .writers import Texter


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
    menu.press("1", "2", "1")  # Khmer, a problem, not paid: where she lives, the operator asks
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
    menu.press("1", "2", "1")
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
        menu.press("1", "2", "1")
        url = {"RecordingUrl": f"https://api.twilio.com/{sid}", "RecordingDuration": "30"}
        menu.ask(menu.twiml.find("Record").get("action"), **url, **how)
    assert [row.source for row in sala.all_of(Attachment)] == [f"https://api.twilio.com/{n}" for n in ("CA1", "CA2")]

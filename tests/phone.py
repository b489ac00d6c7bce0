"""A telephone as Twilio shows it: calls, presses, speaks, and follows what the TwiML says."""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from datetime import UTC, datetime

from twilio.request_validator import RequestValidator

from .conftest import ACCOUNT, TOKEN

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

"""The telephone beyond the menu: a person, the queue before her, a message after the tone, and calls that we make.

Each address is one that Twilio was told in the TwiML before; every request is verified like any other. What is said in
hours and outside them comes from recordings or the pack's voices; where neither speaks the caller's language, a person
is looked for without a word, and outside the hours she hears the tone and may speak.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, send_file
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from .cases import attachments
from .channels import Piece, Request
from .channels.incoming import request_of
from .channels.recordings import file_of
from .channels.twilio_voice import OPERATOR, TwilioVoice, xml
from .country import ChannelRow, Pack
from .hotline import actions as hotline
from .hotline.records import Call
from .hotline.rules import Beep
from .house import House
from .language.catalogue import Key, mark
from .language.tags import SOURCE
from .people import actions as people
from .web import house, limiter, public

bp = Blueprint("calling", __name__)
WAIT = mark("hotline.wait", "Please wait. Somebody will speak with you.")
CLOSED = mark("hotline.closed", "Nobody is here at this hour.")
BUSY = mark("hotline.busy", "Nobody is free yet.")
OFFER = mark("hotline.offer", "To be called back, press one. To leave a message, press two.")
SPEAK = mark("hotline.speak", "Speak after the tone. Press any key when you are done.")
THANKS = mark("hotline.thanks", "Thank you. We will call you.")
BEEP = mark("hotline.beep", "You called us. To go on, press one.")
SAID = (WAIT, CLOSED, BUSY, OFFER, SPEAK, THANKS, BEEP)
PATIENCE_SECONDS = 180
MESSAGE_SECONDS = 180
WAIT_PAUSE_SECONDS = 20


def lead_to_a_person(channel: TwilioVoice, here: House, asked: Request) -> Response:
    """The caller wants a person, or nothing can be said to her."""
    return _Line(channel, here, asked).operator()


@bp.post("/in/<name>/call/<word>")
@public
def event(name: str, word: str) -> Response:
    channel, here = current_app.config["CHANNELS"].get(name), house()
    if not isinstance(channel, TwilioVoice):
        abort(404)
    asked = request_of(f"call/{word}")
    channel.account.verify(asked, name)
    line = _Line(channel, here, asked)
    known: dict[str, Callable[[], Response]] = {
        OPERATOR: line.operator, "wait": line.wait, "left": line.left, "offer": line.offer, "message": line.message,
        "connect": line.connect, "answered": line.answered, "rung": line.rung, "beep": line.beep,
    }  # fmt: skip
    return known.get(word, lambda: abort(404))()


@bp.get("/voice/<tag>/<name>")
@limiter.exempt
@public
def recording(tag: str, name: str) -> Any:
    """A recording, under the name that holds the mark of its content: it may be kept for ever."""
    path = file_of(tag, name, house().settings.recordings)
    return send_file(path, max_age=31536000) if path else abort(404)


class _Line:
    """One request of one call."""

    def __init__(self, channel: TwilioVoice, here: House, asked: Request) -> None:
        self.channel, self.here, self.form, self.query = channel, here, asked.form, asked.query
        self.pack: Pack = here.pack_of_channel(channel.name)
        self.row: ChannelRow = self.pack.channels[channel.name]
        self.sid, self.now = asked.form.get("CallSid", ""), datetime.now(UTC)
        self.caller = TwilioVoice.other_side(asked.form)

    def language(self, db: Session) -> str:
        return people.language_of(db, self.caller) or ""

    def address(self, word: str) -> str:
        return f"/in/{self.channel.name}/call/{word}"

    def say(self, into: VoiceResponse | Gather, tag: str, *keys: Key) -> None:
        """Each sentence, as far as it can be said in her language, in the country's, or in English."""
        for key in keys:
            for language in (tag, self.pack.languages[0], SOURCE):
                pieces = (Piece(key[0], self.here.texts.find(language, key)),)
                if language and self.channel.can_say(language, pieces):
                    self.channel.speak(into, language, pieces)
                    break

    def xml(self, said: VoiceResponse) -> Response:
        body, kind = xml(said)
        return Response(body, content_type=kind)

    def open_now(self) -> bool:
        hours = self.row.hours
        return hours is None or any(begin <= self.now < end for begin, end in hours.spans(hours.local_day(self.now)))

    def operator(self) -> Response:
        """Into the queue, in the hours when people answer; else what can be done without them."""
        said = VoiceResponse()
        with self.here.database.transaction() as db:
            tag = self.language(db)
            call = hotline.begin_call(db, self.pack, self.channel.name, self.sid, self.caller, tag, self.now)
        if not self.open_now():
            self.say(said, tag, CLOSED)
            return self.offered(said, tag)
        self.say(said, tag, WAIT)
        said.enqueue(f"call-{call.id}", action=self.address("left"), wait_url=self.address("wait"))
        return self.xml(said)

    def wait(self) -> Response:
        """Asked again and again while she waits; after a while she is let go to what can be done without anybody."""
        said, waited = VoiceResponse(), self.form.get("QueueTime", "0")
        patience = int(self.row.own.get("patience", PATIENCE_SECONDS))
        if waited.isdecimal() and int(waited) >= patience:
            said.leave()
        else:
            with self.here.database.reading() as db:
                self.say(said, self.language(db), WAIT)
            said.pause(length=WAIT_PAUSE_SECONDS)
        return self.xml(said)

    def left(self) -> Response:
        """She has left the queue: to an operator, to nobody, or she hung up."""
        said, result = VoiceResponse(), self.form.get("QueueResult", "")
        with self.here.database.transaction() as db:
            tag, call = self.language(db), hotline.of_sid(db, self.sid)
            if call and result in ("bridged", "hangup", "error", "system-error", "bridging-in-process"):
                hotline.left_queue(db, call, self.now)
        if result in ("leave", "queue-full", "redirected"):
            self.say(said, tag, BUSY)
            return self.offered(said, tag)
        said.hangup()
        return self.xml(said)

    def offered(self, said: VoiceResponse, tag: str) -> Response:
        """To be called back, or to speak after the tone. Where nothing can be said, the tone comes at once."""
        asked = Gather(
            input="dtmf", num_digits=1, finish_on_key="", timeout=6, action=self.address("offer"),
            action_on_empty_result=True,
        )  # fmt: skip
        self.say(asked, tag, OFFER)
        said.append(asked) if asked.verbs else self.tone(said)
        return self.xml(said)

    def tone(self, said: VoiceResponse) -> None:
        said.record(
            action=self.address("message"), max_length=MESSAGE_SECONDS, timeout=5, finish_on_key="0123456789*#",
            play_beep=True,
        )  # fmt: skip

    def offer(self) -> Response:
        said, pressed = VoiceResponse(), self.form.get("Digits", "")
        with self.here.database.transaction() as db:
            tag, call = self.language(db), hotline.of_sid(db, self.sid)
            if pressed != "2" and call:
                hotline.left_queue(db, call, self.now)
        if pressed == "2":
            self.say(said, tag, SPEAK)
            self.tone(said)
        else:
            self.say(said, tag, THANKS)
            said.hangup()
        return self.xml(said)

    def message(self) -> Response:
        """What she said after the tone: a worker fetches it, an operator hears it. Silence is a call to be made."""
        said, url = VoiceResponse(), self.form.get("RecordingUrl", "")
        spoke = url and self.form.get("RecordingDuration", "0") != "0"
        with self.here.database.transaction() as db:
            tag, call = self.language(db), hotline.of_sid(db, self.sid)
            if call:
                if spoke:
                    number = attachments.note(db, self.channel.name, "voice", url, "", self.now)
                    hotline.leave_message(db, call, number, self.now)
                hotline.left_queue(db, call, self.now)
        self.say(said, tag, THANKS)
        said.hangup()
        return self.xml(said)

    def connect(self) -> Response:
        """An operator has picked up the call that we made to her: she and the caller hear each other."""
        said, dial = VoiceResponse(), Dial()
        number = self.query.get("call", "")
        if number.isdecimal():
            with self.here.database.reading() as db:
                call = db.get(Call, int(number))
            if call and call.ended_at is None:
                dial.queue(f"call-{call.id}")
                said.append(dial)
        said.hangup()
        return self.xml(said)

    def answered(self) -> Response:
        """Somebody has answered the call we made after a missed one. Nothing is said of why before a key is pressed: it
        may be voice mail, or somebody else of her house."""
        said, pressed = VoiceResponse(), self.form.get("Digits", "")
        number = self.query.get("missed", "")
        if pressed and number.isdecimal():
            with self.here.database.transaction() as db:
                hotline.rung_back(db, int(number), "reached", self.now)
            said.redirect(f"/in/{self.row.own.get('menu_of', self.channel.name)}")
            return self.xml(said)
        if pressed == "" and self.query.get("again"):
            said.hangup()
            return self.xml(said)
        with self.here.database.reading() as db:
            tag = self.language(db)
        action = f"{self.address('answered')}?missed={number}&again=1"
        asked = Gather(
            input="dtmf", num_digits=1, finish_on_key="", timeout=8, action=action, action_on_empty_result=True
        )
        self.say(asked, tag, BEEP)
        said.append(asked)
        return self.xml(said)

    def rung(self) -> Response:
        """How the call that we made ended."""
        number, status = self.query.get("missed", ""), self.form.get("CallStatus", "")
        if number.isdecimal() and status in ("completed", "busy", "no-answer", "failed", "canceled"):
            with self.here.database.transaction() as db:
                hotline.rung_back(db, int(number), "no_answer", self.now)
        return Response(status=204)

    def beep(self) -> Response:
        """A missed call: refused as busy, so that it costs her nothing, and called back."""
        said = VoiceResponse()
        said.reject(reason="busy")
        if self.caller.startswith("+"):
            with self.here.database.transaction() as db:
                hotline.ring(db, self.pack, self.channel.name, self.caller, beep_of(self.row), self.sid, self.now)
        return self.xml(said)


def beep_of(row: ChannelRow) -> Beep:
    """What the pack says of missed calls: `own: {budgets: {"+855": 200}, minutes: 10}`."""
    budgets = {prefix: int(most) for prefix, most in row.own.get("budgets", {}).items()}
    return Beep(budgets, int(row.own.get("minutes", "10")))

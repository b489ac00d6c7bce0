"""The telephone beyond the menu: a person, the queue before her, a message after the tone.

Each address is one that Twilio was told in the TwiML before; every request is verified like any other. What is said in
hours and outside them comes from recordings or the pack's voices; where neither speaks the caller's language, a person
is looked for without a word, and outside the hours she hears the tone and may speak.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, send_file
from twilio.twiml.voice_response import VoiceResponse

from .calling_out import SAID_BY_US, Ours
from .cases import attachments
from .channels import Request
from .channels.incoming import request_of
from .channels.recordings import file_of
from .channels.twilio_voice import OPERATOR, TwilioVoice
from .hotline import actions as hotline
from .house import House
from .language.catalogue import mark
from .line import Line
from .web import house, limiter, public

bp = Blueprint("calling", __name__)
WAIT = mark("hotline.wait", "Please wait. Somebody will speak with you.")
CLOSED = mark("hotline.closed", "Nobody is here at this hour.")
BUSY = mark("hotline.busy", "Nobody is free yet.")
OFFER = mark("hotline.offer", "To be called back, press one. To leave a message, press two.")
SPEAK = mark("hotline.speak", "Speak after the tone. Press any key when you are done.")
THANKS = mark("hotline.thanks", "Thank you. We will call you.")
SAID = (WAIT, CLOSED, BUSY, OFFER, SPEAK, THANKS, *SAID_BY_US)
PATIENCE_SECONDS = 180
MESSAGE_SECONDS = 180
WAIT_PAUSE_SECONDS = 20


def lead_to_a_person(channel: TwilioVoice, here: House, asked: Request) -> Response:
    """The caller wants a person, or nothing can be said to her."""
    return _Hers(channel, here, asked).operator()


@bp.post("/in/<name>/call/<word>")
@public
def event(name: str, word: str) -> Response:
    channel, here = current_app.config["CHANNELS"].get(name), house()
    if not isinstance(channel, TwilioVoice):
        abort(404)
    asked = request_of(f"call/{word}")
    channel.account.verify(asked, name)
    hers, ours = _Hers(channel, here, asked), Ours(channel, here, asked)
    known: dict[str, Callable[[], Response]] = {
        OPERATOR: hers.operator, "wait": hers.wait, "left": hers.left, "offer": hers.offer, "message": hers.message,
        "over": hers.over, "connect": ours.connect, "answered": ours.answered, "rung": ours.rung, "beep": ours.beep,
    }  # fmt: skip
    return known.get(word, lambda: abort(404))()


@bp.get("/voice/<tag>/<name>")
@limiter.exempt
@public
def recording(tag: str, name: str) -> Any:
    """A recording, under the name that holds the mark of its content: it may be kept for ever."""
    path = file_of(tag, name, house().settings.recordings)
    return send_file(path, max_age=31536000) if path else abort(404)


class _Hers(Line):
    """A caller on her way to a person."""

    def operator(self) -> Response:
        """Into the queue, in the hours when people answer; else what can be done without them."""
        said = VoiceResponse()
        with self.here.database.transaction() as db:
            tag = self.language(db)
            here = self.open_now()
            call = hotline.begin_call(db, self.pack, self.channel.name, self.sid, self.caller, tag, here, self.now)
        if not here:
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
        lets_go = result in ("leave", "queue-full", "redirected")
        with self.here.database.transaction() as db:
            tag, call = self.language(db), hotline.of_sid(db, self.sid)
            if call and lets_go:
                hotline.waits_no_more(db, call, self.now)
            elif call and result != "bridging-in-process":
                hotline.left_queue(db, call, self.now)
        if lets_go:
            self.say(said, tag, BUSY)
            return self.offered(said, tag)
        said.hangup()
        return self.xml(said)

    def offered(self, said: VoiceResponse, tag: str) -> Response:
        """To be called back, or to speak after the tone. Where nothing can be said, the tone comes at once."""
        asked = self.ask_for_a_key(self.address("offer"), tag, OFFER, seconds=6)
        said.append(asked) if asked.verbs else self.tone(said)
        return self.xml(said)

    def tone(self, said: VoiceResponse) -> None:
        said.record(
            action=self.address("message"), max_length=MESSAGE_SECONDS, timeout=5, finish_on_key="0123456789*#",
            play_beep=True,
        )  # fmt: skip
        said.redirect(self.address("message"))  # Twilio goes on to this where nothing was said

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

    def over(self) -> Response:
        """Where Twilio tells that a call has ended (the number's status callback): she may have hung up while something
        was said to her."""
        with self.here.database.transaction() as db:
            call = hotline.of_sid(db, self.sid)
            if call and self.form.get("CallStatus") == "completed":
                hotline.left_queue(db, call, self.now)
        return Response(status=204)

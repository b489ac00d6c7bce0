"""One request of one telephone call, and what every answer to it shares: the caller's language, and what can be said in
it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import Gather, VoiceResponse

from .channels import Piece, Request
from .channels.twilio_voice import TwilioVoice, xml
from .country import ChannelRow, Pack
from .house import House
from .language.catalogue import Key
from .language.tags import SOURCE
from .people import actions as people


class Line:
    """One request of one call."""

    def __init__(self, channel: TwilioVoice, here: House, asked: Request) -> None:
        self.channel, self.here, self.form, self.query = channel, here, asked.form, asked.query
        self.pack: Pack = here.pack_of_channel(channel.name)
        self.row: ChannelRow = self.pack.channels[channel.name]
        self.sid, self.now = asked.form.get("CallSid", ""), datetime.now(UTC)
        self.caller = TwilioVoice.other_side(asked.form)

    def language(self, db: Session) -> str:
        return people.spoken_by(db, self.caller)

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
        return hours is None or hours.works_at(self.now)

    def ask_for_a_key(self, action: str, tag: str, *keys: Key, seconds: int = 8) -> Gather:
        """A question that one key answers; what is said of it is in it already."""
        asked = Gather(
            input="dtmf", num_digits=1, finish_on_key="", timeout=seconds, action=action, action_on_empty_result=True
        )
        self.say(asked, tag, *keys)
        return asked


def is_id(text: str) -> bool:
    """Whether this may be the number of a row."""
    return text.isdecimal() and len(text) < 10

"""Calls that we made: back to somebody who rang and hung up, and to an operator for whom a caller waits.

Whoever answers presses a key before anything is said of why: it may be voice mail, or somebody else of her house.
"""

from __future__ import annotations

from flask import Response
from twilio.twiml.voice_response import Dial, VoiceResponse

from .country import ChannelRow
from .hotline import actions as hotline
from .hotline.records import Call
from .hotline.rules import Beep
from .language.catalogue import mark
from .line import Line, is_id

JOIN = mark("hotline.join", "A caller waits. To take the call, press one.")
BEEP = mark("hotline.beep", "You called us. To go on, press one.")
SAID_BY_US = (JOIN, BEEP)


class Ours(Line):
    def connect(self) -> Response:
        """An operator has picked up the call that we made to her: with a key she and the caller hear each other. Her
        voice mail presses none."""
        said, dial = VoiceResponse(), Dial()
        number = self.query.get("call", "")
        if not self.form.get("Digits") and not self.query.get("asked"):
            asked = self.ask_for_a_key(f"{self.address('connect')}?call={number}&asked=1", "", JOIN)
            if asked.verbs:
                said.append(asked)
                return self.xml(said)
        elif not self.form.get("Digits"):
            said.hangup()
            return self.xml(said)
        if is_id(number):
            with self.here.database.transaction() as db:
                call = db.get(Call, int(number))
                if call and call.ended_at is None:
                    hotline.joined(db, call, self.now)
                    dial.queue(f"call-{call.id}")
                    said.append(dial)
        said.hangup()
        return self.xml(said)

    def answered(self) -> Response:
        """Somebody has answered the call we made after a missed one. Nothing is said of why before a key is pressed: it
        may be voice mail, or somebody else of her house."""
        said, pressed = VoiceResponse(), self.form.get("Digits", "")
        number = self.query.get("missed", "")
        if pressed and is_id(number):
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
        asked = self.ask_for_a_key(action, tag, BEEP)
        said.append(asked)
        return self.xml(said)

    def rung(self) -> Response:
        """How the call that we made ended."""
        number, status = self.query.get("missed", ""), self.form.get("CallStatus", "")
        if is_id(number) and status in ("completed", "busy", "no-answer", "failed", "canceled"):
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

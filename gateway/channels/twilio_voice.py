"""Telephone calls through Twilio Voice: keys in, recordings and configured voices out. `twilio_wire.py`: signatures,
errors.

In: Twilio POSTs a form when a call comes (`CallSid`, `AccountSid`, `From`, `To`, `CallStatus`, `Direction`) and at each
`action`: `Digits` after a Gather (empty when she was silent), `RecordingUrl` and `RecordingDuration` after a Record.
The address of each action is ours: `hop` counts the questions of a call, so that a request heard again gets the same
answer, `want` is what was asked (keys, digits, voice), `silent` how often nothing came.
Out: TwiML. A question is a Gather around what is said; `actionOnEmptyResult`, or a silent caller would fall through to
the end. A story is a Record, kept as an attachment. `0` leads to a person everywhere, `*` goes back, `#` ends digits.
Each piece is played from its recording; where there is none it is spoken by the voice that the pack names for the
language (`own: voices`); where there is neither, the caller goes to a person at once. Never silence. Twilio has no
voice for Khmer or Lao.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from twilio.twiml.voice_response import Gather, VoiceResponse

from ..country import ChannelRow
from ..language.measure import Size
from ..settings import Settings
from . import Consumed, Enclosed, Ignored, Letter, Malformed, Message, NotSent, Piece, Receipt, Request, Turn
from .recordings import address_of, recordings
from .twilio_wire import Account, account_of

ENDLESS = Size(1_000_000, 1_000_000)
KEYS, DIGITS, VOICE = "keys", "digits", "voice"
OPERATOR = "operator"
KEY_SECONDS, DIGIT_SECONDS = 8, 10
STORY_SECONDS, STORY_SILENCE = 180, 5
SILENT_BEFORE_A_PERSON = 2
SHORTEST_STORY = 1
SKIP = "9"
WITHHELD = frozenset(("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"))
"""What Twilio writes for anonymous, restricted, blocked, unknown and unavailable: letters, as keys. They are nobody."""

SPOKEN_IN = {"en": "en-US", "th": "th-TH", "vi": "vi-VN"}


def open_channel(row: ChannelRow, settings: Settings) -> TwilioVoice:
    voices, menu = dict(row.own.get("voices", {})), row.own.get("menu") != "no"
    return TwilioVoice(row.name, row.sender, account_of(settings), voices, settings.recordings, menu)


class TwilioVoice:
    """`voices`: the provider's name of a voice for a language. `menu`: whether the menu can be heard in the country's
    language; where it cannot, whoever calls goes to a person."""

    mode = "voice"
    size = ENDLESS
    can_reply = True
    carries = frozenset({"voice", "spoken"})
    replies = "inline"
    addresses = "phone"
    threads = False

    def __init__(
        self, name: str, sender: str, account: Account, voices: Mapping[str, str], folder: Path, menu: bool = True
    ) -> None:
        self.name, self.sender, self.account, self._voices, self._menu = name, sender, account, voices, menu
        self._recordings = recordings(folder)

    def hear(self, request: Request, consumed: Consumed) -> Message:
        self.account.verify(request, self.name)
        form, query = request.form, request.query
        call, caller = form.get("CallSid", ""), self.other_side(form)
        if not 0 < len(call) <= 64:
            raise Malformed("CallSid is missing")
        hop, want = query.get("hop", "0"), query.get("want", "")
        if not hop.isdecimal() or len(hop) > 4:
            raise Malformed("hop is not a number")
        if want == VOICE and self._spoke(form):  # whatever ended it: a key, silence, or that she hung up
            return self._story(Message(self.name, caller, call, hop, (), new=False), form)
        if form.get("CallStatus") in ("completed", "failed", "busy", "no-answer", "canceled"):
            raise Ignored("the call is over")
        silent = self._silent(request, want)
        said = Message(self.name, caller, call, hop, (), new=not want, silent=silent)
        if not (caller.startswith("+") and self._menu) or form.get("Digits") == "0" or silent > SILENT_BEFORE_A_PERSON:
            return replace(said, event=OPERATOR)
        if want == VOICE:
            return self._story(said, form)
        return replace(said, inputs=(form.get("Digits", ""),)) if want else said

    @staticmethod
    def other_side(form: Mapping[str, str]) -> str:
        """The person's number: who called us, or whom we called; nothing where it is withheld."""
        number = form.get("To" if form.get("Direction", "").startswith("outbound") else "From", "")
        return "" if number in WITHHELD else number

    @staticmethod
    def _silent(request: Request, want: str) -> int:
        """How often nothing was pressed in a row, this time included."""
        if want not in (KEYS, DIGITS) or request.form.get("Digits"):
            return 0
        before = request.query.get("silent", "0")
        return 1 + (int(before) if before.isdecimal() and len(before) < 3 else 0)

    @staticmethod
    def _spoke(form: Mapping[str, str]) -> bool:
        seconds = form.get("RecordingDuration", "0")
        long_enough = seconds.isdecimal() and len(seconds) < 6 and int(seconds) >= SHORTEST_STORY
        return bool(form.get("RecordingUrl")) and long_enough

    def _story(self, said: Message, form: Mapping[str, str]) -> Message:
        if not self._spoke(form):
            pressed = form.get("Digits", "")
            return replace(said, inputs=(pressed if pressed == "*" else SKIP,))
        return replace(said, enclosed=(Enclosed("voice", form["RecordingUrl"]),))

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        said, hop = VoiceResponse(), int(message.replay) + 1
        if not self.can_say(turn.tag, turn.spoken) or (turn.text and not turn.spoken):
            said.redirect(f"/in/{self.name}/call/{OPERATOR}?hop={hop}")
            return xml(said)
        action = f"/in/{self.name}?hop={hop}&want={turn.wanted}"
        if message.silent:
            action += f"&silent={message.silent}"
        if turn.wanted == VOICE:
            self.speak(said, turn.tag, turn.spoken)
            said.record(
                action=action, max_length=STORY_SECONDS, timeout=STORY_SILENCE, finish_on_key="0123456789*#",
                play_beep=True, trim="do-not-trim",
            )  # fmt: skip
            said.redirect(action)  # Twilio goes on to this where nothing was said
        elif turn.wanted:
            more = {"num_digits": 1, "finish_on_key": ""} if turn.wanted == KEYS else {"finish_on_key": "#"}
            seconds = KEY_SECONDS if turn.wanted == KEYS else DIGIT_SECONDS
            asked = Gather(input="dtmf", timeout=seconds, action=action, action_on_empty_result=True, **more)
            self.speak(asked, turn.tag, turn.spoken)
            said.append(asked)
        else:
            self.speak(said, turn.tag, turn.spoken)
            said.hangup()
        return xml(said)

    def can_say(self, tag: str, pieces: tuple[Piece, ...]) -> bool:
        """Whether each piece has a recording or a voice."""
        return all(self._recorded(tag, piece) or (piece.tag or tag) in self._voices for piece in pieces)

    def _recorded(self, tag: str, piece: Piece) -> str:
        path = self._recordings.get((piece.tag or tag, piece.name))
        return address_of(path) if path else ""

    def speak(self, into: VoiceResponse | Gather, tag: str, pieces: tuple[Piece, ...]) -> None:
        """Says the pieces one after the other: played where they are recorded, else spoken."""
        for piece in pieces:
            language = piece.tag or tag
            if recorded := self._recorded(tag, piece):
                into.play(recorded)
            elif language in self._voices and piece.words:
                spoken_in = SPOKEN_IN.get(language, language)
                into.say(piece.words, voice=self._voices[language], language=spoken_in)

    def receipt(self, request: Request) -> Receipt:
        raise Malformed("a call has no receipts")

    def send(self, letter: Letter) -> str:
        raise NotSent("nothing is written to by voice", permanent=True)

    def fetch(self, source: str, most: int) -> bytes:
        return self.account.fetch(source, most)

    def parts(self, text: str) -> int:
        return 1


def xml(said: VoiceResponse) -> tuple[str, str]:
    return str(said), "text/xml; charset=utf-8"

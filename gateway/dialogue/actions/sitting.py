"""One conversation, one message: what was stored is walked on with what was said, drawn, and stored again.

A conversation belongs to an address. A secret number leaves here only as a keyed hash.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ... import seal
from ...cases import attachments
from ...channels import Channel, Line, Message, Turn, outbox
from ...language import fold
from ...language.tags import SOURCE
from ...outreach import actions as outreach
from ...people import actions as people
from .. import talk
from ..answers import is_pin
from ..asking import MEDIA
from ..records import Conversation
from ..screens import Screens, buttons, mark_of
from ..speaking import pressed_aloud, speak
from ..state import Heard, Opened, State, Stopped
from ..wording import CONTACT as SHARE
from ..wording import STOPPED
from . import waiting
from .greeting import Greeting
from .opening import APPT, opening

CONTACT, TIMES = "contact", "slots"
TYPED_SIGNS = ".)#: "


class Sitting(Greeting):
    """One conversation, one message."""

    def hear(self, message: Message, on: Channel) -> Turn:
        self.on, self.listening = on, True
        row = self.begun(message)
        begins = self.begins(row, message)
        state = self.greet(row, message, begins)
        if not begins and self.answers_a_text(row, state, message):
            begins, state = True, self.ask_ours(self.anew(message))
        if begins and on.threads:
            return self.first_words(row, state, message)
        # What was typed for a conversation that is over, or before a question of ours or "continue?" was asked,
        # answers nothing now.
        expected = not (state.resume or self.is_ours(state)) if begins else row is not None
        if message.pressed and message.pressed != mark_of(state):
            state.notice, expected = "old_button", False
        if message.event == CONTACT:
            state.notice, expected = "wrong.contact", False
        inputs = message.inputs or (("",) if message.enclosed else ())
        for text in inputs if expected else ():
            if (state.ended and state.pages == 1) or (begins and state.resume):
                break
            if self.stops(state, text):
                return self.stop(row, state, message)
            state = self.step(state, text, message)
        return self.turn(row, self.brought(state), message)

    def first_words(self, row: Conversation | None, state: State, message: Message) -> Turn:
        """A thread of messages begins with words, not with a dial: a sentence opens what it means. What came before a
        language is known waits until it is."""
        text = " ".join(message.inputs)
        if text and self.words().stops(text):
            return self.stop(row, state, message)
        if self.answers_ours(state, text):
            return self.turn(row, self.step(state, text, message), message)
        bottom = state
        while bottom.aside:
            bottom = bottom.aside
        if not state.resume:
            bottom.brought = text
        if message.enclosed:
            bottom.facts["sent"] = ",".join(self.note_all(message))
        return self.turn(row, self.brought(state), message)

    def answers_ours(self, state: State, text: str) -> bool:
        """Whether the words with which she begins answer what an office wrote to her, as anybody answers a message:
        one office alone waits for words, and these say nothing else that we understand. The phone may be in other
        hands: she is told for which number it was, and the menu follows."""
        step = self.waiting(state)
        if not self.is_ours(state) or step is None:
            return False
        if state.flow in waiting.PUSHED:
            alone = len(waiting.pushed(self.db, self.address.id, self.now)) == 1
            return alone and self.number_in(text) in [press for press, _ in self.lines(state)]
        if step.answer != "text" or not any(map(str.isalpha, text)):
            return False
        if self.words().starts(text) or self.campaign_in(text):
            return False
        understood = opening(self.house, self.pack, self.book, self.language() or SOURCE, text)
        alone = waiting.is_alone(self.db, self.address.id, state.flow, self.now)
        return alone and not (understood and understood.target)

    def answers_a_text(self, row: Conversation | None, state: State, message: Message) -> bool:
        """Whether a number that she writes answers what we wrote to her since she last said something: the menu that
        still stands there is older. Where two such texts stand, neither is answered: she is asked."""
        if row is None or not self.on.threads or not talk.stands_at_menu(state):
            return False
        texts = waiting.pushed(self.db, self.address.id, self.now)
        number = self.number_in(" ".join(message.inputs))
        return bool(number) and any(one.put_at > row.heard_at for one in texts)

    def number_in(self, text: str) -> str:
        """The number that is all of a text; empty where it is more."""
        typed = fold.digits(text).strip(TYPED_SIGNS)
        return typed if typed.isdecimal() else ""

    def brought(self, state: State) -> State:
        """What was written before anything could be asked is heard once the menu is reached, if it says something."""
        if not state.brought or not talk.stands_at_menu(state):
            return state
        text, state.brought = state.brought, ""
        said = self.opened(text)
        return self.advance(state, said, self.on.carries) if said else state

    def step(self, state: State, text: str, message: Message) -> State:
        shown = self.screens(state)
        state.pages = len(shown.pages)
        heard = self.heard(state, text, message)
        return self.advance(state, heard, self.on.carries)

    def note_all(self, message: Message) -> list[str]:
        """Notes what came with the words: a worker fetches it."""
        caption = " ".join(message.inputs)
        found = (
            attachments.note(self.db, self.channel, one.kind, one.source, caption, self.now) for one in message.enclosed
        )
        return [str(number) for number in found]

    def stop(self, row: Conversation | None, state: State, message: Message) -> Turn:
        """STOP: no more messages, and what she was saying is withdrawn; what others told here before is not."""
        people.stop(self.db, self.address.id, self.now)
        outreach.unwish(self.db, self.address.id)
        state = self.advance(state, Stopped())
        if row is not None:
            self.close(row, state, "stopped")
        tag = self.language() or SOURCE
        text = self.book.texts.say(tag, STOPPED, **self.pack.facts(tag, self.now.date()))
        return Turn(text, ends=True, tag=tag)

    def stops(self, state: State, text: str) -> bool:
        """Whether she says STOP. Where she may write what she likes, only by a word that is nothing else."""
        step = self.waiting(state)
        free = step is not None and step.answer in ("text", "place")
        return self.words().stops(text, only_plainly=free)

    def opened(self, text: str) -> Opened | None:
        """What a sentence written at the menu opens; START opens nothing, and lets our messages come again. The code of
        a campaign is counted, and is no part of the sentence."""
        text = self.without_code(text)
        if self.words().starts(text):
            people.start(self.db, self.address.id)
            outbox.go_on(self.db, self.address.id, self.now)
            return Opened("")
        return opening(self.house, self.pack, self.book, self.language() or SOURCE, text)

    def without_code(self, text: str) -> str:
        """The text without the code of a campaign, which is counted; with nobody's name."""
        words, codes = text.split(), self.campaign_in(text)
        if not codes:
            return text
        outreach.count_code(self.db, self.pack.code, codes[0].strip(".,!").upper(), self.now.date())
        return " ".join(word for word in words if word not in codes)

    def campaign_in(self, text: str) -> list[str]:
        return [word for word in text.split() if word.strip(".,!").upper() in self.pack.campaigns]

    def heard(self, state: State, text: str, message: Message) -> Heard | Opened:
        """The input; a secret number leaves this function only as a keyed hash. Where the menu waits, a sentence may
        say what is wanted; a line may be chosen by its words."""
        if message.enclosed:
            return self.heard_things(state, text, message)
        if self.on.mode == "voice":
            text = pressed_aloud(self.book.flows, state, self.voice(), text)
        text = self.as_pressed(state, text)
        if talk.stands_at_menu(state) and (said := self.opened(text)):
            return said
        step = self.waiting(state)
        if step and step.answer == "pin" and is_pin(text):
            return Heard("", pin=",".join(seal.ring().hashes(fold.key(text), seal.ROAD)))
        return Heard(text, year=self.now.astimezone(ZoneInfo(self.pack.zone)).year)

    def heard_things(self, state: State, text: str, message: Message) -> Heard:
        """A photo or a voice note: an answer where one may be given so; else it is kept for the case that comes."""
        names, step = self.note_all(message), self.waiting(state)
        kind = message.enclosed[0].kind
        takes = step is not None and (step.answer == "text" or kind in MEDIA.get(step.answer, ()))
        if takes and names:
            self.keep_for_case(state, names[1:])
            return Heard("", media=(kind, names[0]))
        self.keep_for_case(state, names)
        return Heard(text, media=(talk.KEPT_ALONE, ""))

    def keep_for_case(self, state: State, names: list[str]) -> None:
        before = state.facts.get("sent", "")
        state.facts["sent"] = ",".join(filter(None, (before, *names)))

    def lines(self, state: State) -> list[tuple[str, str]]:
        """What can be pressed now, with its words."""
        return list(buttons(self.book.flows, state, self.voice())[1])

    def as_pressed(self, state: State, text: str) -> str:
        """The number of the line that she typed by its words, or with a sign behind it (`2.`). Where she may write what
        she likes, only a chat's own keys, which its keyboard types for her."""
        typed = fold.fold(text).strip(TYPED_SIGNS) if text.strip() != "#" else ""
        step = self.waiting(state)
        free = step is not None and bool(step.answer)
        if not typed or (free and self.on.mode != "chat"):
            return text
        if (wanted := APPT.fullmatch(typed)) and step is not None and step.rows == TIMES:
            typed = wanted[1]
        for press, label in self.lines(state):
            words = {fold.fold(label), fold.fold(f"{press} {label}")} if free else {press, fold.fold(label)}
            if typed in words or (not free and typed == fold.fold(f"{press} {label}")):
                return press
        return text

    def turn(self, row: Conversation | None, state: State, message: Message) -> Turn:
        shown = self.screens(state)
        state.pages = len(shown.pages)
        text, ends = shown.shown(state.page)
        self.keep(row, state, message, ends)
        tag = self.language() or SOURCE
        if self.on.mode == "chat":
            head, lines = buttons(self.book.flows, state, self.voice())
            step = self.waiting(state)
            if step and step.answer == "phone" and CONTACT in self.on.carries:
                lines = [(CONTACT, self.book.texts.say(tag, SHARE)), *lines]
            return Turn(text, ends, head, tuple(Line(*line) for line in lines), mark_of(state), tag)
        if self.on.mode == "voice":
            spoken = speak(self.book.flows, state, self.voice())
            return Turn(text, ends, tag=tag, spoken=spoken.pieces, wanted=spoken.wanted, lines=spoken.lines)
        return Turn(text, ends, tag=tag)

    def screens(self, state: State) -> Screens:
        """What stands on the screen; with buttons, all of it at once."""
        shown = self.drawn(state)
        return Screens(("\n".join(shown.pages),), shown.ends) if self.on.mode == "chat" else shown

"""One conversation, one message: what was stored is walked on with what was said, drawn, and stored again.

A conversation belongs to an address. A secret number leaves here only as a keyed hash.
"""

from __future__ import annotations

from sqlalchemy import select

from ... import seal
from ...channels import Channel, Message, Turn
from ...language import fold
from ...language.tags import SOURCE
from ...language.understanding import Understanding
from ...people import actions as people
from .. import talk
from ..answers import is_pin
from ..flow import Step, at
from ..records import Conversation
from ..state import Began, Heard, Opened, Redialled, State, Stopped, stands
from ..wording import STOPPED
from . import waiting
from .closing import Closing
from .opening import opening

PIN = "pin.road"


class Sitting(Closing):
    """One conversation, one message."""

    def hear(self, message: Message, on: Channel) -> Turn:
        row = self.begun(message)
        state = self.greet(row, message, on)
        # What was typed for a conversation that is over, or before a question of ours or "continue?" was asked,
        # answers nothing now.
        expected = not (state.resume or self.is_ours(state)) if message.new else row is not None
        for text in message.inputs if expected else ():
            if (state.ended and state.pages == 1) or (message.new and state.resume):
                break
            if self.stops(state, text):
                return self.stop(row, state)
            state.pages = len(self.screens(state, on).pages)
            state = self.advance(state, self.heard(state, text), on.carries)
        return self.turn(row, state, message, on)

    def begun(self, message: Message) -> Conversation | None:
        """The unfinished conversation of this address. One whose time is over, or whose last word was being read when
        she dialled anew, is closed first."""
        mine = select(Conversation).where(Conversation.address_id == self.address.id)
        row = self.db.scalar(mine)
        if row is None:
            return None
        if row.lapses_at <= self.now:
            self.lapse(row)
        elif message.new and (state := self.resume(row)).ended:
            self.end(row, state)
        else:
            return row
        self.address = people.hear_from(self.db, self.pack.code, self.number, self.now)
        return self.db.scalar(mine)

    def greet(self, row: Conversation | None, message: Message, on: Channel) -> State:
        """Where the conversation stands before what she typed: begun, gone on with, or taken up again."""
        if row is None:
            return self.ask_ours(self.anew(on), on)
        state = self.resume(row)
        if not message.new:
            return state
        before, late = len(self.parked), self.now - row.heard_at > self.pack.resume
        again = self.advance(state, Redialled(late), on.carries)
        goes_on = [*map(stands, [again.waits] if again.waits else []), *(one["step"] for one in self.parked[before:])]
        if not again.resume and row.step not in goes_on:
            self.note(row.step, "left")
        if not again.resume and not again.waits:
            return self.ask_ours(self.anew(on), on)
        if self.language() is None:
            return self.advance(talk.begin(talk.LANGUAGE, aside=again), None, on.carries)
        return again

    def anew(self, on: Channel) -> State:
        """A new conversation, on the book that is served now; the language first, where none is known."""
        self.book = self.served
        state = talk.begin(talk.MENU)
        if self.language() is None and talk.LANGUAGE in self.book.flows:
            state = talk.begin(talk.LANGUAGE, aside=state)
        return self.advance(state, None, on.carries)

    def ask_ours(self, state: State, on: Channel) -> State:
        """The first of our questions that wait for this address comes before the menu; the others wait on."""
        if self.language() is None:
            return state
        question = waiting.next_question(self.db, self.address.id, self.now)
        if question is None or question.flow not in self.book.flows:
            return state
        return self.advance(state, Began(question.flow, dict(question.facts)), on.carries)

    def is_ours(self, state: State) -> bool:
        return self.book.flows[state.flow].sent

    def stop(self, row: Conversation | None, state: State) -> Turn:
        """STOP: no more messages, and what she was saying is withdrawn; what others told here before is not."""
        people.stop(self.db, self.address.id, self.now)
        state = self.advance(state, Stopped())
        if row is not None:
            self.close(row, state, "stopped")
        tag = self.language() or SOURCE
        return Turn(self.book.texts.say(tag, STOPPED, **self.pack.facts(tag, self.now.date())), ends=True)

    def stops(self, state: State, text: str) -> bool:
        """Whether she says STOP. Where she may write what she likes, only by a word that is nothing else."""
        step = self.waiting(state)
        free = step is not None and step.answer in ("text", "place")
        return self.words().stops(text, only_plainly=free)

    def waiting(self, state: State) -> Step | None:
        """The step whose answer is waited for, if a question of a flow is."""
        standing = not state.ended and not state.resume and state.at
        return at(self.book.flows, state.flow, state.at)[1] if standing else None

    def words(self) -> Understanding:
        return self.house.understanding(self.pack)

    def heard(self, state: State, text: str) -> Heard | Opened:
        """The input; a secret number leaves this function only as a keyed hash. Where the menu waits, a sentence may
        say what is wanted."""
        if talk.stands_at_menu(state):
            if self.words().starts(text):
                people.start(self.db, self.address.id)
                return Opened("")
            if opened := opening(self.house, self.pack, self.book, self.language() or SOURCE, text):
                return opened
        step = self.waiting(state)
        if step and step.answer == "pin" and is_pin(text):
            return Heard("", pin=",".join(seal.ring().hashes(fold.key(text), PIN)))
        return Heard(text)

    def turn(self, row: Conversation | None, state: State, message: Message, on: Channel) -> Turn:
        shown = self.screens(state, on)
        state.pages = len(shown.pages)
        text, ends = shown.shown(state.page)
        self.keep(row, state, message, ends)
        return Turn(text, ends)

"""How a message finds its conversation: gone on with, taken up again after a drop, or begun."""

from __future__ import annotations

from sqlalchemy import select

from ...channels import Message
from ...language.fold import script_of
from ...language.understanding import Understanding
from ...people import actions as people
from .. import talk
from ..flow import Step, at
from ..records import Conversation
from ..state import Began, Redialled, State, stands
from . import waiting
from .closing import Closing


class Greeting(Closing):
    """`on`: the channel that this message came by."""

    def begun(self, message: Message) -> Conversation | None:
        """The unfinished conversation of this address. One whose time is over, or whose last word was being read when
        she began anew, is closed first."""
        mine = select(Conversation).where(Conversation.address_id == self.address.id)
        row = self.db.scalar(mine)
        if row is None:
            return None
        if row.lapses_at <= self.now:
            self.lapse(row)
        elif self.begins(row, message) and (state := self.resume(row)).ended:
            self.end(row, state)
        else:
            return row
        self.address = people.hear_from(self.db, self.pack.code, self.number, self.now)
        return self.db.scalar(mine)

    def begins(self, row: Conversation | None, message: Message) -> bool:
        """Whether this message begins a session. A thread of messages has none: it begins where nothing was being said,
        or where it was said by another channel."""
        if not self.on.threads:
            return message.new
        return row is None or row.channel != self.channel

    def greet(self, row: Conversation | None, message: Message, begins: bool) -> State:
        """Where the conversation stands before what she typed: begun, gone on with, or taken up again."""
        carries = self.on.carries
        if row is None:
            return self.ask_ours(self.anew(message))
        state = self.resume(row)
        if not begins:
            return state
        before, late = len(self.parked), self.now - row.heard_at > self.pack.resume
        again = self.advance(state, Redialled(late), carries)
        goes_on = [*map(stands, [again.waits] if again.waits else []), *(one["step"] for one in self.parked[before:])]
        if not again.resume and row.step not in goes_on:
            self.note(row.step, "left")
        if not again.resume and not again.waits:
            return self.ask_ours(self.anew(message))
        if self.language() is None:
            return self.advance(talk.begin(talk.LANGUAGE, aside=again), None, carries)
        return again

    def anew(self, message: Message) -> State:
        """A new conversation, on the book that is served now; the language first, where none is known. Who writes in
        an alphabet shows that her phone can, and which language she reads."""
        self.book = self.served
        state = talk.begin(talk.MENU)
        if self.language() is None and self.on.threads:
            self.learn_language(" ".join(message.inputs))
        if self.language() is None and talk.LANGUAGE in self.book.flows:
            state = talk.begin(talk.LANGUAGE, aside=state)
        return self.advance(state, None, self.on.carries)

    def learn_language(self, text: str) -> None:
        tag = script_of(text)
        if tag in self.house.languages(self.pack):
            people.keep_language(self.db, self.address.id, tag)
            self.db.refresh(self.address)

    def ask_ours(self, state: State) -> State:
        """The first of our questions that wait for this address comes before the menu; the others wait on."""
        if self.language() is None:
            return state
        question = waiting.next_question(self.db, self.address.id, self.now)
        if question is None or question.flow not in self.book.flows:
            return state
        return self.advance(state, Began(question.flow, dict(question.facts)), self.on.carries)

    def is_ours(self, state: State) -> bool:
        return self.book.flows[state.flow].sent

    def waiting(self, state: State) -> Step | None:
        """The step whose answer is waited for, if a question of a flow is."""
        standing = not state.ended and not state.resume and state.at
        return at(self.book.flows, state.flow, state.at)[1] if standing else None

    def words(self) -> Understanding:
        return self.house.understanding(self.pack)

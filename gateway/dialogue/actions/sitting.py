"""One conversation, one message: what was stored is walked on with what was said, drawn, and stored again.

A conversation belongs to an address. A secret number leaves here only as a keyed hash; a number whose
owner asked to keep none is forgotten when her conversation ends.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import seal
from ...cases.records import of_address
from ...channels import Channel, Message, Turn
from ...channels.outbox import goes_to
from ...country import Pack
from ...house import House
from ...language import fold
from ...language.tags import SOURCE
from ...language.understanding import Understanding
from ...people import actions as people
from ...people.records import Address
from .. import talk, unfinished
from ..answers import is_pin
from ..book import Book
from ..effects import EFFECTS, LISTS, facts_in_words, fetch
from ..effects.stand import Stand
from ..flow import at
from ..records import Conversation, Left
from ..screens import Screens, screens
from ..state import Began, Effect, Event, Heard, Lapsed, Opened, Redialled, State, from_json, to_json
from ..state import Done as Performed
from ..wording import STOPPED, Voice
from . import waiting
from .books import find_book, keep_book
from .opening import opening

WANTS_A_MESSAGE = 30
SESSION, PIN = "session", "pin.road"


class Endless(Exception):
    """A flow wanted more than 30 things at one message: it turns in a circle."""


class Sitting:
    """One conversation, one message."""

    def __init__(
        self, db: Session, house: House, book: Book, pack: Pack, channel: str, address: Address, now: datetime
    ) -> None:
        self.db, self.house, self.pack, self.channel = db, house, pack, channel
        self.address, self.number, self.now = address, address.number, now
        self.served = self.book = book

    def hear(self, message: Message, on: Channel) -> Turn:
        row = self.db.scalar(select(Conversation).where(Conversation.address_id == self.address.id))
        if row and row.lapses_at <= self.now:
            self.lapse(row)
            self.address = people.hear_from(self.db, self.pack.code, self.number, self.now)
            row = None
        state = self.greet(row, message, on)
        # What was typed for a conversation that is over, or before "continue?" was asked, answers nothing now.
        expected = not state.resume if message.new else row is not None
        for text in message.inputs if expected else ():
            if (state.ended and state.pages == 1) or (message.new and state.resume):
                break
            if self.words().stops(text):
                return self.stop(row, state)
            state.pages = len(self.screens(state, on).pages)
            state = self.advance(state, self.heard(state, text), on.carries)
        return self.turn(row, state, message, on)

    def greet(self, row: Conversation | None, message: Message, on: Channel) -> State:
        """Where the conversation stands before what she typed: begun, gone on with, or taken up again."""
        if row is None:
            return self.ask_ours(self.advance(self.begin(), None, on.carries), on)
        state = self.resume(row)
        if not message.new:
            return state
        if self.language() is None:
            left = unfinished.has_answers(self.book.flows, state)
            begun = talk.begin(talk.LANGUAGE, aside=unfinished.innermost(state)) if left else self.begin()
            return self.advance(begun, None, on.carries)
        if self.now - row.heard_at > self.pack.resume and unfinished.has_answers(self.book.flows, state):
            return self.advance(talk.begin(talk.MENU, waits=unfinished.innermost(state)), None, on.carries)
        again = self.advance(state, Redialled(), on.carries)
        return self.ask_ours(again, on) if talk.stands_at_menu(again) and not again.waits else again

    def ask_ours(self, state: State, on: Channel) -> State:
        """The first of our questions that wait for this address comes before the menu; the others wait on."""
        if self.language() is None:
            return state
        question = waiting.next_question(self.db, self.address.id, self.now)
        if question is None or question.flow not in self.book.flows:
            return state
        return self.advance(state, Began(question.flow, dict(question.facts)), on.carries)

    def stop(self, row: Conversation | None, state: State) -> Turn:
        """STOP: no more messages, and what she was saying is withdrawn; what others told here before is not."""
        people.stop(self.db, self.address.id, self.now)
        if row is not None:
            self.open_parked(state)
            self.close(row, State(ended=True), "stopped")
        said = self.book.texts.say(self.language() or SOURCE, STOPPED, **self.pack.facts(self.language() or SOURCE))
        return Turn(said, ends=True)

    def words(self) -> Understanding:
        return self.house.understanding(self.pack)

    def begin(self) -> State:
        self.book = self.served
        state = talk.begin(talk.MENU)
        if self.language() is None and talk.LANGUAGE in self.book.flows:
            state = talk.begin(talk.LANGUAGE, aside=state)
        return state

    def resume(self, row: Conversation) -> State:
        self.book = find_book(self.db, self.served, row.book)
        return from_json(row.state)

    def language(self) -> str | None:
        """The address's language, if it may still be served."""
        tag = self.address.language
        return tag if tag in self.house.languages(self.pack) else None

    def heard(self, state: State, text: str) -> Heard | Opened:
        """The input; a secret number leaves this function only as a keyed hash. Where the menu waits, a sentence may
        say what is wanted."""
        if talk.stands_at_menu(state):
            if self.words().starts(text):
                people.start(self.db, self.address.id)
                return Opened("")
            if opened := opening(self.house, self.pack, self.book, self.language() or SOURCE, text):
                return opened
        if not state.ended and not state.resume and state.at:
            _, step = at(self.book.flows, state.flow, state.at)
            if step.answer == "pin" and is_pin(text):
                return Heard("", pin=",".join(seal.ring().hashes(fold.key(text), PIN)))
        return Heard(text)

    def advance(self, state: State, event: Event | None, carries: frozenset[str] = talk.ANY_CHANNEL) -> State:
        """Walks until a person must speak, performing what is wanted on the way."""
        step = talk.advance(self.book.flows, state, event, carries)
        for _ in range(WANTS_A_MESSAGE):
            if step.want is None:
                return step.state
            stand = self.stand(step.want.path, step.state)
            if isinstance(step.want, Effect):
                done: Event = self.perform(stand, step.want)
            else:
                done = fetch(stand, step.want.word, step.want.answers)
            step = talk.advance(self.book.flows, step.state, done, carries)
        raise Endless(step.state.at)

    def perform(self, stand: Stand, want: Effect) -> Performed:
        with self.db.begin_nested():
            done = EFFECTS[want.word].perform(stand, want.answers)
        self.db.refresh(self.address)
        return done

    def stand(self, path: str, state: State) -> Stand:
        flow, _ = at(self.book.flows, state.flow, path)
        return Stand(
            db=self.db,
            house=self.house,
            pack=self.pack,
            address_id=self.address.id,
            number_key=self.address.number,
            channel=self.channel,
            language=self.language() or SOURCE,
            flow=f"{flow.name}@{flow.print}",
            facts=state.facts,
            now=self.now,
        )

    def screens(self, state: State, on: Channel) -> Screens:
        tag, pack = self.language() or SOURCE, self.pack
        texts = self.book.texts
        voice = Voice(
            texts=texts,
            tag=tag,
            size=on.size,
            mode=on.mode,
            row=lambda word, code: LISTS[word].label(pack, code, tag),
            facts=lambda facts: facts_in_words(texts, tag, pack, facts),
        )
        return screens(self.book.flows, state, voice)

    def turn(self, row: Conversation | None, state: State, message: Message, on: Channel) -> Turn:
        shown = self.screens(state, on)
        state.pages = len(shown.pages)
        text, ends = shown.shown(state.page)
        self.keep(row, state, message, ends)
        return Turn(text, ends)

    def keep(self, row: Conversation | None, state: State, message: Message, ends: bool) -> None:
        """Stores where the conversation stands; or, when it has ended, that it has."""
        if row is None:
            row = Conversation(address_id=self.address.id, channel=self.channel)
            self.db.add(row)
        with self.db.no_autoflush:
            keep_book(self.db, self.book, self.now)
        row.book = self.book.print
        row.channel = self.channel
        row.session_hash = seal.ring().hash(message.session, SESSION)
        row.consumed = len(message.replay)
        stands = state.said[-1] if state.ended and state.said else state.at
        row.state, row.step, row.heard_at = to_json(state), f"{state.flow}:{stands}", self.now
        lasts = unfinished.lasts(self.book.flows, state)
        row.lapses_at = self.now + (timedelta(seconds=lasts) if lasts else self.pack.resume)
        self.db.flush()
        if ends:
            self.end(row, state)

    def end(self, row: Conversation, state: State) -> None:
        """Closes a conversation: what it knew is forgotten. One left waiting behind the menu takes its place."""
        if state.waits:
            waits, state.waits.parked = state.waits, state.parked
            lasts = unfinished.lasts(self.book.flows, waits)
            row.state, row.step = to_json(waits), f"{waits.flow}:{waits.at}"
            row.lapses_at = self.now + timedelta(seconds=lasts)
            self.db.flush()
        else:
            self.open_parked(state)
            self.close(row, state, "ended")

    def open_parked(self, state: State) -> None:
        """What was told on this phone before somebody started again goes its way by itself; unless it was told
        anew since."""
        for parked in state.parked:
            if not unfinished.said_again(parked, state):
                self.advance(parked, Lapsed())

    def close(self, row: Conversation, state: State, how: str) -> None:
        """Deletes the conversation, keeping where it stood; and the number, if it asked to keep none."""
        self.db.add(Left(day=self.now.date(), step=row.step, how=how, book=row.book))
        self.db.delete(row)
        self.db.flush()
        if _keeps_no_number(state):
            self.forget_number()

    def forget_number(self) -> None:
        """Keeps no trace of a number whose only use was a complaint that keeps none."""
        stopped = self.address.stopped_at is not None  # her wish to hear nothing must be remembered
        if not stopped and not of_address(self.db, self.address.id, limit=1) and not goes_to(self.db, self.address.id):
            self.db.expunge(self.address)
            people.forget(self.db, self.address.id)

    def lapse(self, row: Conversation) -> None:
        """Left alone: the answers given become a case by themselves, or the conversation ends quietly."""
        before = self.resume(row)
        state = self.advance(before, Lapsed())
        self.open_parked(state)
        self.close(row, state, "ended" if before.ended else "opened" if state.acts else "left")


def _keeps_no_number(state: State) -> bool:
    return state.acts > 0 and any(path.endswith(".how") and answer == "pin" for path, answer in state.road)

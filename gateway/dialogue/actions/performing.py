"""One conversation of one address, in one transaction: walked on with what is wanted of the rooms, and drawn.

What is wanted on the way (an effect, a list) is performed here, in the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...channels import Channel
from ...country import Pack
from ...house import House
from ...language.tags import SOURCE
from ...people.records import Address
from .. import talk
from ..book import Book
from ..effects import EFFECTS, LISTS, facts_in_words, fetch
from ..effects.stand import Stand
from ..flow import at
from ..screens import Screens, screens
from ..state import Done, Effect, Event, State, stands, to_json
from ..wording import Voice

WANTS_A_MESSAGE = 30


class Endless(Exception):
    """A flow wanted more than 30 things at one message: it turns in a circle."""


class Performing:
    """`served`: the book of new conversations; `book`: the one that this conversation began with. `teller`: the
    language of whoever told what is walked now, where it is not the address's own. `on`: the channel that is listening,
    where one is: what goes on by itself has none."""

    on: Channel
    listening = False

    def __init__(
        self, db: Session, house: House, book: Book, pack: Pack, channel: str, address: Address, now: datetime
    ) -> None:
        self.db, self.house, self.pack, self.channel = db, house, pack, channel
        self.address, self.number, self.now = address, address.number, now
        self.served = self.book = book
        self.teller: str | None = None
        self.parked: list[dict[str, Any]] = []

    def language(self) -> str | None:
        """The address's language, if it may still be served."""
        spoken = self.address.spoken if self.spoken_here() else None
        tag = self.teller or spoken or self.address.language
        return tag if tag in (*self.house.languages(self.pack), *self.spoken_here()) else None

    def spoken_here(self) -> tuple[str, ...]:
        """The languages of a channel that speaks: some are never written."""
        row = self.pack.channels.get(self.channel)
        return row.languages if row and row.kind == "voice" else ()

    def advance(self, state: State, event: Event | None, carries: frozenset[str] = talk.NO_MEDIA) -> State:
        """Walks until a person must speak, performing what is wanted on the way and keeping what is parked."""
        step = talk.advance(self.book.flows, state, event, carries)
        for _ in range(WANTS_A_MESSAGE):
            self.parked += [self.left_here(parked) for parked in step.parked]
            if step.want is None:
                return step.state
            stand = self.stand(step.want.path, step.state)
            if isinstance(step.want, Effect):
                done: Event = self.perform(stand, step.want)
            else:
                done = fetch(stand, step.want.word, step.want.answers)
            step = talk.advance(self.book.flows, step.state, done, carries)
        raise Endless(step.state.at)

    def left_here(self, state: State) -> dict[str, Any]:
        """What is kept of a state that nobody goes on with now: it ends on its own book, in its own language."""
        return {
            "state": to_json(state), "step": stands(state), "language": self.language(), "book": self.book.print,
            "channel": self.channel,
        }  # fmt: skip

    def perform(self, stand: Stand, want: Effect) -> Done:
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
            reads=self.reads_here(state),
            alone=bool(state.alone),
            now=self.now,
        )

    def reads_here(self, state: State) -> bool:
        """Whether what is said now stays on her phone, so that it need not be written to it again."""
        return self.listening and self.on.threads and not state.alone

    def voice(self) -> Voice:
        """In which words this address is spoken to, on this channel."""
        tag = self.language() or SOURCE
        return Voice(
            texts=self.book.texts, tag=tag, size=self.on.size, mode=self.on.mode, zone=self.pack.zone,
            **self.of_language(tag),
        )  # fmt: skip

    def of_language(self, tag: str) -> dict[str, Any]:
        """How names and facts are written in a language: as they are now, whatever book the conversation goes on."""
        texts, pack, today = self.house.texts, self.pack, self.now.date()
        return {
            "row": lambda word, code: LISTS[word].label(texts, pack, code, tag),
            "facts": lambda facts: facts_in_words(texts, tag, pack, facts, today),
        }

    def drawn(self, state: State) -> Screens:
        return screens(self.book.flows, state, self.voice())

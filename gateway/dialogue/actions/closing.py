"""How a conversation is kept between messages, and how it ends: said to its end, withdrawn, or left alone.

A number whose owner asked to keep none is forgotten when her conversation ends. What others told on the same phone
is parked beside the conversation, and lapses when that closes.
"""

from __future__ import annotations

from datetime import timedelta

from ... import seal
from ...cases.records import of_address
from ...channels import Message
from ...channels.outbox import goes_to
from ...people import actions as people
from .. import unfinished
from ..records import Conversation, Left
from ..state import Lapsed, State, from_json, stands, to_json
from . import waiting
from .books import find_book, keep_book
from .performing import Performing

SESSION = "session"


def session_key(channel: str, session: str) -> str:
    """What stands for a session: two gateways may name theirs alike."""
    return f"{channel}\0{session}"


class Closing(Performing):
    def resume(self, row: Conversation) -> State:
        self.book = find_book(self.db, self.served, row.book)
        self.parked = list((row.parked or {}).get("states", ()))
        return from_json(row.state)

    def keep(self, row: Conversation | None, state: State, message: Message, ends: bool) -> None:
        """Stores where the conversation stands; or, when it has ended, that it has."""
        if row is None:
            row = Conversation(address_id=self.address.id, channel=self.channel)
            self.db.add(row)
        with self.db.no_autoflush:
            keep_book(self.db, self.book, self.now)
        row.book = self.book.print
        row.channel = self.channel
        row.session_hash = seal.ring().hash(session_key(message.channel, message.session), SESSION)
        row.consumed = len(message.replay)
        row.heard_at = self.now
        self.store(row, state)
        if ends:
            self.end(row, state)

    def store(self, row: Conversation, state: State) -> None:
        row.state, row.step = to_json(state), stands(state)
        row.parked = {"states": self.parked} if self.parked else None
        lasts = unfinished.lasts(self.book.flows, state)
        row.lapses_at = self.now + (timedelta(seconds=lasts) if lasts else self.pack.resume)
        self.db.flush()

    def end(self, row: Conversation, state: State) -> None:
        """Closes a conversation: what it knew is forgotten. One left waiting behind the menu takes its place."""
        if state.waits:
            self.note(row.step, "ended")
            self.store(row, state.waits)
        else:
            self.close(row, state, "ended")

    def lapse(self, row: Conversation) -> None:
        """Left alone: the answers given become a case by themselves, or the conversation ends quietly."""
        before = self.resume(row)
        state = self.advance(before, Lapsed())
        self.close(row, state, "ended" if before.ended else "opened" if state.acts else "left")

    def close(self, row: Conversation, state: State, how: str) -> None:
        """Deletes the conversation, keeping where it stood; lets what is parked lapse; and forgets the number, if
        somebody asked to keep none."""
        states = [state, *self.open_parked(state)]
        self.note(row.step, how)
        self.db.delete(row)
        self.db.flush()
        if any(map(_keeps_no_number, states)):
            self.forget_number()

    def open_parked(self, after: State) -> list[State]:
        """What was told on this phone before somebody started again goes its way by itself, the latest first, each in
        the language it was told in and from the channel it came by; unless it was told anew since."""
        parked, self.parked, opened = self.parked, [], []
        own = self.book, self.channel
        for one in reversed(parked):
            before = from_json(one["state"])
            self.book, self.teller = find_book(self.db, self.served, one["book"]), one["language"]
            self.channel = one["channel"]
            if any(unfinished.said_again(self.book.flows, before, later) for later in (after, *opened)):
                continue
            opened.append(self.advance(before, Lapsed()))
            self.note(one["step"], "opened" if opened[-1].acts else "left")
        (self.book, self.channel), self.teller = own, None
        return opened

    def note(self, step: str, how: str) -> None:
        """Keeps where a conversation was left, with nobody's name on it."""
        self.db.add(Left(day=self.now.date(), step=step, how=how, book=self.book.print))

    def forget_number(self) -> None:
        """Keeps no trace of a number whose only use was a complaint that keeps none."""
        stopped = self.address.stopped_at is not None  # her wish to hear nothing must be remembered
        if not stopped and not of_address(self.db, self.address.id, limit=1) and not goes_to(self.db, self.address.id):
            waiting.forget(self.db, self.address.id)
            self.db.expunge(self.address)
            people.forget(self.db, self.address.id)


def _keeps_no_number(state: State) -> bool:
    return state.acts > 0 and any(path.endswith(".how") and answer == "pin" for path, answer in state.road)

"""How a conversation is kept between messages, and how it ends: said to its end, withdrawn, or left alone.

A number whose owner asked to keep none is forgotten when her conversation ends. What others told on the same phone
is parked beside the conversation, and lapses when that closes.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from ... import seal
from ...channels import Message, outbox
from ...hotline import actions as hotline
from ...language.catalogue import mark
from ...language.tags import SOURCE
from ...people import actions as people
from .. import talk, unfinished
from ..records import Conversation, Left
from ..state import Lapsed, State, from_json, stands, to_json
from . import waiting
from .books import find_book, keep_book
from .performing import Performing

SESSION = "session"
CUT = mark("sms.cut", "Your call was cut. To go on, dial {dial}.")
THREAD_WAITS = timedelta(hours=6)


def session_key(channel: str, session: str) -> str:
    """What stands for a session: two gateways may name theirs alike."""
    return f"{channel}\0{session}"


class Closing(Performing):
    forgets = False
    """Whether this number is to be forgotten once the last reply has gone."""

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
        row.lapses_at = self.now + (self.patience(lasts) if lasts else self.pack.resume)
        self.db.flush()

    def patience(self, seconds: int) -> timedelta:
        """How long we wait before it goes on by itself: messages are answered when she finds time."""
        threads = self.listening and self.on.threads
        return max(timedelta(seconds=seconds), THREAD_WAITS) if threads else timedelta(seconds=seconds)

    def cut_off(self, row: Conversation) -> None:
        """The network cut the session: she is told once how to go on, where something would be lost and the flow is
        no secret. The text is neutral."""
        state = self.resume(row)
        tag, number = self.language() or SOURCE, self.address.id
        private = talk.is_private(self.book.flows, state)
        if self.address.stopped_at or private or state.ended or not unfinished.has_answers(self.book.flows, state):
            return
        body = self.house.texts.say(tag, CUT, **self.pack.facts(tag, self.now.date()))
        way, once = self.pack.writes_to(self.number), f"cut:{row.id}:{row.heard_at.timestamp():.0f}"
        outbox.put(self.db, way, number, body, purpose="cut", about="", once=once, now=self.now)

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
        opened: list[State] = []
        parked, self.parked = self.parked, []
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
        """Keeps no trace of a number whose only use was a complaint that keeps none. Where the last reply still goes to
        it by the outbox, or somebody still speaks with her, it is forgotten after that."""
        outbox.forget_replies(self.db, self.address.id)
        hotline.forget_after_call(self.db, self.address.id)
        if self.listening and self.on.replies == "outbox":
            self.forgets = True
            return
        forget_if_unneeded(self.db, self.address.id)


def forget_if_unneeded(db: Session, address_id: int) -> None:
    """Deletes a number that nothing needs any more; what we would have asked of it later needs it no longer."""
    waiting.forget(db, address_id)
    hotline.let_go(db, address_id)
    people.forget_if_free(db, address_id)


def _keeps_no_number(state: State) -> bool:
    return state.acts > 0 and any(path.endswith(".how") and answer == "pin" for path, answer in state.road)

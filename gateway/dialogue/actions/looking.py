"""Where a conversation stands, for the operator who speaks for it: what was asked and answered, and what is asked now,
in the caller's language and in the operator's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from ...channels import Line
from ..asking import MEDIA
from ..flow import at
from ..records import Conversation
from ..screens import buttons
from ..state import State
from ..wording import Writer
from .greeting import Greeting


@dataclass(frozen=True)
class Asked:
    """A question: its words, what can be pressed, and what kind of thing is typed (empty where something is
    pressed)."""

    head: str
    lines: tuple[Line, ...]
    typed: str


@dataclass(frozen=True)
class Standing:
    """`road`: question and answer, in the operator's language. `asked`: by locale. `flow`: the flow that is open; empty
    while it is asked whether what was begun is hers."""

    road: tuple[tuple[str, str], ...]
    asked: dict[str, Asked]
    flow: str
    ended: bool


class Looking(Greeting):
    def standing(self, tags: Sequence[str]) -> Standing | None:
        """Where the conversation of this address stands, if there is one. `tags`: the operator's language first."""
        mine = select(Conversation).where(Conversation.address_id == self.address.id)
        row = self.db.scalar(mine)
        if row is None:
            return None
        state = self.resume(row)
        asked = {tag: self.asked(state, tag) for tag in tags}
        name = state.flow if "." not in state.at else state.at.split(".")[0]
        # Whether to continue is asked before anything of it is shown: somebody else may have told it.
        road = () if state.resume else self.road(state, tags[0])
        return Standing(road, asked, "" if state.resume else name, state.ended)

    def asked(self, state: State, tag: str) -> Asked:
        voice = replace(self.voice(), tag=tag, **self.of_language(tag))
        head, lines = buttons(self.book.flows, state, voice)
        step = self.waiting(state)
        typed = step.answer if step and step.answer not in MEDIA else ""
        return Asked(head, tuple(Line(*line) for line in lines), typed)

    def road(self, state: State, tag: str) -> tuple[tuple[str, str], ...]:
        """What was answered so far, as question and answer; a secret number is not shown."""
        voice = replace(self.voice(), tag=tag, **self.of_language(tag))
        writer = Writer(self.book.flows, state, voice)
        found = []
        for path, answer in state.road:
            flow, step = at(self.book.flows, state.flow, path)
            if answer:
                found.append((writer.wording(flow, step), writer.value(path, answer)))
        return tuple(found)

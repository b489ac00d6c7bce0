"""Where a conversation stands, as plain JSON; and what can happen to it. Pure.

The state is free of channel and language: the question shown is made again from it in the language
and mode of whoever asks. The road is a list of pairs, because a database's JSON may not keep the
order of keys.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import msgspec

Json = dict[str, Any]


class State(msgspec.Struct, omit_defaults=True):
    """`at`: the path of the step that waits. `road`: questions answered, in order, each with its answer.
    `kept`: answers whose question has left the road. Everything else is there only when needed."""

    flow: str = "menu"
    at: str = ""
    road: list[tuple[str, str]] = []
    kept: dict[str, str] = {}
    facts: dict[str, str] = {}
    rows: list[str] | None = None  # the codes shown, so that "2" means what was read
    breaks: list[int] = []  # where each group of a long list begins
    group: int = -1  # which group of a long list is open
    said: list[str] = []  # the `say` steps that stand above the question
    notice: str = ""  # a sentence of the machine above the question
    page: int = 0
    pages: int = 1
    wrong: int = 0
    tries: dict[str, int] = {}
    wall: int = 0  # how much of the road lies before the last act
    acts: int = 0
    again: bool = False  # ask although an answer is kept
    old: dict[str, str] = {}  # answers being changed, used only if she never answers anew
    aside: State | None = None  # the conversation that waits while the language is changed
    waits: State | None = None  # the unfinished conversation left by the menu key
    resume: str = ""  # "continue or start again" is being asked: `redial`, or the path that would begin anew
    brought: str = ""  # what she wrote before she could be asked anything: heard once the menu is reached
    alone: int = 0  # going on by itself, left by her: how many effects may still be performed on the way
    ended: bool = False

    def answers(self, prefix: str) -> dict[str, str]:
        """The answers on the road below `prefix`, by their path from there."""
        return {path.removeprefix(prefix): answer for path, answer in self.road if path.startswith(prefix)}

    def on_road(self, path: str) -> bool:
        return any(path == passed for passed, _ in self.road)

    def fresh(self) -> State:
        """A copy that may be changed without changing this one."""
        new = copy.copy(self)
        new.road, new.kept, new.facts, new.old = self.road[:], {**self.kept}, {**self.facts}, {**self.old}
        new.said, new.tries = self.said[:], {**self.tries}
        new.aside = self.aside.fresh() if self.aside else None
        new.waits = self.waits.fresh() if self.waits else None
        return new


def stands(state: State) -> str:
    """Where a conversation stands, for the figures: `menu:complaint.story`; at its last word where it has ended."""
    return f"{state.flow}:{state.said[-1] if state.ended and state.said else state.at}"


_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(State)


def to_bytes(state: State) -> bytes:
    """The state as JSON, without what stands at its default."""
    return _encoder.encode(state)


def from_bytes(body: bytes) -> State:
    return _decoder.decode(body)


def to_json(state: State) -> Json:
    """The same as a mapping."""
    plain: Json = msgspec.to_builtins(state)
    return plain


def from_json(plain: Json) -> State:
    return msgspec.convert(plain, State)


@dataclass(frozen=True)
class Heard:
    """What the person answered. `pin`: the keyed hash of a secret number typed where one is asked.
    `media`: what kind of thing came with it (photo, voice), and under which name it is kept. `year`: in which year she
    says it; 0 where nobody needs to know."""

    text: str
    pin: str = ""
    media: tuple[str, str] = ("", "")
    year: int = 0


@dataclass(frozen=True)
class Opened:
    """She wrote what she wants: a flow, or a choice in it (`complaint.topic.unpaid`); empty for START alone.
    `facts`: what else her sentence told (the place it names)."""

    target: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Began:
    """A question of ours comes first: a flow, with the facts it needs."""

    flow: str
    facts: dict[str, str]


@dataclass(frozen=True)
class Done:
    """What came of an effect: one of its words, and facts. `act`: it is done once, and back stops here."""

    outcome: str
    facts: dict[str, str] = field(default_factory=dict)
    act: bool = False


@dataclass(frozen=True)
class Rows:
    """What a list holds now: codes; and where its groups begin, if it is too long to be read whole."""

    codes: list[str]
    breaks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Lapsed:
    """Nobody answered for as long as the flow lasts."""


@dataclass(frozen=True)
class Redialled:
    """The same address begins a new session while this conversation is unfinished. `late`: too late to go on with it
    unasked; it waits behind the menu."""

    late: bool = False


@dataclass(frozen=True)
class Stopped:
    """STOP: what she was saying is withdrawn; what others told on this phone is not."""


Event = Heard | Opened | Began | Done | Rows | Lapsed | Redialled | Stopped


@dataclass(frozen=True)
class Effect:
    """To be performed now: a word of `effects.py`, with the answers of the road it stands on."""

    word: str
    path: str
    answers: dict[str, str]
    key: str


@dataclass(frozen=True)
class ListOf:
    """To be fetched now: the codes of a list."""

    word: str
    path: str
    answers: dict[str, str]


Want = Effect | ListOf | None


@dataclass(frozen=True)
class Step:
    """What `advance` returns: the state, and what the machine wants before a person must speak. `parked`: what
    somebody told and nobody goes on with now; the caller keeps it, and lets it lapse when this conversation closes."""

    state: State
    want: Want = None
    parked: tuple[State, ...] = ()

"""Where a conversation stands, as plain JSON; and what can happen to it. Pure.

The state is free of channel and language: the question shown is made again from it in the language
and mode of whoever asks. The road is a list of pairs, because a database's JSON may not keep the
order of keys.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class State:
    """`at`: the path of the step that waits. `road`: questions answered, in order, each with its answer.
    `kept`: answers whose question has left the road. Everything else is there only when needed."""

    flow: str = "menu"
    at: str = ""
    road: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    rows: list[str] | None = None  # the codes shown, so that "2" means what was read
    said: list[str] = field(default_factory=list)  # the `say` steps that stand above the question
    notice: str = ""  # a sentence of the machine above the question
    page: int = 0
    pages: int = 1
    wrong: int = 0
    tries: dict[str, int] = field(default_factory=dict)
    wall: int = 0  # how much of the road lies before the last act
    acts: int = 0
    again: bool = False  # ask although an answer is kept
    old: dict[str, str] = field(default_factory=dict)  # answers being changed, used only if she never answers anew
    aside: Json | None = None  # the conversation that waits while the language is changed
    waits: Json | None = None  # the unfinished conversation left by the menu key
    resume: str = ""  # "continue or start again" is being asked: `redial`, or the path that would begin anew
    ended: bool = False

    def answers(self, prefix: str) -> dict[str, str]:
        """The answers on the road below `prefix`, by their path from there."""
        return {path.removeprefix(prefix): answer for path, answer in self.road if path.startswith(prefix)}

    def on_road(self, path: str) -> bool:
        return any(path == passed for passed, _ in self.road)


def to_json(state: State) -> Json:
    """The state without what stands at its default."""
    plain, empty = asdict(state), asdict(State())
    return {name: value for name, value in plain.items() if value != empty[name] or name in ("flow", "at")}


def from_json(plain: Json) -> State:
    road = [(path, answer) for path, answer in plain.get("road", [])]
    return State(**{**plain, "road": road})


@dataclass(frozen=True)
class Heard:
    """What the person answered. `pin`: the keyed hash of a secret number typed where one is asked."""

    text: str
    pin: str = ""


@dataclass(frozen=True)
class Done:
    """What came of an effect: one of its words, and facts. `act`: it is done once, and back stops here."""

    outcome: str
    facts: dict[str, str] = field(default_factory=dict)
    act: bool = False


@dataclass(frozen=True)
class Rows:
    """What a list holds now: codes."""

    codes: list[str]


@dataclass(frozen=True)
class Lapsed:
    """Nobody answered for as long as the flow lasts."""


@dataclass(frozen=True)
class Redialled:
    """The same address begins a new session while this conversation is unfinished."""


Event = Heard | Done | Rows | Lapsed | Redialled


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
    """What `advance` returns: the state, and what the machine wants before a person must speak."""

    state: State
    want: Want = None

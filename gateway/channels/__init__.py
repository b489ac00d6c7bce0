"""How we hear and speak: what every channel has in common. One file a provider stands beside this one.

A channel's file knows its provider's protocol (told in its docstring) and nothing of cases, flows or
tables. It hears a request as a `Message`, answers with a `Turn`, and sends texts later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ..language.measure import Size

LONGEST_TEXT = 4000
"""Letters of one message that are heard; nobody types more, and what a machine sends beyond it is cut."""


class Forged(Exception):
    """The sender could not be verified. Nothing of the request is kept."""


class Malformed(Exception):
    """The request is not what this provider sends; the sentence says what is missing."""


class Ignored(Exception):
    """The request is the provider's, and says nothing that concerns us: it is logged, and answered so that the
    provider does not send it again."""


class NotSent(Exception):
    """A text was not taken by the provider. `permanent`: trying again cannot help. `unknown`: it may have been taken,
    so it must not be repeated blindly. `held`: the account or its settings are at fault, not this text: the whole
    channel waits. `blocked`: the person wants nothing more here. `after`: how long the provider wants us to wait."""

    def __init__(
        self, reason: str, permanent: bool = False, unknown: bool = False, held: bool = False, blocked: bool = False,
        after: timedelta | None = None,
    ) -> None:  # fmt: skip
        super().__init__(reason)
        self.reason, self.permanent, self.unknown = reason, permanent or blocked, unknown
        self.held, self.blocked, self.after = held, blocked, after


@dataclass(frozen=True)
class Request:
    """What a channel needs of an HTTP request, without a web framework. `url`: the public one, raw. `event`: what of
    the address follows the channel's name."""

    url: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    event: str = ""


@dataclass(frozen=True)
class Enclosed:
    """Something that came with the words. `kind`: photo or voice. `source`: where the provider keeps it, in the
    provider's own words; it may hold a secret, so it is never shown or logged."""

    kind: str
    source: str


@dataclass(frozen=True)
class Message:
    """Something a person said to us. `inputs`: what she typed since we last answered, oldest first. `session`: the
    network's session, or the thread of her messages. `replay`: what marks this very hop, so that hearing it twice is
    known. `new`: a session begins. `over`: the network says that the session has ended; nobody reads an answer.
    `pressed`: the mark of the screen whose button she pressed, where buttons outlive their screen. `within_seconds`:
    where nothing marks a hop, for how long the same input is taken for a repeat; 0 for ever. `event`: something else
    than words (blocked, unblocked, contact). `acknowledge`: what the provider wants answered at once. `silent`: how
    often nothing was said in a row."""

    channel: str
    address: str
    session: str
    replay: str
    inputs: tuple[str, ...]
    new: bool
    over: bool = False
    enclosed: tuple[Enclosed, ...] = ()
    pressed: str = ""
    within_seconds: int = 0
    event: str = ""
    acknowledge: str = ""
    silent: int = 0


@dataclass(frozen=True)
class Line:
    """Something that can be pressed, with its words."""

    press: str
    label: str


@dataclass(frozen=True)
class Piece:
    """Something to be spoken: the name of its recording, and its words where there is none. `tag`: its own language,
    where it is not that of the whole."""

    name: str
    words: str
    tag: str = ""


@dataclass(frozen=True)
class Turn:
    """What we say back in the same breath. `text`: all of it, as a screen shows it; `ends`: nothing more is asked in
    this session. For channels with buttons: `head` and `lines`, and the `mark` that they carry. For a voice: `spoken`
    in the language `tag`, and what is `wanted` (keys: one of the lines; digits; voice)."""

    text: str
    ends: bool
    head: str = ""
    lines: tuple[Line, ...] = ()
    mark: str = ""
    tag: str = ""
    spoken: tuple[Piece, ...] = ()
    wanted: str = ""


@dataclass(frozen=True)
class Letter:
    """A text on its way. `callback`: where the provider tells what became of it, with a query already."""

    row: int
    address: str
    text: str
    callback: str
    lines: tuple[Line, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Receipt:
    """What became of a text that was sent. `state`: sent, delivered or failed. `again`: it failed so that it is worth
    trying anew in some hours (the phone was off). `part`: of which part, counted from 1, where the provider tells it of
    each; else 0."""

    provider_id: str
    state: str
    error: str = ""
    again: bool = False
    part: int = 0


class Channel(Protocol):
    """One door. `mode` is the wording it uses; `can_reply`: whether what we send can be answered; `carries`: the
    kinds of media it can bring (photo, voice), and `spoken` where it cannot show a list; `replies`: `inline` in the
    HTTP response, `recorded` there with a row of the outbox, or `outbox`; `addresses`: what an address of it is (phone,
    telegram); `threads`: there are no sessions, only messages one after the other."""

    name: str
    mode: str
    size: Size
    can_reply: bool
    carries: frozenset[str]
    replies: str
    addresses: str
    threads: bool

    def hear(self, request: Request, consumed: Consumed) -> Message:
        """The message in a request. Raises Forged, Malformed, Ignored."""

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        """Body and content type of the HTTP response. `callback`: where receipts of a recorded reply go."""

    def receipt(self, request: Request) -> Receipt:
        """The provider's word on a sent text. Raises Forged, Malformed."""

    def send(self, letter: Letter) -> str:
        """Hands a text to the provider; its id. Raises NotSent."""

    def parts(self, text: str) -> int:
        """What a text costs there: SMS parts, or one message."""


class Consumed(Protocol):
    """Asks how much of a session's cumulative text has been answered already; None for an unknown session."""

    def __call__(self, session: str) -> int | None: ...


def with_plus(number: str) -> str:
    """An international number as some gateways write it, without its plus."""
    return number if number.startswith(("+", "0")) or not number.isdecimal() else f"+{number}"

"""How we hear and speak: what every channel has in common. One file a provider stands beside this one.

A channel's file knows its provider's protocol (told in its docstring) and nothing of cases, flows or
tables. It hears a request as a `Message`, answers with a `Turn`, and sends texts later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ..language.measure import Size


class Forged(Exception):
    """The sender could not be verified. Nothing of the request is kept."""


class Malformed(Exception):
    """The request is not what this provider sends; the sentence says what is missing."""


class NotSent(Exception):
    """A text was not taken by the provider. `permanent`: trying again cannot help.
    `unknown`: it may have been taken, so it must not be repeated blindly."""

    def __init__(self, reason: str, permanent: bool = False, unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.permanent, self.unknown = reason, permanent, unknown


@dataclass(frozen=True)
class Request:
    """What a channel needs of an HTTP request, without a web framework. `url`: the public one, raw."""

    url: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Message:
    """Something a person said to us. `inputs`: what she typed since we last answered, oldest first.
    `replay`: what marks this very hop, so that hearing it twice is known. `over`: the network says that the
    session has ended; nobody reads an answer."""

    channel: str
    address: str
    session: str
    replay: str
    inputs: tuple[str, ...]
    new: bool
    over: bool = False


@dataclass(frozen=True)
class Turn:
    """What we say back in the same breath. `ends`: nothing more is asked in this session."""

    text: str
    ends: bool


@dataclass(frozen=True)
class Receipt:
    """What became of a text that was sent. `state`: sent, delivered or failed."""

    provider_id: str
    state: str
    error: str = ""


class Channel(Protocol):
    """One door. `mode` is the wording it uses; `can_reply`: whether what we send can be answered; `carries`: the
    kinds of media it can bring (photo, voice)."""

    name: str
    mode: str
    size: Size
    can_reply: bool
    carries: frozenset[str]

    def hear(self, request: Request, consumed: Consumed) -> Message:
        """The message in a request. Raises Forged, Malformed."""

    def answer(self, turn: Turn, message: Message) -> tuple[str, str]:
        """Body and content type of the HTTP response."""

    def receipt(self, request: Request) -> Receipt:
        """The provider's word on a sent text. Raises Forged, Malformed."""

    def send(self, address: str, text: str, callback_url: str) -> str:
        """Hands a text to the provider; its id. Raises NotSent."""


class Consumed(Protocol):
    """Asks how much of a session's cumulative text has been answered already; None for an unknown session."""

    def __call__(self, session: str) -> int | None: ...

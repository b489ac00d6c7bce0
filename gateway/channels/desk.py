"""The operator's desk as a channel: the conversation of whoever is on the telephone, spoken and typed by an operator.

Nothing comes or goes over the wire: the desk's page makes the messages itself (`hotline` pages), so that a call takes
up what a dropped USSD session began, and leaves what an SMS may finish.
"""

from __future__ import annotations

from ..country import ChannelRow
from ..language.measure import Size
from ..settings import Settings
from . import Consumed, Forged, Letter, Malformed, Message, NotSent, Receipt, Request, Turn

PAGE = Size(1_000_000, 1_000_000)


def open_channel(row: ChannelRow, settings: Settings) -> Desk:
    return Desk(row.name)


class Desk:
    mode = "desk"
    size = PAGE
    can_reply = True
    carries: frozenset[str] = frozenset()
    replies = "inline"
    addresses = "phone"
    threads = False

    def __init__(self, name: str) -> None:
        self.name = name

    def hear(self, request: Request, consumed: Consumed) -> Message:
        raise Forged(self.name)

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        return turn.text, "text/plain; charset=utf-8"

    def receipt(self, request: Request) -> Receipt:
        raise Malformed("the desk has no receipts")

    def send(self, letter: Letter) -> str:
        raise NotSent("nothing is sent to the desk", permanent=True)

    def parts(self, text: str) -> int:
        return 1

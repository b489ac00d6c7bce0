"""USSD through an aggregator that sends only what was typed last, as JSON: the shape that Hubtel uses.

The gateway POSTs for each hop: `SessionId`, `Mobile` (with or without `+`), `ServiceCode`, `Type` (`Initiation` on
the first hop, `Response` on the next, `Release` or `Timeout` when the person or the network ended it), `Message`
(the dialled code on the first hop, then the last input alone) and `Sequence`, which counts the hops. The answer is
JSON: `SessionId`, `Type` (`response` waits for input, `release` is the last screen) and `Message`. There is no
signature: the gateway is known by a shared secret in the query, `?key=`. A hop that we answer late is sent again
with the same `Sequence`: that tells a repeat from a second "1". A star is data here.
"""

from __future__ import annotations

import json

from ..country import ChannelRow
from ..settings import Settings
from . import Consumed, Malformed, Message, Request, Turn, with_plus
from .jsons import json_object
from .ussd_gateway import UssdGateway, session_and_number

FIRST, NEXT, OVER = "initiation", "response", ("release", "timeout")


def open_channel(row: ChannelRow, settings: Settings) -> HubtelUssd:
    return HubtelUssd(row.name, row.size, settings.ussd_secret)


class HubtelUssd(UssdGateway):
    def hear(self, request: Request, consumed: Consumed) -> Message:
        self.verify(request)
        hop = json_object(request.body)
        session, phone = session_and_number(hop.get("SessionId"), hop.get("Mobile"), ("SessionId", "Mobile"))
        sequence, kind, text = hop.get("Sequence"), str(hop.get("Type", "")).casefold(), hop.get("Message")
        if kind not in (FIRST, NEXT, *OVER):
            raise Malformed("Type is none of Initiation, Response, Release, Timeout")
        if not isinstance(sequence, int | str) or not str(sequence).isdecimal() or len(str(sequence)) > 6:
            raise Malformed("Sequence is missing or is not a number")
        if kind == NEXT and not isinstance(text, str):
            raise Malformed("Message is missing")
        new = kind == FIRST or (kind not in OVER and consumed(session) is None)
        inputs = (str(text),) if kind == NEXT and not new else ()
        return Message(self.name, with_plus(phone), session, str(int(sequence)), inputs, new, over=kind in OVER)

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        said = {"SessionId": message.session, "Type": "release" if turn.ends else "response", "Message": turn.text}
        return json.dumps(said, ensure_ascii=False), "application/json; charset=utf-8"

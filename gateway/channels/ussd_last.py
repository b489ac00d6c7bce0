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
from collections.abc import Mapping
from typing import Any

from . import Consumed, Malformed, Message, Request, Turn
from .ussd_gateway import UssdGateway

FIRST, NEXT, OVER = "initiation", "response", ("release", "timeout")


class LastInputUssd(UssdGateway):
    def hear(self, request: Request, consumed: Consumed) -> Message:
        self.verify(request)
        hop = _hop(request.body)
        session, phone, sequence = hop.get("SessionId"), hop.get("Mobile"), hop.get("Sequence")
        kind, text = str(hop.get("Type", "")).casefold(), hop.get("Message")
        if not isinstance(session, str) or not 0 < len(session) <= 200:
            raise Malformed("SessionId is missing or longer than 200 characters")
        if not isinstance(phone, str) or not 0 < len(phone) <= 30:
            raise Malformed("Mobile is missing or longer than 30 characters")
        if kind not in (FIRST, NEXT, *OVER):
            raise Malformed("Type is none of Initiation, Response, Release, Timeout")
        if not isinstance(sequence, int | str) or not str(sequence).isdecimal() or len(str(sequence)) > 6:
            raise Malformed("Sequence is missing or is not a number")
        if kind == NEXT and not isinstance(text, str):
            raise Malformed("Message is missing")
        number = phone if phone.startswith(("+", "0")) else f"+{phone}"
        new = kind == FIRST or consumed(session) is None
        inputs = (str(text),) if kind == NEXT and not new else ()
        return Message(self.name, number, session, str(int(sequence)), inputs, new, over=kind in OVER)

    def answer(self, turn: Turn, message: Message) -> tuple[str, str]:
        said = {"SessionId": message.session, "Type": "release" if turn.ends else "response", "Message": turn.text}
        return json.dumps(said, ensure_ascii=False), "application/json; charset=utf-8"


def _hop(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("the body is not a JSON object")
    return found

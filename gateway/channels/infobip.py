"""USSD through an aggregator that opens an address for each session: the shape that Infobip uses.

The gateway sends JSON to `/in/<channel>/session/<session>/start`, then `.../response` for each input, and `.../end`
when the person or the network ended it (`exitCode`, `reason`). A body holds `msisdn` (without `+`), `text` (the last
input alone; on start the dialled code), `shortCode`, `imsi`, `language`, `optional`. The answer is JSON: `ussdMenu`,
`shouldClose`, `responseExitCode` (200) and `responseMessage`. There is no signature: the gateway is known by a shared
secret in the query, `?key=`.

Neither a counter nor the whole history tells a repeat from a second "1": the same input of the same session within
four seconds is taken for a repeat, and gets the same screen.
"""

from __future__ import annotations

import json

from ..country import ChannelRow
from ..settings import Settings
from . import Consumed, Malformed, Message, Request, Turn, with_plus
from .jsons import json_object
from .ussd_gateway import UssdGateway, session_and_number

REPEATED_WITHIN_SECONDS = 4
FIRST, NEXT, OVER = "start", "response", "end"


def open_channel(row: ChannelRow, settings: Settings) -> InfobipUssd:
    return InfobipUssd(row.name, row.size, settings.ussd_secret)


class InfobipUssd(UssdGateway):
    def hear(self, request: Request, consumed: Consumed) -> Message:
        self.verify(request)
        word, _, rest = request.event.partition("/")
        named, _, kind = rest.rpartition("/")
        if word != "session" or kind not in (FIRST, NEXT, OVER):
            raise Malformed("the address is not session/<session>/start, response or end")
        hop = json_object(request.body)
        session, phone = session_and_number(named, hop.get("msisdn"), ("the session", "msisdn"))
        text = hop.get("text")
        if kind == NEXT and not isinstance(text, str):
            raise Malformed("text is missing")
        new = kind == FIRST or (kind == NEXT and consumed(session) is None)
        inputs = (str(text),) if kind == NEXT and not new else ()
        replay, within = f"{kind}:{text}", REPEATED_WITHIN_SECONDS if kind == NEXT else 0
        over = kind == OVER
        return Message(self.name, with_plus(phone), session, replay, inputs, new, over=over, within_seconds=within)

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        said = {"ussdMenu": turn.text, "shouldClose": turn.ends, "responseExitCode": 200, "responseMessage": ""}
        return json.dumps(said, ensure_ascii=False), "application/json; charset=utf-8"

"""USSD through an aggregator, in the form dialect of Africa's Talking.

The gateway POSTs a form for each hop: `sessionId` (the same for the whole session), `phoneNumber`
(E.164), `serviceCode`, `networkCode`, and `text`, which is everything typed since the dial, joined
by `*`; empty on the first hop (a dialled `*123*1*2#` may arrive with `1*2` at once). The answer is
text/plain, `CON ` before a screen that waits for input, `END ` before the last one. There is no
signature: the gateway is known by a shared secret in the query, `?key=`. A hop that we answer late
is sent again with the same text; because the text is cumulative, a repeat can be told from a second
"1" by the text alone.

After the first hop the new input is whatever follows what was answered already, stars included: a
star that a person typed is data. Nothing is ever sent by this channel on its own account.

When a session is over the gateway POSTs a form to a second address, `/in/<channel>/ended`: `sessionId`,
`phoneNumber`, `status` (Success, Incomplete, Failed), `durationInMillis`, `hopsCount`, `input`, `lastAppResponse`,
`errorMessage`. Nobody reads an answer to that.
"""

from __future__ import annotations

from ..country import ChannelRow
from ..settings import Settings
from . import Consumed, Ignored, Malformed, Message, Request, Turn
from .ussd_gateway import UssdGateway, session_and_number

ENDED = "ended"


def open_channel(row: ChannelRow, settings: Settings) -> AfricasTalkingUssd:
    return AfricasTalkingUssd(row.name, row.size, settings.ussd_secret)


class AfricasTalkingUssd(UssdGateway):
    def hear(self, request: Request, consumed: Consumed) -> Message:
        self.verify(request)
        form = request.form
        names = ("sessionId", "phoneNumber")
        session, phone = session_and_number(form.get("sessionId"), form.get("phoneNumber"), names)
        if request.event == ENDED:
            return self._over(session, phone, form.get("status", ""))
        text = form.get("text")
        if text is None:
            raise Malformed("text is missing (it is empty on the first hop, but there)")
        before = consumed(session)
        return Message(self.name, phone, session, text, self._inputs(text, before), new=before is None)

    def _over(self, session: str, phone: str, status: str) -> Message:
        if status not in ("Success", "Incomplete", "Failed"):
            raise Malformed("status is none of Success, Incomplete, Failed")
        if status == "Success":
            raise Ignored("a session ended as it should")
        return Message(self.name, phone, session, ENDED, (), new=False, over=True)

    def _inputs(self, text: str, before: int | None) -> tuple[str, ...]:
        if before is None:
            return tuple(text.split("*")) if text else ()
        if len(text) <= before:
            return ()  # a hop of before: it is answered by its replay, or not at all
        return (text[before + 1 :] if before else text,)

    def answer(self, turn: Turn, message: Message, callback: str) -> tuple[str, str]:
        return f"{'END' if turn.ends else 'CON'} {turn.text}", "text/plain; charset=utf-8"
